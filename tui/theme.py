"""The steward's own colours: ink and brass; the same roles in the terminal's sixteen colours.

Nothing is said by colour alone: what matters also has a word, a mark, weight or reverse video.
"""

from __future__ import annotations

from textual.theme import Theme

_SHARED = {
    "block-cursor-text-style": "bold",
    "block-cursor-blurred-text-style": "none",
    "button-focus-text-style": "bold reverse",
    "input-cursor-text-style": "none",
}

STEWARD = Theme(
    name="steward",
    primary="#7fb7be",
    secondary="#8d9db0",
    accent="#d9ab63",
    success="#93b77b",
    warning="#e2a45c",
    error="#e07a72",
    foreground="#d6d9d6",
    background="#12161b",
    surface="#181d24",
    panel="#1f262e",
    dark=True,
    variables={
        **_SHARED,
        "boost": "#262e37",  # fields to type in; Textual drops it as a colour of a theme that has a panel
        "line": "#39434e",
        "border": "#7fb7be",
        "border-blurred": "#39434e",
        "block-cursor-foreground": "#f2f4f1",
        "block-cursor-background": "#2c4a52",
        "block-cursor-blurred-foreground": "#d6d9d6",
        "block-cursor-blurred-background": "#222a33",
        "block-hover-background": "#1f262e",
        "input-cursor-background": "#d9ab63",
        "input-cursor-foreground": "#12161b",
        "input-selection-background": "#2c4a52",
        "scrollbar": "#39434e",
        "scrollbar-hover": "#4a5663",
        "scrollbar-active": "#7fb7be",
        "scrollbar-background": "#12161b",
        "scrollbar-background-hover": "#12161b",
        "scrollbar-background-active": "#12161b",
        "scrollbar-corner-color": "#12161b",
    },
)

STEWARD_LIGHT = Theme(
    name="steward-light",
    primary="#1f6570",
    secondary="#54626f",
    accent="#8a5a12",
    success="#3f6b2a",
    warning="#9a5400",
    error="#a3322b",
    foreground="#22272c",
    background="#f7f5f0",
    surface="#efece5",
    panel="#e6e2d9",
    dark=False,
    variables={
        **_SHARED,
        "boost": "#dcd7cc",
        "line": "#c5bfb2",
        "border": "#1f6570",
        "border-blurred": "#c5bfb2",
        "block-cursor-foreground": "#12161b",
        "block-cursor-background": "#bfdadd",
        "block-cursor-blurred-foreground": "#22272c",
        "block-cursor-blurred-background": "#e6e2d9",
        "block-hover-background": "#e6e2d9",
        "input-cursor-background": "#8a5a12",
        "input-cursor-foreground": "#f7f5f0",
        "scrollbar": "#c5bfb2",
        "scrollbar-background": "#f7f5f0",
        "scrollbar-corner-color": "#f7f5f0",
    },
)

STEWARD_ANSI = Theme(
    name="steward-ansi",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_default",
    accent="ansi_yellow",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        "line": "ansi_bright_black",
        "ansi-background": "ansi_black",  # what Textual's own sheets ask of such a theme
        "ansi-foreground": "ansi_white",
        "border": "ansi_cyan",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "reverse",
        "block-cursor-blurred-text-style": "bold",
        "button-focus-text-style": "bold reverse",
        "footer-key-foreground": "ansi_cyan",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_white",
        "scrollbar-active": "ansi_white",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)

THEMES = (STEWARD, STEWARD_LIGHT, STEWARD_ANSI)
"""All of them, as the app registers them; the first is the one it starts with."""
