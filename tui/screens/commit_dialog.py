"""What a write has done, before anybody else sees it: commit, or roll back. Time rolls back."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui import keys
from tui.console.results import cell
from tui.screens.console_dialogs import NEXT, SHEETS
from tui.screens.dialog import Dialog, StyleSheets
from tui.shown import MUTED, shown, shown_lines
from tui.wording import counted
from zulip_bridge.api.writing import Sample, WriteTried
from zulip_bridge.text import display_text

WIDEST = 48


class CommitDialog(Dialog[bool]):
    """Answers True for commit, False for roll back; None where the time was over."""

    CSS_PATH: ClassVar[StyleSheets] = SHEETS
    AUTO_FOCUS = "#roll-back"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        *NEXT,
        Binding("escape", "leave", "roll back", key_display="esc", id="commit.leave", tooltip="Roll it back"),
        Binding("up", "scroll(-1)", "up", show=False, id="commit.up", tooltip="Scroll up"),
        Binding("down", "scroll(1)", "down", show=False, id="commit.down", tooltip="Scroll down"),
        Binding("pageup", "scroll(-10)", "page up", show=False, id="commit.page_up", tooltip="Scroll a page up"),
        Binding("pagedown", "scroll(10)", "page down", show=False, id="commit.page_down", tooltip="Scroll a page"),
    ]

    clock = staticmethod(time.monotonic)
    """Seconds, from wherever."""

    def __init__(self, tried: WriteTried, server: str) -> None:
        super().__init__()
        self._tried = tried
        self._server = server
        self._deadline = self.clock() + tried.hold_ms / 1000

    def body(self) -> ComposeResult:
        """What was done, the clock, the two buttons."""
        with VerticalScroll(id="tried", can_focus=False):
            yield Static(Content("\n").join(_lines(self._tried)), id="text")
        yield Static(id="clock")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Roll back ]"), id="roll-back", compact=True)
            yield Button(Content("[ Commit ]"), id="commit", compact=True)

    def on_mount(self) -> None:
        """Name the frame, start the clock."""
        words = f"{display_text(self._tried.command, limit=30)} on {display_text(self._server, limit=40)}"
        self.query_one("#frame").border_title = Content(f"◆ {words} · not committed ◆")
        self._tick()
        self.set_interval(1, self._tick)

    def _tick(self) -> None:
        left = max(0, math.ceil(self._deadline - self.clock()))
        words = f"Rolled back by itself in {left} s. Until then the rows are locked."
        self.query_one("#clock", Static).update(Content.styled(words, "bold $warning"), layout=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll what was done; the focus stays on the buttons."""
        self.query_one("#tried", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Esc rolls back."""
        self.dismiss(False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.button.id == "commit")


def _lines(tried: WriteTried) -> Iterator[Content]:
    if tried.rows is not None:
        yield Content.styled(f"{counted(tried.rows, 'row')} affected", "bold")
    for effect in tried.effects:
        rows = "" if effect.rows is None else f"  {counted(effect.rows, 'row')}"
        yield shown(f"{effect.verb} {effect.table}{rows}")
    for each in tried.samples:
        yield Content("")
        yield from _sample_lines(each)
    if tried.columns:
        yield Content("")
        yield Content.styled("It returned:", MUTED)
        for row in tried.returned[:10]:
            pairs = zip(tried.columns, row, strict=True)
            yield shown(" · ".join(f"{column.name} {cell(value, WIDEST)}" for column, value in pairs))
        if tried.more or len(tried.returned) > 10:
            yield Content.styled("… and more", MUTED)
    for text in filter(None, (tried.printed.rstrip(), tried.shown)):
        yield Content("")
        yield shown_lines(text)
    yield Content("")
    for note in tried.notes:
        yield shown(note, MUTED)


def _sample_lines(sample: Sample) -> Iterator[Content]:
    title = f"{sample.table}: {'all of them' if sample.complete else 'a sample'}"
    yield Content.styled(display_text(title, limit=80), "bold $accent")
    names = [each.name for each in sample.columns]
    for change in sample.rows:
        row = change.after or change.before or []
        head = f"{names[0]} {cell(row[0], WIDEST)}"
        if change.before is None or change.after is None:
            sign, style, word = ("+", "$success", "new") if change.before is None else ("-", "$error", "gone")
            values = " · ".join(f"{name} {cell(value, 24)}" for name, value in zip(names[1:], row[1:], strict=True))
            yield Content.assemble((f"{sign} {word} ", f"bold {style}"), shown(f"{head} · {values}"))
            continue
        yield shown(f"  {head}")
        for name, old, new in zip(names, change.before, change.after, strict=True):
            if old != new:
                arrow = Content.assemble((cell(old, WIDEST), "$error"), " → ", (cell(new, WIDEST), "bold $success"))
                yield Content.assemble("    ", (display_text(name, limit=30), MUTED), " ", arrow)
