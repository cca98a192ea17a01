"""Where data becomes widget content: text objects only, never markup, controls made visible."""

from __future__ import annotations

from textual.content import Content

from zulip_bridge.text import display_text

MUTED = "dim"
"""For labels and what matters less: weight, not colour, so that it holds in every theme."""

LONGEST_VALUE = 2_000
"""Cells of one value that are shown; no screen holds more of one."""


def shown(value: str, style: str = "", *, limit: int = LONGEST_VALUE) -> Content:
    """Untrusted text as content, in one style."""
    return Content.styled(display_text(value, limit=limit), style)


def shown_lines(value: str, style: str = "") -> Content:
    """Untrusted text of several lines as content."""
    return Content.styled(display_text(value, limit=LONGEST_VALUE, newlines="keep"), style)
