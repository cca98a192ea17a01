"""SQL: values, columns, pages, limits, time, cancelling."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.plain_sql import Database
from tests.plain_sql import rows as plain_rows
from tests.plain_sql import value as plain_value
from tests.query.asking import ask, refusal, rows, stream, value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import MASK, CloseQuery, FetchRows, OpenQuery, Sql, StreamQuery
from zulip_bridge.client import Bridge

pytestmark = pytest.mark.asyncio(loop_scope="module")

VALUES = [
    ("1::smallint", 1, "smallint"),
    ("9007199254740992", 9007199254740992, "bigint"),
    ("9007199254740993", "9007199254740993", "bigint"),
    ("(-9223372036854775808)::bigint", "-9223372036854775808", "bigint"),
    ("1.10", "1.10", "numeric"),
    ("'NaN'::numeric", "NaN", "numeric"),
    ("1e400::numeric", "1" + "0" * 400, "numeric"),
    ("0.1::float8", 0.1, "double precision"),
    ("0.1::float4", 0.1, "real"),
    ("'NaN'::float8", "NaN", "double precision"),
    ("'-Infinity'::float8", "-Infinity", "double precision"),
    ("true", True, "boolean"),
    ("NULL", None, "text"),
    ("''", "", "text"),
    (r"'\x00ff'::bytea", r"\x00ff", "bytea"),
    ("timestamptz '2024-02-29 23:59:59.123456+02'", "2024-02-29T21:59:59.123456Z", "timestamp with time zone"),
    ("timestamp '2024-02-29 23:59:59'", "2024-02-29T23:59:59", "timestamp without time zone"),
    ("timestamptz 'infinity'", "infinity", "timestamp with time zone"),
    ("timestamptz '0044-03-15 12:00+00 BC'", "0044-03-15 12:00:00+00 BC", "timestamp with time zone"),
    ("timestamptz '20240-01-01 00:00+00'", "20240-01-01T00:00:00Z", "timestamp with time zone"),
    ("date '2024-02-29'", "2024-02-29", "date"),
    ("interval '1 month 2 days 3 seconds'", "P1M2DT3S", "interval"),
    ("""'{"a": 12345678901234567890123}'::jsonb""", '{"a": 12345678901234567890123}', "jsonb"),
    ("ARRAY[1, NULL, 3]", [1, None, 3], "integer[]"),
    ("ARRAY['a,b', '\"', NULL]", ["a,b", '"', None], "text[]"),
    ("ARRAY[1.5]", "{1.5}", "numeric[]"),
    ("ROW(1, 'a')", "(1,a)", "record"),
    ("E'\\u001b[31m'", "\x1b[31m", "text"),
    ("'🦖'", "🦖", "text"),
]


@pytest.mark.parametrize(("expression", "expected", "kind"), VALUES)
async def test_values_arrive_whole(bridge: Bridge, expression: str, expected: Any, kind: str) -> None:
    opened = await ask(bridge, f"SELECT {expression} AS it")
    assert opened.first.rows == [[expected]]
    assert [(each.name, each.type) for each in opened.columns] == [("it", kind)]
    streamed, _ = await stream(bridge, StreamQuery(Sql(f"SELECT {expression} AS it"), "objects"))
    assert streamed == [{"it": expected}]


async def test_times_of_a_column_with_gaps(bridge: Bridge) -> None:
    found = await rows(bridge, "VALUES (NULL), (timestamptz '2024-01-01 00:00+00'), (NULL), ('-infinity')")
    assert found == [[None], ["2024-01-01T00:00:00Z"], [None], ["-infinity"]]


async def test_names_of_columns_are_unique_and_their_sources_are_told(bridge: Bridge) -> None:
    opened = await ask(
        bridge, "SELECT r.id, u.id, u.full_name AS name, 1, 2 FROM zerver_realm r, zerver_userprofile u"
    )
    assert [each.name for each in opened.columns] == ["id", "id_2", "name", "?column?", "?column?_2"]
    sources = ["zerver_realm.id", "zerver_userprofile.id", "zerver_userprofile.full_name", "", ""]
    assert [each.source for each in opened.columns] == sources


async def test_parameters_are_values_and_nothing_else(bridge: Bridge) -> None:
    hostile = "'; DROP TABLE zerver_draft; -- \\' $$ :x"
    asked = Sql("SELECT :a AS a, :b::int + 1 AS b, :c::text IS NULL AS c", {"a": hostile, "b": "41", "c": None})
    assert await rows(bridge, asked) == [[hostile, 42, True]]
    assert "a" in (await refusal(bridge, "SELECT :a")).sentence
    assert (await refusal(bridge, Sql("SELECT 1", {"a": "1"}))).kind is ErrorKind.INVALID
    assert (await refusal(bridge, Sql("SELECT :a", {"a": "\0"}))).kind is ErrorKind.INVALID


async def test_a_parameter_takes_the_type_of_its_place(bridge: Bridge, database: Database) -> None:
    asked = Sql("SELECT id FROM zerver_userprofile WHERE id = :id AND date_joined < :t LIMIT :n", {})
    given = {"id": "8", "t": "2100-01-01", "n": "1"}
    assert await rows(bridge, Sql(asked.sql, dict(given))) == [[8]]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT foo\nFROM zerver_realm", "(line 1, column 8)"),
        ("SELECT id\nFROM zerver_realms", "(line 2, column 6)"),
        ("SELEC 1", "syntax error"),
        ("SELECT 1 / 0", "division by zero"),
        ("SELECT count(*) FROM zerver_realm WHERE id = 'x'", "invalid input syntax"),
    ],
)
async def test_postgresqls_own_words_and_the_place(bridge: Bridge, sql: str, words: str) -> None:
    error = await refusal(bridge, sql)
    assert error.kind is ErrorKind.INVALID
    assert words in error.sentence


async def test_pages_are_the_whole_result_in_its_order(bridge: Bridge, install_database: Database) -> None:
    sql = "SELECT id, subject, content FROM zerver_message ORDER BY id DESC"
    expected = [list(row) for row in plain_rows(install_database, sql.replace("zerver_", "zulip.zerver_"))]
    assert await rows(bridge, sql, rows=1) == expected
    for shape in ("arrays", "objects"):
        found, summary = await stream(bridge, StreamQuery(Sql(sql), shape))
        assert [list(row.values()) if isinstance(row, dict) else row for row in found] == expected
        assert (summary.rows, summary.more) == (len(expected), False)


@pytest.mark.parametrize(
    ("limit", "asked", "found", "more"),
    [(10, 10, 10, False), (10, 11, 10, True), (0, 1, 0, True), (None, 300, 300, False)],
)
async def test_a_limit_is_told_only_where_it_cuts(
    bridge: Bridge, limit: int | None, asked: int, found: int, more: bool
) -> None:
    sql = f"SELECT generate_series(1, {asked})"
    opened = await ask(bridge, sql, limit=limit, rows=1_000)
    assert (len(opened.first.rows), opened.first.more, opened.first.limited) == (found, more, more)
    assert opened.query == 0
    streamed, summary = await stream(bridge, StreamQuery(Sql(sql), limit=limit))
    assert (len(streamed), summary.rows, summary.more) == (found, found, more)
    assert len(await rows(bridge, sql, limit=limit, rows=3)) == found


async def test_a_page_may_end_where_the_result_does(bridge: Bridge) -> None:
    opened = await ask(bridge, "SELECT generate_series(1, 20)", rows=10)
    assert opened.first.more
    page = await bridge.call(FetchRows(opened.query, 10))
    assert (len(page.rows), page.more) == (10, False)
    with pytest.raises(StewardError) as caught:
        await bridge.call(FetchRows(opened.query, 1))
    assert caught.value.kind is ErrorKind.STALE


async def test_a_closed_result_and_the_oldest_of_many_are_stale(bridge: Bridge) -> None:
    opened = [await ask(bridge, "SELECT generate_series(1, 1000)", rows=1) for _ in range(6)]
    assert await bridge.call(CloseQuery(opened[-1].query))
    assert not await bridge.call(CloseQuery(opened[-1].query))
    for closed in (opened[0], opened[-1]):
        with pytest.raises(StewardError) as caught:
            await bridge.call(FetchRows(closed.query))
        assert caught.value.kind is ErrorKind.STALE
    assert (await bridge.call(FetchRows(opened[-2].query, 1))).rows == [[2]]
    for each in opened:
        await bridge.call(CloseQuery(each.query))


async def test_long_values_are_cut_on_a_page_and_whole_in_a_stream(bridge: Bridge) -> None:
    opened = await ask(bridge, "SELECT 1, repeat('x', 3000000)")
    (cut,) = opened.first.cut
    assert (cut.row, cut.column, cut.length) == (0, 1, 3_000_000)
    assert set(opened.first.rows[0][1]) == {"x"}
    found, _ = await stream(bridge, StreamQuery(Sql("SELECT repeat('x', 3000000) FROM generate_series(1, 4)")))
    assert [len(row[0]) for row in found] == [3_000_000] * 4


async def test_wide_rows_come_in_short_pages(bridge: Bridge) -> None:
    sql = "SELECT repeat('x', 200000) FROM generate_series(1, 300)"
    opened = await ask(bridge, sql, rows=300)
    assert opened.first.more
    assert len(opened.first.rows) < 300
    await bridge.call(CloseQuery(opened.query))
    assert len(await rows(bridge, sql)) == 300


async def test_too_slow_is_ended_by_postgresql(bridge: Bridge) -> None:
    assert (await refusal(bridge, "SELECT pg_sleep(60)", timeout_ms=50)).kind is ErrorKind.TIMEOUT
    assert await value(bridge, "SELECT 1") == 1


async def test_cancelling_ends_the_query_and_the_connection_serves_again(bridge: Bridge, database: Database) -> None:
    sleeping = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND backend_type = 'client backend'"
    )
    for _ in range(3):
        call = asyncio.create_task(bridge.call(OpenQuery(Sql("SELECT pg_sleep(60)"))))
        while plain_value(database, sleeping) == 0:
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        while plain_value(database, sleeping):
            await asyncio.sleep(0.01)
        assert await value(bridge, "SELECT 1") == 1


async def test_leaving_a_stream_early_frees_its_connection(bridge: Bridge, database: Database) -> None:
    endless = StreamQuery(Sql("SELECT a.id FROM zerver_message a, zerver_message b, zerver_message c"))
    async with bridge.stream(endless) as items:
        async for _ in items:
            break
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'FETCH%' AND state = 'active'"
    while plain_value(database, running):
        await asyncio.sleep(0.01)
    assert await value(bridge, "SELECT 1") == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT api_key FROM zerver_userprofile",
        "SELECT api_key AS harmless FROM zerver_userprofile",
        "SELECT x.k FROM (SELECT id, api_key AS k FROM zerver_userprofile OFFSET 0) x",
        "WITH x AS MATERIALIZED (SELECT password AS p FROM zerver_userprofile) SELECT p FROM x",
        "SELECT upper(api_key) AS api_key FROM zerver_userprofile",
        "SELECT uuid FROM zerver_realm",
        "SELECT session_data FROM django_session",
        "SELECT token FROM zerver_pushdevicetoken",
        "SELECT upper(api_key) AS harmless FROM zerver_userprofile",
        "SELECT u FROM zerver_userprofile u",
        "SELECT row_to_json(u) FROM zerver_userprofile u",
        "SELECT to_jsonb(u) -> 'email' FROM zerver_userprofile u",
        "SELECT (SELECT api_key FROM zerver_userprofile WHERE id = 8) AS harmless",
        "SELECT array(SELECT api_key FROM zerver_userprofile)",
        "SELECT string_agg(api_key, ',') FROM zerver_userprofile",
        "SELECT full_name FROM zerver_userprofile UNION ALL SELECT api_key FROM zerver_userprofile",
        "SELECT upper(x.k) AS y FROM (SELECT api_key AS k FROM zerver_userprofile OFFSET 0) x",
        "SELECT x.k FROM (SELECT lower(api_key) AS k FROM zerver_userprofile OFFSET 0) x",
        "WITH x AS MATERIALIZED (SELECT left(password, 9) AS p FROM zerver_userprofile) SELECT p || p FROM x",
        "SELECT max(u.api_key) AS y FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id GROUP BY r.id",
        'SELECT left("Odd".api_key, 9) FROM zerver_userprofile "Odd"',
        "SELECT key FROM otp_totp_totpdevice",
        "SELECT x FROM zerver_userprofile u CROSS JOIN LATERAL unnest(ARRAY[u.api_key]) x",
        "SELECT j FROM zerver_userprofile u CROSS JOIN LATERAL jsonb_each_text(to_jsonb(u)) j",
        "SELECT word FROM ts_stat('SELECT to_tsvector(api_key) FROM zerver_userprofile')",
        "SELECT word FROM ts_stat('SELECT to_tsvector(api' || '_key) FROM zerver_user' || 'profile')",
        "SELECT ts_rewrite('a', 'SELECT ''a''::tsquery, plainto_tsquery(api_key) FROM zerver_userprofile LIMIT 1')",
        "SELECT query FROM pg_stat_activity WHERE query IS NOT NULL",
        "SELECT left(query, 30) FROM pg_stat_activity WHERE query IS NOT NULL",
    ],
)
async def test_secrets_are_masked(bridge: Bridge, sql: str) -> None:
    opened = await ask(bridge, f"{sql} LIMIT 20")
    assert opened.columns[0].masked
    assert opened.first.rows
    assert {row[0] for row in opened.first.rows} == {MASK}


async def test_samples_of_the_planner_are_masked(bridge: Bridge) -> None:
    where = "FROM pg_stats s WHERE tablename = 'zerver_userprofile' AND attname = 'api_key'"
    for sql in ("SELECT histogram_bounds", "SELECT histogram_bounds::text AS x", "SELECT row_to_json(s)"):
        opened = await ask(bridge, f"{sql} {where}")
        assert opened.columns[0].masked
    assert not (await ask(bridge, f"SELECT attname, n_distinct {where}")).columns[0].masked


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT api_key::int FROM zerver_userprofile WHERE id = 8",
        "SELECT full_name FROM zerver_userprofile WHERE id = 8 ORDER BY api_key::date",
        "SELECT current_setting(api_key) FROM zerver_userprofile WHERE id = 8",
        "SELECT api_key::regclass FROM zerver_userprofile WHERE id = 8",
    ],
)
async def test_errors_do_not_quote_secrets(bridge: Bridge, database: Database, sql: str) -> None:
    key = plain_value(database, "SELECT api_key FROM zulip.zerver_userprofile WHERE id = 8")
    masked, shown = (await refusal(bridge, sql)).sentence, (await refusal(bridge, sql, unmask=True)).sentence
    assert f'"{MASK}"' in masked
    assert key.lower() not in masked.lower()
    assert key.lower() in shown.lower()


async def test_errors_about_the_statement_still_say_what_is_wrong(bridge: Bridge) -> None:
    assert '"zerver_userprofiles"' in (await refusal(bridge, "SELECT api_key FROM zerver_userprofiles")).sentence
    assert '"x"' in (await refusal(bridge, "SELECT 'x'::int, api_key FROM zerver_userprofile")).sentence


async def test_secrets_are_shown_when_they_are_asked_for(bridge: Bridge, database: Database) -> None:
    sql = "SELECT api_key FROM zerver_userprofile WHERE id = 8"
    expected = plain_value(database, sql.replace("zerver_", "zulip.zerver_"))
    assert await value(bridge, sql, unmask=True) == expected
    assert await value(bridge, sql) == MASK


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT upper(full_name), (api_key <> '') FROM zerver_userprofile",
        "SELECT r.name || '!', count(u.api_key) FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id "
        "GROUP BY r.id ORDER BY 2",
        "SELECT (SELECT count(*)::text FROM zerver_userprofile)",
        "SELECT full_name FROM zerver_userprofile UNION SELECT name FROM zerver_realm",
        "SELECT upper(full_name) FROM zerver_userprofile WHERE api_key LIKE 'a%'",
        "SELECT row_to_json(c) FROM zerver_client c -- api_key",
        "SELECT to_char(password_required::int, '9') FROM zerver_preregistrationuser",
        "EXPLAIN SELECT api_key FROM zerver_userprofile",
    ],
)
async def test_what_is_no_secret_is_shown(bridge: Bridge, sql: str) -> None:
    opened = await ask(bridge, sql)
    assert not any(each.masked for each in opened.columns)


async def test_that_a_secret_is_set_is_no_secret(bridge: Bridge) -> None:
    sql = "SELECT count(api_key) AS token, max(api_key) IS NOT NULL AS password FROM zerver_userprofile"
    ((count, is_set),) = await rows(bridge, sql)
    assert count > 0
    assert is_set is True
