"""Serving questions: results that stay open for a screen, and streams for files."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import (
    LARGEST_PAGE,
    CloseQuery,
    ColumnsKnown,
    FetchRows,
    ModelRows,
    OpenedQuery,
    OpenQuery,
    QuerySummary,
    Question,
    Rows,
    RowsFollow,
    Sql,
    StreamQuery,
)

from ..context import Context
from . import values
from .connections import Connections
from .evaluation import Evaluation, evaluate
from .model_rows import query_set
from .pages import page_of
from .parameters import statement
from .result import Limited, ListResult
from .secret_lookups import refuse_secret_lookups
from .shaping import compose
from .statement import StatementResult, open_statement

KEPT_OPEN = 4
"""Results that stay open; each holds a connection. Older ones answer ``stale``."""

IDLE_MS = 15 * 60_000
"""An open transaction keeps PostgreSQL from cleaning up: not for longer than this between two pages."""

STREAM_IDLE_MS = 60 * 60_000
"""The same, where whoever reads a stream has stopped taking it (a pager, a full disk being cleared)."""

FRAME_BYTES = 512 * 1024
FIRST_BATCH, SMALLEST_BATCH, LARGEST_BATCH = 16, 1, 5_000


@dataclass
class Opened:
    """A result between two pages; one request at a time reads from it."""

    result: Limited
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, context: Context) -> None:
        """From now on it is ``context`` whose cancel ends what is waited for."""
        if isinstance(self.result.result, StatementResult):
            self.result.result.context = context


class OpenResults:
    """The results that this worker holds open, used from several lanes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._open: OrderedDict[int, Opened] = OrderedDict()

    def keep(self, opened: Opened) -> int:
        """Remember a result, and close the one that was used longest ago where there are too many."""
        with self._lock:
            number = next(self._numbers)
            self._open[number] = opened
            surplus = [self._open.popitem(last=False)[1] for _ in range(len(self._open) - KEPT_OPEN)]
        for each in surplus:
            with each.lock:
                each.result.close()
        return number

    def get(self, number: int) -> Opened:
        """A result by its number; error kind ``stale`` where it has been closed."""
        with self._lock:
            if number not in self._open:
                raise StewardError(ErrorKind.STALE, "The result has been closed; ask again.")
            self._open.move_to_end(number)
            return self._open[number]

    def forget(self, number: int) -> bool:
        """Close a result; whether it was open."""
        with self._lock:
            opened = self._open.pop(number, None)
        if opened is None:
            return False
        with opened.lock:
            opened.result.close()
        return True


connections = Connections()
open_results = OpenResults()


@dataclass(frozen=True)
class Asked:
    """A question and how it is to be answered."""

    question: Question
    timeout_ms: int
    unmask: bool
    idle_ms: int
    everything: bool


def open_query(request: OpenQuery, context: Context) -> OpenedQuery:
    """Answer :class:`OpenQuery`."""
    asked = Asked(request.question, request.timeout_ms, request.unmask, IDLE_MS, everything=False)
    result, evaluation = _ask(asked, context)
    if result is None:
        return OpenedQuery(0, [], Rows([], False), evaluation.shown, evaluation.printed, evaluation.failure)
    opened = Opened(Limited(result, request.limit))
    with _closing_on_failure(opened):
        first = page_of(opened.result, request.rows)
    number = 0
    if first.more and not first.limited:
        number = open_results.keep(opened)
    else:
        opened.result.close()
    return OpenedQuery(number, opened.result.columns, first, printed=evaluation.printed)


def fetch_rows(request: FetchRows, context: Context) -> Rows:
    """Answer :class:`FetchRows`."""
    opened = open_results.get(request.query)
    with opened.lock:
        opened.serve(context)
        try:
            with _closing_on_failure(opened):
                page = page_of(opened.result, min(request.rows, LARGEST_PAGE))
        except BaseException:
            ended = True
            raise
        else:
            ended = not page.more or page.limited
        finally:
            if ended:
                opened.result.close()
    if ended:
        open_results.forget(request.query)
    return page


def close_query(request: CloseQuery, context: Context) -> bool:
    """Answer :class:`CloseQuery`."""
    return open_results.forget(request.query)


def stream_query(request: StreamQuery, context: Context) -> QuerySummary:
    """Answer :class:`StreamQuery`: PostgreSQL makes the next batch while the last is sent."""
    everything = request.limit is None
    asked = Asked(request.question, request.timeout_ms, request.unmask, STREAM_IDLE_MS, everything)
    result, evaluation = _ask(asked, context)
    if result is None:
        return QuerySummary(0, False, evaluation.shown, evaluation.printed, evaluation.failure)
    limited = Limited(result, request.limit)
    try:
        context.event(ColumnsKnown(limited.columns))
        names = [each.name for each in limited.columns] if request.shape == "objects" else None
        count = 0
        # Closed before the result is: a batch may still be on its way.
        with closing(_batches(limited, names)) as batches:
            for rows, data in batches:
                count += _send(context, rows, data)
    finally:
        limited.close()
    return QuerySummary(count, limited.limited, printed=evaluation.printed)


def _ask(asked: Asked, context: Context) -> tuple[StatementResult | ListResult | None, Evaluation]:
    """The result of a question, or none where Python gave no table."""
    evaluation = Evaluation()
    if isinstance(asked.question, Sql):
        sql = statement(asked.question)
    elif isinstance(asked.question, ModelRows):
        if not asked.unmask:
            refuse_secret_lookups(asked.question)
        composed = compose(query_set(asked.question))
        if not isinstance(composed, str):
            return composed, evaluation
        sql = composed
    else:
        evaluation = evaluate(asked.question, context, asked.timeout_ms, asked.unmask)
        if not isinstance(evaluation.table, str):
            return evaluation.table, evaluation
        sql = evaluation.table
    result = open_statement(
        connections,
        context,
        sql,
        timeout_ms=asked.timeout_ms,
        idle_ms=asked.idle_ms,
        unmask=asked.unmask,
        everything=asked.everything,
    )
    return result, evaluation


@contextmanager
def _closing_on_failure(opened: Opened) -> Iterator[None]:
    try:
        yield
    except BaseException:
        opened.result.close()
        raise


def _batches(result: Limited, names: list[str] | None) -> Generator[tuple[int, bytes], None, None]:
    """Encoded batches of about a frame's size; the next one is fetched meanwhile."""
    size = FIRST_BATCH
    with ThreadPoolExecutor(1, "fetch") as fetcher:
        coming = fetcher.submit(result.read, size)
        while rows := coming.result():
            coming = fetcher.submit(result.read, size)
            data = values.arrays(rows) if names is None else values.objects(rows, names)
            wanted = FRAME_BYTES * len(rows) // max(1, len(data))
            # Growth is damped: one batch of narrow rows says little about the next.
            size = max(SMALLEST_BATCH, min(wanted, size * 2, LARGEST_BATCH))
            yield len(rows), data


def _send(context: Context, rows: int, data: bytes) -> int:
    context.event(RowsFollow(rows, len(data)))
    view = memoryview(data)
    for start in range(0, len(data), FRAME_BYTES):
        context.chunk(view[start : start + FRAME_BYTES])
    return rows
