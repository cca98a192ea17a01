"""Python as in the management shell."""

from __future__ import annotations

import asyncio

import pytest

from tests.plain_sql import Database
from tests.plain_sql import rows as plain_rows
from tests.plain_sql import value as plain_value
from tests.query.asking import ask, python, refusal, rows, stream
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import MASK, ListModels, ModelRows, OpenQuery, Orm, StreamQuery
from zulip_bridge.client import Bridge

pytestmark = pytest.mark.asyncio(loop_scope="module")

CURSOR = "c = connection.cursor()\nc.execute"
IDS = "SELECT id FROM zulip.zerver_userprofile WHERE NOT is_bot ORDER BY id"


@pytest.mark.parametrize(
    "code",
    [
        "UserProfile.objects.filter(is_bot=False).order_by('id')",
        "list(UserProfile.objects.filter(is_bot=False).order_by('id'))",
        "UserProfile.objects.filter(is_bot=False).order_by('id').values('id')",
        "list(UserProfile.objects.filter(is_bot=False).order_by('id').values('id'))",
        "[{'id': each.id} for each in UserProfile.objects.filter(is_bot=False).order_by('id')]",
        "UserProfile.objects.raw('SELECT id FROM zerver_userprofile WHERE NOT is_bot ORDER BY id')",
        "UserProfile.objects.filter(is_bot=False).order_by('id').values_list('id')",
        "UserProfile.objects.filter(Q(is_bot=False) & ~Q(full_name='%s')).order_by('id')",
    ],
)
async def test_query_sets_and_lists_become_tables(bridge: Bridge, database: Database, code: str) -> None:
    expected = [row[0] for row in plain_rows(database, IDS)]
    opened = await python(bridge, code, rows=5_000)
    at = [each.name for each in opened.columns].index("id")
    assert [row[at] for row in opened.first.rows] == expected
    assert len(await rows(bridge, Orm(code), rows=7)) == len(expected)
    streamed, summary = await stream(bridge, StreamQuery(Orm(code), "objects"))
    assert [row["id"] for row in streamed] == expected
    assert summary.rows == len(expected)


@pytest.mark.parametrize(
    ("code", "shown", "printed"),
    [
        ("1 + 1", "2", ""),
        ("x = 1", "", ""),
        ("None", "", ""),
        ("print('a')\nprint('b', end='')\n'c'", "'c'", "a\nb"),
        ("UserProfile.__name__", "'UserProfile'", ""),
        ("[1, 2]", "[1, 2]", ""),
        ("[]", "[]", ""),
        ("def f():\n    return 'x'\n\nf()", "'x'", ""),
    ],
)
async def test_other_values_are_shown_and_prints_kept(bridge: Bridge, code: str, shown: str, printed: str) -> None:
    answer = await python(bridge, code)
    assert (answer.shown, answer.printed, answer.failure, answer.columns) == (shown, printed, "", [])


async def test_names_live_on_in_a_session_and_only_there(bridge: Bridge) -> None:
    await python(bridge, "import math\nx = math.floor(5.5)", "one")
    assert (await python(bridge, "x + 1", "one")).shown == "6"
    assert (await python(bridge, "_", "one")).shown == "6"
    assert "NameError" in (await python(bridge, "x", "two")).failure
    assert "NameError" in (await python(bridge, "x")).failure


async def test_tracebacks_are_short_and_readable(bridge: Bridge) -> None:
    code = "print('before')\ndef look():\n    return Realm.objects.get(string_id='nowhere')\n\nlook()"
    answer = await python(bridge, code)
    assert answer.printed == "before\n"
    first, second, last = answer.failure.splitlines()
    assert first == "line 5: look()"
    assert second.startswith("line 3: return Realm")
    assert "DoesNotExist" in last
    assert "SyntaxError" in (await python(bridge, "x = = 1")).failure
    assert "SystemExit" in (await python(bridge, "raise SystemExit(3)")).failure


async def test_python_that_runs_on_is_ended(bridge: Bridge) -> None:
    # A loop that begins with ``try`` gives no other thread a turn in Python 3.10: only killing the worker ends that.
    endless = "while True:\n    n = 1\n    try:\n        pass\n    except Exception:\n        pass"
    assert (await refusal(bridge, Orm(endless), timeout_ms=100)).kind is ErrorKind.TIMEOUT
    asleep = Orm("connection.cursor().execute('SELECT pg_sleep(60)')")
    assert (await refusal(bridge, asleep, timeout_ms=100)).kind is ErrorKind.TIMEOUT
    for question in (Orm(f"print('started')\n{endless}", "s"), asleep):
        call = asyncio.create_task(bridge.call(OpenQuery(question)))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    for _ in range(4):
        assert (await python(bridge, "UserProfile.objects.count() > 0", "s")).shown == "True"


async def test_secrets_are_masked_in_tables_texts_and_prints(bridge: Bridge, database: Database) -> None:
    key = plain_value(database, "SELECT api_key FROM zulip.zerver_userprofile WHERE id = 8")
    for code in (
        "UserProfile.objects.get(id=8).api_key",
        "print(UserProfile.objects.get(id=8).api_key)",
        "[{'harmless': UserProfile.objects.get(id=8).api_key}]",
        "list(UserProfile.objects.filter(id=8))",
        "UserProfile.objects.filter(id=8)",
        "raise ValueError(UserProfile.objects.get(id=8).api_key)",
        "f'key: {UserProfile.objects.values_list(\"api_key\", flat=True).get(id=8)}'",
        f"{CURSOR}('SELECT api_key FROM zerver_userprofile WHERE id = %s', [8])\nc.fetchall()",
        f"{CURSOR}('SELECT max(api_key) AS x FROM zerver_userprofile WHERE id = 8')\nprint(c.fetchone())",
        f"{CURSOR}('SELECT array_agg(api_key) FROM zerver_userprofile WHERE id = 8')\nc.fetchone()",
        f"{CURSOR}('SELECT to_jsonb(u) FROM zerver_userprofile u WHERE id = 8')\n"
        "row = c.fetchone()[0]\nimport json\n(json.loads(row) if isinstance(row, str) else row)['api_key']",
        f"{CURSOR}('SELECT api_key::int FROM zerver_userprofile WHERE id = 8')",
    ):
        answer = await python(bridge, code)
        everything = repr(answer)
        assert MASK in everything, code
        assert key not in everything, code
        assert key in repr(await python(bridge, code, unmask=True)), code


