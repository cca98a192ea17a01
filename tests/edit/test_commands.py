"""``edit``, ``deactivate`` and ``reactivate`` as commands: what they print, ask, and end with."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.cli.process import SCRIPT, Ended, start
from tests.cli.process import run as command
from tests.edit.place import Place
from tests.edit.test_failures import WAITING
from tests.plain_sql import column, rows
from tests.terminal import Terminal
from zulip_bridge.demo import DemoInstall

PATIENCE = 30.0
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")


@pytest.fixture(autouse=True)
def only_in_a_copy(place: Place) -> None:
    if place.last is not None:
        pytest.skip("a real server has its own tests")


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_dry_run_shows_and_does_nothing(run: Callable[..., Ended], place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    ran = run("edit", str(person), "full_name=Dry Run", "role=guest", "--dry-run")
    assert ran.status == 0
    assert "Dry Run" in ran.stdout
    assert "event 124" in ran.stdout
    assert place.newest_audit() == since
    preview = run("edit", str(person), "full_name=Dry Run", "--dry-run", "--json").json
    assert preview["items"][0]["after"] == "Dry Run"
    assert preview["person"]["id"] == person


def test_yes_applies_and_shows_what_the_database_says_now(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    ran = run("edit", place.of(person, "delivery_email"), "full_name=By Command", "--yes")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.rstrip().endswith("By Command  done")
    assert place.of(person, "full_name") == "By Command"
    assert "cause" not in run("edit", str(person), "role=guest", "--yes", "--json").stdout
    assert run("edit", str(person), "role=member", "--yes").status == 0
    result = run("edit", str(person), "full_name=By Machine", "role=member", "--yes", "--json").json
    assert [item["state"] for item in result["items"]] == ["done", "unchanged"]
    assert result["person"]["id"] == person


def test_without_a_terminal_nothing_is_changed_unasked(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    for words in (("edit", str(person), "role=guest"), ("deactivate", str(person))):
        ran = run(*words, stdin="y\n")
        assert (ran.status, ran.stdout) == (1, "")
        assert "no terminal to ask on" in ran.stderr
    assert place.of(person, "role, is_active") == (400, True)


def test_a_refusal_is_one_sentence_and_status_1(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    ran = run("edit", str(person), "full_name=Would Be Fine", "role=king", "--yes")
    assert ran.status == 1
    assert ran.stderr.startswith("Refused (role values): There is no role king")
    assert place.of(person, "full_name") != "Would Be Fine"


@pytest.mark.parametrize(
    "words",
    [
        ("edit",),
        ("edit", "12"),
        ("edit", "12", "rol=guest", "--yes"),
        ("edit", "12", "role=guest", "--json"),
        ("edit", "12", "role=guest", "--revert", "3"),
        ("edit", "--from", "a.csv", "--revert", "3"),
        ("edit", "--revert", "zero"),
        ("deactivate",),
        ("deactivate", "12", "13"),
    ],
)
def test_wrong_usage_is_status_2(words: tuple[str, ...]) -> None:
    assert command(*words).status == 2


def test_the_terminal_is_asked_and_no_is_the_default(place: Place) -> None:
    person = place.somebody()
    words = [str(SCRIPT), "edit", str(person), "full_name=Asked On Terminal", "--install", str(place.path)]
    for keys, status in [(["enter"], 1), (["n", "enter"], 1), (["\x04"], 1), (["y", "enter"], 0)]:
        with Terminal(words, columns=120) as terminal:
            terminal.read_until("[y/N]")
            assert place.of(person, "full_name") != "Asked On Terminal"
            terminal.send(*keys)
            assert terminal.wait() == status
    assert place.of(person, "full_name") == "Asked On Terminal"


def test_an_interrupt_at_the_question_changes_nothing(place: Place) -> None:
    person = place.somebody()
    words = [str(SCRIPT), "deactivate", str(person), "--install", str(place.path)]
    with Terminal(words, columns=120) as terminal:
        terminal.read_until("[y/N]")
        terminal.send("ctrl+c")
        assert terminal.wait() == 130
    assert place.of(person, "is_active") is True


def test_hostile_values_are_shown_and_not_obeyed(place: Place) -> None:
    person = place.somebody()
    evil = "\x1b]0;owned\x07\u202eevil"
    words = [
        str(SCRIPT),
        "edit",
        str(person),
        f"profile:Phone number={evil}",
        "--install",
        str(place.path),
        "--dry-run",
    ]
    with Terminal(words, columns=200, environment={"TERM": "dumb"}) as terminal:
        assert terminal.wait() == 0
        assert OBEYED.findall(terminal.output.decode().replace("\r\n", "\n")) == []


def test_deactivate_and_reactivate_are_each_others_undo(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    assert run("deactivate", str(person), "--yes").status == 0
    assert place.of(person, "is_active") is False
    again = run("deactivate", str(person), "--yes")
    assert (again.status, "nothing to change" in again.stderr) == (0, True)
    assert run("reactivate", str(person), "--yes").status == 0
    assert place.of(person, "is_active") is True


def test_revert_undoes_an_edit_of_the_journal(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    run("edit", str(person), "role=guest", "end-sessions", "--yes")
    seq = command("journal", "--limit", "1", "--json").json[0]["seq"]
    ran = run("edit", "--revert", str(seq), "--yes")
    assert ran.status == 0
    assert place.of(person, "role") == 400
    ran = run("edit", "--revert", "999999", "--yes")
    assert (ran.status, ran.stderr) == (1, "The journal has no entry 999999.\n")


def test_read_only_refuses(run: Callable[..., Ended], place: Place) -> None:
    person = place.somebody()
    ran = run("edit", str(person), "role=guest", "--yes", "--read-only")
    assert ran.status == 1
    assert "read-only" in ran.stderr
    assert place.of(person, "role") == 400


def test_many_people_from_a_file(run: Callable[..., Ended], place: Place, tmp_path: Path) -> None:
    people = [place.somebody() for _ in range(3)]
    file = tmp_path / "many.csv"
    address = place.of(people[1], "delivery_email")
    file.write_text(
        f"user,realm,role,do\n{people[0]},,guest,\n{address},acme,moderator,end-sessions\n{people[2]},,member,\n"
    )
    shown = run("edit", "--from", str(file), "--dry-run")
    assert shown.status == 0
    assert [place.of(person, "role") for person in people] == [400, 400, 400]
    ran = run("edit", "--from", str(file), "--yes")
    assert ran.status == 0, ran.stderr
    assert [place.of(person, "role") for person in people] == [600, 300, 400]
    assert "done: 2 people; nothing to do: 1 person." in ran.stderr
    entries = command("journal", "--limit", "2", "--json").json
    assert entries[0]["parameters"]["bulk"] == "2 of 3"
    outcomes = run("edit", "--from", "-", "--yes", "--json", stdin=f"user,role\n{people[2]},guest\n").json["outcomes"]
    assert [(each["person"]["id"], each["state"]) for each in outcomes] == [(people[2], "done")]


def test_one_wrong_row_stops_the_whole_file(run: Callable[..., Ended], place: Place, tmp_path: Path) -> None:
    people, since = [place.somebody() for _ in range(3)], place.newest_audit()
    file = tmp_path / "many.csv"
    lines = [
        f"{people[0]},guest,",
        f"{people[1]},king,",
        "nobody@nowhere.example,guest,",
        f"{people[0]},,x@y.example",
    ]
    file.write_text("\n".join(["user,role,delivery_email", *lines, f"{people[2]},,x@y.example"]) + "\n")
    ran = run("edit", "--from", str(file), "--yes")
    assert ran.status == 1
    assert "refused (role values)" in ran.stderr
    assert "Line 4: No account matches nobody@nowhere.example" in ran.stderr
    assert f"Line 5: {people[0]} is the person of line 2 again." in ran.stderr
    assert "Line 6: x@y.example is given out on line 5 already." in ran.stderr
    assert "Nothing was changed" in ran.stderr
    assert place.newest_audit() == since
    assert run("edit", "--from", str(tmp_path / "missing.csv"), "--yes").status == 1
    assert run("edit", "--from", "-", "--yes", stdin="user,role\n1,guest,x\n").status == 1


def test_a_rule_broken_only_by_the_rows_together_stops_between_people(
    run: Callable[..., Ended], place: Place
) -> None:
    owners = column(
        place.database,
        "SELECT id FROM zerver_userprofile WHERE realm_id = %s AND role = 100 AND is_active ORDER BY id",
        place.realm_id,
    )
    assert len(owners) == 2
    ran = run("edit", "--from", "-", "--yes", stdin="user,role\n" + "".join(f"{owner},member\n" for owner in owners))
    assert ran.status == 1
    assert [place.of(owner, "role") for owner in owners] == [400, 100]
    assert "only owner" in ran.stderr
    run("edit", str(owners[0]), "role=owner", "--yes")


def test_an_interrupt_stops_between_two_people(place: Place, scratch: DemoInstall, tmp_path: Path) -> None:
    people = [place.somebody() for _ in range(3)]
    file = tmp_path / "many.csv"
    file.write_text("user,role\n" + "".join(f"{person},guest\n" for person in people))
    with psycopg.connect(scratch.url, user="postgres") as blocker:
        blocker.execute(b"SELECT 1 FROM zerver_userprofile WHERE id = %s FOR UPDATE", [people[1]])
        process = start("edit", "--from", str(file), "--yes", "--json", "--install", str(place.path))
        until(lambda: rows(place.database, WAITING))
        process.send_signal(signal.SIGINT)
        until(lambda: rows(place.database, WAITING))
        blocker.rollback()
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert [place.of(person, "role") for person in people] == [600, 600, 400]
    assert [each["state"] for each in json.loads(out)["outcomes"]] == ["done", "done", "not_reached"]
    assert b"not begun: 1 person" in err
