"""Nothing that is asked can write, and PostgreSQL is who refuses."""

from __future__ import annotations

import pytest

from tests.plain_sql import Database
from tests.plain_sql import value as plain_value
from tests.query.asking import python, refusal, rows, value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRITES = [
    "DELETE FROM zerver_draft RETURNING id",
    "INSERT INTO zerver_client (name) VALUES ('x') RETURNING id",
    "UPDATE zerver_realm SET name = 'x' RETURNING id",
    "WITH gone AS (DELETE FROM zerver_draft RETURNING *) SELECT * FROM gone",
    "WITH new AS (INSERT INTO zerver_client (name) VALUES ('x') RETURNING id) SELECT * FROM new",
    "SELECT nextval('zerver_client_id_seq')",
    "SELECT setval('zerver_client_id_seq', 1)",
    "EXPLAIN ANALYZE DELETE FROM zerver_draft",
    "SELECT * FROM zerver_realm FOR UPDATE",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "SELECT set_config('transaction_read_only', 'off', false)",
]
NOT_QUERIES = [
    "SELECT query_to_xml('DELETE FROM zerver_draft', true, true, '')",
    "SELECT 1; DELETE FROM zerver_draft",
    "COMMIT; DELETE FROM zerver_draft",
    "COMMIT",
    "ROLLBACK",
    "BEGIN",
    "SET transaction_read_only = off",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "RESET ALL",
    "DO $$ BEGIN DELETE FROM zerver_draft; END $$",
    "COPY zerver_realm TO PROGRAM 'cat > /tmp/realm'",
    "COPY zerver_realm TO '/tmp/realm'",
    "COPY zerver_realm TO STDOUT",
    "CREATE TEMP TABLE t (a int)",
    "SELECT 1 AS a INTO TEMP t",
    "DROP TABLE zerver_draft",
    "TRUNCATE zerver_draft",
    "LOCK TABLE zerver_realm",
    "LISTEN a",
    "NOTIFY a",
    "PREPARE p AS DELETE FROM zerver_draft",
    "EXECUTE p",
    "FETCH 1 FROM steward_result",
    "CLOSE ALL",
    "DISCARD ALL",
    "VACUUM",
    "DELETE FROM zerver_draft",
    "",
    ";",
    "-- nothing",
]


@pytest.mark.parametrize("sql", WRITES)
async def test_a_query_that_writes_is_refused(bridge: Bridge, sql: str) -> None:
    error = await refusal(bridge, sql)
    assert error.kind is ErrorKind.READ_ONLY
    assert "PostgreSQL" in error.sentence


@pytest.mark.parametrize("sql", NOT_QUERIES)
async def test_only_one_statement_that_returns_rows_is_taken(bridge: Bridge, sql: str) -> None:
    error = await refusal(bridge, sql)
    assert error.kind in (ErrorKind.INVALID, ErrorKind.READ_ONLY)


@pytest.mark.parametrize(
    "sql", ["SELECT lo_create(0)", "SELECT pg_notify('a', 'b')", "SELECT pg_advisory_lock(4711)"]
)
async def test_what_a_function_leaves_behind_is_undone(bridge: Bridge, database: Database, sql: str) -> None:
    large_objects = plain_value(database, "SELECT count(*) FROM pg_largeobject_metadata")
    try:
        await rows(bridge, sql)
    except StewardError as error:
        # PostgreSQL 16 and later refuse lo_create themselves.
        assert error.kind is ErrorKind.READ_ONLY
    assert plain_value(database, "SELECT count(*) FROM pg_largeobject_metadata") == large_objects
    assert plain_value(database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711") == 0


@pytest.mark.parametrize(
    "setting", ["default_transaction_read_only", "statement_timeout", "search_path", "timezone", "role"]
)
async def test_settings_that_a_query_changes_do_not_outlive_it(bridge: Bridge, setting: str) -> None:
    before = await value(bridge, f"SHOW {setting}")
    new = {"default_transaction_read_only": "off", "statement_timeout": "7", "timezone": "Asia/Tokyo"}
    await rows(bridge, f"SELECT set_config('{setting}', '{new.get(setting, 'none')}', false)")
    assert await value(bridge, f"SHOW {setting}") == before
    assert (await refusal(bridge, "DELETE FROM zerver_draft RETURNING 1")).kind is ErrorKind.READ_ONLY


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT schema_to_xml('zulip', true, false, '')",
        "SELECT Database_To_XML(true, false, '')",
        "SELECT pg_catalog.schema_to_xml_and_xmlschema('zulip', true, false, '')",
        "SELECT query_to_xml('SELECT schema_to_xml(''zulip'', true, false, $$$$)', true, true, '')",
    ],
)
async def test_one_value_of_the_whole_database_is_refused(bridge: Bridge, sql: str) -> None:
    error = await refusal(bridge, sql)
    assert error.kind is ErrorKind.REFUSED
    assert "all memory of the server" in error.sentence


