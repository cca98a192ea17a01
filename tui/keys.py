"""Keys that mean the same on every screen; the footer, the key help and the palette read them from the bindings."""

from __future__ import annotations

from textual.binding import Binding

HELP = Binding(
    "question_mark", "app.keys", "keys", key_display="?", id="help", tooltip="Show the keys that work here"
)
HELP_WHILE_TYPING = Binding(
    "f1", "app.keys", "keys", key_display="F1", id="help.typing", tooltip="Show the keys that work here"
)
PALETTE = Binding(
    "ctrl+p",
    "app.palette",
    "palette",
    id="palette",
    tooltip="Find anything that can be done here and now by its name",
)
BACK = Binding("escape", "back", "back", key_display="esc", id="back", tooltip="Go back to where you came from")
QUIT = Binding("ctrl+q", "quit", "quit", show=False, id="quit", tooltip="Leave zulip-steward", priority=True)
JOURNAL = Binding(
    "j", "app.journal", "journal", id="journal", tooltip="Open the journal: who read, exported or changed what"
)
CONSOLE = Binding(
    "q", "app.console", "query", id="console", tooltip="Open the console: ask the database in SQL or Python"
)
MODELS = Binding(
    "m", "app.models", "models", show=False, id="models", tooltip="Browse the rows of every model of the server"
)
DIAGNOSTICS = Binding(
    "d",
    "app.diagnostics",
    "diagnostics",
    show=False,
    id="diagnostics",
    tooltip="Open the diagnostics: what the server's shell said",
)
RECONNECT = Binding(
    "r,f5", "app.reconnect", "reconnect", id="reconnect", tooltip="Open the connection again", key_display="r"
)

NEXT = Binding(
    "tab", "app.focus_next", "next", show=False, id="focus.next", tooltip="Go to the next part of the screen"
)
BEFORE = Binding(
    "shift+tab", "app.focus_previous", "before", show=False, id="focus.before", tooltip="Go to the part before"
)

EVERYWHERE = [HELP, HELP_WHILE_TYPING, PALETTE, NEXT, BEFORE]
"""On every screen, dialogs too."""
