"""Completion of ``edit``'s fields, as a shell asks for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from zulip_bridge.api.changes import FIELDS, ONE_OFF, ChangeError, parse_change


def completed(*words: str) -> list[str]:
    """What fish would offer for the last word."""
    asked = {
        "_ZULIP_STEWARD_COMPLETE": "fish_complete",
        "COMP_WORDS": " ".join(["zulip-steward", *words]),
        "COMP_CWORD": words[-1],
    }
    done = subprocess.run(
        [sys.executable, "-c", "from tui.main import main; import sys; sys.argv[0] = 'zulip-steward'; main()"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [line.split(",", 1)[1].split("\t")[0] for line in done.stdout.splitlines() if line]


def test_every_field_and_every_word_is_offered() -> None:
    offered = completed("edit", "anna@example.org", "")
    assert {f"{name}=" for name in FIELDS} <= set(offered)
    assert set(ONE_OFF) <= set(offered)
    assert {"group:+", "channel:-", "setting:", "profile:", "deactivate"} <= set(offered)


def test_what_is_begun_is_completed() -> None:
    assert completed("edit", "anna@example.org", "ful") == ["full_name="]
    assert completed("edit", "anna@example.org", "role=m") == ["role=moderator", "role=member"]
    assert completed("edit", "anna@example.org", "visibility=a") == ["visibility=administrators"]
    assert completed("edit", "anna@example.org", "full_name=") == []


def test_what_was_given_is_not_offered_again() -> None:
    assert "role=" not in completed("edit", "anna@example.org", "role=guest", "")


@pytest.mark.parametrize(
    "word", ["role=member", "active=no", "can_forge_sender=yes", "end-sessions", "remove-avatar"]
)
def test_what_is_offered_is_understood(word: str) -> None:
    assert word in completed("edit", "7", word)
    try:
        parse_change(word)
    except ChangeError as error:
        pytest.fail(str(error))
