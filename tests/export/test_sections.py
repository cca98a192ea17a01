"""Every section of an export, held against plain SQL on the database: the demo's, or that of ``--install``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.export.support import Exported, Rows, export
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.export_scope import choose
from zulip_bridge.client import Bridge

PEOPLE = {
    "the busiest": """SELECT m.sender_id FROM zulip.zerver_message m
        JOIN zulip.zerver_userprofile u ON u.id = m.sender_id AND u.realm_id = m.realm_id
        GROUP BY 1 HAVING count(*) < 5000 ORDER BY count(*) DESC, 1 LIMIT 1""",
    "who deleted messages": """SELECT sender_id FROM zulip.zerver_archivedmessage
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""",
    "who owns bots": """SELECT bot_owner_id FROM zulip.zerver_userprofile WHERE is_bot AND bot_owner_id IS NOT NULL
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""",
    "who invited": """SELECT referred_by_id FROM zulip.zerver_preregistrationuser WHERE referred_by_id IS NOT NULL
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""",
    "who uploaded": """SELECT owner_id FROM zulip.zerver_attachment
        GROUP BY 1 HAVING count(*) < 200 ORDER BY count(*) DESC, 1 LIMIT 1""",
    "who names people": """SELECT v.user_profile_id FROM zulip.zerver_customprofilefieldvalue v
        JOIN zulip.zerver_customprofilefield f ON f.id = v.field_id
        WHERE f.field_type = 6 ORDER BY length(v.value) DESC, 1 LIMIT 1""",
}  # fmt: skip
REFERENCES = """
    SELECT c.conrelid::regclass::text AS name, a.attname FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
    WHERE c.contype = 'f' AND c.confrelid = 'zulip.zerver_userprofile'::regclass ORDER BY 1, 2