async def test_a_cursor_that_was_looked_through_still_has_all_its_rows(bridge: Bridge, database: Database) -> None:
    code = f"{CURSOR}('SELECT id, api_key, upper(full_name) FROM zerver_userprofile ORDER BY id')\n"
    found = (await python(bridge, f"{code}[row[0] for row in c.fetchmany(2) + c.fetchall()]")).shown
    expected = [row[0] for row in plain_rows(database, "SELECT id FROM zulip.zerver_userprofile ORDER BY id")]
    assert found == repr(expected)
    code = code.replace("api_key, ", "")
    assert MASK not in repr(await python(bridge, f"{code}c.fetchall()"))


async def test_a_masked_object_is_whole_for_the_code(bridge: Bridge) -> None:
    assert (await python(bridge, "len(UserProfile.objects.get(id=8).api_key) >= 32")).shown == "True"


async def test_values_of_python_that_json_has_not(bridge: Bridge) -> None:
    code = """import decimal, uuid
[{'a': decimal.Decimal('1.10'), 'b': b'\\x00', 'c': {1, 1}, 'd': float('nan'), 'e': 2**70,
  'f': datetime(2024, 1, 1, tzinfo=timezone.get_fixed_timezone(60)), 'g': {'x': (1, None)}}]"""
    answer = await python(bridge, code)
    row = ["1.10", "\\x00", [1], "NaN", str(2**70), "2023-12-31T23:00:00Z", {"x": [1, None]}]
    assert answer.first.rows == [row]


async def test_models_have_the_rows_that_they_are_said_to_have(bridge: Bridge, database: Database) -> None:
    found = {each.table: each for each in await bridge.call(ListModels())}
    assert found["zerver_userprofile"].name == "UserProfile"
    assert found["zerver_usermessage"].rows is not None
    tables = {row[0] for row in plain_rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'zulip'")}
    assert found.keys() <= tables


@pytest.mark.parametrize(
    ("filters", "condition"),
    [
        ([], "true"),
        ([("is_bot", "true")], "is_bot"),
        ([("role__in", "100,200"), ("is_active", "yes")], "role IN (100, 200) AND is_active"),
        ([("bot_owner__isnull", "no")], "bot_owner_id IS NOT NULL"),
        ([("realm__string_id", "acme")], "realm_id = (SELECT id FROM zulip.zerver_realm WHERE string_id = 'acme')"),
        ([("date_joined__gte", "2024-01-01T00:00:00Z")], "date_joined >= '2024-01-01 00:00+00'"),
        ([("full_name__icontains", "%")], "full_name LIKE '%\\%%'"),
        ([("id__in", "")], "false"),
    ],
)
@pytest.mark.parametrize("model", ["UserProfile", "zerver.userprofile", "zerver_userprofile"])
async def test_rows_of_a_model(
    bridge: Bridge, database: Database, model: str, filters: list[tuple[str, str]], condition: str
) -> None:
    expected = [row[0] for row in plain_rows(database, f"SELECT id FROM zulip.zerver_userprofile WHERE {condition}")]
    opened = await ask(bridge, ModelRows(model, filters), rows=5_000)
    at = [each.name for each in opened.columns].index("id")
    assert [row[at] for row in opened.first.rows] == sorted(expected)


@pytest.mark.parametrize(
    ("filters", "order"),
    [([("api_key__startswith", "a")], []), ([("bot_owner__api_key", "a")], []), ([], ["-password"])],
)
async def test_rows_are_not_chosen_by_secrets(
    bridge: Bridge, filters: list[tuple[str, str]], order: list[str]
) -> None:
    with pytest.raises(StewardError) as refused:
        await ask(bridge, ModelRows("UserProfile", filters, order))
    assert refused.value.kind is ErrorKind.REFUSED


async def test_rows_in_another_order(bridge: Bridge) -> None:
    opened = await ask(bridge, ModelRows("Realm", [], ["-string_id"]))
    at = [each.name for each in opened.columns].index("string_id")
    found = [row[at] for row in opened.first.rows]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("question", "kind", "word"),
    [
        (ModelRows("Nothing"), ErrorKind.NOT_FOUND, "Nothing"),
        (ModelRows("Realm", [("nothing", "1")]), ErrorKind.INVALID, "string_id"),
        (ModelRows("Realm", [("id", "x")]), ErrorKind.INVALID, "number"),
        (ModelRows("Realm", [("deactivated", "perhaps")]), ErrorKind.INVALID, "true or false"),
        (ModelRows("Realm", [], ["nothing"]), ErrorKind.INVALID, "string_id"),
    ],
)
async def test_names_that_do_not_fit(bridge: Bridge, question: ModelRows, kind: ErrorKind, word: str) -> None:
    error = await refusal(bridge, question)
    assert error.kind is kind
    assert word in error.sentence
