"""Channels, groups, permissions and conversations, held against plain SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
import pytest_asyncio

from tests.plain_sql import Database, column, rows, value
from tests.scratch import make_scratch
from zulip_bridge.api.channels import MOST_NAMES, Memberships, NamedPermission, ReadMemberships
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")

ISO = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
SUBSCRIBED = """
    FROM zulip.zerver_subscription s JOIN zulip.zerver_recipient r ON r.id = s.recipient_id AND r.type = 2
    JOIN zulip.zerver_stream c ON c.id = r.type_id WHERE s.user_profile_id = %s
"""


@pytest.fixture(params=range(0, 280, 20))
def person(request: pytest.FixtureRequest, install_database: Database) -> int:
    """Somebody, from one end of the server to the other."""
    query = "SELECT id FROM zulip.zerver_userprofile ORDER BY id OFFSET %s LIMIT 1"
    return int(value(install_database, query, request.param))


async def test_channels_are_those_of_the_database(bridge: Bridge, install_database: Database, person: int) -> None:
    found = await bridge.call(ReadMemberships(person))
    expected = rows(
        install_database,
        "SELECT c.id, c.name, s.active, c.deactivated, s.color, s.pin_to_top, s.is_muted, s.desktop_notifications,"
        " s.push_notifications" + SUBSCRIBED,
        person,
    )
    told = {
        (
            each.channel_id, each.name, each.subscribed, each.archived, each.color, each.pinned, each.muted,
            each.desktop_notifications, each.push_notifications,
        )
        for each in found.channels
        if each.color
    }  # fmt: skip
    assert told == set(expected)
    assert [each.subscribed for each in found.channels] == sorted(
        (each.subscribed for each in found.channels), reverse=True
    )


async def test_privacy_and_dates(bridge: Bridge, install_database: Database, person: int) -> None:
    found = {each.channel_id: each for each in (await bridge.call(ReadMemberships(person))).channels}
    for channel, private, web, shared in rows(
        install_database,
        "SELECT c.id, c.invite_only, c.is_web_public, c.history_public_to_subscribers" + SUBSCRIBED,
        person,
    ):
        assert found[channel].privacy.startswith("private") == (private and not web)
        assert (found[channel].privacy == "web-public") == web
        assert ("shared" in found[channel].privacy) == (private and shared and not web)
    last = f"SELECT modified_stream_id, {ISO.format('max(event_time)')} FROM zulip.zerver_realmauditlog"
    came = dict(
        rows(install_database, f"{last} WHERE modified_user_id = %s AND event_type IN (301, 302) GROUP BY 1", person)
    )
    left = dict(rows(install_database, f"{last} WHERE modified_user_id = %s AND event_type = 303 GROUP BY 1", person))
    for channel in found.values():
        assert channel.since == came.get(channel.channel_id)
        assert channel.until == (None if channel.subscribed else left.get(channel.channel_id))


async def test_groups_are_those_that_a_recursion_finds(
    bridge: Bridge, install_database: Database, person: int
) -> None:
    found = (await bridge.call(ReadMemberships(person))).groups
    named = value(install_database, "SELECT to_regclass('zulip.zerver_namedusergroup')")
    table, key = ("zerver_namedusergroup", "usergroup_ptr_id") if named else ("zerver_usergroup", "id")
    recursion = """
        WITH RECURSIVE mine(id) AS (
            SELECT user_group_id::bigint FROM zulip.zerver_usergroupmembership WHERE user_profile_id = %s
            UNION SELECT g.supergroup_id::bigint FROM zulip.zerver_groupgroupmembership g JOIN mine
                  ON mine.id = g.subgroup_id)
    """
    expected = rows(
        install_database,
        f"{recursion} SELECT g.{key}, g.name FROM zulip.{table} g JOIN mine ON mine.id = g.{key}",
        person,
    )
    assert {(each.group_id, each.name) for each in found} == set(expected)
    direct = column(
        install_database,
        f"""SELECT m.user_group_id FROM zulip.zerver_usergroupmembership m
            JOIN zulip.{table} g ON g.{key} = m.user_group_id WHERE m.user_profile_id = %s""",
        person,
    )
    assert {each.group_id for each in found if not each.through} == set(direct)
    assert not any(each.title.startswith("role:") for each in found)


async def test_conversations_are_the_newest_first_and_name_the_others(
    bridge: Bridge, install_database: Database
) -> None:
    busiest = value(
        install_database,
        """SELECT s.user_profile_id FROM zulip.zerver_subscription s JOIN zulip.zerver_recipient r
           ON r.id = s.recipient_id AND r.type = 3 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""",
    )
    found = await bridge.call(ReadMemberships(busiest))
    expected = rows(
        install_database,
        """SELECT r.type_id, (SELECT count(*) FROM zulip.zerver_subscription o WHERE o.recipient_id = r.id)
           FROM zulip.zerver_subscription s JOIN zulip.zerver_recipient r ON r.id = s.recipient_id AND r.type = 3
           WHERE s.user_profile_id = %s""",
        busiest,
    )
    assert {(each.group_id, each.size) for each in found.direct_message_groups} == set(expected)
    moments = [each.last_message or "" for each in found.direct_message_groups]
    assert moments == sorted(moments, reverse=True)
    for each in found.direct_message_groups:
        assert len(each.others) == min(each.size - 1, MOST_NAMES)
        assert not any(f"(id {busiest})" in name for name in each.others)
    first = await bridge.call(ReadMemberships(busiest, limit=1))
    assert first.direct_message_groups == found.direct_message_groups[:1]
    assert first.more_groups == (len(expected) > 1)


async def test_who_made_a_channel_is_its_creator(bridge: Bridge, install_database: Database) -> None:
    known = (
        "SELECT 1 FROM information_schema.columns WHERE table_name = 'zerver_stream' AND column_name = 'creator_id'"
    )
    if rows(install_database, known):
        query = "SELECT creator_id, array_agg(id) FROM zulip.zerver_stream WHERE creator_id IS NOT NULL GROUP BY 1"
    else:
        query = """SELECT acting_user_id, array_agg(DISTINCT modified_stream_id) FROM zulip.zerver_realmauditlog
                   WHERE event_type = 601 AND acting_user_id IS NOT NULL GROUP BY 1"""
    creators = rows(install_database, f"{query} ORDER BY count(*) DESC LIMIT 3")
    assert creators
    for creator, channels in creators:
        found = await bridge.call(ReadMemberships(creator))
        assert {each.channel_id for each in found.channels if "creator" in each.roles} == set(channels)


async def test_nobody_takes_part_in_anything(bridge: Bridge) -> None:
    with pytest.raises(StewardError) as caught:
        await bridge.call(ReadMemberships(2**31 - 1))
    assert caught.value.kind is ErrorKind.NOT_FOUND


# What the demo does not have by itself


@pytest.fixture(scope="module")
def scratch(demo: DemoInstall) -> Iterator[DemoInstall]:
    """A copy of the demo, to be changed by these tests."""
    with make_scratch(demo) as install:
        yield install


@pytest.fixture(scope="module")
def changed(scratch: DemoInstall) -> Iterator[Database]:
    """Its database."""
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        yield connection


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scratch_bridge(scratch: DemoInstall) -> AsyncIterator[Bridge]:
    """A bridge to it."""
    opened = await Bridge.open(open_door(InstallTarget(scratch.path)))
    yield opened
    await opened.close()


def member_of_acme(database: Database) -> int:
    return int(value(database, "SELECT id FROM zerver_userprofile WHERE delivery_email = 'maria@acme.example'"))


async def test_settings_that_name_a_person_are_told(scratch_bridge: Bridge, changed: Database) -> None:
    person = member_of_acme(changed)
    realm = value(changed, "SELECT realm_id FROM zerver_userprofile WHERE id = %s", person)
    group = value(changed, "INSERT INTO zerver_usergroup (realm_id) VALUES (%s) RETURNING id", realm)
    changed.execute(
        "INSERT INTO zerver_usergroupmembership (user_group_id, user_profile_id) VALUES (%s, %s)", [group, person]
    )
    channel = value(changed, "SELECT min(id) FROM zerver_stream WHERE realm_id = %s", realm)
    changed.execute("UPDATE zerver_stream SET can_administer_channel_group_id = %s WHERE id = %s", [group, channel])
    changed.execute(
        "UPDATE zerver_namedusergroup SET can_mention_group_id = %s WHERE realm_id = %s AND name = 'support'",
        [group, realm],
    )
    found = await scratch_bridge.call(ReadMemberships(person))
    assert NamedPermission("can mention", "group support") in found.permissions
    (named,) = [each for each in found.channels if each.channel_id == channel]
    assert "can administer channel" in named.roles
    assert group not in {each.group_id for each in found.groups}


async def test_groups_in_a_circle_end(scratch_bridge: Bridge, changed: Database) -> None:
    person = member_of_acme(changed)
    ids = column(
        changed,
        """SELECT usergroup_ptr_id FROM zerver_namedusergroup WHERE name IN ('support', 'design')
           AND realm_id = (SELECT realm_id FROM zerver_userprofile WHERE id = %s)""",
        person,
    )
    assert len(ids) == 2
    for sub, over in (ids, reversed(ids)):
        changed.execute(
            """INSERT INTO zerver_groupgroupmembership (subgroup_id, supergroup_id) VALUES (%s, %s)
               ON CONFLICT DO NOTHING""",
            [sub, over],
        )
    changed.execute(
        """INSERT INTO zerver_usergroupmembership (user_group_id, user_profile_id) VALUES (%s, %s)
           ON CONFLICT DO NOTHING""",
        [ids[0], person],
    )
    found = await scratch_bridge.call(ReadMemberships(person))
    assert {*ids} <= {each.group_id for each in found.groups}
    assert len({each.group_id for each in found.groups}) == len(found.groups)


async def test_a_setting_of_zulip_that_is_off_or_as_usual_is_told_apart(
    scratch_bridge: Bridge, changed: Database
) -> None:
    person = member_of_acme(changed)
    one, two = column(changed, "SELECT s.id" + SUBSCRIBED.replace("zulip.", "") + " ORDER BY c.name LIMIT 2", person)
    changed.execute("UPDATE zerver_subscription SET push_notifications = false, is_muted = true WHERE id = %s", [one])
    changed.execute("UPDATE zerver_subscription SET push_notifications = NULL, is_muted = false WHERE id = %s", [two])
    found: Memberships = await scratch_bridge.call(ReadMemberships(person))
    settings = {(each.push_notifications, each.muted) for each in found.channels}
    assert {(False, True), (None, False)} <= settings
