"""A real terminal for tests: a program on a pty, the keys it is sent, the bytes and the screen it made of them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

TIMEOUT = 20.0
"""Seconds after which a wait has failed; nothing is expected to come near it."""

UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]")
"""Sequences (kitty's keyboard protocol) of which pyte would draw the last letter."""

UNFINISHED = re.compile(rb"\x1b(\[[<=>?0-9;]*)?\Z")

POLL = 0.05
"""Seconds between two looks at whether the program has ended."""

KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ", "backspace": "\x7f", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "home": "\x1b[H",
    "end": "\x1b[F", "ctrl+c": "\x03", "ctrl+p": "\x10", "ctrl+q": "\x11",
}  # fmt: skip


class Terminal:
    """Run `command` in a terminal of `columns` by `lines` cells; a context manager that leaves nothing running.

    TERM is a true-colour xterm. `environment` is added to the process's own; None takes a variable away.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        self.output = b""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._drawn = 0
        self._master: int | None
        self._master, slave = pty.openpty()
        self.resize(columns, lines)
        # The shell leads a session without a terminal: the one it opens becomes its controlling terminal.
        launch = ["/bin/sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(slave), *command]
        # The size is the terminal's own, whatever those who run the tests in parallel have put into the environment.
        size: dict[str, str | None] = {"COLUMNS": None, "LINES": None}
        wanted = {**os.environ, **size, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})}
        given = {name: value for name, value in wanted.items() if value is not None}
        self.process = subprocess.Popen(launch, start_new_session=True, env=given)
        self._slave: int | None = slave  # kept open: without it, what a program wrote last could be lost with it

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, *keys: str) -> None:
        """Press keys: names of `KEYS`, or text to type."""
        assert self._master is not None
        os.write(self._master, "".join(KEYS.get(key, key) for key in keys).encode())

    def resize(self, columns: int, lines: int) -> None:
        """Change the window's size; the program is told by SIGWINCH."""
        assert self._master is not None
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._screen.resize(lines, columns)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def read_until(self, wanted: str | bytes | Callable[[], bool], timeout: float = TIMEOUT) -> None:
        """Read until text is on the screen, bytes are in the output, or a condition holds; fails after `timeout`."""
        deadline = time.monotonic() + timeout
        while not self._seen(wanted):
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"{wanted!r} did not come; the screen was:\n" + "\n".join(self.screen()))

    def read_quiet(self, seconds: float = 0.3, timeout: float = TIMEOUT) -> None:
        """Read until nothing has been written for `seconds`."""
        deadline = time.monotonic() + timeout
        while self._read(min(seconds, deadline - time.monotonic())):
            pass

    def wait(self, timeout: float = TIMEOUT) -> int:
        """Read until the program has ended; its exit status (negative: the signal that killed it)."""
        deadline = time.monotonic() + timeout
        while self._read(deadline - time.monotonic()):
            pass
        return self.process.wait(max(0.0, deadline - time.monotonic()))

    def screen(self) -> list[str]:
        """The lines of the screen as a person sees them now, without trailing spaces."""
        fresh = self.output[self._drawn :]
        begun = UNFINISHED.search(fresh)
        fresh = fresh[: begun.start()] if begun else fresh
        self._drawn += len(fresh)
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", fresh))
        return [line.rstrip() for line in self._screen.display]

    def hang_up(self) -> None:
        """Take the terminal away, as a lost SSH connection does: nothing can be read or sent any more."""
        self._close_descriptors()

    def close(self) -> None:
        """Hang up, and kill what does not go."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._close_descriptors()

    def _close_descriptors(self) -> None:
        for descriptor in (self._master, self._slave):
            if descriptor is not None:
                os.close(descriptor)
        self._master = self._slave = None

    def _seen(self, wanted: str | bytes | Callable[[], bool]) -> bool:
        if isinstance(wanted, bytes):
            return wanted in self.output
        if isinstance(wanted, str):
            return wanted in "\n".join(self.screen())
        return wanted()

    def _read(self, timeout: float) -> bool:
        """Take what the program has written; False where nothing came in time or nothing will."""
        deadline = time.monotonic() + timeout
        while self._master is not None:
            ended = self.process.poll() is not None
            left = 0.0 if ended else max(0.0, min(POLL, deadline - time.monotonic()))
            if select.select([self._master], [], [], left)[0]:
                self.output += os.read(self._master, 65536)
                return True
            if ended or time.monotonic() > deadline:
                return False
        return False
