"""Writing by hand: what is shown, that nothing is kept but what was committed, and what wants its words first."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from tests.plain_sql import Database
from tests.plain_sql import value as plain_value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import MASK, Orm, Sql
from zulip_bridge.api.writing import TryWrite, WriteOutcome
from zulip_bridge.demo import DemoInstall
from zulip_bridge.journal import Journal
from zulip_bridge.launch import InstallTarget
from zulip_bridge.query.writing import Attempt
from zulip_bridge.steward import Steward

SOME = "UPDATE zerver_draft SET topic = 'x' WHERE id <= 3"
EVERY = "every row of zerver_draft"
SLEEPING = """SELECT count(*) FROM pg_stat_activity
WHERE state = 'active' AND query LIKE '%steward_result%' AND pid <> pg_backend_pid()"""
HELD = """SELECT count(*) FROM pg_stat_activity
WHERE application_name LIKE 'zulip-steward:%:write:%' AND datname = current_database()"""


@pytest.fixture
def changed(scratch: DemoInstall) -> Database:
    return psycopg.connect(scratch.url, user="postgres", autocommit=True)


@asynccontextmanager
async def session(install: DemoInstall, read_only: bool = False) -> AsyncIterator[Steward]:
    steward = await Steward.open(InstallTarget(install.path), read_only=read_only)
    try:
        yield steward
    finally:
        await steward.close()


def trying(question: str | Orm, *confirmed: str, **how: Any) -> TryWrite:
    return TryWrite(Sql(question) if isinstance(question, str) else question, list(confirmed), **how)


async def outcome(steward: Steward, request: TryWrite, commit: bool = False) -> WriteOutcome:
    async with steward.queries.writes.attempt(request) as attempt:
        return await (attempt.commit() if commit else attempt.roll_back())


async def refused(steward: Steward, request: TryWrite) -> StewardError:
    with pytest.raises(StewardError) as caught:
        await outcome(steward, request, commit=True)
    return caught.value


def topics(database: Database, topic: str = "x") -> int:
    return int(plain_value(database, f"SELECT count(*) FROM zulip.zerver_draft WHERE topic = '{topic}'"))


def drafts(database: Database) -> int:
    return int(plain_value(database, "SELECT count(*) FROM zulip.zerver_draft"))


def row(attempt: Attempt, at: int = 0) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    assert attempt.tried is not None
    sample = attempt.tried.samples[0]
    names = [each.name for each in sample.columns]
    change = sample.rows[at]
    before = None if change.before is None else dict(zip(names, change.before, strict=True))
    after = None if change.after is None else dict(zip(names, change.after, strict=True))
    return before, after


async def test_an_update_is_shown_before_and_after_and_waits(scratch: DemoInstall, changed: Database) -> None:
    async with session(scratch) as steward:
        async with steward.queries.writes.attempt(trying(SOME)) as attempt:
            assert attempt.tried is not None
            assert (attempt.tried.command, attempt.tried.rows) == ("UPDATE", 3)
            assert attempt.tried.samples[0].complete
            before, after = row(attempt)
            assert before is not None and after is not None
            assert before["topic"] != "x" and after == {**before, "topic": "x"}
            assert topics(changed) == 0
            assert (await attempt.roll_back()).state == "rolled_back"
        assert topics(changed) == 0
        done = await outcome(steward, trying(SOME), commit=True)
        assert (done.state, done.rows) == ("committed", 3)
        assert topics(changed) == 3


async def test_a_delete_shows_what_goes_and_an_insert_what_comes(scratch: DemoInstall, changed: Database) -> None:
    async with session(scratch) as steward:
        request = trying("DELETE FROM zerver_draft WHERE id > 1")
        async with steward.queries.writes.attempt(request) as attempt:
            before, after = row(attempt)
            assert before is not None and before["id"] == 2 and after is None
            assert attempt.tried is not None and not attempt.tried.samples[0].complete
            assert attempt.tried.rows == drafts(changed) - 1 > 10
        insert = Sql("INSERT INTO zerver_client (name) VALUES (:name)", {"name": "made"})
        async with steward.queries.writes.attempt(TryWrite(insert)) as attempt:
            before, after = row(attempt)
            assert before is None and after is not None and after["name"] == "made"
            await attempt.commit()
        assert plain_value(changed, "SELECT count(*) FROM zulip.zerver_client WHERE name = 'made'") == 1


async def test_what_a_statement_returns_is_shown(scratch: DemoInstall) -> None:
    async with session(scratch) as steward:
        request = trying("UPDATE zerver_userprofile SET long_term_idle = true WHERE id < 20 RETURNING id, api_key")
        async with steward.queries.writes.attempt(request) as attempt:
            tried = attempt.tried
            assert tried is not None
            assert [each.name for each in tried.columns] == ["id", "api_key"]
            assert tried.rows == len(tried.returned) > 0
            assert {each[1] for each in tried.returned} <= {MASK, None}
            names = [each.name for each in tried.samples[0].columns]
            values = [each.after[names.index("api_key")] for each in tried.samples[0].rows if each.after]
            assert set(values) <= {MASK, None}


@pytest.mark.parametrize(
    "sql",
    [
        "WITH gone AS (DELETE FROM zerver_draft WHERE id < 4 RETURNING *) SELECT id FROM gone",
        "MERGE INTO zerver_draft d USING (VALUES (1), (2), (3)) AS v(id) ON d.id = v.id WHEN MATCHED THEN DELETE",
    ],
)
async def test_writes_that_are_no_plain_update_are_shown_too(
    scratch: DemoInstall, changed: Database, sql: str
) -> None:
    count = drafts(changed)
    async with session(scratch) as steward, steward.queries.writes.attempt(trying(sql)) as attempt:
        before, after = row(attempt)
        assert before is not None and after is None
        assert len(attempt.tried.samples[0].rows) == 3  # type: ignore[union-attr]
        assert drafts(changed) == count
        await attempt.commit()
    assert drafts(changed) == count - 3


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM zerver_draft", [EVERY]),
        ("DELETE FROM zerver_draft WHERE true", [EVERY]),
        ("DELETE FROM zerver_draft d USING zerver_client", [EVERY]),
        ("UPDATE zerver_draft SET topic = 'x' -- WHERE id = 1", [EVERY]),
        ("UPDATE zerver_draft SET topic = 'x; WHERE'", [EVERY]),
        ("WITH gone AS (DELETE FROM zerver_draft RETURNING *) SELECT * FROM gone", [EVERY]),
        ("TRUNCATE zerver_draft", ["run TRUNCATE"]),
        ("DROP TABLE zerver_draft", ["run DROP TABLE"]),
        ("ALTER TABLE zerver_draft ADD COLUMN x int", ["run ALTER TABLE"]),
        ("DO $$ BEGIN DELETE FROM zerver_draft; END $$", ["run DO"]),
        ("DELETE FROM zerver_draft WHERE id = 1; DELETE FROM zerver_draft;", ["run 2 statements", EVERY]),
        ("VACUUM zerver_draft", ["run VACUUM for good"]),
        ("CREATE INDEX CONCURRENTLY i ON zerver_draft (id)", ["run CREATE INDEX for good"]),
    ],
)
async def test_what_wants_its_words_is_not_run_without_them(
    scratch: DemoInstall, changed: Database, sql: str, words: list[str]
) -> None:
    count = drafts(changed)
    async with session(scratch) as steward:
        asked = await outcome(steward, trying(sql, "every row of zerver_realm", "yes"), commit=True)
        assert (asked.state, [risk.words for risk in asked.risks]) == ("confirm", words)
        assert drafts(changed) == count
        answered = await outcome(steward, trying(sql, *words))
        assert answered.state in ("rolled_back", "done")
        assert drafts(changed) == count


@pytest.mark.parametrize("sql", ["COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT a", "DELETE FROM zerver_draft; COMMIT"])
async def test_the_transaction_is_not_for_statements_to_end(
    scratch: DemoInstall, changed: Database, sql: str
) -> None:
    count = drafts(changed)
    async with session(scratch) as steward:
        error = await refused(steward, trying(sql, "run 2 statements", EVERY))
        assert error.kind is ErrorKind.REFUSED
    assert drafts(changed) == count


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN DELETE FROM zerver_draft; COMMIT; END $$",
        "DO $do$ BEGIN EXECUTE 'DELETE FROM zerver_draft; COMMIT'; END $do$",
        "COPY zerver_draft TO STDOUT",
        "COPY zerver_draft TO PROGRAM 'cat > /tmp/zs-never'",
    ],
)
async def test_what_would_get_out_of_the_transaction_is_refused_by_postgresql(
    scratch: DemoInstall, changed: Database, sql: str
) -> None:
    count = drafts(changed)
    async with session(scratch) as steward:
        error = await refused(steward, trying(sql, "run DO", "run COPY"))
        assert error.kind is ErrorKind.INVALID
        assert await steward.realms()
    assert drafts(changed) == count


async def test_an_error_says_where(scratch: DemoInstall) -> None:
    async with session(scratch) as steward:
        unknown = await refused(steward, trying("UPDATE zerver_draft\n SET  nothing = 1"))
        assert "(line 2, column 7)" in unknown.sentence
        assert "line 1, column 1" in (await refused(steward, trying("UPDATTE zerver_draft", "run UPDATTE"))).sentence
        assert (
            "duplicate key"
            in (await refused(steward, trying("UPDATE zerver_draft SET id = 1 WHERE id = 2"))).sentence
        )


async def test_a_constraint_that_is_checked_at_the_end_is_told(scratch: DemoInstall, changed: Database) -> None:
    async with session(scratch) as steward:
        error = await refused(steward, trying("UPDATE zerver_draft SET user_profile_id = -1 WHERE id = 1"))
        assert "foreign key" in error.sentence
    assert plain_value(changed, "SELECT count(*) FROM zulip.zerver_draft WHERE user_profile_id = -1") == 0


async def test_without_a_decision_it_is_rolled_back(scratch: DemoInstall, changed: Database) -> None:
    async with session(scratch) as steward:
        async with steward.queries.writes.attempt(trying(SOME, hold_ms=100)) as attempt:
            late = await attempt.outcome()
            assert (late.state, topics(changed)) == ("rolled_back", 0)
            assert "nobody decided" in late.sentence
            assert (await attempt.commit()).state == "rolled_back"
        assert (await outcome(steward, trying(SOME), commit=True)).state == "committed"


async def test_leaving_and_cancelling_roll_back(scratch: DemoInstall, changed: Database) -> None:
    async with session(scratch) as steward:
        async with steward.queries.writes.attempt(trying(SOME)) as attempt:
            assert attempt.tried is not None
        slow = trying("UPDATE zerver_draft SET topic = pg_sleep(60)::text WHERE id = 1")
        task = asyncio.create_task(outcome(steward, slow))
        await until(lambda: plain_value(changed, SLEEPING) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: plain_value(changed, SLEEPING) == 0)
        assert (await outcome(steward, trying(SOME), commit=True)).state == "committed"
    assert topics(changed) == 3


async def until(condition: Any) -> None:
    for _ in range(2_000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


@pytest.mark.parametrize("how", ["close", "backend", "worker"])
async def test_when_the_steward_or_the_worker_goes_it_is_rolled_back(
    scratch: DemoInstall, changed: Database, how: str
) -> None:
    steward = await Steward.open(InstallTarget(scratch.path))
    attempt = steward.queries.writes.attempt(trying(SOME))
    held = await attempt.__aenter__()
    assert held.tried is not None and plain_value(changed, HELD) == 1
    if how == "close":
        await steward.close()
    elif how == "worker":
        os.kill(steward.hello.pid, signal.SIGKILL)
    else:
        changed.execute(f"SELECT pg_terminate_backend(pid) {HELD.removeprefix('SELECT count(*)')}")
    try:
        assert (await held.commit()).state == "unknown"
    except StewardError as error:
        assert error.kind in (ErrorKind.WORKER_LOST, ErrorKind.INVALID, ErrorKind.DATABASE)
    await attempt.__aexit__(None, None, None)
    await until(lambda: plain_value(changed, HELD) == 0)
    assert topics(changed) == 0
    await steward.close()


async def test_several_statements_are_one_transaction(scratch: DemoInstall, changed: Database) -> None:
    several = f"{SOME}; SELECT 1; DELETE FROM zerver_draft WHERE id = 4"
    count = drafts(changed)
    async with session(scratch) as steward:
        async with steward.queries.writes.attempt(trying(several, "run 3 statements")) as attempt:
            assert attempt.tried is not None
            assert [(each.verb, each.rows) for each in attempt.tried.effects] == [("UPDATE", 3), ("DELETE", 1)]
            assert attempt.tried.rows == 4
            assert (topics(changed), drafts(changed)) == (0, count)
            await attempt.commit()
        broken = await refused(
            steward, trying(f"{SOME.replace('x', 'y')}; SELECT 1 / (id - id) FROM zerver_realm", "run 2 statements")
        )
        assert "division by zero" in broken.sentence
    assert (topics(changed), drafts(changed), topics(changed, "y")) == (3, count - 1, 0)


async def test_python_writes_likewise(scratch: DemoInstall, changed: Database) -> None:
    code = "for draft in Draft.objects.filter(id__lte=2):\n    draft.topic = 'x'\n    draft.save()\nprint('done')"
    async with session(scratch) as steward:
        async with steward.queries.writes.attempt(trying(Orm(code))) as attempt:
            assert attempt.tried is not None
            assert [(each.verb, each.table, each.rows) for each in attempt.tried.effects] == [
                ("UPDATE", "zerver_draft", 2)
            ]
            before, after = row(attempt)
            assert before is not None and after is not None
            assert before["topic"] != "x" and after["topic"] == "x"
            assert attempt.tried.printed == "done\n"
            assert any("caches" in note for note in attempt.tried.notes)
            assert topics(changed) == 0
            assert (await attempt.commit()).state == "committed"
        assert topics(changed) == 2


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("Draft.objects.all().delete()", EVERY),
        ("Draft.objects.update(topic='x')", EVERY),
        ("connection.cursor().execute('TRUNCATE zerver_draft')", "run TRUNCATE"),
        ("try:\n    Draft.objects.all().delete()\nexcept Exception:\n    pass", EVERY),
    ],
)
async def test_python_without_a_condition_wants_its_words(
    scratch: DemoInstall, changed: Database, code: str, words: str
) -> None:
    count = drafts(changed)
    async with session(scratch) as steward:
        asked = await outcome(steward, trying(Orm(code)), commit=True)
        assert (asked.state, [risk.words for risk in asked.risks]) == ("confirm", [words])
        assert (drafts(changed), topics(changed)) == (count, 0)
        assert (await outcome(steward, trying(Orm(code), words), commit=True)).state == "committed"
    assert drafts(changed) == 0 or topics(changed) == count


@pytest.mark.parametrize(
    "code",
    [
        "from zerver.actions.users import do_deactivate_user\ndo_deactivate_user(someone, acting_user=None)",
        "import zerver.actions.users as users\nusers.do_change_user_role(someone, 200, acting_user=None)",
        "list(map(__import__('zerver.actions.users', fromlist=['x']).do_change_can_create_users, [someone], [True]))",
    ],
)
async def test_zulips_actions_are_kept_out(scratch: DemoInstall, changed: Database, code: str) -> None:
    find = "someone = UserProfile.objects.get(delivery_email='ben.kowalski@acme.example')\n"
    state = "SELECT is_active, role, can_create_users FROM zerver_userprofile WHERE delivery_email = %s"
    before = changed.execute(state, ["ben.kowalski@acme.example"]).fetchone()
    async with session(scratch) as steward:
        error = await refused(steward, trying(Orm(find + code)))
    assert error.kind is ErrorKind.REFUSED
    assert "one of Zulip's actions" in error.sentence
    assert changed.execute(state, ["ben.kowalski@acme.example"]).fetchone() == before


async def test_python_that_fails_leaves_nothing(scratch: DemoInstall, changed: Database) -> None:
    async with session(scratch) as steward:
        code = "Draft.objects.filter(id=1).update(topic='x')\n1 / 0"
        failed = await outcome(steward, trying(Orm(code)), commit=True)
        assert failed.state == "failed" and "line 2: 1 / 0" in failed.failure
        error = await refused(steward, trying(Orm("connection.cursor().execute('COMMIT')")))
        assert error.kind is ErrorKind.REFUSED
    assert topics(changed) == 0


async def test_a_read_only_session_writes_nothing(scratch: DemoInstall, changed: Database) -> None:
    async with session(scratch, read_only=True) as steward:
        for question in (SOME, Orm("Draft.objects.filter(id=1).update(topic='x')")):
            error = await refused(steward, trying(question))
            assert error.kind is ErrorKind.READ_ONLY
    assert topics(changed) == 0


async def test_the_journal_has_the_statement_and_the_end_but_no_secret(
    scratch: DemoInstall, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(tmp_path / "own.jsonl"))
    secret = "UPDATE zerver_userprofile SET api_key = 'abcdefgh12345678' WHERE id = 11"
    async with session(scratch) as steward:
        await outcome(steward, trying(SOME), commit=True)
        await outcome(steward, trying(secret))
        await outcome(steward, trying("DELETE FROM zerver_draft"))
    entries = [(each.entry.action, each.entry.result.state, each.entry.parameters) for each in Journal().entries()]
    entries.reverse()
    assert [entry[:2] for entry in entries] == [
        ("write.started", "started"),
        ("write.finished", "done"),
        ("write.started", "started"),
        ("write.finished", "cancelled"),
        ("write.started", "started"),
        ("write.finished", "cancelled"),
    ]
    assert entries[1][2]["statement"] == SOME and entries[1][2]["rows"] == 3
    assert "abcdefgh" not in (tmp_path / "own.jsonl").read_text()
