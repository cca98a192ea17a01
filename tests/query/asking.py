"""Short words for asking."""

from __future__ import annotations

from typing import Any

import orjson

from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.query import FetchRows, OpenedQuery, OpenQuery, Orm, QuerySummary, Question, Sql, StreamQuery
from zulip_bridge.client import Bridge, Chunk


async def ask(bridge: Bridge, question: Question | str, **how: Any) -> OpenedQuery:
    """The beginning of a result."""
    return await bridge.call(OpenQuery(Sql(question) if isinstance(question, str) else question, **how))


async def rows(bridge: Bridge, question: Question | str, **how: Any) -> list[list[Any]]:
    """All rows, page by page."""
    opened = await ask(bridge, question, **how)
    found, page = list(opened.first.rows), opened.first
    while page.more and not page.limited:
        page = await bridge.call(FetchRows(opened.query, 700))
        found += page.rows
    return found


async def value(bridge: Bridge, sql: str, **how: Any) -> Any:
    """The first column of the only row."""
    ((first, *_),) = await rows(bridge, sql, **how)
    return first


async def refusal(bridge: Bridge, question: Question | str, **how: Any) -> StewardError:
    """The error that a question is answered with."""
    try:
        opened = await ask(bridge, question, **how)
    except StewardError as error:
        return error
    raise AssertionError(f"answered: {opened}")


async def stream(bridge: Bridge, request: StreamQuery) -> tuple[list[Any], QuerySummary]:
    """All rows of a stream, decoded, and its end."""
    data = b""
    async with bridge.stream(request) as items:
        found: list[Any] = []
        async for item in items:
            if isinstance(item, Chunk):
                data += item.data
            elif isinstance(item, dict) and item["event"] == "rows":
                found += decoded(request, data)
                data = b""
    return [*found, *decoded(request, data)], items.result


def decoded(request: StreamQuery, data: bytes) -> list[Any]:
    """The rows of one batch."""
    if not data:
        return []
    return orjson.loads(data) if request.shape == "arrays" else [orjson.loads(line) for line in data.splitlines()]


async def python(bridge: Bridge, code: str, session: str = "", **how: Any) -> OpenedQuery:
    """The result of some code."""
    return await ask(bridge, Orm(code, session), **how)
