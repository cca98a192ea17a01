"""The footprint, held against PostgreSQL's own catalogue of foreign keys, and the first page of a person."""

from __future__ import annotations

import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.footprint import FootprintRow, ReadFootprint
from zulip_bridge.api.people import ShowPerson
from zulip_bridge.client import Bridge

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREIGN_KEYS = """
    SELECT c.conrelid::regclass::text, a.attname
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid = 'zulip.zerver_userprofile'::regclass
"""
BUSIEST = """
    SELECT sender_id FROM zulip.zerver_message m JOIN zulip.zerver_userprofile u ON u.id = m.sender_id
    WHERE NOT u.is_bot GROUP BY 1 ORDER BY count(*) DESC LIMIT 1
"""


def by_place(footprint: list[FootprintRow]) -> dict[tuple[str, str], FootprintRow]:
    return {(row.table, row.column): row for row in footprint}


def plain(table: str) -> str:
    return table.rpartition(".")[2].strip('"')


@pytest.mark.parametrize("eighth", range(8))
async def test_every_foreign_key_of_the_database_is_counted_as_sql_counts_it(
    bridge: Bridge, install_database: Database, eighth: int
) -> None:
    accounts = "zulip.zerver_userprofile"
    rank = value(install_database, f"SELECT count(*) * %s / 8 FROM {accounts}", eighth)
    person = value(install_database, f"SELECT id FROM {accounts} ORDER BY id OFFSET %s LIMIT 1", rank)
    found = by_place(await bridge.call(ReadFootprint(person)))
    keys = rows(install_database, FOREIGN_KEYS)
    assert len(keys) > 40
    expected = {
        (plain(table), name): value(install_database, f"SELECT count(*) FROM {table} WHERE {name} = %s", person)
        for table, name in keys
    }
    assert {place: found[place].rows for place in expected} == expected


async def test_what_has_no_foreign_key_is_found_too(demo_bridge: Bridge, database: Database) -> None:
    person = value(database, BUSIEST)
    found = by_place(await demo_bridge.call(ReadFootprint(person)))
    mentions = "SELECT count(*) FROM zulip.zerver_usermessage WHERE user_profile_id = %s AND flags & 8 <> 0"
    assert found["zerver_usermessage", "flags"].rows == value(database, mentions, person)
    assert found["zerver_recipient", "type_id"].rows == 1
    invited = column(
        database,
        """SELECT u.id FROM zulip.zerver_preregistrationuser p
           JOIN zulip.zerver_userprofile u ON lower(u.delivery_email) = lower(p.email) LIMIT 1""",
    )
    assert (
        by_place(await demo_bridge.call(ReadFootprint(invited[0])))["zerver_preregistrationuser", "email"].rows >= 1
    )


async def test_a_table_nobody_has_heard_of_appears_uncategorized(bridge: Bridge) -> None:
    rows_ = await bridge.call(ReadFootprint(10))
    assert {row.category for row in rows_} <= {
        "identity", "content", "behaviour", "credentials", "security_log", "derived", "uncategorized",
    }  # fmt: skip
    assert all(row.exact for row in rows_)


async def test_progress_is_reported_to_the_end(bridge: Bridge) -> None:
    seen: list[Progress] = []
    found = await bridge.call(ReadFootprint(10), seen.append)
    assert seen[-1] == Progress("footprint", len(found), len(found), 0)


async def test_nobody_has_no_footprint(bridge: Bridge) -> None:
    with pytest.raises(StewardError) as caught:
        await bridge.call(ReadFootprint(2**31 - 1))
    assert caught.value.kind is ErrorKind.NOT_FOUND


async def test_the_first_page_of_everybody_can_be_read(bridge: Bridge, install_database: Database) -> None:
    for person in column(install_database, "SELECT id FROM zulip.zerver_userprofile ORDER BY id LIMIT 300"):
        detail = await bridge.call(ShowPerson(person))
        assert detail.person.id == person


async def test_the_first_page_says_what_the_database_says(bridge: Bridge, install_database: Database) -> None:
    person = value(install_database, BUSIEST)
    detail = await bridge.call(ShowPerson(person))
    counts = {each.name: each.count for each in detail.counts}
    sent = value(install_database, "SELECT count(*) FROM zulip.zerver_message WHERE sender_id = %s", person)
    is_exact = {each.name: each.exact for each in detail.counts}["messages sent"]
    assert counts["messages sent"] == sent if is_exact else 0 < counts["messages sent"] < sent
    assert counts["files"] == value(
        install_database, "SELECT count(*) FROM zulip.zerver_attachment WHERE owner_id = %s", person
    )
    assert [bot.id for bot in detail.bots_owned] == column(
        install_database, "SELECT id FROM zulip.zerver_userprofile WHERE bot_owner_id = %s ORDER BY id", person
    )
    assert len(detail.profile) == value(
        install_database,
        "SELECT count(*) FROM zulip.zerver_customprofilefieldvalue WHERE user_profile_id = %s",
        person,
    )


async def test_no_secret_is_in_the_first_page(bridge: Bridge, install_database: Database) -> None:
    (secrets,) = rows(
        install_database, "SELECT api_key, password, uuid::text FROM zulip.zerver_userprofile WHERE id = %s", 10
    )
    detail = await bridge.call(ShowPerson(10))
    shown = repr(detail)
    assert not any(secret and secret in shown for secret in secrets)
