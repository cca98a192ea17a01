"""``erase``, ``residue``, ``messages`` and ``files`` as processes."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.process import on
from tests.plain_sql import Database, column, value
from tests.scratch import make_scratch
from zulip_bridge.demo import DemoInstall

WHO = "ben.kowalski@acme.example"
NAME = "SELECT full_name FROM zerver_userprofile WHERE delivery_email = %s"

SENT = """
    SELECT m.id FROM zerver_message m JOIN zerver_userprofile u ON u.id = m.sender_id
    WHERE u.delivery_email = %s ORDER BY m.id
"""


@pytest.fixture(scope="module")
def scratch(demo: DemoInstall) -> Iterator[DemoInstall]:
    with make_scratch(demo) as install:
        yield install


@pytest.fixture
def copy(scratch: DemoInstall) -> Iterator[Database]:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        connection.execute("SET search_path TO zulip, public")
        yield connection


def test_without_a_terminal_nothing_is_erased_unless_confirmed(scratch: DemoInstall, copy: Database) -> None:
    ended = on(scratch, "erase", WHO, "--strategy", "delete")
    assert (ended.status, ended.stdout) == (1, "")
    assert "--confirm" in ended.stderr
    wrong = on(scratch, "erase", WHO, "--strategy", "delete", "--confirm", "otto@acme.example")
    assert wrong.status == 1
    assert "Nothing was done" in wrong.stderr
    forbidden = on(scratch, "--read-only", "erase", WHO, "--strategy", "delete", "--confirm", WHO)
    assert forbidden.status == 1
    assert value(copy, NAME, WHO) == "Ben Kowalski"


def test_messages_and_files_are_deleted_and_a_person_erased(
    scratch: DemoInstall, copy: Database, tmp_path: Path
) -> None:
    sent = column(copy, SENT, WHO)
    unsaid = on(scratch, "messages", "delete", WHO, "--yes")
    assert unsaid.status == 2
    deleted = on(scratch, "messages", "delete", WHO, "--all", "--yes", "--json")
    assert (deleted.status, deleted.json["messages"]) == (0, len(sent))
    numbers = [str(number) for number in deleted.json["transactions"]]
    restored = on(scratch, "messages", "restore", f"{numbers[0]}-{numbers[-1]}", "--yes")
    assert (restored.status, restored.stdout.splitlines()[-1]) == (0, f"{len(sent)} messages restored.")
    assert value(copy, "SELECT count(*) FROM zerver_message WHERE id = ANY(%s)", sent) == len(sent)

    files = on(scratch, "files", "delete", WHO, "--all", "--yes", "--json")
    assert files.status == 0
    assert files.json["files"] == 1

    shown = on(scratch, "erase", WHO, "--strategy", "anonymize", "--dry-run", "--json")
    assert shown.status == 0
    assert shown.json["confirm"] == WHO
    assert value(copy, NAME, WHO) == "Ben Kowalski"
    report = tmp_path / "report.json"
    how = ("--strategy", "anonymize", "--confirm", "-", "--report", str(report), "--json")
    erased = on(scratch, "erase", WHO, *how, stdin=f"{WHO}\n")
    assert erased.status == 0, erased.stderr
    for path in (report, report.with_suffix(".html")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert WHO not in path.read_text() and "Kowalski" not in path.read_text()
    person = erased.json["person"]["id"]
    assert value(copy, "SELECT full_name FROM zerver_userprofile WHERE id = %s", person) == f"Deleted User {person}"
    assert column(copy, "SELECT sender_id FROM zerver_message WHERE id = ANY(%s)", sent) == [person] * len(sent)

    left = on(scratch, "residue", WHO, "--json")
    assert left.status == 0, left.stdout
    assert [each for each in left.json["found"] if each["verdict"] == "should be gone"] == []
