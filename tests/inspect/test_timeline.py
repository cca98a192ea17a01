"""The timeline, held against plain SQL: nothing lost, nothing twice, readable values, and rows that mean harm."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from tests.plain_sql import Database, column, rows, value
from tests.scratch import make_scratch
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.timeline import KINDS, Kind, ReadActivity, ReadTimeline, TimelineEntry, ValueChange
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.population.cast import LENA, MARIA, MARTA, OTTO
from zulip_bridge.launch import InstallTarget, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")

AUDIT: list[Kind] = ["account", "settings", "subscriptions", "channels", "groups", "organization", "other"]
ABOUT = "SELECT id FROM zulip.zerver_realmauditlog WHERE "


def id_of(database: Database, address: str) -> int:
    return int(value(database, "SELECT id FROM zulip.zerver_userprofile WHERE delivery_email = %s", address))


async def everything(bridge: Bridge, person: int, limit: int = 7, **wanted: Any) -> list[TimelineEntry]:
    """All entries, page by page."""
    found: list[TimelineEntry] = []
    following = ""
    while True:
        page = await bridge.call(ReadTimeline(person, before=following, limit=limit, **wanted))
        assert len(page.entries) <= limit
        found += page.entries
        following = page.next
        if not following:
            return found


def numbers(entries: list[TimelineEntry], source: str) -> list[int]:
    return [int(each.key.rpartition(" ")[2]) for each in entries if each.key.startswith(source)]


@pytest.mark.parametrize("rank", range(0, 280, 20))
async def test_every_row_is_there_once(bridge: Bridge, install_database: Database, rank: int) -> None:
    person = value(install_database, "SELECT id FROM zulip.zerver_userprofile ORDER BY id OFFSET %s LIMIT 1", rank)
    found = await everything(bridge, person, limit=20)
    log = column(install_database, f"{ABOUT}acting_user_id = %s OR modified_user_id = %s", person, person)
    assert sorted(numbers(found, "audit")) == sorted(log)
    calls = column(install_database, "SELECT id FROM zulip.zerver_useractivity WHERE user_profile_id = %s", person)
    assert sorted(numbers(found, "activity")) == sorted(calls)
    spans = column(
        install_database, "SELECT id FROM zulip.zerver_useractivityinterval WHERE user_profile_id = %s", person
    )
    assert sorted(numbers(found, "span")) == sorted(spans)
    moments = [each.when for each in found]
    assert moments == sorted(moments, reverse=True)


async def test_the_page_size_changes_nothing(demo_bridge: Bridge, database: Database) -> None:
    person = id_of(database, MARIA)
    whole = await everything(demo_bridge, person, limit=1000)
    assert len(whole) > 30
    assert await everything(demo_bridge, person, limit=1) == whole
    assert await everything(demo_bridge, person, limit=13) == whole


async def test_by_and_about(bridge: Bridge, install_database: Database) -> None:
    for person in column(
        install_database,
        """SELECT acting_user_id FROM zulip.zerver_realmauditlog WHERE acting_user_id IS NOT NULL
           AND acting_user_id <> modified_user_id GROUP BY 1 ORDER BY count(*), 1 LIMIT 4""",
    ):
        by = await everything(bridge, person, kinds=AUDIT, direction="by", limit=200)
        about = await everything(bridge, person, direction="about", limit=200)
        assert sorted(numbers(by, "audit")) == sorted(column(install_database, f"{ABOUT}acting_user_id = %s", person))
        expected = column(install_database, f"{ABOUT}modified_user_id = %s", person)
        assert sorted(numbers(about, "audit")) == sorted(expected)
        assert len(about) == len(expected)
        assert all(each.by_person for each in by)
        assert all(each.about_person for each in about)


RANGES: dict[Kind, str] = {
    "account": "event_type BETWEEN 100 AND 128 OR event_type BETWEEN 133 AND 199",
    "settings": "event_type BETWEEN 129 AND 132 OR event_type BETWEEN 350 AND 399",
    "subscriptions": "event_type BETWEEN 300 AND 349",
    "channels": "event_type BETWEEN 600 AND 699",
    "groups": "event_type BETWEEN 700 AND 799",
    "organization": "event_type BETWEEN 200 AND 299 OR event_type BETWEEN 400 AND 599",
    "other": "event_type > 799",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_kinds(demo_bridge: Bridge, database: Database, kind: Kind) -> None:
    person = id_of(database, OTTO)
    found = await everything(demo_bridge, person, kinds=[kind], limit=500)
    assert {each.kind for each in found} <= {kind}
    if kind in RANGES:
        query = f"{ABOUT}(acting_user_id = %s OR modified_user_id = %s) AND ({RANGES[kind]})"
        assert sorted(numbers(found, "audit")) == sorted(column(database, query, person, person))
    else:
        assert found


async def test_days(bridge: Bridge, install_database: Database) -> None:
    person, day = rows(
        install_database,
        """SELECT modified_user_id, (min(event_time) AT TIME ZONE 'UTC')::date::text
           FROM zulip.zerver_realmauditlog WHERE modified_user_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1
           LIMIT 1""",
    )[0]
    bounds = f"{ABOUT}modified_user_id = %s AND event_time {{}} %s::timestamp AT TIME ZONE 'UTC'"
    for name, sign in (("since", ">="), ("until", "<")):
        for moment in (day, f"{day}T12:30", f"{day}T12:30:00Z"):
            found = await everything(bridge, person, direction="about", limit=1000, **{name: moment})
            expected = column(install_database, bounds.format(sign), person, moment.removesuffix("Z"))
            assert sorted(numbers(found, "audit")) == sorted(expected)


@pytest.mark.parametrize(
    "wrong", [{"since": "yesterday"}, {"until": "2024-13-01"}, {"before": "x"}, {"before": "1/2/x"}]
)
async def test_what_cannot_be_read_is_refused(bridge: Bridge, wrong: dict[str, str]) -> None:
    with pytest.raises(StewardError) as caught:
        await bridge.call(ReadTimeline(10, **wrong))  # type: ignore[arg-type]
    assert caught.value.kind is ErrorKind.INVALID


async def test_events_have_zulips_names_and_readable_values(demo_bridge: Bridge, database: Database) -> None:
    marta, maria, otto, lena = (id_of(database, each) for each in (MARTA, MARIA, OTTO, LENA))
    about_marta = await everything(demo_bridge, marta, direction="about", limit=500)
    renamed = [each for each in about_marta if each.event == "USER_FULL_NAME_CHANGED"]
    assert {each.title for each in renamed} == {"name changed"}
    assert [ValueChange("name", "Marta Leicht", "Marta Heavy")] in [each.changes for each in renamed]
    (muted,) = [
        each for each in await everything(demo_bridge, maria, kinds=["settings"]) if each.title == "muted a person"
    ]
    lena_name = value(database, "SELECT full_name FROM zulip.zerver_userprofile WHERE id = %s", lena)
    assert muted.details == f"muted user id: {lena_name} (id {lena})"
    bot = value(database, "SELECT modified_user_id FROM zulip.zerver_realmauditlog WHERE event_type = 128")
    (owner,) = [each for each in await everything(demo_bridge, bot) if each.event == "USER_BOT_OWNER_CHANGED"]
    otto_name = value(database, "SELECT full_name FROM zulip.zerver_userprofile WHERE id = %s", otto)
    assert owner.changes == [ValueChange("bot owner", f"{lena_name} (id {lena})", f"{otto_name} (id {otto})")]


async def test_roles_are_words_and_counts_by_role_are_left_out(bridge: Bridge, install_database: Database) -> None:
    words = {100: "owner", 200: "administrator", 300: "moderator", 400: "member", 600: "guest"}
    changed = rows(
        install_database,
        """SELECT id, modified_user_id, (extra_data ->> '1')::int, (extra_data ->> '2')::int
           FROM zulip.zerver_realmauditlog WHERE event_type = 105 ORDER BY id LIMIT 5""",
    )
    assert changed
    for row, person, before, after in changed:
        found = await everything(bridge, person, kinds=["account"], limit=500)
        (entry,) = [each for each in found if each.key == f"audit {row}"]
        assert entry.changes == [ValueChange("role", words[before], words[after])]
        assert entry.details == ""
        assert entry.event == "USER_ROLE_CHANGED"


async def test_where_is_a_channel_or_a_group_by_name(bridge: Bridge, install_database: Database) -> None:
    row, person, name = rows(
        install_database,
        """SELECT a.id, a.modified_user_id, c.name FROM zulip.zerver_realmauditlog a
           JOIN zulip.zerver_stream c ON c.id = a.modified_stream_id WHERE a.modified_user_id IS NOT NULL
           ORDER BY a.id LIMIT 1""",
    )[0]
    found = await everything(bridge, person, kinds=["subscriptions"], limit=500)
    assert [each.where for each in found if each.key == f"audit {row}"] == [f"channel {name}"]


async def test_the_summary_says_what_the_database_says(bridge: Bridge, install_database: Database) -> None:
    for person in column(
        install_database,
        "SELECT user_profile_id FROM zulip.zerver_useractivity GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3",
    ):
        found = await bridge.call(ReadActivity(person))
        expected = rows(
            install_database,
            """SELECT c.name, sum(a.count) FROM zulip.zerver_useractivity a JOIN zulip.zerver_client c
               ON c.id = a.client_id WHERE a.user_profile_id = %s GROUP BY 1""",
            person,
        )
        assert {(each.client, each.calls) for each in found.clients} == {
            (name, int(calls)) for name, calls in expected
        }
        spans = value(
            install_database,
            "SELECT count(*) FROM zulip.zerver_useractivityinterval WHERE user_profile_id = %s",
            person,
        )
        assert (found.spans, found.spans_exact) == (spans, True)
        length = value(
            install_database,
            """SELECT coalesce(sum(extract(epoch FROM "end" - start)), 0) FROM zulip.zerver_useractivityinterval
               WHERE user_profile_id = %s""",
            person,
        )
        assert found.active_minutes == round(length / 60)


# Rows that no version of Zulip wrote


ODD: list[Any] = [
    [], "text", "", 3, None, {"1": {"2": {"3": {"4": {"5": [1]}}}}}, {"1": 2**70, "2": -1, "property": "can_x_group"},
    {"property": ["a"], "1": "\x1b[2J", "2": "\u202e"}, {"muted_user_id": 2**40}, {"muted_user_id": "x"},
    {"subgroup_ids": [1, "x", None, 2**33]},
    {"property": "can_y_group", "1": {"direct_members": [999999, "x"]}, "2": {}},
    {"1": "x" * 30_000, "2": ""}, json.dumps({"1": "old", "2": "new"}), {"10": "x"}, {"avatar_source": {"a": 1}},
]  # fmt: skip


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


def log(database: Database, person: int, event: int, extra: Any, when: str = "2024-02-02T02:02:02Z") -> int:
    return int(
        value(
            database,
            """INSERT INTO zerver_realmauditlog (realm_id, modified_user_id, event_type, event_time, extra_data,
                                                 backfilled)
               SELECT realm_id, id, %s, %s, %s, false FROM zerver_userprofile WHERE id = %s RETURNING id""",
            event, when, json.dumps(extra), person,
        )
    )  # fmt: skip


async def test_odd_rows_are_shown_and_break_nothing(scratch_bridge: Bridge, changed: Database) -> None:
    person = id_of(changed, LENA)
    events = (105, 124, 128, 129, 132, 207, 608, 722, 999, 32767)
    ids = [log(changed, person, event, extra) for event in events for extra in ODD]
    found = await everything(scratch_bridge, person, direction="about", limit=500)
    assert set(ids) <= set(numbers(found, "audit"))
    shown = [text for each in found for text in [each.details, *(f"{c.before}{c.after}" for c in each.changes)]]
    assert max(map(len, shown)) <= 1_000
    assert {"event 999", "event 32767"} <= {each.event for each in found}
    assert {each.kind for each in found if each.event == "event 999"} == {"other"}


async def test_rows_of_one_moment_are_neither_lost_nor_repeated(scratch_bridge: Bridge, changed: Database) -> None:
    person = id_of(changed, MARIA)
    when = "2024-03-03T03:03:03.123456Z"
    ids = [log(changed, person, 132, {}, when) for _ in range(9)]
    client = value(changed, "SELECT min(id) FROM zerver_client")
    for number in range(4):
        changed.execute(
            """INSERT INTO zerver_useractivity (user_profile_id, client_id, query, count, last_visit)
               VALUES (%s, %s, %s, 1, %s)""",
            [person, client, f"made up {number}", when],
        )
        changed.execute(
            'INSERT INTO zerver_useractivityinterval (user_profile_id, start, "end") VALUES (%s, %s, %s)',
            [person, when, "2024-03-03T04:00:00Z"],
        )
    changed.execute("UPDATE zerver_userprofile SET last_login = %s WHERE id = %s", [when, person])
    day = {"since": "2024-03-03", "until": "2024-03-04"}
    whole = await everything(scratch_bridge, person, limit=500, **day)
    assert len(whole) == len({each.key for each in whole}) == 9 + 4 + 4 + 1
    assert sorted(numbers(whole, "audit")) == ids
    for limit in (1, 2, 5):
        assert await everything(scratch_bridge, person, limit=limit, **day) == whole


async def test_what_names_nobody_any_more_is_told_by_its_id(scratch_bridge: Bridge, changed: Database) -> None:
    person = id_of(changed, MARTA)
    row = log(changed, person, 350, {"muted_user_id": 1_999_999})
    found = await everything(scratch_bridge, person, kinds=["settings"], limit=500)
    assert [each.details for each in found if each.key == f"audit {row}"] == ["muted user id: id 1999999"]
