"""Small dialogs of the console: values for parameters, limits, a pick of a question, a name, a whole value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui import keys
from tui.console.results import plain
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown
from tui.widgets.pick_list import PickList
from zulip_bridge.api.query import Column
from zulip_bridge.text import cell_width, display_text

SHEETS: StyleSheets = ["dialog.tcss", "console_dialogs.tcss"]
LONGEST_SHOWN = 100_000
LABEL_WIDTH = 24
WIDTH, MARGINS = 110, 8
"""Cells of the list at the most, and of what is around its lines."""

NEXT: list[BindingType] = [
    Binding("right", "app.focus_next", "next", show=False, id="form.next", tooltip="Go to the next button"),
    Binding("left", "app.focus_previous", "before", show=False, id="form.before", tooltip="Go to the one before"),
]


@dataclass(frozen=True)
class Field:
    """Something to be entered: its name, what stands there, and what it is."""

    name: str
    value: str = ""
    hint: str = ""


class FormDialog(Dialog[dict[str, str]]):
    """Some fields and two buttons; answers with what was entered, by name."""

    CSS_PATH: ClassVar[StyleSheets] = SHEETS
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.EVERYWHERE, *NEXT]

    def __init__(self, title: str, fields: Sequence[Field], verb: str, *, lead: str = "") -> None:
        super().__init__()
        self._title = title
        self._fields = list(fields)
        self._verb = verb
        self._lead = lead

    def body(self) -> ComposeResult:
        """A line for each field."""
        if self._lead:
            yield Static(shown(self._lead), classes="lead")
        width = min(LABEL_WIDTH, max((cell_width(each.name) for each in self._fields), default=0)) + 2
        with VerticalScroll(id="fields", can_focus=False):
            for number, each in enumerate(self._fields):
                with Horizontal(classes="row"):
                    label = Static(shown(each.name, MUTED, limit=LABEL_WIDTH), classes="label")
                    label.styles.width = width
                    yield label
                    yield Input(each.value, compact=True, select_on_focus=False, id=f"f{number}", classes="entry")
                if each.hint:
                    hint = Static(shown(each.hint, MUTED), classes="hint")
                    hint.styles.padding = (0, 0, 0, width)
                    yield hint
        yield Static(id="objection", classes="objection")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content(f"[ {self._verb} ]"), id="go", compact=True)

    def on_mount(self) -> None:
        """Name the frame."""
        self.query_one("#frame").border_title = Content(display_text(self._title, limit=60))

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return {each.name: self.query_one(f"#f{number}", Input).value for number, each in enumerate(self._fields)}

    def objection(self) -> str:
        """Why this will not do; empty where it will. For subclasses."""
        return ""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on, and from the last field ends it."""
        event.stop()
        if event.input.id == f"f{len(self._fields) - 1}":
            self._go()
        else:
            self.app.action_focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        if event.button.id == "go":
            self._go()
        else:
            self.dismiss(None)

    def _go(self) -> None:
        trouble = self.objection()
        self.query_one("#objection", Static).update(shown(f"✕ {trouble}" if trouble else "", "bold $error"))
        if not trouble:
            self.dismiss(self.values)


class LimitsDialog(FormDialog):
    """How many rows at the most, and how long a statement may take."""

    ROWS, SECONDS = "rows at the most", "seconds at the most"

    def __init__(self, limit: int | None, timeout_ms: int) -> None:
        fields = [
            Field(self.ROWS, "" if limit is None else str(limit), "empty: no limit; rows are fetched as you scroll"),
            Field(self.SECONDS, f"{timeout_ms / 1000:g}", "for each step of PostgreSQL; 0 for none"),
        ]
        super().__init__("Limits", fields, "Set")

    @staticmethod
    def read(values: dict[str, str]) -> tuple[int | None, int]:
        """Rows and milliseconds; ValueError for what is no number."""
        rows = values[LimitsDialog.ROWS].replace(",", "").strip()
        seconds = float(values[LimitsDialog.SECONDS] or 0)
        limit = int(rows) if rows else None
        if seconds < 0 or seconds > 86_400 or (limit is not None and limit < 1):
            raise ValueError
        return limit, round(seconds * 1000)

    def objection(self) -> str:
        """Both are numbers."""
        try:
            self.read(self.values)
        except ValueError:
            return "These are not numbers that will do."
        return ""


class WordsDialog(Dialog[bool]):
    """Something that is not done unless its words are typed; answers True where they were."""

    CSS_PATH: ClassVar[StyleSheets] = SHEETS
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.EVERYWHERE]

    def __init__(self, title: str, sentences: Sequence[str], words: str, verb: str) -> None:
        super().__init__()
        self._title = title
        self._sentences = sentences
        self._words = words
        self._verb = verb

    def body(self) -> ComposeResult:
        """Why, the words, an input, two buttons."""
        for sentence in self._sentences:
            yield Static(shown(sentence), classes="lead")
        yield Static(Content.assemble("Type ", (display_text(self._words), "bold $warning"), " to go on:"))
        yield Input(compact=True, select_on_focus=False, classes="entry")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content(f"[ {self._verb} ]"), id="go", compact=True, disabled=True)

    def on_mount(self) -> None:
        """Name the frame."""
        self.query_one("#frame").border_title = Content(display_text(self._title, limit=60))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The button works when the words are there."""
        event.stop()
        self.query_one("#go", Button).disabled = event.value != self._words

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the buttons."""
        event.stop()
        self.query_one("#go" if event.value == self._words else "#cancel", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.button.id == "go")


