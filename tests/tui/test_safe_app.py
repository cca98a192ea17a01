"""In a real terminal: data is shown and never obeyed, and whatever ends the app, the terminal is given back."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input

from tests.terminal import Terminal
from tests.tui.apps import SECRET, CrashApp, QuietApp
from tui.safe_app import SafeApp

RESTORED = b"\x1b[?1049l"
MOUSE = (b"\x1b[?1000h", b"\x1b[?1003h")
WRITTEN_BY_TEXTUAL = re.compile(r"\x1b\[[0-9;<>=?$]*[a-zA-Z]|\x1b\]22;[a-z-]*(\x07|\x1b\\)")
"""Control sequences, and the one that sets the shape of the mouse pointer."""

OBEYED = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def start(name: str, *options: str, environment: Mapping[str, str | None] | None = None) -> Terminal:
    return Terminal(
        [sys.executable, "-m", "tests.tui.apps", name, *options],
        columns=120,
        lines=40,
        environment={"SSH_CONNECTION": None, **(environment or {})},
    )


@pytest.mark.parametrize("option", ["--fast", "--slow"])
def test_no_escape_sequence_of_data_reaches_the_terminal(option: str) -> None:
    with start("hostile", option) as terminal:
        for words in ("static", "label", "input", "area", "option", "row", "toast", "head"):
            terminal.read_until(words)
        terminal.read_quiet()
        terminal.send("ctrl+q")
        assert terminal.wait() == 0
        seen = terminal.output.decode()
    assert "SEVMTE8=" in seen  # it is there, as text
    assert OBEYED.findall(WRITTEN_BY_TEXTUAL.sub("", seen)) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    with start("quiet", "--fast", "--mouse") as terminal:
        terminal.read_until("ready")
        terminal.signal(number)
        assert terminal.wait() == 128 + number
        assert RESTORED in terminal.output
        assert terminal.output.rindex(b"\x1b[?25h") > terminal.output.rindex(b"\x1b[?25l")
        assert terminal.output.rindex(b"\x1b[?1003l") > terminal.output.rindex(b"\x1b[?1003h")


def test_a_thread_that_hangs_keeps_neither_the_terminal_nor_the_process() -> None:
    with start("stuck") as terminal:
        terminal.read_until("ready")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 128 + signal.SIGTERM
        assert RESTORED in terminal.output


@pytest.mark.parametrize("name", ["quiet", "stuck"])
def test_a_lost_connection_leaves_no_process(name: str) -> None:
    with start(name) as terminal:
        terminal.read_until("ready")
        terminal.hang_up()
        assert terminal.wait() == 128 + signal.SIGHUP


def test_a_terminal_that_goes_without_a_signal_ends_it_too() -> None:
    """As under ``su -c``, where the terminal is not the controlling one: nobody sends SIGHUP to the app."""
    with Terminal(["setsid", "--wait", sys.executable, "-m", "tests.tui.apps", "quiet"]) as terminal:
        terminal.read_until("ready")
        outer = terminal.process.pid
        (app,) = Path(f"/proc/{outer}/task/{outer}/children").read_text().split()
        terminal.hang_up()
        deadline = time.monotonic() + 20
        while Path(f"/proc/{app}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not Path(f"/proc/{app}").exists()


@pytest.mark.parametrize("key", ["h", "w", "t", "r", "p", "m"])
def test_a_fault_prints_no_value_and_ends_with_status_1(key: str) -> None:
    with start("crash") as terminal:
        terminal.read_until("ready")
        terminal.send(key)
        assert terminal.wait() == 1
    said = terminal.output.split(RESTORED, 1)[1]
    assert b"zulip-steward stopped because of" in said or b"could not be read" in said
    assert SECRET.encode() not in terminal.output
    assert b"example.org" not in terminal.output


def test_a_fault_says_where_it_happened() -> None:
    with start("crash") as terminal:
        terminal.read_until("ready")
        terminal.send("h")
        terminal.wait()
    said = terminal.output.split(RESTORED, 1)[1].decode()
    assert said.count("zulip-steward stopped") == 1
    assert "builtins.ValueError" in said
    assert "caused by: builtins.KeyError" in said
    assert re.search(r"  __main__:\d+ in action_handler", said)


def test_a_fault_that_nobody_waited_for_is_told_without_values() -> None:
    with start("crash") as terminal:
        terminal.read_until("ready")
        terminal.send("s")
        assert terminal.wait() == 0
    said = terminal.output.split(RESTORED, 1)[1].decode()
    assert "A task in the background failed." in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("option", "environment", "slow"),
    [
        ("--fast", {"SSH_CONNECTION": "192.0.2.7 50123 192.0.2.1 22"}, False),
        ("--auto", {"SSH_CONNECTION": "192.0.2.7 50123 192.0.2.1 22"}, True),
        ("--auto", {}, False),
        ("--slow", {}, True),
    ],
)
def test_a_slow_line_has_no_mouse_and_the_terminals_own_colours(
    option: str, environment: dict[str, str | None], slow: bool
) -> None:
    with start("quiet", option, "--mouse", environment=environment) as terminal:
        terminal.read_until("ready")
        terminal.read_quiet()
        assert (MOUSE[0] in terminal.output) is not slow
        assert (MOUSE[1] in terminal.output) is not slow
        assert (b"8;2;" in terminal.output) is not slow


def test_an_idle_app_sends_nothing() -> None:
    with start("quiet") as terminal:
        terminal.read_until("ready")
        terminal.read_quiet(1.0)
        before = len(terminal.output)
        terminal.read_quiet(1.5)
        assert len(terminal.output) == before


def test_the_mouse_over_a_table_repaints_nothing() -> None:
    motion = [f"\x1b[<35;{column};10M" for column in range(5, 105)]
    with start("table", "--fast", "--mouse") as terminal:
        terminal.read_until("Person 30")
        terminal.send(*motion)
        terminal.read_quiet(1.0)  # the scrollbar takes notice once
        before = len(terminal.output)
        terminal.send(*motion, "down")
        terminal.read_until("▸  Person 1 ")
        assert len(terminal.output) - before < 2_000


async def test_the_palette_has_no_screenshot() -> None:
    app = QuietApp(slow=False)
    async with app.run_test():
        titles = {command.title for command in app.get_system_commands(app.screen)}
        textual = {command.title for command in App.get_system_commands(app, app.screen)}
    assert textual - titles == {"Screenshot"}
    assert {"Quit", "Keys", "Theme"} <= titles


async def test_no_cursor_blinks_in_the_palette_either() -> None:
    app = QuietApp(slow=False)
    async with app.run_test() as pilot:
        assert not app.query_one(Input).cursor_blink
        await pilot.press("ctrl+p")
        assert not app.screen.query_one(Input).cursor_blink


async def test_a_test_still_sees_the_fault_itself() -> None:
    app = CrashApp(slow=False)
    with pytest.raises(ValueError, match="no such person"):
        async with app.run_test() as pilot:
            await pilot.press("h")
    assert app.exit_status == 1


def test_what_is_overridden_is_still_there_to_override() -> None:
    for name in ("_handle_exception", "_fatal_error", "_print_error_renderables", "panic", "get_line_filters"):
        assert callable(getattr(App, name))
        assert name in vars(SafeApp)
    assert callable(App._close_messages_no_wait)
