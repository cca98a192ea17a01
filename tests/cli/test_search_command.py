"""``search``: what it selects is what the database would; what it prints is aligned, and never silently cut."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.process import run
from tests.plain_sql import Database, column, value
from zulip_bridge.text import cell_width

pytestmark = pytest.mark.usefixtures("demo")

MARIA = "maria@acme.example"


def ids(people: list[dict[str, Any]]) -> set[int]:
    return {person["id"] for person in people}


@pytest.mark.parametrize(
    ("options", "condition"),
    [
        (("--status", "deactivated"), "NOT is_active"),
        (("--bots", "bots"), "is_bot"),
        (("--role", "Guest"), "role = 600"),
        (("--role", "admin"), "role = 200"),
        (("--role", "owner", "--role", "300", "--status", "active"), "role IN (100, 300) AND is_active"),
    ],
)
def test_each_filter(database: Database, options: tuple[str, ...], condition: str) -> None:
    found = run("search", "--demo", "--json", "--limit", "1000", *options).json
    assert ids(found) == set(column(database, f"SELECT id FROM zulip.zerver_userprofile WHERE {condition}"))


def test_an_exact_match_comes_first() -> None:
    assert run("search", "66", "--demo", "--json").json[0]["id"] == 66
    assert run("search", MARIA.upper(), "--demo", "--json").json[0]["id"] == 66


def test_a_limit_says_how_many_there_are(database: Database) -> None:
    total = value(database, "SELECT count(*) FROM zulip.zerver_userprofile")
    assert f"3 of {total} shown" in run("search", "--demo", "--limit", "3").stderr
    everybody = run("search", "--demo", "--limit", "100000", "--json")
    assert len(ids(everybody.json)) == total
    assert everybody.stderr == ""


def test_a_realm_that_does_not_exist_is_said_to() -> None:
    ran = run("search", "--realm", "nowhere", "--demo")
    assert (ran.status, ran.stdout) == (0, "")
    assert "no organization nowhere" in ran.stderr
    assert "acme" in ran.stderr


def test_the_text_is_read_from_stdin_for_a_dash() -> None:
    assert run("search", "-", "--demo", "--json", stdin=f"{MARIA}\n").json[0]["id"] == 66


def test_the_columns_of_the_table_are_aligned_whatever_is_in_them() -> None:
    header, *lines = run("search", "--demo", "--realm", "acme", "--limit", "1000").stdout.splitlines()
    starts = [cell_width(header[: header.index(title)]) for title in ("name", "address", "realm", "role", "state")]
    assert len(lines) > 100
    for line in lines:
        for start in starts:
            before = next(n for n in range(len(line) + 1) if cell_width(line[:n]) == start)
            assert line[before - 2 : before] == "  ", line


def test_json_is_utf_8_and_a_table_is_escaped_where_the_locale_has_no_such_characters() -> None:
    latin = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    assert run("search", "山田太郎", "--demo", "--json", **latin).json[0]["full_name"].startswith("山田太郎")
    table = run("search", "山田太郎", "--demo", **latin)
    assert table.status == 0
    assert "\\u5c71\\u7530" in table.stdout
