"""Every value of an export, held against plain SQL on the demo's database."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.export.support import Exported, Rows, export
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.client import Bridge

SECRETS = {"api_key", "password", "uuid", "zoom_token"}
MINE = {
    "zerver_userprofile": "id = %(id)s",
    "zerver_recipient": "id IN (SELECT recipient_id FROM zulip.zerver_subscription WHERE user_profile_id = %(id)s)",
    "zerver_stream": """recipient_id IN (
        SELECT recipient_id FROM zulip.zerver_subscription WHERE user_profile_id = %(id)s)""",
    "zerver_realmauditlog": "modified_user_id = %(id)s OR acting_user_id = %(id)s",
    **dict.fromkeys(
        ("analytics_usercount", "zerver_externalauthid", "zerver_navigationview", "zerver_onboardingstep"),
        "user_id = %(id)s",
    ),
}
"""Which rows of a table are a person's; of the others, those whose user_profile_id is the person."""

EXPECTED_TABLES = {
    "zerver_userprofile", "zerver_subscription", "zerver_recipient", "zerver_stream", "analytics_usercount",
    "zerver_realmauditlog", "zerver_reaction", "zerver_alertword", "zerver_customprofilefieldvalue",
    "zerver_muteduser", "zerver_onboardingstep", "zerver_savedsnippet", "zerver_useractivity",
    "zerver_useractivityinterval", "zerver_userpresence", "zerver_userstatus", "zerver_usertopic",
}  # fmt: skip

PEOPLE = {
    "the busiest": "SELECT sender_id FROM zulip.zerver_message GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    "one with edits and reactions": """SELECT m.sender_id FROM zulip.zerver_message m
        JOIN zulip.zerver_reaction r ON r.user_profile_id = m.sender_id
        WHERE m.edit_history IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""",
    "a bot": "SELECT id FROM zulip.zerver_userprofile WHERE is_bot AND bot_owner_id IS NOT NULL ORDER BY id LIMIT 1",
    "a guest": "SELECT id FROM zulip.zerver_userprofile WHERE role = 600 ORDER BY id LIMIT 1",
    "somebody deactivated": "SELECT id FROM zulip.zerver_userprofile WHERE NOT is_active ORDER BY id LIMIT 1",
    "somebody who never came": "SELECT id FROM zulip.zerver_userprofile WHERE last_login IS NULL ORDER BY id LIMIT 1",
    "a mirror dummy": "SELECT id FROM zulip.zerver_userprofile WHERE is_mirror_dummy ORDER BY id LIMIT 1",
    "somebody long idle": "SELECT id FROM zulip.zerver_userprofile WHERE long_term_idle ORDER BY id LIMIT 1",
}


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest, database: Database) -> int:
    """The ids of very different people."""
    return int(value(database, PEOPLE[request.param]))


def dictionaries(database: Database, query: str, parameters: dict[str, Any]) -> Rows:
    """Rows of a query by column."""
    with database.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return list(cursor.execute(query.encode(), parameters).fetchall())


def expected(database: Database, table: str, row: dict[str, Any]) -> dict[str, Any]:
    """What Zulip's own export makes of a row: keys of foreign keys without _id, times as unix seconds."""
    references = set(
        column(
            database,
            """SELECT a.attname FROM pg_constraint c JOIN pg_attribute a
               ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
               WHERE c.contype = 'f' AND c.conrelid = ('zulip.' || %s)::regclass""",
            table,
        )
    )
    made = {}
    for name, found in row.items():
        key = name.removesuffix("_id") if name in references else name
        made[key] = found.timestamp() if isinstance(found, datetime) else found
    return made


def assert_same(found: Any, wanted: Any) -> None:
    """Equal in value and type, as JSON has them."""
    assert json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True)


async def test_the_account_is_what_the_tables_hold(
    bridge: Bridge, database: Database, person: int, tmp_path: Path
) -> None:
    await export(bridge, person, tmp_path / "out")
    exported = Exported.read(tmp_path / "out")
    assert set(exported.user) >= EXPECTED_TABLES
    for table, found in exported.user.items():
        condition = MINE.get(table, "user_profile_id = %(id)s")
        query = f"SELECT * FROM zulip.{table} WHERE {condition} ORDER BY id"
        wanted = [expected(database, table, row) for row in dictionaries(database, query, {"id": person})]
        if table == "zerver_userprofile":
            wanted = [{key: each[key] for key in each if key not in SECRETS} for each in wanted]
            wanted[0] |= {"groups": [], "user_permissions": []}
        assert_same(found, wanted)
        assert exported.manifest["tables"][table] == len(wanted)