"""
OTHER_NAMES = {"realm_for_sharding": "realm_id"}
"""Fields whose column is called otherwise."""
BESIDE = {"zerver_message", "zerver_usermessage", "zerver_archivedmessage", "zerver_archivedusermessage"}
"""Written by the sections of messages."""


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest, install_database: Database) -> int:
    """The ids of people who have much of something."""
    return int(value(install_database, PEOPLE[request.param]))


def read(path: Path) -> dict[str, Rows]:
    """A file of rows by name."""
    found: dict[str, Rows] = json.loads(path.read_bytes())
    return found


def numbered(folder: Path, name: str, table: str) -> Rows:
    """Rows of numbered files."""
    return [row for path in sorted(folder.glob(f"{name}-*.json")) for row in read(path)[table]]


async def test_every_table_that_refers_to_the_person_is_there(
    install_bridge: Bridge, install_database: Database, person: int, tmp_path: Path
) -> None:
    await export(install_bridge, person, tmp_path / "out", scope=choose("access"))
    exported = Exported.read(tmp_path / "out")
    keys: dict[str, list[str]] = {}
    for name, key in rows(install_database, REFERENCES):
        keys.setdefault(name.removeprefix("zulip."), []).append(key)
    elsewhere = read(tmp_path / "out" / "elsewhere.json")
    assert len(keys) > 30
    for table, names in keys.items():
        if table in BESIDE:
            continue
        primary = "usergroup_ptr_id" if table == "zerver_namedusergroup" else "id"
        condition = " OR ".join(f"{name} = %s" for name in names)
        query = f"SELECT {primary} FROM zulip.{table} WHERE {condition} ORDER BY 1"
        wanted = set(column(install_database, query, *[person] * len(names)))
        field = primary.removesuffix("_id")
        found = {row[field] for row in exported.user[table]}
        if table == "zerver_stream":
            found |= {row["id"] for row in elsewhere["channels_they_created"]}
            assert wanted <= found
            continue
        if table == "zerver_muteduser":
            found |= {row["id"] for row in elsewhere["muted_by"]}
        if table == "zerver_userprofile":
            found = {person} | {row["id"] for row in read(tmp_path / "out" / "bots.json")[table]}
            wanted |= {person}
        assert found == wanted, table


async def test_rows_of_other_tables_have_every_column_but_secrets(
    install_bridge: Bridge, install_database: Database, person: int, tmp_path: Path
) -> None:
    await export(install_bridge, person, tmp_path / "out", scope=choose("access"))
    exported = Exported.read(tmp_path / "out")
    stated = exported.manifest["redactions"]
    checked = 0
    for table, found in exported.user.items():
        for row in found[:3]:
            names = column(
                install_database,
                "SELECT column_name::text FROM information_schema.columns "
                "WHERE table_schema = 'zulip' AND table_name = %s",
                table,
            )
            known = {
                *row,
                *(f"{name}_id" for name in row),
                *(OTHER_NAMES[name] for name in OTHER_NAMES if name in row),
            }
            lacking = set(names) - known
            assert {f"{table}.{name}" for name in lacking} <= set(stated), table
            checked += 1
    assert checked > 20


async def test_attachments_keep_their_original_names_and_messages(
    install_bridge: Bridge, install_database: Database, tmp_path: Path
) -> None:
    person = value(install_database, PEOPLE["who uploaded"])
    await export(install_bridge, person, tmp_path / "out", scope=choose("access"))
    found = Exported.read(tmp_path / "out").user["zerver_attachment"]
    query = "SELECT id, file_name, path_id FROM zulip.zerver_attachment WHERE owner_id = %s ORDER BY id"
    assert [(row["id"], row["file_name"], row["path_id"]) for row in found] == rows(install_database, query, person)
    for row in found:
        used = "SELECT message_id FROM zulip.zerver_attachment_messages WHERE attachment_id = %s ORDER BY 1"
        assert row["messages"] == column(install_database, used, row["id"])


PEOPLE_FIELD = 6
IDS = {
    "messages.sent": "SELECT id FROM zulip.zerver_message WHERE sender_id = %(id)s",
    "messages.direct": """SELECT m.id FROM zulip.zerver_message m
        JOIN zulip.zerver_recipient r ON r.id = m.recipient_id
        LEFT JOIN zulip.zerver_subscription s ON s.recipient_id = r.id AND s.user_profile_id = %(id)s
        WHERE r.type = 1 AND (r.type_id = %(id)s OR m.sender_id = %(id)s) OR r.type = 3 AND s.id IS NOT NULL""",
    "messages.reacted": "SELECT message_id FROM zulip.zerver_reaction WHERE user_profile_id = %(id)s",
    "messages.starred": """SELECT message_id FROM zulip.zerver_usermessage
        WHERE user_profile_id = %(id)s AND flags & 2 > 0""",
    "messages.mentioned": """SELECT message_id FROM zulip.zerver_usermessage
        WHERE user_profile_id = %(id)s AND flags & 72 > 0""",
    "messages.named": """SELECT id FROM zulip.zerver_message WHERE realm_id = %(realm)s
        AND position('data-user-id="' || %(id)s || '"' in rendered_content) > 0""",
    "messages.received": """SELECT message_id FROM zulip.zerver_usermessage u
        JOIN zulip.zerver_message m ON m.id = u.message_id JOIN zulip.zerver_recipient r ON r.id = m.recipient_id
        WHERE user_profile_id = %(id)s AND r.type = 2""",
}  # fmt: skip
"""What each section of messages is, in other words than the worker's."""


def ids_of(database: Database, section: str, person: int) -> set[int]:
    """The ids that a section has."""
    realm = value(database, "SELECT realm_id FROM zulip.zerver_userprofile WHERE id = %s", person)
    found = database.execute(IDS[section].encode(), {"id": person, "realm": realm}).fetchall()
    return {row[0] for row in found}


async def test_each_section_of_messages_has_its_messages_once_and_counts_them(
    install_bridge: Bridge, install_database: Database, person: int, tmp_path: Path
) -> None:
    await export(install_bridge, person, tmp_path / "out", scope=choose(sections=list(IDS)))
    exported = Exported.read(tmp_path / "out", folders=())
    written = [message["id"] for message in exported.messages]
    assert written == sorted(set(written))
    for section in IDS:
        wanted = ids_of(install_database, section, person)
        assert wanted <= set(written)
        told = exported.section(section)
        assert (told["found"], told["written"], told["left_out"]) == (len(wanted), len(wanted), {})
    assert set(written) == set().union(*(ids_of(install_database, section, person) for section in IDS))


