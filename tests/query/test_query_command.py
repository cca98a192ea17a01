"""``query``, ``models`` and ``rows`` as processes; and what the journal has of them."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.cli.process import SCRIPT, on, run
from tests.plain_sql import Database
from tests.plain_sql import rows as plain_rows
from tests.plain_sql import value as plain_value
from zulip_bridge.api.query import MASK
from zulip_bridge.demo import DemoInstall

SQL = "SELECT id, full_name, is_bot FROM zerver_userprofile ORDER BY id"


def journal(path: Path) -> list[dict[str, object]]:
    return [entry for line in path.read_bytes().splitlines() if (entry := orjson.loads(line))]


def test_every_format_has_the_same_rows(demo: DemoInstall, database: Database) -> None:
    expected = plain_rows(database, SQL.replace("zerver_", "zulip.zerver_"))
    objects = [{"id": row[0], "full_name": row[1], "is_bot": row[2]} for row in expected]
    assert on(demo, "query", "--sql", SQL, "--json").json == objects
    lines = on(demo, "query", "--sql", SQL, "--format", "ndjson").stdout.split("\n")
    assert [orjson.loads(line) for line in lines if line] == objects
    data = on(demo, "query", "--sql", SQL, "--format", "csv").stdout
    table = list(csv.reader(io.StringIO(data, newline="")))
    assert table[0] == ["id", "full_name", "is_bot"]
    assert [int(row[0]) for row in table[1:]] == [row[0] for row in expected]
    assert len(on(demo, "query", "--sql", SQL, "--limit", "0").stdout.splitlines()) == len(expected) + 1


def test_a_limit_is_told_on_stderr(demo: DemoInstall) -> None:
    ended = on(demo, "query", "--sql", SQL, "--limit", "3")
    assert (ended.status, len(ended.stdout.splitlines())) == (0, 4)
    assert "3 rows shown; more exist" in ended.stderr
    assert on(demo, "query", "--sql", "SELECT 1", "--limit", "1").stderr == ""
    assert "No rows" in on(demo, "query", "--sql", "SELECT 1 WHERE false").stderr


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (["--sql", "SELECT 42 AS it"], ""),
        (["--sql", "SELECT :x::int AS it", "--param", "x=42"], ""),
        (["--sql", "SELECT :x::int AS it", "--param", "x"], "42\n"),
        (["--sql", "-"], "SELECT 42 AS it"),
        (["-"], "SELECT 42\nAS it;\n"),
        (["--orm", "[{'it': 42}]"], ""),
        (["--orm", "-"], "x = 42\n[{'it': x}]\n"),
    ],
)
def test_ways_to_ask(demo: DemoInstall, words: list[str], stdin: str) -> None:
    ended = on(demo, "query", *words, "--format", "json", stdin=stdin)
    assert ended.json == [{"it": 42}], ended.stderr


def test_files_tell_their_language_by_their_name(demo: DemoInstall, tmp_path: Path) -> None:
    for name, text in (("a.sql", "SELECT 42 AS it"), ("a.py", "print('hi')\n[{'it': 42}]")):
        (tmp_path / name).write_text(text)
        assert on(demo, "query", "-f", tmp_path / name, "--json").json == [{"it": 42}]


def test_values_that_are_no_table(demo: DemoInstall) -> None:
    ended = on(demo, "query", "--orm", "print('hi')\nUserProfile")
    assert ended.stdout.splitlines()[0] == "hi"
    assert "UserProfile" in ended.stdout.splitlines()[1]
    machine = on(demo, "query", "--orm", "print('hi')\n6 * 7", "--format", "ndjson")
    assert (machine.json, machine.stderr) == ("42", "hi\n")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--sql", "DELETE FROM zerver_draft RETURNING id"], 1, "PostgreSQL refused to write"),
        (["--sql", "SELECT 1; SELECT 2"], 1, "one statement"),
        (["--sql", "SELECT nothing"], 1, "column 8"),
        (["--sql", "SELECT pg_sleep(60)", "--timeout", "0.1"], 1, "longer than allowed"),
        (["--orm", "1 / 0"], 1, "ZeroDivisionError"),
        (["--sql", "SELECT :x"], 2, "--param"),
        (["--sql", "SELECT 1", "--orm", "1"], 2, "one of"),
        ([], 2, "one of"),
        (["--saved", "nothing"], 2, "no question"),
        (["--saved", "person-log"], 2, "user"),
        (["--saved", "administrators", "--param", "x=1"], 1, "no parameter x"),
    ],
)
def test_what_goes_wrong_is_said(demo: DemoInstall, words: list[str], status: int, said: str) -> None:
    ended = on(demo, "query", *words)
    assert ended.status == status
    assert said in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def test_the_library(demo: DemoInstall, tmp_path: Path) -> None:
    listed = {each["name"]: each for each in run("query", "--list", "--json").json}
    assert len(listed) >= 15
    assert "person-log" in run("query", "--list").stdout
    assert "The person's id" in run("query", "--list", "--saved", "person-log").stdout
    found = on(demo, "query", "--saved", "administrators", "--param", "realm=acme", "--json").json
    assert {each["realm"] for each in found} == {"acme"}
    own = tmp_path / "zulip-steward" / "queries"
    own.mkdir(parents=True)
    (own / "mine.sql").write_text("-- title: Mine\nSELECT 42 AS it\n")
    assert on(demo, "query", "--saved", "mine", "--json", XDG_CONFIG_HOME=str(tmp_path)).json == [{"it": 42}]


def test_secrets_are_masked_unless_they_are_asked_for(demo: DemoInstall, database: Database, tmp_path: Path) -> None:
    place = {"ZULIP_STEWARD_JOURNAL": str(tmp_path / "journal.jsonl")}
    sql = "SELECT api_key FROM zerver_userprofile WHERE id = 8"
    key = plain_value(database, sql.replace("zerver_", "zulip.zerver_"))
    assert on(demo, "query", "--sql", sql, "--json", **place).json == [{"api_key": MASK}]
    assert on(demo, "query", "--sql", sql, "--json", "--unmask", **place).json == [{"api_key": key}]
    recorded = (tmp_path / "journal.jsonl").read_text()
    assert key not in recorded
    entries = journal(tmp_path / "journal.jsonl")
    assert ["unmask" in str(entry) for entry in entries] == [False, False, True, True]


def test_the_journal_has_statements_and_counts_but_no_values(demo: DemoInstall, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    place = {"ZULIP_STEWARD_JOURNAL": str(path)}
    sql = "SELECT id FROM zerver_userprofile WHERE delivery_email = :address"
    on(demo, "query", "--sql", sql, "--param", "address=marta@example.org", **place)
    on(demo, "rows", "UserProfile", "--filter", "delivery_email=marta@example.org", **place)
    on(demo, "query", "--sql", "SELECT 'somebody'::int", **place)
    text = path.read_text()
    assert sql in text
    assert "marta@example.org" not in text
    actions = [(entry["action"], entry["result"]["state"]) for entry in map(orjson.loads, text.splitlines())]
    assert actions == [
        ("query.started", "started"),
        ("query.finished", "done"),
        ("query.started", "started"),
        ("query.finished", "done"),
        ("query.started", "started"),
        ("query.finished", "failed"),
    ]
    assert run("journal", "verify", **place).status == 0


def test_what_cannot_be_recorded_is_not_asked(demo: DemoInstall, tmp_path: Path) -> None:
    ended = on(demo, "query", "--sql", "SELECT 42", ZULIP_STEWARD_JOURNAL=str(tmp_path))
    assert ended.status == 1
    assert "42" not in ended.stdout


def test_models_and_rows(demo: DemoInstall, database: Database) -> None:
    found = on(demo, "models", "userprofile", "--json").json
    assert "zerver_userprofile" in {each["table"] for each in found}
    assert "zerver_userprofile" in on(demo, "models", "userprofile").stdout
    expected = plain_rows(database, "SELECT id FROM zulip.zerver_userprofile WHERE role = 100 ORDER BY id DESC")
    words = ["rows", "UserProfile", "--filter", "role=100", "--order", "-id", "--format", "json"]
    assert [each["id"] for each in on(demo, *words).json] == [row[0] for row in expected]
    assert on(demo, "rows", "UserProfile", "--filter", "role").status == 2
    assert on(demo, "rows", "Nothing").status == 1


def test_hostile_names_are_not_obeyed_in_a_table(demo: DemoInstall) -> None:
    ended = on(demo, "query", "--sql", "SELECT E'\\u001b]52;c;eA==\\u0007' AS \"a\u202eb\", E'\\u202e'")
    assert "\x1b" not in ended.stdout
    assert "\u202e" not in ended.stdout


def test_a_reader_that_goes_away_ends_it_quietly(demo: DemoInstall) -> None:
    sql = "SELECT a.id FROM zerver_message a, zerver_message b"
    words = f"{SCRIPT} query --install {demo.path} --format ndjson --sql '{sql}' | head -1"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False, timeout=60)
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
