"""Nothing from the database is obeyed by a terminal: the command line in a real one, with the demo's hostile data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.process import SCRIPT
from tests.plain_sql import Database, column
from tests.terminal import Terminal
from zulip_bridge.demo import DemoInstall

OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
"""Controls but TAB, LF, CR and ESC; ESC is looked at by itself, as our own narration uses a few sequences."""
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[KmhlABCDGJ]")


def printed(demo: DemoInstall, *words: str) -> str:
    """All that a command writes to its terminal, without the sequences of our own progress line."""
    with Terminal([str(SCRIPT), *words, "--install", str(demo.path)], columns=200, lines=60) as terminal:
        assert terminal.wait(60) in (0, 1)
        return OWN_SEQUENCES.sub("", terminal.output.decode("utf-8", "replace"))


@pytest.fixture
def hostile_people(database: Database) -> list[int]:
    """People whose name, status or profile holds a control, bidi or zero-width character."""
    found: list[int] = column(
        database,
        """
        SELECT id FROM zulip.zerver_userprofile WHERE full_name ~ '[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]'
        UNION SELECT user_profile_id FROM zulip.zerver_customprofilefieldvalue
              WHERE value ~ '[\\x01-\\x08\\x0b-\\x1f\\x7f-\\x9f]' OR value ~ '[\u202a-\u202e]'
        UNION SELECT user_profile_id FROM zulip.zerver_userstatus WHERE status_text ~ '[\\x01-\\x1f\\x7f-\\x9f]'
        ORDER BY 1
        """,
    )
    assert found
    return found


@pytest.mark.parametrize("json", [(), ("--json",)], ids=["table", "json"])
def test_a_listing_of_everybody(demo: DemoInstall, json: tuple[str, ...]) -> None:
    text = printed(demo, "search", "--limit", "1000", *json)
    assert OBEYED.findall(text) == []
    assert "\x1b" not in text


@pytest.mark.parametrize("json", [(), ("--json",)], ids=["text", "json"])
def test_each_hostile_person(demo: DemoInstall, hostile_people: list[int], json: tuple[str, ...]) -> None:
    for person in hostile_people[:6]:
        text = printed(demo, "show", str(person), *json)
        assert OBEYED.findall(text) == []
        assert "\x1b" not in text


def test_what_the_operator_typed_is_not_obeyed_either(demo: DemoInstall) -> None:
    text = printed(demo, "show", "\x1b]52;c;SEVMTE8=\x07@example.org")
    assert "\x1b" not in text
    assert "␛" in text


def test_marks_stand_where_the_dangerous_was(demo: DemoInstall, hostile_people: list[int], tmp_path: Path) -> None:
    shown = "".join(printed(demo, "show", str(person)) for person in hostile_people[:6])
    assert "⟪U+" in shown or "␛" in shown
