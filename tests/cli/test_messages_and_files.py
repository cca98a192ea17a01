"""``show --section messages`` and ``files`` as processes, on the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.process import on
from tests.plain_sql import Database, column, value
from zulip_bridge.demo import DemoInstall

MARTA = "marta@example.org"


@pytest.fixture
def marta(database: Database) -> int:
    """Her id."""
    return int(value(database, "SELECT id FROM zulip.zerver_userprofile WHERE delivery_email = %s", MARTA))


def test_messages_are_the_newest_in_full(demo: DemoInstall, database: Database, marta: int) -> None:
    found = on(demo, "show", MARTA, "--section", "messages", "--limit", "1500", "--json").json
    assert found.keys() == {"person", "messages"}
    messages = found["messages"]
    sent = "SELECT content FROM zulip.zerver_message WHERE sender_id = %s ORDER BY id DESC LIMIT 1500"
    assert [each["content"] for each in messages["messages"]] == column(database, sent, marta)
    total = value(database, "SELECT count(*) FROM zulip.zerver_message WHERE sender_id = %s", marta)
    assert messages["total"] == {"count": total, "exact": True}
    assert (messages["kind"], messages["more"]) == ("sent", True)


def test_options_narrow_messages(demo: DemoInstall, database: Database, marta: int) -> None:
    words = ["--kind", "reacted", "--since", "2025-06-01", "--until", "2026-06-01T12:30", "--limit", "1000"]
    found = on(demo, "show", MARTA, "--section", "messages", *words, "--json").json["messages"]
    expected = column(
        database,
        """SELECT DISTINCT m.id FROM zulip.zerver_message m JOIN zulip.zerver_reaction r ON r.message_id = m.id
           WHERE r.user_profile_id = %s AND date_sent >= '2025-06-01Z' AND date_sent < '2026-06-01T12:30Z'
           ORDER BY 1 DESC""",
        marta,
    )
    assert [each["id"] for each in found["messages"]] == expected
    assert not found["more"]


def test_words_may_come_from_stdin(demo: DemoInstall) -> None:
    words = ("--section", "messages", "--text", "-", "--topic", "minutes", "--json")
    found = on(demo, "show", "-", *words, stdin=f"{MARTA}\nretention policy\n").json["messages"]
    assert found["filters"]["text"] == "retention policy"
    assert found["search"] == "full text"
    assert found["messages"]
    assert all("retention" in each["content"].lower() for each in found["messages"])


def test_a_table_for_reading(demo: DemoInstall) -> None:
    shown = on(demo, "show", MARTA, "--section", "messages", "--section", "files", "--limit", "3")
    assert shown.status == 0
    lines = shown.stdout.splitlines()
    assert "== messages" in lines
    assert "== files" in lines
    assert any(line.startswith("3 of 3,") and line.endswith("messages (sent)") for line in lines)


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--channel", "nowhere"], 1, "no channel nowhere"),
        (["--kind", "letters"], 2, "--kind is one of sent, direct"),
        (["--since", "yesterday"], 2, "yesterday is no day"),
        (["--limit", "0"], 2, "limit"),
    ],
)
def test_what_cannot_be_asked_is_told(demo: DemoInstall, words: list[str], status: int, sentence: str) -> None:
    shown = on(demo, "show", MARTA, "--section", "messages", *words)
    assert shown.status == status
    assert sentence in shown.stderr
    assert shown.stdout == ""


def test_files_and_pictures(demo: DemoInstall, database: Database, marta: int) -> None:
    found = on(demo, "show", MARTA, "--section", "files", "--limit", "1000", "--json").json["files"]
    paths = "SELECT path_id FROM zulip.zerver_attachment WHERE owner_id = %s ORDER BY id DESC"
    assert [each["path_id"] for each in found["uploads"]["files"]] == column(database, paths, marta)
    assert {each["stored"] for each in found["uploads"]["files"]} == {"there", "missing"}
    assert found["pictures"]["avatars"]
    assert found["pictures"]["emoji"]


def test_the_journal_has_the_kind_and_no_words(demo: DemoInstall, own_journal: Path) -> None:
    on(demo, "show", MARTA, "--section", "messages", "--kind", "direct", "--text", "retention policy")
    entries = [json.loads(line) for line in own_journal.read_bytes().splitlines()]
    entry = next(each for each in reversed(entries) if each["action"] == "person.messages")
    assert entry["parameters"] == {"kind": "direct", "filters": "text"}
    assert b"retention policy" not in own_journal.read_bytes()
