"""Messages are found in either of two ways: both find the same, and PostgreSQL says which is cheaper."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plain_sql import Database, value
from zulip_bridge.api.export_scope import SAME, ExportScope
from zulip_bridge.worker.export.message_query import (
    Expected,
    MessageQuery,
    WantedMessages,
    by_looking_up,
    by_passing_over,
    cost_of,
)
from zulip_bridge.worker.export.message_rows import HELD
from zulip_bridge.worker.export.selection import ARCHIVED, KINDS, LIVE, RESTORED, Kind

BUSIEST = "SELECT sender_id FROM {messages} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
QUIETEST = "SELECT sender_id FROM {messages} GROUP BY 1 ORDER BY count(*), 1 LIMIT 1"
A_REACTION_TO_EVERYTHING = """
    INSERT INTO zerver_reaction (emoji_name, reaction_type, emoji_code, user_profile_id, message_id)
    SELECT 'tada', 'unicode_emoji', '1f389', %(id)s, id FROM zerver_message ON CONFLICT DO NOTHING
"""
YEARS = ExportScope(("messages.sent",), since="2025-01-01", until="2026-01-01")


@pytest.fixture
def zulip(database: Database) -> Database:
    """The demo, its tables by their names alone."""
    database.execute("SET search_path = zulip")
    return database


def parameters(zulip: Database, who: str, tables: dict[str, str] = LIVE) -> dict[str, Any]:
    """Of somebody chosen by a query, as an export has them."""
    person = value(zulip, who.format(**tables))
    realm = value(zulip, "SELECT realm_id FROM zerver_userprofile WHERE id = %s", person)
    return {"id": person, "realm": realm, "since": YEARS.since, "until": YEARS.until}


def wanted(kinds: list[Kind], tables: dict[str, str], scope: ExportScope = SAME) -> WantedMessages:
    """These kinds, and of each message enough to tell whether it was read right."""
    listed = f"m.id, m.sender_id, md5(m.content), um.flags, {HELD}"
    return WantedMessages(listed, kinds, tables, scope, RESTORED if tables is ARCHIVED else "true")


def found(zulip: Database, query: MessageQuery, person: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of the query."""
    return zulip.execute(query.sql.encode(), person).fetchall()


@pytest.mark.parametrize("scope", [SAME, YEARS], ids=["all", "dates"])
@pytest.mark.parametrize("tables", [LIVE, ARCHIVED], ids=["live", "archived"])
@pytest.mark.parametrize("kinds", [*([each] for each in KINDS), KINDS[:3], KINDS], ids=str)
@pytest.mark.parametrize("who", [BUSIEST, QUIETEST], ids=["busiest", "quietest"])
def test_all_ways_find_the_same(
    zulip: Database, who: str, kinds: list[Kind], tables: dict[str, str], scope: ExportScope
) -> None:
    person = parameters(zulip, who, tables)
    asked = wanted(kinds, tables, scope)
    looked_up = found(zulip, by_looking_up(asked), person)
    passed_over = found(zulip, by_passing_over(asked), person)
    assert [row[1:] for row in looked_up] == [row[1:] for row in passed_over]
    assert found(zulip, by_looking_up(asked, one_by_one=True), person) == looked_up
    assert all(row[-1] for row in looked_up)
    assert {row[0] for row in looked_up} <= {len(looked_up)}
    assert {row[0] for row in passed_over} <= {value(zulip, f"SELECT max(id) FROM {tables['messages']}")}


def test_they_do_find_something(zulip: Database) -> None:
    for kind in KINDS:
        person = parameters(zulip, BUSIEST)
        assert found(zulip, by_looking_up(wanted([kind], LIVE)), person), kind.section


def estimate(zulip: Database, query: MessageQuery, person: dict[str, Any]) -> float:
    """The cost that PostgreSQL tells of it."""
    ((answer,),) = zulip.execute(f"EXPLAIN (FORMAT JSON) {query.sql}".encode(), person).fetchall()
    return cost_of(answer[0]["Plan"])


def test_who_wrote_little_is_looked_up_and_who_wrote_most_is_passed_over(zulip: Database) -> None:
    zulip.execute("ANALYZE zerver_message, zerver_usermessage, zerver_reaction, zerver_subscription")
    asked = wanted(KINDS[:3], LIVE)
    busiest, quietest = parameters(zulip, BUSIEST), parameters(zulip, QUIETEST)
    assert estimate(zulip, by_looking_up(asked), quietest) < estimate(zulip, by_passing_over(asked), quietest)
    everything = wanted(KINDS[-1:], LIVE)
    assert estimate(zulip, by_passing_over(everything), busiest) < estimate(zulip, by_looking_up(everything), busiest)


def test_a_list_that_is_too_long_for_memory_is_not_read_for_each_message(zulip: Database) -> None:
    asked, busiest = wanted(KINDS[:3], LIVE), parameters(zulip, BUSIEST)
    every, one = by_looking_up(asked), by_looking_up(asked, one_by_one=True)
    with zulip.transaction(force_rollback=True):
        zulip.execute(A_REACTION_TO_EVERYTHING, busiest)
        zulip.execute("ANALYZE zerver_message, zerver_usermessage, zerver_reaction, zerver_subscription")
        assert estimate(zulip, every, busiest) < estimate(zulip, one, busiest)
        zulip.execute("SET LOCAL work_mem = 64")
        assert estimate(zulip, one, busiest) < estimate(zulip, every, busiest)


def test_messages_are_not_sorted(zulip: Database) -> None:
    sorts = "SELECT m.* FROM zerver_message m ORDER BY m.content"
    assert estimate(zulip, MessageQuery(sorts, counted=False), {}) == float("inf")
    ids = "SELECT id FROM zerver_message ORDER BY sender_id"
    assert estimate(zulip, MessageQuery(ids, counted=False), {}) < float("inf")


@given(st.lists(st.integers(1, 10**6), min_size=1, unique=True).map(sorted), st.integers(0, 10**6), st.data())
def test_what_is_expected_is_never_less_than_what_has_come_and_right_at_the_end(
    ids: list[int], after: int, data: st.DataObject
) -> None:
    expected, last, done = Expected(MessageQuery("", counted=False)), ids[-1] + after, 0
    while done < len(ids):
        size = data.draw(st.integers(1, len(ids) - done))
        batch = [{"id": each} for each in ids[done : done + size]]
        done += size
        assert expected.total(done, batch, last) >= done
    assert after or expected.total(done, batch, last) == len(ids)


def test_what_was_counted_is_expected() -> None:
    assert Expected(MessageQuery("", counted=True)).total(1, [{"id": 5}], 70) == 70
