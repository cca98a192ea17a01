"""The real program in a real terminal: hostile people are shown and not obeyed, and nothing is left behind."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.terminal import Terminal
from tests.tui.test_safe_app import OBEYED, RESTORED, WRITTEN_BY_TEXTUAL

MOST_PEOPLE = 8
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'zulip-steward:%'"


def start(
    install: Path,
    *options: str,
    columns: int = 120,
    lines: int = 40,
    environment: dict[str, str | None] | None = None,
) -> Terminal:
    """The command as it is installed, on an install."""
    return Terminal(
        [sys.executable, "-c", "from tui.main import main; main()", "--install", str(install), *options],
        columns=columns,
        lines=lines,
        environment={"SSH_CONNECTION": None, **(environment or {})},
    )


def hostile_people(database: psycopg.Connection[Any]) -> list[int]:
    """Ids of accounts whose names, profile values or statuses a terminal would obey, or markup would."""
    rows = database.execute(
        "SELECT u.id, concat(full_name, string_agg(v.value, ''), string_agg(s.status_text, ''))"
        " FROM zerver_userprofile u LEFT JOIN zerver_customprofilefieldvalue v ON v.user_profile_id = u.id"
        " LEFT JOIN zerver_userstatus s ON s.user_profile_id = u.id GROUP BY u.id ORDER BY u.id"
    ).fetchall()
    obeyed = [person for person, text in rows if OBEYED.search(text.replace("\n", " "))]
    marked_up = [person for person, text in rows if "[/" in text]
    return obeyed[:MOST_PEOPLE] + marked_up[:2]


@pytest.mark.parametrize("option", ["--no-slow", "--slow"])
def test_hostile_people_are_shown_and_not_obeyed(
    install: Path, database: psycopg.Connection[Any], option: str
) -> None:
    people = hostile_people(database)
    assert len(people) > MOST_PEOPLE // 2
    with start(install, option) as terminal:
        terminal.read_until(" accounts · by name")
        for person in people:
            terminal.send("/", "\x15", str(person))
            terminal.read_until(f"· id {person}")
            terminal.read_until("Credentials")
            terminal.send("enter")
            terminal.read_until("1 Overview")
            terminal.send("7")
            terminal.read_until("places without any")
            terminal.send("escape")
            terminal.read_until("exact matches first")
        terminal.send("escape")
        terminal.read_until("space mark")
        terminal.send("d")
        terminal.read_until("What went wrong")
        terminal.read_quiet()
        terminal.send("ctrl+q")
        assert terminal.wait() == 0
        written = terminal.output.decode()
    assert "⟪U+" in written or "␛" in written  # what would have been obeyed is there, as marks
    assert OBEYED.findall(WRITTEN_BY_TEXTUAL.sub("", written)) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_and_ends_the_worker(
    install: Path, database: psycopg.Connection[Any], number: signal.Signals
) -> None:
    def sessions() -> int:
        (count,) = database.execute(SESSIONS).fetchone() or (0,)
        return int(count)

    with start(install) as terminal:
        terminal.read_until(" accounts · by name")
        assert sessions() > 0
        terminal.signal(number)
        assert terminal.wait() == 128 + number
        assert RESTORED in terminal.output
    assert sessions() == 0


def test_idle_sends_nothing(install: Path) -> None:
    with start(install, columns=80, lines=24) as terminal:
        terminal.read_until(" accounts · by name")
        terminal.read_quiet(1.0)
        before = len(terminal.output)
        terminal.read_quiet(2.5)
        assert len(terminal.output) == before


def test_a_slow_line_gets_sixteen_colours_and_few_bytes(install: Path) -> None:
    with start(install, "--slow", columns=80, lines=24) as slow:
        slow.read_until(" accounts · by name")
        slow.read_quiet()
    assert b"38;2;" not in slow.output
    assert b"48;2;" not in slow.output
    with start(install, "--no-slow", columns=80, lines=24) as fast:
        fast.read_until(" accounts · by name")
        fast.read_quiet()
    assert b"38;2;" in fast.output
    assert len(slow.output) < len(fast.output)


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": ""}, {"TERM": "vt100", "COLORTERM": ""}]
)
def test_modest_terminals_show_the_same_words(install: Path, environment: dict[str, str | None]) -> None:
    with start(install, columns=80, lines=24, environment=environment) as terminal:
        terminal.read_until("WRITE")
        terminal.read_until(" accounts · by name")
        terminal.send("maria lopez")
        terminal.read_until("exact matches first")
        terminal.send("ctrl+q")
        assert terminal.wait() == 0


def test_a_size_that_changes_is_followed(install: Path) -> None:
    with start(install, columns=120, lines=40) as terminal:
        terminal.read_until("Credentials")
        terminal.resize(80, 24)
        terminal.read_until(lambda: "Credentials" not in "\n".join(terminal.screen()))
        terminal.resize(60, 15)
        terminal.read_quiet()
        terminal.resize(120, 40)
        terminal.read_until("Credentials")


def test_keys_that_arrive_together_have_their_effect_in_order(install: Path) -> None:
    with start(install, columns=80, lines=24) as terminal:
        terminal.read_until(" accounts · by name")
        terminal.send("escape")
        terminal.read_until("space mark")
        terminal.send("/jxd")  # as one packet: each but the first would do something else in the list
        terminal.read_until("/ jxd")
        terminal.send("/\x15marta heavy\r")
        terminal.read_until("marta@example.org")
        terminal.read_until("1 Overview")
