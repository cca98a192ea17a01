"""Asking, journaled: a question that cannot be recorded is not asked.

The journal gets the statement as it was typed and the names of its parameters, never their values: those are where
personal data belongs. And how many rows came of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zulip_bridge.api.codec import from_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.names import DescribeNames, Names
from zulip_bridge.api.query import (
    CloseQuery,
    ColumnsKnown,
    DescribeTables,
    FetchRows,
    ListModels,
    ModelInfo,
    ModelRows,
    OpenedQuery,
    OpenQuery,
    Orm,
    QuerySummary,
    Question,
    Rows,
    RowsFollow,
    Sql,
    StreamQuery,
    TableInfo,
)
from zulip_bridge.client import Bridge, Chunk
from zulip_bridge.journal import Result

from .formats import Writer
from .recording import recorded_statement

if TYPE_CHECKING:
    from .writing import Writes

Record = Callable[[str, Result, None, dict[str, Any]], Awaitable[None]]
STARTED, FINISHED = "query.started", "query.finished"


@dataclass
class UnderWay:
    """A result that is still read from: what the journal says of it, and the rows so far."""

    facts: dict[str, Any]
    rows: int


class Queries:
    """Questions to one server. Made by :meth:`zulip_bridge.steward.Steward.queries`."""

    def __init__(self, bridge: Bridge, record: Record, open_worker: Callable[[], Awaitable[Bridge]]) -> None:
        self._bridge = bridge
        self._record = record
        self._open_worker = open_worker
        self._under_way: dict[int, UnderWay] = {}
        self._names: Names | None = None

    @property
    def writes(self) -> Writes:
        """Writing by hand."""
        from .writing import Writes

        return Writes(self._bridge, self._record)

    async def models(self) -> list[ModelInfo]:
        """All models of the server, with estimated numbers of rows."""
        return await self._bridge.call(ListModels())

    async def tables(self) -> list[TableInfo]:
        """All tables and views that SQL can name, with their columns."""
        return await self._bridge.call(DescribeTables())

    async def names(self) -> Names:
        """What can be named in a question; asked for once a session."""
        if self._names is None:
            self._names = await self._bridge.call(DescribeNames())
        return self._names

    async def open(self, request: OpenQuery) -> OpenedQuery:
        """Ask, and get the first rows; cancelling the task ends the query in PostgreSQL."""
        facts = _facts(request.question, request.limit, request.unmask)
        await self._record(STARTED, Result("started"), None, facts)
        try:
            opened = await self._bridge.call(request)
        except BaseException as error:
            await asyncio.shield(self._record(FINISHED, _failed(error), None, facts))
            raise
        rows = len(opened.first.rows)
        if opened.query:
            self._under_way[opened.query] = UnderWay(facts, rows)
        else:
            await self._finish(facts, rows, opened.first.more, opened.failure)
        return opened

    async def rows(self, request: FetchRows) -> Rows:
        """The next rows of a result that is open."""
        under_way = self._under_way.get(request.query)
        try:
            page = await self._bridge.call(request)
        except BaseException as error:
            if under_way is not None:
                del self._under_way[request.query]
                await asyncio.shield(
                    self._record(FINISHED, _failed(error), None, {**under_way.facts, "rows": under_way.rows})
                )
            raise
        if under_way is not None:
            under_way.rows += len(page.rows)
            if not page.more or page.limited:
                self._under_way.pop(request.query, None)
                await self._finish(under_way.facts, under_way.rows, page.more)
        return page

    async def close(self, query: int) -> None:
        """The result is no longer wanted; nothing happens where it has ended by itself."""
        under_way = self._under_way.pop(query, None)
        if under_way is None:
            return
        with contextlib.suppress(StewardError):
            await self._bridge.call(CloseQuery(query))
        await self._finish(under_way.facts, under_way.rows, more=True)

    async def close_all(self) -> None:
        """Close what is open; before the session ends."""
        for query in list(self._under_way):
            await self.close(query)

    async def stream(self, request: StreamQuery, writer: Writer, *, own_worker: bool = False) -> QuerySummary:
        """Ask, and have ``writer`` take all rows; its ``shape`` must be the request's.

        ``own_worker``: a worker is opened for it, so that this session answers meanwhile.
        """
        facts = _facts(request.question, request.limit, request.unmask)
        await self._record(STARTED, Result("started"), None, facts)
        received = Received(writer)
        try:
            bridge = await self._open_worker() if own_worker else self._bridge
            try:
                async with bridge.stream(request) as stream:
                    async for item in stream:
                        received.take(item)
                summary = stream.result
            finally:
                if own_worker:
                    await asyncio.shield(bridge.close())
        except BaseException as error:
            await asyncio.shield(self._record(FINISHED, _failed(error), None, {**facts, "rows": received.rows}))
            raise
        await self._finish(facts, summary.rows, summary.more, summary.failure)
        received.end()
        return summary

    async def _finish(self, facts: dict[str, Any], rows: int, more: bool, failure: str = "") -> None:
        if failure:
            # Not the failure itself: it may quote what the code was working on.
            result = Result("failed", "The code raised an error.")
        else:
            result = Result("done", f"{rows:,} rows{', more exist' if more else ''}")
        await self._record(FINISHED, result, None, {**facts, "rows": rows})


class Received:
    """Puts a stream's items together to batches."""

    def __init__(self, writer: Writer) -> None:
        self.rows = 0
        self._writer = writer
        self._waiting: list[bytes | memoryview] = []
        self._missing = 0
        self._begun = False

    def take(self, item: object) -> None:
        """An event or a chunk."""
        if isinstance(item, Chunk):
            self._waiting.append(item.data)
            self._missing -= len(item.data)
            if self._missing <= 0:
                self._writer.batch(b"".join(self._waiting))
                self._waiting = []
        elif isinstance(item, dict) and item.get("event") == "columns":
            self._begun = True
            self._writer.begin(from_json(ColumnsKnown, item).columns)
        elif isinstance(item, dict) and item.get("event") == "rows":
            follow = from_json(RowsFollow, item)
            self.rows += follow.rows
            self._missing = follow.size

    def end(self) -> None:
        """The result is whole; a value that is no table has no rows and no columns."""
        if self._begun:
            self._writer.end()


def _facts(question: Question, limit: int | None, unmask: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"unmask": True} if unmask else {}
    if limit is not None:
        facts["limit"] = limit
    if isinstance(question, Sql):
        statement = recorded_statement(question.sql, python=False)
        return {"language": "sql", "statement": statement, "parameters": sorted(question.parameters), **facts}
    if isinstance(question, Orm):
        return {"language": "orm", "statement": recorded_statement(question.code, python=True), **facts}
    assert isinstance(question, ModelRows)
    return {"language": "model", "model": question.model, "filters": [each[0] for each in question.filters], **facts}


def _failed(error: BaseException) -> Result:
    if isinstance(error, StewardError):
        # PostgreSQL's words may quote a value: the kind is enough to know what happened.
        cancelled = error.kind is ErrorKind.CANCELLED
        return Result("cancelled" if cancelled else "failed", "" if cancelled else f"{error.kind.value}")
    if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
        return Result("cancelled", "Cancelled by the operator.")
    return Result("failed", type(error).__name__)
