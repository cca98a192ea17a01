"""Exports with the journal and a worker around them: of one person, or of many, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol

from zulip_bridge.api.calls import Hello, Progress
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export_scope import SAME, ExportScope
from zulip_bridge.api.people import Person
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result

from .model import ExportResult, Provenance
from .packaging import Packaging
from .run import DIRECTORY, export_person

STARTED, FINISHED = "export.started", "export.finished"
ENDS_ALL = (ErrorKind.LAUNCH,)
"""After these nobody else is begun: the server cannot be opened."""


class Record(Protocol):
    """Writes an entry to the journal."""

    def __call__(
        self, action: str, result: Result, person: Person | None, parameters: dict[str, Any], /
    ) -> Awaitable[None]: ...


@dataclass(frozen=True)
class Order:
    """One export: whose, and where to."""

    person: Person
    destination: Path


OutcomeState = Literal["done", "failed", "not_begun"]


@dataclass(frozen=True)
class Outcome:
    """What became of one export among many; ``sentence`` says why there is no result."""

    order: Order
    state: OutcomeState
    result: ExportResult | None = None
    sentence: str = ""


class Exports:
    """Made by :class:`zulip_bridge.steward.Steward`."""

    def __init__(
        self,
        record: Record,
        open_worker: Callable[[], Awaitable[Bridge]],
        provenance: Callable[[Hello], Provenance],
        failure: Callable[[BaseException], Result],
        shared: Bridge | None = None,
    ) -> None:
        self._record = record
        self._open_worker = open_worker
        self._provenance = provenance
        self._failure = failure
        self._shared = shared

    async def export(
        self,
        person: Person,
        destination: Path,
        on_progress: Callable[[Progress], None],
        scope: ExportScope = SAME,
        packaging: Packaging = DIRECTORY,
    ) -> ExportResult:
        """Export one person; recorded before it is begun and when it has ended. See :func:`export_person`."""
        worker = _Worker(self._open_worker, self._shared)
        try:
            return await self._one(worker, Order(person, destination), on_progress, scope, packaging, {}, [])
        finally:
            await worker.close()

    async def export_all(
        self,
        orders: Sequence[Order],
        on_progress: Callable[[Order, Progress], None],
        on_outcome: Callable[[Outcome], None],
        scope: ExportScope = SAME,
        packaging: Packaging = DIRECTORY,
    ) -> list[Outcome]:
        """Export many people in their order, each as a whole, going on after one fails; an outcome for each.

        Cancelling the task cancels the one under way; those before it are kept.
        """
        worker = _Worker(self._open_worker, self._shared)
        outcomes: list[Outcome] = []
        try:
            for number, order in enumerate(orders, 1):
                part = {"bulk": f"{number} of {len(orders)}"}
                written: list[ExportResult] = []
                try:
                    await self._one(worker, order, partial(on_progress, order), scope, packaging, part, written)
                    outcomes.append(Outcome(order, "done", written[0]))
                except asyncio.CancelledError:
                    for result in written:  # it was in its place already, and is kept
                        on_outcome(Outcome(order, "done", result))
                    raise
                except StewardError as error:
                    outcomes.append(Outcome(order, "failed", None, error.sentence))
                    if error.kind in ENDS_ALL:
                        on_outcome(outcomes[-1])
                        break
                on_outcome(outcomes[-1])
        finally:
            await worker.close()
        return outcomes + [Outcome(order, "not_begun") for order in orders[len(outcomes) :]]

    async def _one(
        self,
        worker: _Worker,
        order: Order,
        on_progress: Callable[[Progress], None],
        scope: ExportScope,
        packaging: Packaging,
        more: dict[str, Any],
        written: list[ExportResult],
    ) -> ExportResult:
        """Export one person; the result is put into ``written`` as soon as it is there, before it is recorded."""
        person = order.person
        parameters = {**more, "destination": str(order.destination), "scope": to_json(scope), **packaging.describe()}
        try:
            await self._record(STARTED, Result("started"), person, parameters)
            bridge = await worker.bridge()
            provenance = self._provenance(bridge.hello)
            result = await export_person(bridge, person, order.destination, on_progress, provenance, scope, packaging)
        except BaseException as error:
            await asyncio.shield(self._record(FINISHED, self._failure(error), person, parameters))
            raise
        written.append(result)
        sentence = written_words(result.messages, result.files)
        digests = {"manifest_sha256": result.manifest_sha256, "archive_sha256": result.sha256}
        summary = {**parameters, **{name: value for name, value in digests.items() if value}}
        await self._record(FINISHED, Result("done", sentence), person, {**summary, "warnings": len(result.warnings)})
        return result


def written_words(messages: int, files: int) -> str:
    """What the journal says of a finished export."""
    return f"{messages} message{'' if messages == 1 else 's'}, {files} file{'' if files == 1 else 's'}"


def archive_name(person: Person, today: datetime, packaging: Packaging) -> str:
    """The name of one person's export among others: organization, id and day, never a name or an address."""
    return f"{person.realm or 'root'}-{person.id}-{today:%Y-%m-%d}{packaging.suffix}"


class _Worker:
    """A worker for exports: that of the session, or opened when it is first wanted; again where it was lost."""

    def __init__(self, open_worker: Callable[[], Awaitable[Bridge]], shared: Bridge | None) -> None:
        self._open = open_worker
        self._shared = shared
        self._bridge: Bridge | None = None

    async def bridge(self) -> Bridge:
        """It, alive."""
        if self._shared is not None and self._shared.alive:
            return self._shared
        if self._bridge is not None and not self._bridge.alive:
            await self.close()
        if self._bridge is None:
            self._bridge = await self._open()
        return self._bridge

    async def close(self) -> None:
        """End it; also where this task is cancelled."""
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            await asyncio.shield(bridge.close())
