"""The questions that are shipped: each is asked, and its answer is held against plain SQL written another way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.plain_sql import Database
from tests.plain_sql import rows as plain_rows
from tests.plain_sql import value as plain_value
from tests.query.asking import ask
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.parameters import parameter_names
from zulip_bridge.api.query import DescribeTables, FetchRows, OpenedQuery, Sql, TableInfo
from zulip_bridge.client import Bridge
from zulip_bridge.query import SavedQuery, library
from zulip_bridge.query.library import parse

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHIPPED = {name: each for name, each in library().items() if each.shipped}
GIVEN = {"channel": "general", "user": "66", "file": "x", "message": "1", "group": "role:members"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def tables(bridge: Bridge) -> AsyncIterator[list[TableInfo]]:
    yield await bridge.call(DescribeTables())


async def answer(bridge: Bridge, tables: list[TableInfo], name: str, **values: str) -> OpenedQuery:
    saved = SHIPPED[name]
    given = {each.name: GIVEN[each.name] for each in saved.parameters if each.default is None}
    return await ask(bridge, saved.question(tables, {**given, **values}), rows=5_000)


async def ids(bridge: Bridge, tables: list[TableInfo], name: str, column: str = "id", **values: str) -> list[Any]:
    opened = await answer(bridge, tables, name, **values)
    at = [each.name for each in opened.columns].index(column)
    found, page = list(opened.first.rows), opened.first
    while page.more:
        page = await bridge.call(FetchRows(opened.query, 5_000))
        found += page.rows
    return [row[at] for row in found]


async def test_there_are_enough_of_them() -> None:
    assert len(SHIPPED) >= 15


@pytest.mark.parametrize("name", SHIPPED)
async def test_each_explains_itself_and_declares_its_parameters(name: str) -> None:
    saved = SHIPPED[name]
    assert saved.title != name
    assert all(each.description for each in saved.parameters)
    for variant in saved.variants:
        assert sorted(parameter_names(variant.sql)) == sorted(each.name for each in saved.parameters)
    assert not saved.variants[-1].requires or len(saved.variants) == 1


@pytest.mark.parametrize("name", SHIPPED)
async def test_each_can_be_asked_and_shows_no_secret(bridge: Bridge, tables: list[TableInfo], name: str) -> None:
    opened = await answer(bridge, tables, name)
    assert opened.columns
    assert not [each.name for each in opened.columns if each.masked]


@pytest.mark.parametrize("name", [name for name, each in SHIPPED.items() if len(each.variants) > 1])
async def test_variants_answer_with_the_same_columns(name: str) -> None:
    first, second = (variant.sql.split("FROM")[0].count(",") for variant in SHIPPED[name].variants)
    assert first == second


EXPECTED = {
    "administrators": "SELECT id FROM zulip.zerver_userprofile WHERE role < 400",
    "guests": "SELECT DISTINCT user_profile_id FROM zulip.zerver_subscription s JOIN zulip.zerver_userprofile u "
    "ON u.id = s.user_profile_id JOIN zulip.zerver_stream c ON c.recipient_id = s.recipient_id "
    "WHERE s.active AND u.role = 600 AND u.is_active AND NOT c.deactivated",
    "bots-of-deactivated": "SELECT b.id FROM zulip.zerver_userprofile b LEFT JOIN zulip.zerver_userprofile o "
    "ON o.id = b.bot_owner_id WHERE b.is_bot AND b.is_active AND coalesce(o.is_active, false) = false "
    "AND b.realm_id <> (SELECT id FROM zulip.zerver_realm WHERE string_id = 'zulipinternal')",
    "never-used": "SELECT id FROM zulip.zerver_userprofile WHERE is_active AND NOT is_bot AND NOT is_mirror_dummy "
    "AND last_login IS NULL AND id NOT IN (SELECT sender_id FROM zulip.zerver_message) AND id NOT IN "
    "(SELECT user_profile_id FROM zulip.zerver_userpresence WHERE last_active_time IS NOT NULL)",
    "private-channels": "SELECT id FROM zulip.zerver_stream WHERE invite_only",
    "public-files": "SELECT id FROM zulip.zerver_attachment WHERE is_realm_public OR is_web_public",
    "deleted-messages": "SELECT id FROM zulip.zerver_archivedmessage",
    "edited-messages": "SELECT id FROM zulip.zerver_message WHERE last_edit_time IS NOT NULL",
    "new-accounts": "SELECT id FROM zulip.zerver_userprofile WHERE NOT is_mirror_dummy",
    "devices": "SELECT user_id FROM zulip.zerver_pushdevicetoken",
    "uploads-by-person": "SELECT DISTINCT owner_id FROM zulip.zerver_attachment",
}


@pytest.mark.parametrize("name", EXPECTED)
async def test_the_answer_is_the_databases(
    bridge: Bridge,
    tables: list[TableInfo],
    install_database: Database,
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    expected = [row[0] for row in plain_rows(install_database, EXPECTED[name])]
    assert expected or request.config.getoption("--install")
    assert sorted(await ids(bridge, tables, name)) == sorted(expected)


async def test_messages_of_a_private_channel(
    bridge: Bridge, tables: list[TableInfo], install_database: Database
) -> None:
    name = plain_value(
        install_database,
        "SELECT s.name FROM zulip.zerver_stream s JOIN zulip.zerver_message m USING (recipient_id) "
        "WHERE s.invite_only GROUP BY s.name HAVING count(*) > 10 LIMIT 1",
    )
    found = plain_rows(
        install_database,
        "SELECT m.id, m.date_sent FROM zulip.zerver_stream s JOIN zulip.zerver_message m USING (recipient_id) "
        "WHERE s.name = %s ORDER BY m.date_sent, m.id",
        name,
    )
    assert await ids(bridge, tables, "channel-messages", channel=name.upper()) == [row[0] for row in found]
    since = found[len(found) // 2][1]
    expected = [row[0] for row in found if row[1] >= since]
    assert await ids(bridge, tables, "channel-messages", channel=name, since=since.isoformat()) == expected


async def test_who_could_read_a_file(bridge: Bridge, tables: list[TableInfo], install_database: Database) -> None:
    path, owner = plain_rows(
        install_database,
        "SELECT path_id, owner_id FROM zulip.zerver_attachment WHERE id IN "
        "(SELECT attachment_id FROM zulip.zerver_attachment_messages) ORDER BY id LIMIT 1",
    )[0]
    received = {
        row[0]
        for row in plain_rows(
            install_database,
            "SELECT user_profile_id FROM zulip.zerver_usermessage WHERE message_id IN (SELECT message_id FROM "
            "zulip.zerver_attachment_messages m JOIN zulip.zerver_attachment a ON a.id = m.attachment_id "
            "WHERE a.path_id = %s)",
            path,
        )
    }
    found = await ids(bridge, tables, "file-readers", "user_id", file=path)
    assert len(found) == len(set(found))
    assert received | {owner} <= set(found)


async def test_the_log_of_a_person_is_whole(
    bridge: Bridge, tables: list[TableInfo], install_database: Database
) -> None:
    person, count = plain_rows(
        install_database,
        "SELECT u.id, count(*) FROM zulip.zerver_userprofile u JOIN zulip.zerver_realmauditlog a "
        "ON u.id IN (a.modified_user_id, a.acting_user_id) GROUP BY u.id ORDER BY 2 DESC LIMIT 1",
    )[0]
    assert len(await ids(bridge, tables, "person-log", "event_type", user=str(person))) == count


async def test_readers_of_a_message(bridge: Bridge, tables: list[TableInfo], install_database: Database) -> None:
    message = plain_value(install_database, "SELECT message_id FROM zulip.zerver_usermessage ORDER BY id LIMIT 1")
    received = plain_rows(
        install_database, "SELECT user_profile_id FROM zulip.zerver_usermessage WHERE message_id = %s", message
    )
    found = await ids(bridge, tables, "message-readers", message=str(message))
    assert sorted(found) == sorted(row[0] for row in received)


async def test_a_period_and_a_realm_narrow_the_answer(bridge: Bridge, tables: list[TableInfo]) -> None:
    everything = await ids(bridge, tables, "role-changes", "user_id")
    assert everything
    assert not await ids(bridge, tables, "role-changes", "user_id", until="2000-01-01")
    assert not await ids(bridge, tables, "role-changes", "user_id", realm="nowhere")


SAVED = """-- title: Two ways
-- description: One and
--   two.
-- parameter a: Must be given.
-- parameter b = x y: Need not.
-- requires: first.id
SELECT :a, :b -- the first
-- otherwise
-- requires: second
SELECT :b, :a
"""


def table(name: str) -> TableInfo:
    return TableInfo("zulip", name, {"id": "integer"})


async def test_a_saved_question_as_it_is_written() -> None:
    saved = parse("two", SAVED)
    assert (saved.title, saved.description) == ("Two ways", "One and two.")
    assert [(each.name, each.default) for each in saved.parameters] == [("a", None), ("b", "x y")]
    asked = saved.question([table("first")], {"a": "1"})
    assert asked == Sql("SELECT :a, :b -- the first", {"a": "1", "b": "x y"})
    assert saved.question([table("second")], {"a": "1"}) == Sql("SELECT :b, :a", {"a": "1", "b": "x y"})


@pytest.mark.parametrize(
    ("there", "values", "kind"),
    [
        ("third", {"a": "1"}, ErrorKind.REFUSED),
        ("first", {}, ErrorKind.INVALID),
        ("first", {"a": "1", "c": "2"}, ErrorKind.INVALID),
    ],
)
async def test_what_a_saved_question_cannot_do(there: str, values: dict[str, str | None], kind: ErrorKind) -> None:
    saved: SavedQuery = parse("two", SAVED)
    with pytest.raises(StewardError) as caught:
        saved.question([table(there)], values)
    assert caught.value.kind is kind