@pytest.mark.parametrize("section", IDS)
async def test_one_section_of_messages_brings_no_others(
    install_bridge: Bridge, install_database: Database, section: str, tmp_path: Path
) -> None:
    person = value(install_database, PEOPLE["the busiest"])
    await export(install_bridge, person, tmp_path / "out", scope=choose(sections=[section]))
    exported = Exported.read(tmp_path / "out", folders=())
    assert {message["id"] for message in exported.messages} == ids_of(install_database, section, person)
    assert not (tmp_path / "out" / "elsewhere.json").exists()
    assert exported.user == {}


async def test_dates_leave_out_what_is_outside_and_say_so(
    install_bridge: Bridge, install_database: Database, tmp_path: Path
) -> None:
    person = value(install_database, PEOPLE["the busiest"])
    query = """SELECT percentile_disc(0.3) WITHIN GROUP (ORDER BY date_sent)::date::text,
                      percentile_disc(0.7) WITHIN GROUP (ORDER BY date_sent)::date::text
               FROM zulip.zerver_message WHERE sender_id = %s"""
    ((since, until),) = rows(install_database, query, person)
    await export(install_bridge, person, tmp_path / "out", scope=choose("access", since=since, until=until))
    exported = Exported.read(tmp_path / "out")
    inside = """date_sent >= %s::timestamp AT TIME ZONE 'UTC'
                AND date_sent < (%s::timestamp + interval '1 day') AT TIME ZONE 'UTC'"""
    own = f"SELECT id FROM zulip.zerver_message WHERE sender_id = %s AND {inside} ORDER BY id"
    wanted = column(install_database, own, person, since, until)
    assert [each["id"] for each in exported.messages if each["sender"] == person] == wanted
    sent = value(install_database, "SELECT count(*) FROM zulip.zerver_message WHERE sender_id = %s", person)
    told = exported.section("messages.sent")
    assert 0 < told["written"] == len(wanted) < sent == told["found"]
    assert told["left_out"] == {"outside the dates": sent - len(wanted)}
    for section in exported.manifest["sections"]:
        assert section["found"] == section["written"] + sum(section["left_out"].values())
    audit = """SELECT count(*) FROM zulip.zerver_realmauditlog WHERE (modified_user_id = %s OR acting_user_id = %s)
        AND event_time >= %s::timestamp AT TIME ZONE 'UTC'
        AND event_time < (%s::timestamp + interval '1 day') AT TIME ZONE 'UTC'"""
    assert len(exported.user["zerver_realmauditlog"]) == value(install_database, audit, person, person, since, until)
    assert exported.manifest["scope"]["since"] == f"{since}T00:00:00Z"


async def test_deleted_messages_are_exported_while_they_are_kept(
    install_bridge: Bridge, install_database: Database, tmp_path: Path
) -> None:
    person = value(install_database, PEOPLE["who deleted messages"])
    await export(
        install_bridge, person, tmp_path / "out", scope=choose(sections=["messages.sent", "messages.archived"])
    )
    found = numbered(tmp_path / "out", "archived-messages", "zerver_archivedmessage")
    query = """SELECT a.id, a.content FROM zulip.zerver_archivedmessage a WHERE sender_id = %s
        AND NOT EXISTS (SELECT 1 FROM zulip.zerver_message m WHERE m.id = a.id) ORDER BY a.id"""
    wanted = rows(install_database, query, person)
    assert wanted
    assert [(row["id"], row["content"]) for row in found] == wanted
    live = {message["id"] for message in Exported.read(tmp_path / "out", folders=()).messages}
    assert live.isdisjoint(row["id"] for row in found)


async def test_deleted_messages_outside_the_dates_are_counted(
    install_bridge: Bridge, install_database: Database, tmp_path: Path
) -> None:
    person = value(install_database, PEOPLE["who deleted messages"])
    query = """SELECT a.id, (a.date_sent AT TIME ZONE 'UTC')::date::text FROM zulip.zerver_archivedmessage a
        WHERE sender_id = %s AND NOT EXISTS (SELECT 1 FROM zulip.zerver_message m WHERE m.id = a.id) ORDER BY a.id"""
    deleted = rows(install_database, query, person)
    since = max(day for _, day in deleted)
    chosen = choose(sections=["messages.sent", "messages.archived"], since=since)
    await export(install_bridge, person, tmp_path / "out", scope=chosen)
    found = numbered(tmp_path / "out", "archived-messages", "zerver_archivedmessage")
    assert [row["id"] for row in found] == [number for number, day in deleted if day >= since]
    told = Exported.read(tmp_path / "out", folders=()).section("messages.archived")
    outside = len(deleted) - len(found)
    assert told["left_out"] == ({"outside the dates": outside} if outside else {})
    assert told["found"] == told["written"] + outside


