"""An app that keeps its promises to the terminal: it shows no control characters, and leaves it as it found it.

What Textual 8.2 does by itself, and is changed here: escape sequences in data reach the terminal; an unhandled
exception prints local variables and ends with status 0; SIGTERM and SIGHUP end the process with the terminal
still in its alternate screen; a screenshot of people's data is one palette entry away.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.app import App, SystemCommand
from textual.events import DescendantFocus
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input, TextArea

from tui.crash import crash_report
from tui.net import ControlFilter

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that end the app in order; the exit status is 128 + the signal's number, as shells have it."""

PATIENCE = 10.0
"""Seconds that an orderly end after a signal may take; a thread that hangs must not keep the process alive."""

HANG_UP_SECONDS = 1.0
"""How often it is looked whether the terminal is still there; nothing is sent for it."""

GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL

PANIC = "zulip-steward stopped because its terminal could not be read any more."
STRAY = "A task in the background failed."
MAX_STRAY = 5


class SafeApp(App[int]):
    """Base of the app. Textual's own keys are kept: Ctrl+Q quits and Ctrl+P opens the palette from anywhere.

    `slow` spares the line: sixteen colours, no animation, no mouse. None: where the session came over SSH.
    """

    ENABLE_COMMAND_PALETTE = True
    SLOW_THEME: ClassVar[str] = "ansi-dark"
    """The theme on a slow line: the terminal's own colours take half the bytes."""

    _NET: ClassVar[LineFilter] = ControlFilter()

    def __init__(self, *, slow: bool | None = None) -> None:
        super().__init__()
        self.slow = bool(os.environ.get("SSH_CONNECTION")) if slow is None else slow
        self._faulty = False
        self._last_words: list[str] = []
        if self.slow:
            self.animation_level = "none"

    @property
    def exit_status(self) -> int:
        """The process's exit status: 1 after a fault, else what `exit` was called with."""
        return 1 if self._faulty else self.return_code or 0

    def on_mount(self) -> None:
        """Take the colours that suit the line."""
        if self.slow:
            self.theme = self.SLOW_THEME

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """An idle app sends nothing: no cursor blinks, also not in Textual's own palette."""
        if isinstance(event.widget, Input | TextArea):
            event.widget.cursor_blink = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, and last the net under untrusted text."""
        return [*super().get_line_filters(), self._NET]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette without "Screenshot", which writes an unencrypted picture of people's data to the disk."""
        return (command for command in super().get_system_commands(screen) if command.title != "Screenshot")

    def end_by_signal(self, number: signal.Signals) -> None:
        """Leave in order, as if asked to quit; the process ends even if something does not let go."""
        last_resort = threading.Timer(PATIENCE, os._exit, [128 + number])
        last_resort.daemon = True
        last_resort.start()
        self.exit(return_code=128 + number)

    def note_stray_fault(self, loop: asyncio.AbstractEventLoop | None, context: dict[str, Any]) -> None:
        """Handler of an event loop: keep where a fault happened that nobody waited for, not what it says."""
        error = context.get("exception")
        if isinstance(error, BaseException) and len(self._last_words) < MAX_STRAY:
            self._last_words.append(crash_report(error, sentence=STRAY))

    def panic(self, *renderables: RenderableType) -> None:
        """End the app without showing what it was given: Textual's reader thread hands a traceback here."""
        self._end_faulty(PANIC)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's hook for every unhandled exception; its own renders local variables."""
        if self._exception is None:  # tests wait for it
            self._exception = error
            self._exception_event.set()
        self._end_faulty(crash_report(error))

    def _fatal_error(self) -> None:
        """Textual's rendering of an exception with its local variables: never."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Textual's last words, once the terminal is restored: the report as plain text, or the exit message."""
        with contextlib.suppress(OSError):  # the terminal may be gone
            if not self._faulty:
                super()._print_error_renderables()
        self._exit_renderables.clear()
        self.say_last_words()

    def say_last_words(self) -> None:
        """Print the reports that have not been printed; for after the terminal is restored."""
        words, self._last_words = self._last_words, []
        with contextlib.suppress(OSError):
            for each in words:
                self.error_console.print(each, markup=False, highlight=False, soft_wrap=True)

    def _end_faulty(self, report: str) -> None:
        self._return_code = 1
        if not self._faulty:  # what goes wrong while a broken app is taken down says nothing new
            self._faulty = True
            self._last_words.insert(0, report)
        self._close_messages_no_wait()


def run(app: SafeApp, *, mouse: bool = False) -> int:
    """Run the app on the terminal until it ends; its exit status. On a slow line there is no mouse.

    Without the mouse the terminal keeps its own selection of text, and no motion goes over the wire.
    """
    try:
        return asyncio.run(_run(app, mouse=mouse and not app.slow))
    except Exception as error:  # noqa: BLE001 (the outermost boundary: Python itself would print the message)
        app.note_stray_fault(None, {"exception": error})
        return 1
    finally:
        app.say_last_words()  # what came to light after the app had ended


async def _run(app: SafeApp, *, mouse: bool) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(app.note_stray_fault)
    for number in SIGNALS:
        loop.add_signal_handler(number, app.end_by_signal, number)
    watch = asyncio.create_task(_end_when_hung_up(app, sys.__stdin__.fileno() if sys.__stdin__ else 0))
    try:
        await app.run_async(mouse=mouse)
    finally:
        watch.cancel()
        for number in SIGNALS:
            loop.remove_signal_handler(number)
    return app.exit_status


async def _end_when_hung_up(app: SafeApp, descriptor: int) -> None:
    """End the app when its terminal has gone without a SIGHUP: it was not our controlling terminal (``su -c``).

    Textual's reader would spin at the end of the file for ever, and the worker would stay with it.
    """
    terminal = select.poll()
    terminal.register(descriptor, 0)
    while not any(happened & GONE for _, happened in terminal.poll(0)):
        await asyncio.sleep(HANG_UP_SECONDS)
    app.end_by_signal(signal.SIGHUP)
