"""The header line: which server, as which Unix user, who sits here, and whether this session can write."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.connection import Connection
from tui.shown import MUTED
from zulip_bridge.text import cell_width, display_text

NAME = "zulip-steward"
SEPARATOR = " · "
LONGEST_LABEL = 40


class Headline(Widget):
    """One line that is always there. Set ``connection``; what does not fit is left out from the least needed on."""

    DEFAULT_CSS = """
    Headline { dock: top; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    connection: reactive[Connection | None] = reactive(None)

    def render(self) -> Content:
        """The parts at the left, the mode at the right."""
        if self.connection is None:
            return Content(NAME)
        mode = _mode(self.connection)
        room = self.content_size.width - mode.cell_length - 2
        left = _fitting(_parts(self.connection), room)
        gap = max(1, self.content_size.width - left.cell_length - mode.cell_length)
        return Content.assemble(left, " " * gap, mode)


def _mode(connection: Connection) -> Content:
    if connection.read_only:
        return Content.styled("READ ONLY", "$success")
    return Content.styled(" ◆ WRITE ◆ ", "bold reverse $warning")


def _parts(connection: Connection) -> list[tuple[str, str, int]]:
    """Text, style, and how much it is needed: the server most, the program's name least."""
    operator = f"operator {connection.operator}" if connection.operator else ""
    waiting = {"connecting": "connecting", "failed": "not connected", "lost": "connection lost"}
    parts = [
        (NAME, MUTED, 1),
        (display_text(connection.label, limit=LONGEST_LABEL), "bold $accent", 9),
        (display_text(connection.account, limit=LONGEST_LABEL), "", 5),
        (display_text(operator, limit=LONGEST_LABEL), "", 4),
        (waiting.get(connection.phase, ""), "italic" if connection.phase == "connecting" else "bold $error", 8),
    ]
    return [part for part in parts if part[0]]


def _fitting(parts: list[tuple[str, str, int]], room: int) -> Content:
    kept = list(parts)
    while len(kept) > 1 and _width(kept) > room:
        kept.remove(min(kept, key=lambda part: part[2]))
    pieces = [Content.styled(text, style) for text, style, _ in kept]
    return Content.styled(SEPARATOR, MUTED).join(pieces)


def _width(parts: list[tuple[str, str, int]]) -> int:
    return sum(cell_width(part[0]) for part in parts) + len(SEPARATOR) * (len(parts) - 1)
