"""Running an export: what the worker streams is written by a thread, and put into place or removed."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

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
from zulip_bridge.api.people import Person
from zulip_bridge.client import Bridge, Chunk

from . import manifest
from .directory import PartialDirectory, storage_error
from .model import ExportResult, Provenance
from .receiver import Receiver

T = TypeVar("T")

EVENTS: dict[str, type[Any]] = {
    "planned": Planned,
    "file_begins": FileBegins,
    "file_ends": FileEnds,
    "file_abandoned": FileAbandoned,
    "warned": Warned,
    "section_done": SectionDone,
}


async def export_person(
    bridge: Bridge,
    person: Person,
    destination: Path,
    on_progress: Callable[[Progress], None],
    provenance: Provenance,
) -> ExportResult:
    """Export a person to a new or empty directory.

    ``on_progress`` is told the phases ``account``, ``messages`` and ``files``. Cancelling the task cancels the export
    in PostgreSQL. Whatever goes wrong, the destination is left as it was.

    Raises :class:`StewardError`: kind ``refused`` for a destination that will not do, ``storage`` where writing
    fails, and whatever the bridge raises.
    """
    return await _Export(bridge, person, on_progress, provenance).run(destination)


class _Export:
    """One export. All writing happens in one thread, in order; so does the removal, after the last write."""

    def __init__(
        self, bridge: Bridge, person: Person, on_progress: Callable[[Progress], None], provenance: Provenance
    ) -> None:
        self._bridge = bridge
        self._person = person
        self._on_progress = on_progress
        self._provenance = provenance
        self._thread = ThreadPoolExecutor(1, "export")

    async def run(self, destination: Path) -> ExportResult:
        """See :func:`export_person`."""
        began = time.monotonic()
        try:
            directory = await self._finished(self._thread.submit(PartialDirectory.create, destination))
            receiver = Receiver(directory)
            try:
                summary = await self._receive(receiver)
                data = manifest.encode(manifest.build(self._person, self._provenance, summary, receiver.contents))
                await self._in_thread(directory.finish, data)
            except BaseException as error:
                await self._finished(self._thread.submit(directory.discard))
                if isinstance(error, OSError):
                    raise storage_error(error) from error
                raise
        finally:
            self._thread.shutdown(wait=False)
        return ExportResult(
            directory=directory.destination,
            files=len(receiver.contents.files) + 1,
            bytes=sum(file.size for file in receiver.contents.files) + len(data),
            messages=summary.messages,
            warnings=receiver.contents.warnings,
            manifest_sha256=hashlib.sha256(data).hexdigest(),
            seconds=time.monotonic() - began,
        )

    async def _receive(self, receiver: Receiver) -> ExportSummary:
        async with self._bridge.stream(ExportPerson(self._person.id)) as stream:
            async for item in stream:
                if isinstance(item, Chunk):
                    await self._in_thread(receiver.chunk, item.data)
                elif isinstance(item, Progress):
                    await self._in_thread(receiver.check_space, item)
                    self._on_progress(item)
                else:
                    await self._in_thread(receiver.event, _event(item))
            receiver.check_complete()
            return stream.result

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def _finished(self, future: Any) -> Any:
        """The future's result, waited for even while this task is being cancelled; then the cancelling goes on."""
        waiting = asyncio.wrap_future(future)
        cancelled: asyncio.CancelledError | None = None
        while not waiting.done():
            try:
                await asyncio.shield(waiting)
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None and waiting.exception() is None and isinstance(waiting.result(), PartialDirectory):
            await self._finished(self._thread.submit(waiting.result().discard))
        if cancelled is not None:
            raise cancelled
        return waiting.result()


def _event(value: dict[str, Any]) -> Any:
    kind = EVENTS.get(str(value.get("event")))
    if kind is None:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker sent an event that nobody knows: {value.get('event')!r}.")
    try:
        return from_json(kind, value)
    except ShapeError as error:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker's event does not fit: {error}.") from error
