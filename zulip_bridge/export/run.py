"""Running an export: what the worker streams is written by a thread, and put into place or removed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.codec import ShapeError, from_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export import (
    ExportPerson,
    ExportSummary,
    FileAbandoned,
    FileBegins,
    FileEnds,
    Planned,
    SectionDone,
    Warned,
)
from zulip_bridge.api.export_scope import SAME, ExportScope
from zulip_bridge.api.people import Person
from zulip_bridge.client import Bridge, Chunk

from . import manifest
from .container import Container, Stored
from .creating import create
from .destination import storage_error
from .model import ExportResult, Provenance
from .packaging import Packaging
from .receiver import Receiver
from .writer import Writer

EVENTS: dict[str, type[Any]] = {
    "planned": Planned,
    "file_begins": FileBegins,
    "file_ends": FileEnds,
    "file_abandoned": FileAbandoned,
    "warned": Warned,
    "section_done": SectionDone,
}


DIRECTORY = Packaging()


async def export_person(
    bridge: Bridge,
    person: Person,
    destination: Path,
    on_progress: Callable[[Progress], None],
    provenance: Provenance,
    scope: ExportScope = SAME,
    packaging: Packaging = DIRECTORY,
) -> ExportResult:
    """Export what ``scope`` chooses of a person to a new or empty directory, or to a new archive.

    ``on_progress`` is told the phases ``account``, ``messages`` and ``files``, and ``archived`` and ``flags`` where
    these were chosen. Cancelling the task cancels the export
    in PostgreSQL. Whatever goes wrong, the destination is left as it was.

    Raises :class:`StewardError`: kind ``refused`` for a destination that will not do, ``storage`` where writing
    fails, and whatever the bridge raises.
    """
    return await _Export(bridge, person, on_progress, provenance, scope).run(destination, packaging)


class _Export:
    """One export. All writing happens in one thread, in order; what failed is removed when that thread has ended."""

    def __init__(
        self,
        bridge: Bridge,
        person: Person,
        on_progress: Callable[[Progress], None],
        provenance: Provenance,
        scope: ExportScope,
    ) -> None:
        self._bridge = bridge
        self._person = person
        self._on_progress = on_progress
        self._provenance = provenance
        self._scope = scope

    async def run(self, destination: Path, packaging: Packaging) -> ExportResult:
        """See :func:`export_person`."""
        began = time.monotonic()
        container = await _create(destination, packaging)
        writer = Writer()
        receiver = Receiver(container, with_page=self._scope.has("page"))
        try:
            summary = await self._receive(receiver, writer)
            await writer.put(receiver.finish_page, self._manifest(summary, receiver))
            await writer.drain()
            data = manifest.encode(self._manifest(summary, receiver))
            stored = await _finish(writer, container, data)
        except BaseException as error:
            await _even_if_cancelled(_undo(writer, container))
            if isinstance(error, OSError):
                raise storage_error(error) from error
            raise
        return ExportResult(
            path=stored.path,
            files=len(receiver.contents.files) + 1,
            bytes=sum(file.size for file in receiver.contents.files) + len(data),
            messages=summary.messages,
            warnings=receiver.contents.warnings,
            manifest_sha256=hashlib.sha256(data).hexdigest(),
            seconds=time.monotonic() - began,
            stored_bytes=stored.bytes,
            sha256=stored.sha256,
            packaging=packaging,
        )

    def _manifest(self, summary: ExportSummary, receiver: Receiver) -> dict[str, Any]:
        return manifest.build(self._person, self._provenance, self._scope, summary, receiver.contents)

    async def _receive(self, receiver: Receiver, writer: Writer) -> ExportSummary:
        async with self._bridge.stream(ExportPerson(self._person.id, self._scope)) as stream:
            async for item in stream:
                if isinstance(item, Chunk):
                    await writer.put(receiver.chunk, item.data, len(item.data))
                elif isinstance(item, Progress):
                    await writer.put(receiver.check_space, item)
                    self._on_progress(item)
                else:
                    await writer.put(receiver.event, _event(item))
            await writer.drain()
            receiver.check_complete()
            return stream.result


async def _finish(writer: Writer, container: Container, manifest_bytes: bytes) -> Stored:
    stored: list[Stored] = []
    await writer.put(lambda data: stored.append(container.finish(data)), manifest_bytes)
    await writer.finish()
    return stored[0]


async def _undo(writer: Writer, container: Container) -> None:
    await writer.stop()
    await asyncio.to_thread(container.discard)


async def _create(destination: Path, packaging: Packaging) -> Container:
    creating = asyncio.ensure_future(asyncio.to_thread(create, destination, packaging))
    try:
        return await asyncio.shield(creating)
    except asyncio.CancelledError:
        await _even_if_cancelled(_discard_when_created(creating))
        raise


async def _discard_when_created(creating: asyncio.Future[Container]) -> None:
    with contextlib.suppress(StewardError):
        container = await creating
        await asyncio.to_thread(container.discard)


async def _even_if_cancelled(work: Coroutine[Any, Any, None]) -> None:
    """Do the work to its end although this task may be cancelled meanwhile; the cancelling goes on afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()


def _event(value: dict[str, Any]) -> Any:
    kind = EVENTS.get(str(value.get("event")))
    if kind is None:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker sent an event that nobody knows: {value.get('event')!r}.")
    try:
        return from_json(kind, value)
    except ShapeError as error:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker's event does not fit: {error}.") from error
