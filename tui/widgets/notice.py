"""The notice line: what went wrong, in a sentence, with the keys that lead out. It stays until it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui.shown import MUTED, shown

MOST_LINES = 4
GAP = "   "
MARKS = {"problem": ("✕", "bold $error"), "note": ("›", "bold $primary")}


@dataclass(frozen=True)
class Note:
    """A sentence (may hold untrusted text) and the way out: ``(key, words)`` pairs."""

    sentence: str
    ways: tuple[tuple[str, str], ...] = ()
    kind: Literal["problem", "note"] = "problem"


class Notice(Widget):
    """Shows a :class:`Note` above the keys; takes no room where there is none."""

    DEFAULT_CSS = """
    Notice { height: auto; padding: 0 1; background: $surface; display: none; }
    Notice.-shown { display: block; }
    """

    note: reactive[Note | None] = reactive(None, layout=True)

    def watch_note(self, note: Note | None) -> None:
        """Come and go."""
        self.set_class(note is not None, "-shown")

    def render(self) -> Content:
        """The sentence, wrapped, with the ways out at its end."""
        return Content("\n").join(self._lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """At most a few lines: the whole story is in the diagnostics."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        if self.note is None:
            return [Content("")]
        mark, style = MARKS[self.note.kind]
        pairs = [Content.assemble((key, "bold $primary"), " ", (words, MUTED)) for key, words in self.note.ways]
        ways = Content(GAP).join(pairs)
        lines = shown(self.note.sentence).wrap(max(10, width - 2))[:MOST_LINES]
        if ways and lines[-1].cell_length + len(GAP) + ways.cell_length <= width - 2:
            lines[-1] = Content.assemble(lines[-1], GAP, ways)
        elif ways:
            lines.append(ways)
        return [Content.assemble((mark, style), " ", lines[0]), *(Content.assemble("  ", line) for line in lines[1:])]
