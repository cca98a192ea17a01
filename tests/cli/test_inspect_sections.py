"""``show --section channels``, ``access`` and ``activity`` as processes, on the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.process import on
from tests.plain_sql import Database, column, value
from zulip_bridge.demo import DemoInstall

MARTA = "marta@example.org"


def test_sections_are_members_of_one_object(demo: DemoInstall, database: Database) -> None:
    shown = on(demo, "show", MARTA, "--section", "channels", "--section", "access", "--section", "activity", "--json")
    person = value(database, "SELECT id FROM zulip.zerver_userprofile WHERE delivery_email = %s", MARTA)
    assert shown.json.keys() == {"person", "channels", "access", "activity"}
    assert shown.json["person"]["id"] == person
    subscribed = {each["channel_id"] for each in shown.json["channels"]["channels"] if each["subscribed"]}
    assert subscribed == set(
        column(
            database,
            """SELECT c.id FROM zulip.zerver_subscription s JOIN zulip.zerver_stream c
               ON c.recipient_id = s.recipient_id WHERE s.user_profile_id = %s AND s.active""",
            person,
        )
    )
    assert {each["name"] for each in shown.json["access"]["secrets"]} == {"password", "API key", "Zoom token"}
    assert shown.json["activity"]["summary"]["clients"]


def test_access_holds_no_secret(demo: DemoInstall, database: Database) -> None:
    for words in (("--json",), ()):
        shown = on(demo, "show", MARTA, "--section", "access", *words)
        assert shown.status == 0
        for query in (
            "SELECT api_key FROM zulip.zerver_userprofile",
            "SELECT token FROM zulip.zerver_pushdevicetoken",
            "SELECT confirmation_key FROM zulip.confirmation_confirmation",
            "SELECT session_key FROM zulip.django_session",
        ):
            assert not [secret for secret in column(database, query) if secret in shown.stdout]


def test_activity_is_narrowed_and_bounded(demo: DemoInstall) -> None:
    few = on(demo, "show", MARTA, "--section", "activity", "--limit", "3")
    assert few.status == 0
    assert "There is more" in few.stderr
    by = on(
        demo, "show", MARTA, "--section", "activity", "--kind", "account,settings", "--direction", "about",
        "--since", "2020-01-01", "--until", "2026-01-01", "--limit", "1000", "--json",
    ).json["activity"]  # fmt: skip
    assert by["timeline"]
    assert {each["kind"] for each in by["timeline"]} <= {"account", "settings"}
    assert all(each["about_person"] and each["when"] < "2026" for each in by["timeline"])
    assert not by["more"]


@pytest.mark.parametrize("limit", [499, 500, 501])
def test_more_than_a_page_of_activity(demo: DemoInstall, limit: int) -> None:
    found = on(demo, "show", "otto@acme.example", "--section", "activity", "--limit", str(limit), "--json").json
    keys = [each["key"] for each in found["activity"]["timeline"]]
    assert len(keys) == len(set(keys)) <= limit


def test_an_unknown_kind_is_refused_in_one_sentence(demo: DemoInstall) -> None:
    ended = on(demo, "show", MARTA, "--section", "activity", "--kind", "weather")
    assert (ended.status, ended.stdout) == (1, "")
    assert "weather is no kind of activity" in ended.stderr


def test_sections_print_what_a_person_reads(demo: DemoInstall) -> None:
    shown = on(demo, "show", MARTA, "--section", "channels", "--section", "activity")
    assert "== channels" in shown.stdout
    assert (
        "name: Marta Leicht → Marta Heavy"
        in on(demo, "show", MARTA, "--section", "activity", "--kind", "account").stdout
    )


def test_what_was_read_is_in_the_journal(demo: DemoInstall, own_journal: Path) -> None:
    on(demo, "show", MARTA, "--section", "channels", "--section", "access", "--section", "activity", "--kind", "seen")
    entries = [json.loads(line) for line in own_journal.read_bytes().splitlines()][-4:]
    assert [each["action"] for each in entries] == [
        "person.channels", "person.access", "person.activity", "person.timeline",
    ]  # fmt: skip
    assert entries[-1]["parameters"] == {"filters": "kind"}