async def test_the_messages_are_what_the_tables_hold(
    bridge: Bridge, database: Database, person: int, tmp_path: Path
) -> None:
    result = await export(bridge, person, tmp_path / "out")
    exported = Exported.read(tmp_path / "out")
    wanted = {row["id"]: row for row in dictionaries(database, WANTED_MESSAGES, {"id": person})}
    assert [message["id"] for message in exported.messages] == sorted(wanted)
    assert result.messages == len(wanted) == exported.manifest["messages"]["written"]
    for message in exported.messages:
        row = wanted[message["id"]]
        mask = row.pop("mask")
        names = {"sending_client_name": row.pop("client_name"), "recipient_name": row.pop("to_name")}
        del row["search_tsvector"]
        flags = {"flags": flag_names(mask or 0), "flags_mask": mask or 0}
        assert_same(message, expected(database, "zerver_message", row) | names | flags)


WANTED_MESSAGES = """
    SELECT m.*, c.name AS client_name,
        (SELECT flags FROM zulip.zerver_usermessage WHERE message_id = m.id AND user_profile_id = %(id)s) AS mask,
        coalesce((SELECT s.name FROM zulip.zerver_stream s WHERE s.recipient_id = m.recipient_id),
            (SELECT string_agg(full_name, ', ' ORDER BY full_name) FROM zulip.zerver_userprofile WHERE id IN (
                SELECT user_profile_id FROM zulip.zerver_subscription WHERE recipient_id = m.recipient_id)),
            '') AS to_name
    FROM zulip.zerver_message m JOIN zulip.zerver_client c ON c.id = m.sending_client_id
    WHERE m.realm_id = (SELECT realm_id FROM zulip.zerver_userprofile WHERE id = %(id)s) AND (
        m.sender_id = %(id)s
        OR m.recipient_id IN (
            SELECT recipient_id FROM zulip.zerver_subscription WHERE user_profile_id = %(id)s
            EXCEPT SELECT recipient_id FROM zulip.zerver_stream)
        OR m.id IN (SELECT message_id FROM zulip.zerver_reaction WHERE user_profile_id = %(id)s))
"""

FLAGS = (
    "read", "starred", "collapsed", "mentioned", "stream_wildcard_mentioned", "topic_wildcard_mentioned",
    "group_mentioned", "force_expand", "force_collapse", "has_alert_word", "historical",
)  # fmt: skip
"""Zulip's flags, lowest bit first; the two above are for the server's own use and not told."""


def flag_names(mask: int) -> list[str]:
    return [name for bit, name in enumerate(FLAGS) if mask & 1 << bit]


async def test_messages_without_a_row_of_the_persons_own_are_exported_and_counted(
    bridge: Bridge, database: Database, tmp_path: Path
) -> None:
    dropped = """
        SELECT m.sender_id, array_agg(m.id ORDER BY m.id) FROM zulip.zerver_message m
        WHERE NOT EXISTS (SELECT 1 FROM zulip.zerver_usermessage um
                          WHERE um.message_id = m.id AND um.user_profile_id = m.sender_id)
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
    """
    ((person, ids),) = rows(database, dropped)
    await export(bridge, person, tmp_path / "out")
    exported = Exported.read(tmp_path / "out")
    found = {message["id"]: message for message in exported.messages}
    assert set(ids) <= set(found)
    assert all(found[each]["flags"] == [] and found[each]["flags_mask"] == 0 for each in ids)
    assert exported.manifest["messages"]["without_own_row"] >= len(ids) > 0
    assert max(exported.section("messages")["notes"].values()) >= len(ids)


async def test_no_secret_leaves_the_server(bridge: Bridge, database: Database, tmp_path: Path) -> None:
    person = value(database, PEOPLE["the busiest"])
    database.execute(
        "UPDATE zulip.zerver_userprofile SET zoom_token = %s WHERE id = %s", ['{"t": "z0omz0om"}', person]
    )
    try:
        await export(bridge, person, tmp_path / "out")
    finally:
        database.execute("UPDATE zulip.zerver_userprofile SET zoom_token = NULL WHERE id = %s", [person])
    query = "SELECT api_key, password, uuid::text FROM zulip.zerver_userprofile WHERE id = %s"
    ((api_key, password, uuid),) = rows(database, query, person)
    everything = b"".join(file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file())
    for secret in (api_key, password, uuid, "z0omz0om"):
        assert secret
        assert secret.encode() not in everything
    stated = Exported.read(tmp_path / "out").manifest["redactions"]
    assert {f"zerver_userprofile.{name}" for name in SECRETS} <= set(stated)
    assert "It is set" in stated["zerver_userprofile.zoom_token"]


async def test_an_unset_secret_is_said_to_be_unset(bridge: Bridge, database: Database, tmp_path: Path) -> None:
    person = value(database, "SELECT id FROM zulip.zerver_userprofile WHERE zoom_token IS NULL ORDER BY id LIMIT 1")
    await export(bridge, person, tmp_path / "out")
    stated = Exported.read(tmp_path / "out").manifest["redactions"]
    assert "It is not set" in stated["zerver_userprofile.zoom_token"]
    assert "It is set" in stated["zerver_userprofile.api_key"]
