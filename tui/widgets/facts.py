"""Facts in sections: a heading with its rule, then labels and values in two aligned columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui.shown import MUTED
from zulip_bridge.text import cell_width, pad

GAP = 2
WIDEST_LABEL = 22
NARROWEST_VALUE = 8


@dataclass(frozen=True)
class Fact:
    """A label (may be data), and the value as content that is safe to show; without a label it takes the line."""

    label: str
    value: Content


@dataclass(frozen=True)
class Section:
    """Facts under one heading."""

    title: str
    facts: tuple[Fact, ...]


class Facts(Widget):
    """Shows sections, as high as they are; the values of all in one column, or with ``apart`` of each in its own."""

    DEFAULT_CSS = """
    Facts { height: auto; width: 1fr; }
    """

    sections: reactive[tuple[Section, ...]] = reactive(())

    def __init__(
        self,
        sections: Sequence[Section] = (),
        *,
        apart: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._apart = apart
        self.set_reactive(Facts.sections, tuple(sections))

    def watch_sections(self) -> None:
        """Lay the screen out again only where the height becomes another."""
        if len(self._lines(self.content_size.width)) != self.content_size.height:
            self.refresh(layout=True)

    def render(self) -> Content:
        """All lines at the present width."""
        return Content("\n").join(self._lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the sections need at this width."""
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        common = 0 if self._apart else _column(*self.sections)
        lines: list[Content] = []
        for section in self.sections:
            if lines:
                lines.append(Content(""))
            lines.extend(section_lines(section, common or _column(section), width))
        return lines


def _column(*sections: Section) -> int:
    """The width of the labels' column."""
    widths = [cell_width(fact.label) for section in sections for fact in section.facts]
    return min(max(widths, default=0), WIDEST_LABEL)


def section_lines(section: Section, column: int, width: int) -> list[Content]:
    """A section laid out in ``width`` cells, with labels of ``column`` cells."""
    lines = [heading(section.title, width)] if section.title else []
    for fact in section.facts:
        lines.extend(_fact_lines(fact, column, width))
    return lines


def heading(title: str, width: int) -> Content:
    """A title and a rule to the end of the line."""
    rule = "─" * max(0, width - len(title) - 1)
    return Content.assemble((title, "bold"), " ", (rule, "$line"))


def _fact_lines(fact: Fact, column: int, width: int) -> list[Content]:
    if not fact.label:
        return fact.value.wrap(max(width, 1))
    room = max(width - column - GAP, NARROWEST_VALUE)
    values = fact.value.wrap(room) or [Content("")]
    first = Content.assemble((pad(fact.label, column), MUTED), " " * GAP, values[0])
    indent = " " * (column + GAP)
    return [first, *(Content.assemble(indent, line) for line in values[1:])]
