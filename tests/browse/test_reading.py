"""Listing and showing rows of every model, against plain SQL."""

from __future__ import annotations

import itertools

import orjson
import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.browse import CountRows, PageOfRows, RowsPage
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import MASK
from zulip_bridge.browse import Browser
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def _schema(install_database: Database) -> None:
    install_database.execute("SET search_path TO zulip, public")


async def pages(browser: Browser, request: PageOfRows) -> list[RowsPage]:
    """All pages of a listing."""
    found = [await browser.page(request)]
    while found[-1].more:
        after = found[-1].after
        found.append(
            await browser.page(PageOfRows(request.model, request.filters, request.order, after, request.rows))
        )
    return found


async def keys(browser: Browser, request: PageOfRows) -> list[str]:
    """The keys of all rows, in order."""
    return [row.key for page in await pages(browser, request) for row in page.rows]


async def refusal(browser: Browser, request: PageOfRows) -> StewardError:
    """The error that a page is answered with."""
    with pytest.raises(StewardError) as caught:
        await browser.page(request)
    return caught.value


async def test_every_model_opens_with_its_first_page_and_a_row(reading: Steward, browser: Browser) -> None:
    for info in await reading.queries.models():
        label = f"{info.app}.{info.name}"
        description = await browser.describe(label)
        assert (description.label.lower(), description.table) == (label.lower(), info.table)
        page = await browser.page(PageOfRows(label))
        assert set(page.columns) <= {field.name for field in description.fields}
        for row in page.rows[:1]:
            detail = await browser.row(label, row.key)
            assert [each.field.name for each in detail.values] == [field.name for field in description.fields]
            for reference in await browser.references(label, row.key):
                assert reference.rows is None or reference.rows >= 0


async def test_pages_join_to_all_rows_in_both_directions(browser: Browser, install_database: Database) -> None:
    expected = [str(each) for each in column(install_database, "SELECT id FROM zerver_subscription ORDER BY id")]
    assert await keys(browser, PageOfRows("Subscription", order="id", rows=500)) == expected
    assert await keys(browser, PageOfRows("zerver.subscription", rows=700)) == expected[::-1]
    assert await keys(browser, PageOfRows("zerver_subscription", order="pk", rows=1000)) == expected


@pytest.mark.parametrize("direction", ["", "-"])
async def test_equal_and_missing_values_are_paged_without_gaps(
    browser: Browser, install_database: Database, direction: str
) -> None:
    description = await browser.describe("Stream")
    sortable = [field for field in description.fields if field.sortable and field.name != "id"]
    assert any(field.null for field in sortable)
    for field in sortable:
        way = "DESC" if direction else "ASC"
        query = f"SELECT id FROM zerver_stream ORDER BY {field.column} {way} NULLS LAST, id {way}"
        expected = [str(each) for each in column(install_database, query)]
        assert await keys(browser, PageOfRows("Stream", order=direction + field.name, rows=4)) == expected, field.name


async def test_other_columns_are_not_sorted_by_and_it_is_said_why(browser: Browser) -> None:
    description = await browser.describe("Message")
    content = next(field for field in description.fields if field.name == "content")
    assert not content.sortable
    assert "No index begins with content" in content.why_not_sorted
    error = await refusal(browser, PageOfRows("Message", order="content"))
    assert error.kind is ErrorKind.REFUSED
    assert "read the whole table" in error.sentence


async def test_filters_choose_what_sql_chooses(browser: Browser, install_database: Database) -> None:
    owners = [str(each) for each in column(install_database, "SELECT id FROM zerver_userprofile WHERE role = 100")]
    listed = await keys(browser, PageOfRows("UserProfile", [("role", "100")], rows=7))
    assert sorted(listed) == sorted(owners)
    count = await browser.count(CountRows("UserProfile", [("role", "100")]))
    assert (count.rows, count.exact) == (len(owners), True)
    bounded = await browser.count(CountRows("UserProfile", bound=3))
    assert (bounded.rows, bounded.exact) == (3, False)


async def test_a_relation_to_many_gives_each_row_once(browser: Browser, install_database: Database) -> None:
    query = """SELECT DISTINCT s.id FROM zerver_stream s JOIN zerver_recipient r ON r.id = s.recipient_id
        JOIN zerver_subscription u ON u.recipient_id = r.id WHERE u.active ORDER BY s.id"""
    expected = [str(each) for each in column(install_database, query)]
    asked = PageOfRows("Stream", [("recipient__subscription__active", "yes")], order="id", rows=5)
    assert await keys(browser, asked) == expected


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ([("nonsense", "1")], "Cannot resolve"),
        ([("id", "x")], "number"),
        ([("is_active", "maybe")], "true or false"),
        ([("full_name", "a\0b")], "NUL"),
        ([("api_key__startswith", "a")], "secrets"),
        ([("bot_owner__api_key", "a")], "secrets"),
    ],
)
async def test_filters_that_do_not_fit(browser: Browser, filters: list[tuple[str, str]], said: str) -> None:
    error = await refusal(browser, PageOfRows("UserProfile", filters))
    assert error.kind in (ErrorKind.INVALID, ErrorKind.REFUSED)
    assert said in error.sentence


async def test_secrets_stay_on_the_server_until_they_are_unmasked(
    browser: Browser, install_database: Database, own_journal: object
) -> None:
    query = "SELECT id, api_key FROM zerver_userprofile WHERE NOT is_bot AND is_active ORDER BY id DESC LIMIT 1"
    ((person, api_key),) = rows(install_database, query)
    page = await browser.page(PageOfRows("UserProfile", [("id", str(person))]))
    detail = await browser.row("UserProfile", str(person))
    seen = repr(page) + repr(detail) + repr(await browser.preview_deletion("UserProfile", str(person)))
    assert api_key not in seen
    masked = next(each for each in detail.values if each.field.name == "api_key")
    assert (masked.raw, masked.masked) == (MASK, True)
    open_one = await browser.row("UserProfile", str(person), ["api_key"])
    shown = next(each for each in open_one.values if each.field.name == "api_key")
    assert (shown.raw, shown.masked) == (api_key, False)
    assert next(each for each in open_one.values if each.field.name == "password").masked