@dataclass(frozen=True)
class Choice:
    """A line to pick: a name, words beside it, and what else it is found by."""

    name: str
    words: str
    also: str = ""


class PickDialog(Dialog[int]):
    """A list narrowed by typing; answers with the index of the choice."""

    CSS_PATH: ClassVar[StyleSheets] = SHEETS
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.EVERYWHERE]

    def __init__(self, title: str, choices: Sequence[Choice], *, nothing: str) -> None:
        super().__init__()
        self._title = title
        self._choices = list(choices)
        self._found: list[int] = []
        self._nothing = nothing

    def body(self) -> ComposeResult:
        """The list."""
        yield PickList("type to find")
        yield Static(id="objection", classes="objection")

    def on_mount(self) -> None:
        """List everything."""
        self.query_one("#frame").border_title = Content(display_text(self._title, limit=60))
        self._show("")

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Narrow it down."""
        event.stop()
        self._show(event.text)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """Answer."""
        event.stop()
        self.dismiss(self._found[event.index])

    def _show(self, text: str) -> None:
        words = text.casefold().split()
        self._found = [
            index
            for index, each in enumerate(self._choices)
            if all(word in f"{each.name} {each.words} {each.also}".casefold() for word in words)
        ]
        width = min(26, max((len(each.name) for each in self._choices), default=0)) + 2
        self.query_one(PickList).show([self._line(self._choices[index], width) for index in self._found])
        self.query_one("#objection", Static).update(
            Content.styled("" if self._found else self._nothing if not self._choices else "Nothing matches.", MUTED)
        )

    def _line(self, choice: Choice, width: int) -> Content:
        name = display_text(choice.name, limit=width - 2).ljust(width)
        room = min(self.app.size.width, WIDTH) - width - MARGINS
        return Content.assemble((name, "bold"), display_text(choice.words, limit=max(10, room)))


class ValueDialog(Dialog[None]):
    """One value, whole: JSON with its structure, rendered messages as text."""

    CSS_PATH: ClassVar[StyleSheets] = SHEETS
    AUTO_FOCUS = "#value"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("enter", "leave", "close", show=False, id="value.close", tooltip="Close it"),
        Binding("y", "copy", "copy", id="value.copy", tooltip="Copy the value as it is"),
        Binding("t", "turn", "as it is/readable", id="value.turn", tooltip="Show it as it is stored, or readable"),
    ]

    def __init__(self, column: Column, value: Any, length: int | None) -> None:
        super().__init__()
        self._column = column
        self._value = value
        self._length = length
        self._readable = True

    def body(self) -> ComposeResult:
        """The text, to scroll."""
        with VerticalScroll(id="value"):
            yield Static(id="text")

    def on_mount(self) -> None:
        """Show it."""
        about = " · ".join(filter(None, [self._column.name, self._column.type, self._column.source]))
        self.query_one("#frame").border_title = Content(display_text(about, limit=90))
        self._show()

    def action_copy(self) -> None:
        """Copy it as it is stored."""
        self.steward_app.copy(plain(self._value), "The value was")

    def action_turn(self) -> None:
        """The other way."""
        self._readable = not self._readable
        self._show()

    def _show(self) -> None:
        text = readable(self._value, self._column) if self._readable else plain(self._value)
        length = self._length or len(text)
        cut = f"\n… ({length:,} characters in all; save the result to a file for the rest)"
        more = cut if self._length or len(text) > LONGEST_SHOWN else ""
        self.query_one("#text", Static).update(Content(display_text(text[:LONGEST_SHOWN], newlines="keep") + more))


def readable(value: Any, column: Column) -> str:
    """A value for reading: JSON with its structure, HTML as text."""
    text = plain(value)
    if isinstance(value, list | dict) or text[:1] in "[{":
        try:
            return json.dumps(json.loads(text) if isinstance(value, str) else value, indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            return text
    if column.name.endswith("rendered_content") or column.source.endswith(".rendered_content"):
        return html_text(text)
    return text


def html_text(html: str) -> str:
    """The text of a rendered message: paragraphs as lines, addresses of links behind them."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return "".join(parser.pieces).strip()


class _Text(HTMLParser):
    BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "blockquote", "pre", "table", "tr", "h1", "h2", "h3", "h4"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Lines, and what pictures are called."""
        names = dict(attrs)
        if tag == "br" or (tag in self.BLOCKS and self.pieces and not self.pieces[-1].endswith("\n")):
            self.pieces.append("\n")
        if tag == "li":
            self.pieces.append("- ")
        if tag == "a":
            self._links.append(names.get("href") or "")
        if tag == "img":
            self.pieces.append(f"[{names.get('alt') or names.get('src') or 'picture'}]")

    def handle_endtag(self, tag: str) -> None:
        """Where a link leads, if its text does not say so."""
        if tag == "a" and self._links:
            address = self._links.pop()
            if address and (not self.pieces or address not in self.pieces[-1]):
                self.pieces.append(f" ({address})")
        if tag in self.BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """The text."""
        self.pieces.append(data)
