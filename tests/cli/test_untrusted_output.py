"""In a real terminal: no control character of data reaches it, in tables, facts, JSON or sentences."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import SCRIPT, run
from tests.plain_sql import Database, value
from tests.terminal import Terminal

OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
"""What a terminal obeys, or shows nothing of; a line feed is the program's own."""

JOINED = re.compile("👩\u200d👩\u200d👧\u200d👦|🏳️\u200d🌈")
"""Pictures that are made of several by joiners; a joiner is kept there only."""

pytestmark = pytest.mark.usefixtures("demo")


def shown(*words: str, status: int = 0, columns: int = 400, lines: int = 1000) -> str:
    """What a command writes to a terminal that can do nothing but print: none of it may be obeyed."""
    with Terminal([str(SCRIPT), *words], columns=columns, lines=lines, environment={"TERM": "dumb"}) as terminal:
        assert terminal.wait() == status
        written = terminal.output.decode()
    text = written.replace("\r\n", "\n")
    assert OBEYED.findall(JOINED.sub("", text)) == []
    return text


def piped(*words: str) -> Any:
    return run(*words).json


def test_everybody_in_a_table() -> None:
    text = shown("search", "--demo", "--limit", "1000")
    assert "⟪U+202E⟫" in text
    assert "[bold]Bob[/bold]" in text


def test_everybody_as_json_which_means_the_same_as_in_a_pipe() -> None:
    words = ("search", "--demo", "--limit", "1000", "--json")
    text = shown(*words)
    assert "\\u202e" in text
    assert json.loads(text) == piped(*words)


@pytest.mark.parametrize(
    ("character", "mark"), [("\x1b", "␛"), ("\x9b", "⟪U+009B⟫"), ("\u202e", "⟪U+202E⟫")], ids=["ESC", "CSI", "RLO"]
)
def test_a_person_with_a_hostile_profile(database: Database, character: str, mark: str) -> None:
    person = value(
        database,
        "SELECT min(user_profile_id) FROM zulip.zerver_customprofilefieldvalue WHERE strpos(value, %s) > 0",
        character,
    )
    words = ("show", str(person), "--demo")
    assert mark in shown(*words)
    assert json.loads(shown(*words, "--json")) == piped(*words, "--json")


def test_a_hostile_status(database: Database) -> None:
    person = value(
        database, "SELECT min(user_profile_id) FROM zulip.zerver_userstatus WHERE strpos(status_text, chr(27)) > 0"
    )
    assert "␛[5mblinking" in shown("show", str(person), "--demo")


def test_a_footprint() -> None:
    assert "zerver_message" in shown("footprint", "66", "--demo")
    json.loads("".join(shown("footprint", "66", "--demo", "--json").rpartition("]\n")[:2]))


def test_hostile_places_in_results_differences_and_the_journal(tmp_path: Path) -> None:
    place = tmp_path / "a\x1b]0;title\x07b\u202ec"
    assert "␛]0;title␇b⟪U+202E⟫c" in shown("export", "66", "--demo", "--output", str(place))
    (place / "\x1b[2J\x9bextra\udcff").touch()
    assert "␛[2J⟪U+009B⟫extra" in shown("export", "verify", str(place), status=1)
    shown("export", "verify", str(place), "--json", status=1)
    assert "export.finished" in shown("journal")
    assert "\\u001b]0;title" in shown("journal", "--json")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("show", "\x1b[2J\x9b\u202e@example.org", "--demo"), 1),
        (("search", "\x1b[2J\x9b\u202e", "--demo"), 0),
        (("search", "--realm", "\x1b[2J\x9b\u202e", "--demo"), 0),
        (("search", "--role", "\x1b[2J\x9b\u202e", "--demo"), 2),
        (("\x1b[2J\x9b\u202e",), 2),
        (("doctor", "--install", "/\x1b[2J\x9b\u202e"), 1),
        (("export", "verify", "/\x1b[2J\x9b\u202e"), 1),
    ],
    ids=repr,
)
def test_what_was_pasted_is_repeated_harmlessly(words: tuple[str, ...], status: int) -> None:
    shown(*words, status=status)


def test_a_narrow_terminal_gets_a_narrow_table() -> None:
    with Terminal(
        [str(SCRIPT), "search", "--demo", "--realm", "acme", "--limit", "15"], columns=80, lines=40
    ) as terminal:
        assert terminal.wait() == 0
        header, *lines = [line for line in terminal.screen() if line]
    starts = [header.index(title) for title in ("address", "realm", "role", "state")]
    assert len(lines) == 16  # fifteen people, and how many there are
    for line in lines[:-1]:
        assert all(line[start - 2 : start].strip() == "" for start in starts)


def test_what_is_being_done_leaves_no_trace() -> None:
    with Terminal([str(SCRIPT), "footprint", "66", "--demo"], columns=120, lines=100) as terminal:
        assert terminal.wait() == 0
        screen = [line for line in terminal.screen() if line]
        assert b"Counting" in terminal.output
    plain = run("footprint", "66", "--demo")
    assert len(screen) == len(plain.stdout.splitlines()) + 1
    assert screen[-1] == plain.stderr.rstrip("\n")
