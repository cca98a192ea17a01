"""``search``, ``show``, ``footprint`` and ``doctor`` as processes, on the demo."""

from __future__ import annotations

import pytest

from tests.cli.process import on, run
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.demo import DemoInstall

PERSON_KEYS = {
    "id", "full_name", "delivery_email", "email", "realm", "role", "role_name", "is_active", "is_bot", "date_joined",
    "last_login",
}  # fmt: skip


def test_search_prints_a_table_and_says_when_there_are_more(demo: DemoInstall) -> None:
    ended = on(demo, "search", "--limit", "3")
    assert ended.status == 0
    assert len(ended.stdout.splitlines()) == 4
    assert "3 of " in ended.stderr
    assert "--limit" in ended.stderr


def test_search_json_is_an_array_of_people(demo: DemoInstall, database: Database) -> None:
    ended = on(demo, "search", "marta", "heavy", "--json")
    (person,) = [each for each in ended.json if each["delivery_email"] == "marta@example.org"]
    assert person.keys() >= PERSON_KEYS
    (row,) = rows(
        database,
        "SELECT u.id, role, string_id FROM zulip.zerver_userprofile u JOIN zulip.zerver_realm r ON r.id = u.realm_id "
        "WHERE delivery_email = 'marta@example.org'",
    )
    assert (person["id"], person["role"], person["realm"]) == row


@pytest.mark.parametrize("words", [("--role", "owner"), ("--role", "100"), ("--role", "owner", "--role", "guest")])
def test_roles_by_name_or_number(demo: DemoInstall, words: tuple[str, ...]) -> None:
    roles = {each["role"] for each in on(demo, "search", *words, "--limit", "1000", "--json").json}
    assert roles == ({100, 600} if "guest" in words else {100})


def test_filters_of_search(demo: DemoInstall, database: Database) -> None:
    found = on(
        demo, "search", "--realm", "acme", "--status", "deactivated", "--bots", "people", "--json", "--limit", "999"
    ).json
    assert {each["id"] for each in found} == set(
        column(
            database,
            "SELECT u.id FROM zulip.zerver_userprofile u JOIN zulip.zerver_realm r ON r.id = u.realm_id "
            "WHERE r.string_id = 'acme' AND NOT u.is_active AND NOT u.is_bot",
        )
    )


def test_a_search_that_finds_nobody_is_done_and_says_so(demo: DemoInstall) -> None:
    ended = on(demo, "search", "nobody-is-called-this")
    assert (ended.status, ended.stdout, ended.stderr) == (0, "", "Nobody matches.\n")
    assert on(demo, "search", "nobody-is-called-this", "--json").json == []


def test_options_of_the_target_may_stand_before_or_behind(demo: DemoInstall) -> None:
    before = run("--install", demo.path, "search", "marta", "--json")
    assert before.json == on(demo, "search", "marta", "--json").json != []


def test_show_json_is_one_flat_object_without_secrets(demo: DemoInstall, database: Database) -> None:
    shown = on(demo, "show", "marta@example.org", "--json")
    assert shown.json.keys() >= PERSON_KEYS
    assert {"profile", "groups", "states", "credentials"} <= shown.json.keys()
    secret = value(database, "SELECT api_key FROM zulip.zerver_userprofile WHERE id = %s", shown.json["id"])
    assert secret not in shown.stdout


def test_show_reads_user_from_stdin(demo: DemoInstall) -> None:
    assert on(demo, "show", "-", "--json", stdin="marta@example.org\n").json["full_name"] == "Marta Heavy"
    assert on(demo, "show", "-", stdin="").status == 2


def test_show_prints_what_a_person_reads(demo: DemoInstall) -> None:
    ended = on(demo, "show", "marta@example.org")
    assert ended.status == 0
    assert "Marta Heavy" in ended.stdout
    assert "API key: set" in ended.stdout


def test_footprint_json_counts_as_sql_does(demo: DemoInstall, database: Database) -> None:
    found = on(demo, "footprint", "7", "--json").json
    assert all({"table", "column", "category", "rows"} <= each.keys() for each in found)
    counts = {(each["table"], each["column"]): each["rows"] for each in found}
    assert counts["zerver_message", "sender_id"] == value(
        database, "SELECT count(*) FROM zulip.zerver_message WHERE sender_id = 7"
    )


def test_footprint_table_leaves_out_what_is_empty(demo: DemoInstall) -> None:
    ended = on(demo, "footprint", "7")
    assert ended.status == 0
    assert "zerver_message" in ended.stdout
    assert not any(line.split()[0] == "0" for line in ended.stdout.splitlines())
    assert "hold nothing" in ended.stderr


def test_ambiguous_addresses_are_refused_with_the_candidates(demo: DemoInstall, database: Database) -> None:
    address = column(
        database,
        "SELECT lower(delivery_email) FROM zulip.zerver_userprofile GROUP BY 1 HAVING count(*) > 1 ORDER BY 1",
    )[0]
    ended = on(demo, "show", address)
    assert (ended.status, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert "--realm" in ended.stderr
    accounts = rows(
        database,
        "SELECT u.id, r.string_id FROM zulip.zerver_userprofile u JOIN zulip.zerver_realm r ON r.id = u.realm_id "
        "WHERE lower(delivery_email) = %s",
        address,
    )
    for person, realm in accounts:
        assert f"id {person} in realm {realm}" in ended.stderr
        assert on(demo, "show", address, "--realm", realm, "--json").json["id"] == person


@pytest.mark.parametrize(
    "words",
    [("show", "nobody@example.org"), ("footprint", "999999"), ("show", "marta@example.org", "--realm", "acme")],
)
def test_nobody_is_one_sentence_and_status_one(demo: DemoInstall, words: tuple[str, ...]) -> None:
    ended = on(demo, *words)
    assert (ended.status, ended.stdout) == (1, "")
    assert ended.stderr.startswith("No account")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-command",), ("show",), ("search", "--role", "emperor"), ("search", "--limit", "0"),
        ("doctor", "--install", "/x", "--demo"),
    ],
)  # fmt: skip
def test_wrong_usage_is_status_two(words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert (ended.status, ended.stdout) == (2, "")


def test_doctor(demo: DemoInstall) -> None:
    ended = on(demo, "doctor", "--json")
    assert ended.status == 0
    assert {"zulip_version", "server", "unix_user", "findings", "journal"} <= ended.json.keys()
    assert on(demo, "--read-only", "doctor").stdout.count("read only") == 1


def test_no_install_is_one_sentence() -> None:
    ended = run("doctor", "--install", "/nonexistent")
    assert (ended.status, ended.stdout) == (1, "")
    assert "There is no manage.py in /nonexistent" in ended.stderr


def test_without_a_terminal_the_screens_do_not_open(demo: DemoInstall) -> None:
    ended = on(demo)
    assert ended.status == 1
    assert "terminal" in ended.stderr