async def test_a_key_that_is_a_secret_is_not_told_but_leads_to_its_row(
    browser: Browser, install_database: Database
) -> None:
    secret_keys = column(install_database, "SELECT session_key FROM django_session ORDER BY session_key DESC")
    found = await pages(browser, PageOfRows("sessions.Session", rows=50))
    assert sum(len(page.rows) for page in found) == len(secret_keys)
    assert len({row.key for page in found for row in page.rows}) == len(secret_keys)
    first = found[0].rows[0]
    detail = await browser.row("sessions.Session", first.key)
    told = repr(found) + repr(detail)
    assert not [key for key in secret_keys if key in told]
    by_date = await pages(browser, PageOfRows("sessions.Session", order="expire_date", rows=60))
    assert {row.key for page in by_date for row in page.rows} == {row.key for page in found for row in page.rows}
    unmasked = await browser.row("sessions.Session", first.key, ["session_key"])
    assert next(each.raw for each in unmasked.values if each.field.name == "session_key") == secret_keys[0]


async def test_values_are_decoded(browser: Browser, install_database: Database) -> None:
    (message,) = column(install_database, "SELECT id FROM zerver_usermessage WHERE flags & 3 = 3 ORDER BY id LIMIT 1")
    detail = await browser.row("UserMessage", str(message))
    flags = next(each for each in detail.values if each.field.name == "flags")
    assert flags.how == "flags"
    assert {"read", "starred"} <= set(flags.shown.split(", "))
    assert detail.person is not None

    query = "SELECT id FROM zerver_realmauditlog WHERE event_type = 101 AND extra_data <> '{}' ORDER BY id LIMIT 1"
    (entry,) = column(install_database, query) or column(
        install_database, "SELECT id FROM zerver_realmauditlog WHERE event_type = 101 LIMIT 1"
    )
    log = {each.field.name: each for each in (await browser.row("RealmAuditLog", str(entry))).values}
    assert (log["event_type"].raw, log["event_type"].shown) == ("101", "USER_CREATED")
    assert log["event_time"].raw is not None and log["event_time"].raw.endswith("Z")
    assert log["realm"].shown

    (owner,) = column(install_database, "SELECT id FROM zerver_userprofile WHERE role = 100 ORDER BY id LIMIT 1")
    role = next(each for each in (await browser.row("UserProfile", str(owner))).values if each.field.name == "role")
    assert (role.raw, role.shown) == ("100", "owner")


async def test_references_count_what_sql_counts(browser: Browser, install_database: Database) -> None:
    (stream,) = column(
        install_database,
        "SELECT s.id FROM zerver_stream s JOIN zerver_defaultstream d ON d.stream_id = s.id ORDER BY s.id LIMIT 1",
    )
    seen: list[str] = []
    found = await browser.references("Stream", str(stream), lambda each: seen.append(each.model))
    assert [each.model for each in found] == seen
    for each in found:
        name = next(
            field.column for field in (await browser.describe(each.model)).fields if field.name == each.lookup
        )
        count = value(install_database, f"SELECT count(*) FROM {each.table} WHERE {name} = %s", stream)
        assert each.rows == count, each
        if count:
            listed = await keys(browser, PageOfRows(each.model, [(each.lookup, str(stream))]))
            assert len(listed) == count


async def test_readings_are_journaled_without_values(browser: Browser, own_journal: object) -> None:
    await browser.page(PageOfRows("Draft", [("content__icontains", "very private words")]))
    entries = [orjson.loads(line) for line in open(str(own_journal), "rb")]  # noqa: PTH123, SIM115
    last = next(each for each in reversed(entries) if each["action"] == "rows.read")
    assert last["parameters"] == {"model": "Draft", "filters": ["content__icontains"]}
    assert "very private words" not in repr(entries)
    unmasked = [each for each in entries if each["action"] == "row.unmasked"]
    assert unmasked and unmasked[0]["parameters"]["fields"] == ["api_key"]
    assert unmasked[0]["person"]["id"]


async def test_rows_that_are_not_there(browser: Browser) -> None:
    for key in ("999999999", "x", "9" * 40, "a\0"):
        with pytest.raises(StewardError) as caught:
            await browser.row("Message", key)
        assert caught.value.kind is ErrorKind.NOT_FOUND
    with pytest.raises(StewardError):
        await browser.row("NoModel", "1")


async def test_all_lookups_that_are_offered_are_known(browser: Browser, reading: Steward) -> None:
    values = {"range": "1,2", "in": "1,2", "isnull": "yes", "year": "2026", "date": "2026-01-01", "has_key": "a"}
    kinds = {"text": "a", "long_text": "a", "moment": "2026-01-01 00:00Z", "date": "2026-01-01", "yes_no": "yes"}
    for model in ("UserProfile", "Message", "UserMessage", "Realm", "RealmAuditLog"):
        description = await browser.describe(model)
        for field, lookup in itertools.chain.from_iterable(
            [(field, lookup) for lookup in field.lookups] for field in description.fields
        ):
            text = values.get(lookup, kinds.get(field.kind, "{}" if field.kind == "json" else "1"))
            if lookup == "range" and field.kind in ("moment", "date"):
                text = "2026-01-01,2026-01-02"
            await browser.count(CountRows(model, [(f"{field.name}__{lookup}", text)], bound=0))
