"""Browsing any model of a server, journaled: which table was read by which filters, and every change with its values.

The journal gets the names of filters, never what they were set to. A change is recorded before it is begun and when
it has ended; secrets are masked in both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from zulip_bridge.api.browse import (
    CountReferences,
    CountRows,
    DeleteRow,
    DeletionPreview,
    DeletionResult,
    DescribeModel,
    FieldChange,
    ModelDescription,
    PageOfRows,
    PreviewRowDeletion,
    PreviewRowEdit,
    Reference,
    RowCount,
    RowDetail,
    RowEditPreview,
    RowEditResult,
    RowsPage,
    SaveRow,
    ShowRow,
)
from zulip_bridge.api.calls import Request
from zulip_bridge.api.codec import from_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result

T = TypeVar("T")
Record = Callable[..., Awaitable[None]]
SEEN = "rows.read"
ROW_SEEN, UNMASKED, REFERENCES = "row.read", "row.unmasked", "row.references"
EDIT, DELETE = "row.edit", "row.delete"


class Browser:
    """The rows of one server. Made by :meth:`zulip_bridge.steward.Steward.browser`."""

    def __init__(self, bridge: Bridge, record: Record) -> None:
        self._bridge = bridge
        self._record = record
        self._models: dict[str, ModelDescription] = {}
        self._recorded: set[tuple[Any, ...]] = set()

    async def describe(self, model: str) -> ModelDescription:
        """A model with its fields; asked for once a session."""
        if model not in self._models:
            self._models[model] = await self._bridge.call(DescribeModel(model))
        return self._models[model]

    async def page(self, request: PageOfRows, person: Person | None = None) -> RowsPage:
        """Rows of a model. ``person``: whose they are, where they were chosen by that; recorded once a session."""
        facts = {"model": request.model, "filters": sorted(name for name, _ in request.filters)}
        await self._record_once(SEEN, person, facts)
        return await self._bridge.call(request)

    async def count(self, request: CountRows) -> RowCount:
        """How many rows the filters choose, up to a bound."""
        return await self._bridge.call(request)

    async def row(self, model: str, key: str, unmask: Sequence[str] = ()) -> RowDetail:
        """One row; recorded with whom it belongs to. Each unmasking of secrets is recorded before it happens."""
        if unmask:
            seen = await self._bridge.call(ShowRow(model, key))
            facts = {"model": seen.model, "key": seen.key, "fields": sorted(unmask)}
            await self._record(UNMASKED, Result("done"), seen.person, facts)
        detail = await self._bridge.call(ShowRow(model, key, list(unmask)))
        await self._record_once(ROW_SEEN, detail.person, {"model": detail.model, "key": detail.key})
        return detail

    async def references(
        self, model: str, key: str, on_count: Callable[[Reference], None] = lambda reference: None
    ) -> list[Reference]:
        """Who refers to a row; ``on_count`` gets each as it is counted."""
        async with self._bridge.stream(CountReferences(model, key)) as stream:
            async for event in stream:
                if isinstance(event, dict):
                    on_count(from_json(Reference, event))
        return stream.result

    async def preview_edit(self, model: str, key: str, changes: list[FieldChange]) -> RowEditPreview:
        """Check changes of a row; nothing is written. Recorded as a reading."""
        preview = await self._bridge.call(PreviewRowEdit(model, key, changes))
        await self._record_once(ROW_SEEN, preview.person, {"model": preview.model, "key": preview.key})
        return preview

    async def save(self, preview: RowEditPreview) -> RowEditResult:
        """Save what was previewed. Cancelling the task waits for the end; a second time it is abandoned."""
        request = SaveRow(
            preview.model,
            preview.key,
            [FieldChange(item.field, item.after) for item in preview.changes],
            preview.fingerprint,
        )
        before = {item.field: item.before for item in preview.changes}
        after = {item.field: item.after for item in preview.changes}
        facts = {"model": preview.model, "key": preview.key}

        async def work() -> RowEditResult:
            await self._record(f"{EDIT}.started", Result("started"), preview.person, facts, before, after)
            result = await self._concluded(EDIT, request, preview.person, facts, before)
            now = {item.field: item.after for item in result.items} if result.state == "done" else None
            outcome = _outcome(result.state, f"{len(result.items)} fields saved", _why(result))
            await self._record_end(EDIT, outcome, preview.person, facts, before, now)
            return result

        return await _to_the_end(work())

    async def preview_deletion(self, model: str, key: str) -> DeletionPreview:
        """What would go with a row; nothing is written. Recorded as a reading."""
        preview = await self._bridge.call(PreviewRowDeletion(model, key))
        await self._record_once(ROW_SEEN, preview.person, {"model": preview.model, "key": preview.key})
        return preview

    async def delete(self, preview: DeletionPreview, confirm: str) -> DeletionResult:
        """Delete what was previewed; ``confirm`` is what was typed. Cancelling is as for :meth:`save`."""
        request = DeleteRow(preview.model, preview.key, confirm, preview.fingerprint)
        facts = {"model": preview.model, "key": preview.key, "rows": preview.deleted}
        before = dict(preview.before)

        async def work() -> DeletionResult:
            await self._record(f"{DELETE}.started", Result("started"), preview.person, facts, before)
            result = await self._concluded(DELETE, request, preview.person, facts, before)
            gone = sum(result.deleted.values())
            outcome = _outcome(result.state, f"{gone:,} rows deleted", _why(result))
            end = {**facts, "rows": result.deleted} if result.state == "done" else facts
            await self._record_end(DELETE, outcome, preview.person, end, before, None)
            return result

        return await _to_the_end(work())

    async def _concluded(
        self, action: str, request: Request[T], person: Person | None, facts: dict[str, Any], before: dict[str, Any]
    ) -> T:
        """The answer to a writing request; what ends it otherwise is recorded as well."""
        try:
            return await self._bridge.call(request)
        except BaseException as error:
            sentence = error.sentence if isinstance(error, StewardError) else type(error).__name__
            if isinstance(error, StewardError) and error.kind in (ErrorKind.WORKER_LOST, ErrorKind.PROTOCOL):
                sentence = f"{sentence} Whether it was done is not known; look at the row again."
            cancelled = isinstance(error, asyncio.CancelledError)
            result = Result("cancelled" if cancelled else "failed", sentence)
            await asyncio.shield(self._record(f"{action}.finished", result, person, facts, before))
            raise

    async def _record_end(
        self,
        action: str,
        outcome: Result,
        person: Person | None,
        facts: dict[str, Any],
        before: dict[str, Any],
        after: dict[str, Any] | None,
    ) -> None:
        try:
            await self._record(f"{action}.finished", outcome, person, facts, before, after)
        except StewardError as error:
            if outcome.state != "done":
                raise
            sentence = f"It was done ({outcome.sentence}), but that could not be recorded. {error.sentence}"
            raise StewardError(error.kind, sentence) from error

    async def _record_once(self, action: str, person: Person | None, facts: dict[str, Any]) -> None:
        """Once a session for the same thing: scrolling over it again says nothing new."""
        reading = (action, person.id if person else None, repr(sorted(facts.items())))
        if reading not in self._recorded:
            await self._record(action, Result("done"), person, facts)
            self._recorded.add(reading)


def _outcome(state: str, done: str, why: str) -> Result:
    if state == "done":
        return Result("done", done)
    if state == "changed_since":
        return Result("failed", "The row had changed since it was read; nothing was done.")
    return Result("failed", why or "It was refused; nothing was done.")


def _why(result: RowEditResult | DeletionResult) -> str:
    # PostgreSQL's and Django's words may quote a value: the journal gets that it was refused.
    return "It was refused; nothing was done." if result.state == "refused" else ""


async def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    from zulip_bridge.edit.applying import to_the_end

    result, cancelled = await to_the_end(work)
    if cancelled:
        raise asyncio.CancelledError
    return result
