"""``erase``, ``residue``, ``messages`` and ``files`` as processes."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.cli.process import on, run, start
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.erase import STEPS, Step
from zulip_bridge.demo import DemoInstall

WHO = "ben.kowalski@acme.example"
NAME = "SELECT full_name FROM zerver_userprofile WHERE delivery_email = %s"

SENT = """
    SELECT m.id FROM zerver_message m JOIN zerver_userprofile u ON u.id = m.sender_id
    WHERE u.delivery_email = %s ORDER BY m.id
"""


def test_without_a_terminal_nothing_is_erased_unless_confirmed(trial: DemoInstall, trial_db: Database) -> None:
    ended = on(trial, "erase", WHO, "--strategy", "delete")
    assert (ended.status, ended.stdout) == (1, "")
    assert "--confirm" in ended.stderr
    wrong = on(trial, "erase", WHO, "--strategy", "delete", "--confirm", "otto@acme.example")
    assert wrong.status == 1
    assert "Nothing was done" in wrong.stderr
    forbidden = on(trial, "--read-only", "erase", WHO, "--strategy", "delete", "--confirm", WHO)
    assert forbidden.status == 1
    assert value(trial_db, NAME, WHO) == "Ben Kowalski"


def test_messages_and_files_are_deleted_and_a_person_erased(
    trial: DemoInstall, trial_db: Database, tmp_path: Path
) -> None:
    sent = column(trial_db, SENT, WHO)
    unsaid = on(trial, "messages", "delete", WHO, "--yes")
    assert unsaid.status == 2
    deleted = on(trial, "messages", "delete", WHO, "--all", "--yes", "--json")
    assert (deleted.status, deleted.json["messages"]) == (0, len(sent))
    numbers = [str(number) for number in deleted.json["transactions"]]
    restored = on(trial, "messages", "restore", f"{numbers[0]}-{numbers[-1]}", "--yes")
    assert (restored.status, restored.stdout.splitlines()[-1]) == (0, f"{len(sent)} messages restored.")
    assert value(trial_db, "SELECT count(*) FROM zerver_message WHERE id = ANY(%s)", sent) == len(sent)

    files = on(trial, "files", "delete", WHO, "--all", "--yes", "--json")
    assert files.status == 0
    assert files.json["files"] == 1

    shown = on(trial, "erase", WHO, "--strategy", "anonymize", "--dry-run", "--json")
    assert shown.status == 0
    assert shown.json["confirm"] == WHO
    assert value(trial_db, NAME, WHO) == "Ben Kowalski"
    report = tmp_path / "report.json"
    how = ("--strategy", "anonymize", "--confirm", "-", "--report", str(report), "--json")
    erased = on(trial, "erase", WHO, *how, stdin=f"{WHO}\n")
    assert erased.status == 0, erased.stderr
    for path in (report, report.with_suffix(".html")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert WHO not in path.read_text() and "Kowalski" not in path.read_text()
    person = erased.json["person"]["id"]
    assert (
        value(trial_db, "SELECT full_name FROM zerver_userprofile WHERE id = %s", person) == f"Deleted User {person}"
    )
    assert column(trial_db, "SELECT sender_id FROM zerver_message WHERE id = ANY(%s)", sent) == [person] * len(sent)

    left = on(trial, "residue", WHO, "--json")
    assert left.status == 0, left.stdout
    assert [each for each in left.json["found"] if each["verdict"] == "should be gone"] == []


KILLED_AT: tuple[Step, ...] = ("deactivate", "collect", "account", "remainder", "files")


def test_a_killed_steward_is_followed_by_one_that_finishes(trial: DemoInstall, trial_db: Database) -> None:
    ((number, address),) = rows(
        trial_db,
        """SELECT id, delivery_email FROM zerver_userprofile u WHERE is_active AND NOT is_bot AND role = 400
           AND delivery_email <> %s AND NOT EXISTS (SELECT 1 FROM zerver_userprofile b WHERE b.bot_owner_id = u.id)
           ORDER BY (SELECT count(*) FROM zerver_message m WHERE m.sender_id = u.id) DESC LIMIT 1""",
        WHO,
    )
    command = (
        "erase",
        str(number),
        "--strategy",
        "anonymize",
        "--confirm",
        address,
        "--install",
        trial.path,
    )
    for victim in KILLED_AT:
        process = start(*command)
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.decode().startswith(f"{STEPS[victim]} …"))
        assert said
        process.kill()
        process.communicate()
    begun = on(trial, "erase", str(number), "--dry-run")
    assert (begun.status, "has begun" in begun.stderr) == (0, True)
    finished = run(*command)
    assert finished.status == 0, finished.stderr
    assert (
        value(trial_db, "SELECT full_name FROM zerver_userprofile WHERE id = %s", number) == f"Deleted User {number}"
    )
    once = "SELECT count(*) FROM zerver_realmauditlog WHERE event_type IN (106, 107) AND modified_user_id = %s"
    assert value(trial_db, once, number) == 1
    again = on(trial, "erase", str(number), "--strategy", "anonymize", "--dry-run")
    assert (again.status, "placeholder account" in again.stderr) == (1, True)


def test_a_backup_is_an_archive_where_its_name_says_so(trial: DemoInstall, tmp_path: Path) -> None:
    who = "amara.baker@acme.example"
    how = ("erase", who, "--strategy", "scrub-profile", "--confirm", who, "--backup")
    encrypted = on(trial, *how, tmp_path / "before.zip.age")
    assert (encrypted.status, list(tmp_path.iterdir())) == (1, [])
    assert "cannot be read again here" in encrypted.stderr
    kept = tmp_path / "before.zip"
    assert on(trial, *how, kept).status == 0
    assert kept.is_file()
    assert run("export", "verify", kept).status == 0
