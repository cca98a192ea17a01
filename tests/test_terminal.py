"""The terminal that other tests look through shows what a program writes, and tells how it ended."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.terminal import Terminal

ECHO = """
import os, shutil, signal, sys
def show(*_):
    print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, show)
print("tty", sys.stdin.isatty(), sys.stdout.isatty(), sys.stderr.isatty())
show()
for line in sys.stdin:
    print("\\x1b[2J\\x1b[Hgot", line.strip(), flush=True)
    if line.strip() == "leave":
        sys.exit(7)
"""


def test_it_is_a_terminal_of_the_size_asked_for() -> None:
    with Terminal([sys.executable, "-c", ECHO], columns=101, lines=31) as terminal:
        terminal.read_until("tty True True True")
        terminal.read_until("size 101 31")
        terminal.resize(120, 40)
        terminal.read_until("size 120 40")
        assert len(terminal.screen()) == 40


def test_keys_go_in_and_the_screen_comes_back() -> None:
    with Terminal([sys.executable, "-c", ECHO]) as terminal:
        terminal.send("hello", "enter")
        terminal.read_until(b"got hello")
        assert terminal.screen()[0] == "got hello"
        terminal.send("leave", "enter")
        assert terminal.wait() == 7


def test_sequences_cut_in_two_and_those_of_newer_terminals_leave_nothing_on_the_screen() -> None:
    pieces = [b"a\x1b[", b"<1", b"ub\x1b[>5u", b"\x1b[?2026$pc"]
    code = f"import os, tty; tty.setraw(0); [(os.write(1, each), os.read(0, 1)) for each in {pieces}]"
    with Terminal([sys.executable, "-c", code]) as terminal:
        for piece in pieces:
            terminal.read_until(piece)
            terminal.screen()
            terminal.send("enter")
        assert terminal.wait() == 0
        assert terminal.screen()[0] == "abc"


def test_what_does_not_come_fails_with_the_screen() -> None:
    with Terminal(["/bin/echo", "something else"]) as terminal, pytest.raises(AssertionError, match="something else"):
        terminal.read_until("never")


def test_a_signal_and_a_hang_up_end_a_program() -> None:
    with Terminal(["/bin/sleep", "60"]) as terminal:
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == -signal.SIGTERM
    with Terminal([sys.executable, "-c", ECHO]) as terminal:
        terminal.read_until("size")
        terminal.hang_up()
        assert terminal.wait() in (-signal.SIGHUP, 0)


def test_nothing_is_left_running() -> None:
    with Terminal(["/bin/sleep", "60"]) as terminal:
        process = terminal.process
    assert process.returncode == -signal.SIGKILL
