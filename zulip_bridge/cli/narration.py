"""What is told to the person, on stderr: sentences, and on a terminal a line that says what is being done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from zulip_bridge.api.calls import Progress

USUAL_COLUMNS = 80


class StatusLine:
    """One line at the bottom of a terminal that is written over; nothing where stderr is none."""

    def __init__(self) -> None:
        self._shown = False

    def say(self, sentence: str) -> None:
        """Show a sentence in place of the one before."""
        if _can_rewrite():
            _write(f"\r{display_text(sentence, limit=_columns() - 3)} …\x1b[K")
            self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._shown = False
            _write("\r\x1b[K")


status = StatusLine()
"""The only one: stderr has one last line."""


def narrate(sentence: str) -> None:
    """One line for the person."""
    status.clear()
    _write(display_text(sentence) + "\n")


def counted(number: int, noun: str) -> str:
    """``1 problem``, ``2 problems``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@contextmanager
def progress_bars() -> Iterator[Callable[[Progress], None]]:
    """A bar for each phase on a terminal, and nothing elsewhere."""
    if not _can_rewrite():
        yield lambda progress: None
        return
    from rich import progress as bars
    from rich.console import Console

    from zulip_bridge.amounts import out_of

    columns = (
        bars.TextColumn("{task.description:<10}", markup=False),
        bars.BarColumn(),
        bars.TextColumn("{task.fields[amount]}", markup=False),
        bars.TimeRemainingColumn(),
    )
    status.clear()
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as display:
        tasks: dict[str, bars.TaskID] = {}

        def show(progress: Progress) -> None:
            amount = out_of(progress)
            if progress.phase not in tasks:
                name = display_text(progress.phase)
                tasks[progress.phase] = display.add_task(name, total=progress.total, amount=amount)
            display.update(tasks[progress.phase], completed=progress.done, total=progress.total, amount=amount)

        yield show


def _can_rewrite() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_COLUMNS
    except OSError:
        return USUAL_COLUMNS


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
