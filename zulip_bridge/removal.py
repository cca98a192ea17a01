"""Deleting messages and files, with the journal around it: what cannot be recorded is not begun."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Protocol, TypeVar

from zulip_bridge.api.calls import Progress, Request
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.api.removal import (
    Archived,
    Deleted,
    DeletedFiles,
    DeleteFiles,
    DeleteMessages,
    FileDeletion,
    ListArchive,
    MessageDeletion,
    PreviewFileDeletion,
    PreviewMessageDeletion,
    Purged,
    PurgeMessages,
    Restored,
    RestoreMessages,
)
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result

R = TypeVar("R")
OnProgress = Callable[[Progress], None]
MOST_IDS = 1_000
"""Ids of messages that an entry of the journal names; beyond that it has their number."""


class Record(Protocol):
    """Writes an entry to the journal."""

    def __call__(
        self, action: str, result: Result, person: Person | None, parameters: dict[str, Any], /
    ) -> Awaitable[None]: ...


class Removals:
    """Made by :class:`zulip_bridge.steward.Steward`."""

    def __init__(self, bridge: Bridge, record: Record, read_only: bool) -> None:
        self._bridge = bridge
        self._record = record
        self._read_only = read_only

    async def preview(self, request: PreviewMessageDeletion, person: Person) -> MessageDeletion:
        """What deleting messages would do; recorded without the text that was searched for."""
        facts = {"kind": request.kind, "filters": request.filters.names}
        await self._record("messages.preview", Result("done"), person, facts)
        return await self._bridge.call(request)

    async def delete(self, preview: MessageDeletion, on_progress: OnProgress | None = None) -> Deleted:
        """Delete what was previewed. Cancelling the task ends it after the group that is under way."""
        facts = {"messages": len(preview.ids), "ids": preview.ids[:MOST_IDS]}
        request = DeleteMessages(preview.person.id, preview.ids)
        return await self._do("messages.delete", request, preview.person, facts, on_progress)

    async def archive(
        self, person: Person | None = None, transactions: list[int] | None = None, limit: int = 100
    ) -> list[Archived]:
        """What the archive has: the newest ``limit`` transactions, or those that are named."""
        return await self._bridge.call(ListArchive(person.id if person else None, transactions, limit))

    async def restore(self, transactions: list[int], on_progress: OnProgress | None = None) -> Restored:
        """Bring messages back."""
        facts = {"transactions": transactions}
        return await self._do("messages.restore", RestoreMessages(transactions), None, facts, on_progress)

    async def purge(self, transactions: list[int], on_progress: OnProgress | None = None) -> Purged:
        """Take messages out of the archive for good."""
        facts = {"transactions": transactions}
        return await self._do("messages.purge", PurgeMessages(transactions), None, facts, on_progress)

    async def preview_files(self, person: Person, paths: list[str] | None = None) -> list[FileDeletion]:
        """What deleting uploads would do; recorded."""
        await self._record("files.preview", Result("done"), person, {})
        return await self._bridge.call(PreviewFileDeletion(person.id, paths))

    async def delete_files(
        self, person: Person, files: list[FileDeletion], on_progress: OnProgress | None = None
    ) -> DeletedFiles:
        """Delete what was previewed."""
        paths = [each.path_id for each in files]
        facts = {"files": len(paths), "bytes": sum(each.size for each in files)}
        return await self._do("files.delete", DeleteFiles(person.id, paths), person, facts, on_progress)

    async def _do(
        self,
        action: str,
        request: Request[R],
        person: Person | None,
        facts: dict[str, Any],
        on_progress: OnProgress | None,
    ) -> R:
        if self._read_only:
            raise StewardError(ErrorKind.READ_ONLY, "This session was opened read-only; nothing was done.")
        await self._record(f"{action}.started", Result("started"), person, facts)
        try:
            result = await self._bridge.call(request, on_progress)
        except BaseException as error:
            failed = Result("failed", error.sentence if isinstance(error, StewardError) else type(error).__name__)
            await asyncio.shield(self._record(f"{action}.finished", failed, person, facts))
            raise
        done: Any = result
        await self._record(f"{action}.finished", Result("done"), person, {**facts, "result": _counts(asdict(done))})
        return result


def _counts(result: dict[str, Any]) -> dict[str, Any]:
    """Numbers and ids, without sentences: those may name files."""
    return {
        name: value[:MOST_IDS] if isinstance(value, list) else value
        for name, value in result.items()
        if not name.startswith("sentence")
    }
