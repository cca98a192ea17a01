"""Writing by hand, journaled: begun, and how it ended, with the rows affected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from zulip_bridge.api.codec import from_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import Sql
from zulip_bridge.api.writing import DecideWrite, TryWrite, WriteOutcome, WriteTried
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result

from .queries import Record
from .recording import recorded_statement

STARTED, FINISHED = "write.started", "write.finished"
LOST = (ErrorKind.WORKER_LOST, ErrorKind.PROTOCOL)
NOT_KNOWN = (
    "The connection was lost while it was being committed: whether it was is not known. Look at the rows again."
)


class Attempt:
    """Something that has been run and waits. ``tried`` is None where it came to no transaction that waits."""

    def __init__(self, bridge: Bridge, task: asyncio.Task[WriteOutcome], tried: asyncio.Future[WriteTried]) -> None:
        self.tried: WriteTried | None = None
        self._bridge = bridge
        self._task = task
        self._tried = tried
        self._asked_to_commit = False

    async def begun(self) -> None:
        """Wait until it waits for us, or has ended; raises :class:`StewardError`."""
        waited: set[asyncio.Future[Any]] = {self._task, self._tried}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if self._tried.done() and not self._tried.cancelled():
            self.tried = self._tried.result()
        else:
            await asyncio.shield(self._task)

    async def outcome(self) -> WriteOutcome:
        """How it ended: by a decision, or because the time was over."""
        try:
            return await asyncio.shield(self._task)
        except StewardError as error:
            if self._asked_to_commit and error.kind in LOST:
                return WriteOutcome("unknown", NOT_KNOWN, self.tried.rows if self.tried else None)
            raise

    async def commit(self) -> WriteOutcome:
        """Commit it, if its time is not over; how it ended. A cancelled task waits for the end."""
        deciding = asyncio.ensure_future(self._decide(commit=True))
        try:
            return await asyncio.shield(deciding)
        except asyncio.CancelledError:
            await asyncio.wait({deciding})
            raise

    async def roll_back(self) -> WriteOutcome:
        """Roll it back; how it ended."""
        return await self._decide(commit=False)

    async def _decide(self, *, commit: bool) -> WriteOutcome:
        if self.tried is not None and not self._task.done():
            self._asked_to_commit = commit
            try:
                await self._bridge.call(DecideWrite(self.tried.write, commit))
            except StewardError as error:
                if error.kind not in LOST:
                    raise
        return await self.outcome()


class Writes:
    """Writing on one server."""

    def __init__(self, bridge: Bridge, record: Record) -> None:
        self._bridge = bridge
        self._record = record

    @asynccontextmanager
    async def attempt(self, request: TryWrite) -> AsyncIterator[Attempt]:
        """Run ``request`` in a transaction that is held while inside; leaving without a decision rolls it back.

        Recorded before it is begun and when it has ended. Raises :class:`StewardError` where it was refused.
        """
        facts = _facts(request)
        await self._record(STARTED, Result("started"), None, facts)
        tried: asyncio.Future[WriteTried] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._hold(request, tried))
        attempt = Attempt(self._bridge, task, tried)
        try:
            await attempt.begun()
            yield attempt
        finally:
            await asyncio.shield(self._end(attempt, task, facts))

    async def _hold(self, request: TryWrite, tried: asyncio.Future[WriteTried]) -> WriteOutcome:
        async with self._bridge.stream(request) as stream:
            async for item in stream:
                if isinstance(item, dict) and not tried.done():
                    tried.set_result(from_json(WriteTried, item))
        return stream.result

    async def _end(self, attempt: Attempt, task: asyncio.Task[WriteOutcome], facts: dict[str, Any]) -> None:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        rows = attempt.tried.rows if attempt.tried is not None else None
        after = {**facts, "rows": rows} if rows is not None else facts
        try:
            await self._record(FINISHED, await _result(attempt, task), None, after)
        except StewardError as error:
            if not task.cancelled() and task.exception() is None and task.result().state in ("committed", "done"):
                sentence = f"It was committed, but that could not be recorded. {error.sentence}"
                raise StewardError(error.kind, sentence) from error
            raise


async def _result(attempt: Attempt, task: asyncio.Task[WriteOutcome]) -> Result:
    if task.cancelled():
        return Result("cancelled", "Rolled back.")
    try:
        outcome = await attempt.outcome()
    except StewardError as error:
        # PostgreSQL's words may quote a value: the kind is enough to know what happened.
        cancelled = error.kind is ErrorKind.CANCELLED
        return Result("cancelled" if cancelled else "failed", "Rolled back." if cancelled else error.kind.value)
    words = {
        "committed": Result("done", "Committed."),
        "done": Result("done", "Run outside a transaction."),
        "rolled_back": Result("cancelled", "Rolled back."),
        "confirm": Result("cancelled", "Not run: its words were not typed."),
        "failed": Result("failed", "The code raised an error. Rolled back."),
        "unknown": Result("failed", "The connection was lost while it was being committed."),
    }
    return words[outcome.state]


def _facts(request: TryWrite) -> dict[str, Any]:
    facts: dict[str, Any] = {"unmask": True} if request.unmask else {}
    if request.confirmed:
        facts["confirmed"] = list(request.confirmed)
    question = request.question
    if isinstance(question, Sql):
        statement = recorded_statement(question.sql, python=False)
        return {"language": "sql", "statement": statement, "parameters": sorted(question.parameters), **facts}
    return {"language": "orm", "statement": recorded_statement(question.code, python=True), **facts}