async def test_flags_are_what_the_person_holds_of_each_message(
    install_bridge: Bridge, install_database: Database, person: int, tmp_path: Path
) -> None:
    await export(install_bridge, person, tmp_path / "out", scope=choose(sections=["flags"]))
    found = numbered(tmp_path / "out", "usermessages", "zerver_usermessage")
    query = (
        "SELECT id, message_id, flags FROM zulip.zerver_usermessage WHERE user_profile_id = %s ORDER BY message_id"
    )
    assert [(row["id"], row["message"], row["flags_mask"]) for row in found] == rows(install_database, query, person)


async def test_bots_come_with_their_rows(install_bridge: Bridge, install_database: Database, tmp_path: Path) -> None:
    person = value(install_database, PEOPLE["who owns bots"])
    await export(install_bridge, person, tmp_path / "out", scope=choose(sections=["bots"]))
    bots = read(tmp_path / "out" / "bots.json")
    query = "SELECT id FROM zulip.zerver_userprofile WHERE bot_owner_id = %s AND is_bot ORDER BY id"
    ids = column(install_database, query, person)
    assert [row["id"] for row in bots["zerver_userprofile"]] == ids != []
    for table, key in (("zerver_subscription", "user_profile_id"), ("zerver_botstoragedata", "bot_profile_id")):
        wanted = column(install_database, f"SELECT id FROM zulip.{table} WHERE {key} = ANY(%s) ORDER BY id", ids)
        assert [row["id"] for row in bots[table]] == wanted


async def test_names_explain_every_number(
    install_bridge: Bridge, install_database: Database, person: int, tmp_path: Path
) -> None:
    await export(install_bridge, person, tmp_path / "out", scope=choose("access"))
    exported = Exported.read(tmp_path / "out")
    reference = read(tmp_path / "out" / "reference.json")
    names = {name: {row["id"]: row for row in found} for name, found in reference.items()}
    for message in exported.messages:
        assert message["sender"] in names["people"]
        assert message["recipient"] in names["recipients"]
        assert names["clients"][message["sending_client"]]["name"] == message["sending_client_name"]
    for row in exported.user["zerver_customprofilefieldvalue"]:
        field = names["profile_fields"][row["field"]]
        assert field["name"]
        if field["field_type"] == PEOPLE_FIELD:
            assert set(json.loads(row["value"])) <= names["people"].keys()
    for row in exported.user["zerver_usertopic"]:
        assert row["stream"] in names["channels"]
    for row in reference["people"]:
        query = "SELECT full_name FROM zulip.zerver_userprofile WHERE id = %s"
        assert row["full_name"] == value(install_database, query, row["id"])


async def test_the_manifest_explains_every_list(
    install_bridge: Bridge, install_database: Database, person: int, tmp_path: Path
) -> None:
    scope = choose("access")
    await export(install_bridge, person, tmp_path / "out", scope=scope)
    exported = Exported.read(tmp_path / "out")
    told = {each["section"] for each in exported.manifest["sections"]}
    assert {name for name in scope.sections if name not in ("page", "recipients")} <= told
    for name in ("elsewhere.json", "reference.json"):
        lists: dict[str, Any] = read(tmp_path / "out" / name)
        for key, found in lists.items():
            place = exported.manifest["places"][key]
            assert (place["file"], place["rows"]) == (name, len(found))
            assert place["description"].endswith(".")


async def test_files_are_told_of_after_everything_else(bridge: Bridge, tmp_path: Path, database: Database) -> None:
    await export(bridge, value(database, PEOPLE["who uploaded"]), tmp_path / "out", scope=choose("access"))
    told = [each["section"] for each in Exported.read(tmp_path / "out").manifest["sections"]]
    assert told[0] == "messages"
    assert told[-3:] == ["uploads", "avatars", "emoji"]