async def test_the_servers_files_are_not_to_be_read(bridge: Bridge) -> None:
    assert "permission denied" in (await refusal(bridge, "SELECT pg_read_file('/etc/passwd')")).sentence
    assert "permission denied" in (await refusal(bridge, "SELECT lo_export(1, '/tmp/x')")).sentence


@pytest.mark.parametrize(
    "code",
    [
        "UserProfile.objects.update(full_name='x')",
        "Draft.objects.all().delete()",
        "Client.objects.create(name='made by a test')",
        "user = UserProfile.objects.first()\nuser.full_name = 'x'\nuser.save()",
        "connection.cursor().execute('DELETE FROM zerver_draft')",
        "from django.db import transaction\nwith transaction.atomic():\n    Draft.objects.all().delete()",
        "from django.db import connections\nconnections.create_connection('default').cursor().execute("
        "'DELETE FROM zerver_draft')",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "ThreadPoolExecutor(1).submit(Draft.objects.all().delete).result()",
        "connection.connection.rollback()\nDraft.objects.all().delete()",
    ],
)
async def test_python_cannot_write_to_the_database(bridge: Bridge, database: Database, code: str) -> None:
    drafts = plain_value(database, "SELECT count(*) FROM zulip.zerver_draft")
    answer = await python(bridge, code)
    assert "read-only transaction" in answer.failure
    assert plain_value(database, "SELECT count(*) FROM zulip.zerver_draft") == drafts
    assert plain_value(database, "SELECT count(*) FROM zulip.zerver_client WHERE name = 'made by a test'") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "COMMIT",
        "SELECT 1; COMMIT; BEGIN READ WRITE; DELETE FROM zerver_draft",
        "ROLLBACK; DELETE FROM zerver_draft; COMMIT",
        "/* */ SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "RESET ALL",
        "DISCARD ALL",
    ],
)
async def test_python_does_not_end_the_transaction(bridge: Bridge, database: Database, statement: str) -> None:
    drafts = plain_value(database, "SELECT count(*) FROM zulip.zerver_draft")
    answer = await python(bridge, f"connection.cursor().execute({statement!r})")
    assert "is not for here: the transaction is" in answer.failure
    assert plain_value(database, "SELECT count(*) FROM zulip.zerver_draft") == drafts


async def test_savepoints_and_case_are_no_transactions(bridge: Bridge) -> None:
    code = "with transaction.atomic():\n    pass\nc = connection.cursor()\n"
    code += "c.execute('SELECT CASE WHEN true THEN 1 END')\nc.fetchone()[0]"
    assert (await python(bridge, f"from django.db import transaction\n{code}")).shown == "1"


async def test_a_connection_that_python_has_made_writable_is_not_used_again(bridge: Bridge) -> None:
    around = "raw = connection.connection.cursor()\nraw.execute('SET default_transaction_read_only = off')\n"
    for _ in range(6):
        await python(bridge, f"{around}raw.execute('COMMIT')")
    for _ in range(6):
        assert "read-only transaction" in (await python(bridge, "Draft.objects.all().delete()")).failure


async def test_a_lane_that_python_has_used_still_serves(bridge: Bridge) -> None:
    for _ in range(6):
        await python(bridge, "UserProfile.objects.update(full_name='x')")
    assert (await python(bridge, "1 + 1")).shown == "2"
