"""Looking at a person: every reading of a part of what the server holds, journaled.

One road for all parts: a request of the contract (its ``METHOD`` becomes the journal's action) is recorded, then
asked. What cannot be recorded is not read. The journal gets which part was read and which filters were set, never
what they were set to: that is where personal data belongs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from zulip_bridge.api.calls import Progress, Request
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result
from zulip_bridge.saving import Draft, Saved

R = TypeVar("R")
Record = Callable[[str, Result, Person, dict[str, Any]], Awaitable[None]]


class Inspect:
    """The parts of one server's people. Made by :meth:`zulip_bridge.steward.Steward.inspect`."""

    def __init__(self, bridge: Bridge, record: Record) -> None:
        self._bridge = bridge
        self._record = record
        self._recorded: set[tuple[str, int, tuple[tuple[str, str], ...]]] = set()

    async def read(
        self,
        person: Person,
        request: Request[R],
        on_progress: Callable[[Progress], None] | None = None,
        *,
        facts: dict[str, str] | None = None,
        filters: Sequence[str] = (),
    ) -> R:
        """Read a part of what is held about ``person``; recorded under the request's method.

        ``facts`` (words without personal data, such as the kind of messages) and the names of the ``filters`` that
        are set go into the journal. The same reading is recorded once a session: another page of it says nothing new.
        """
        parameters = {**(facts or {}), **({"filters": " ".join(sorted(filters))} if filters else {})}
        reading = (request.METHOD, person.id, tuple(sorted(parameters.items())))
        if reading not in self._recorded:
            await self._record(request.METHOD, Result("done"), person, parameters)
            self._recorded.add(reading)
        return await self._bridge.call(request, on_progress)

    async def save(self, person: Person, section: str, data: Any, path: Path) -> Saved:
        """Save what was read of ``person`` as a file of JSON, 0600; recorded with its hash before it has its name.

        ``data`` is what the contract is made of. :class:`StewardError` (kind ``storage``) where it cannot be
        written, or something is there already.
        """
        value = {
            "section": section,
            "person": {"id": person.id, "realm": person.realm},
            "saved_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": data,
        }
        parameters: dict[str, Any] = {"section": section, "path": str(path)}
        try:
            draft = await asyncio.to_thread(Draft.write, path, value)
        except StewardError as error:
            await self._record("person.saved", Result("failed", error.sentence), person, parameters)
            raise
        parameters["sha256"] = draft.saved.sha256
        try:
            await self._record("person.saved", Result("done", f"{draft.saved.size} bytes"), person, parameters)
            return await asyncio.to_thread(draft.keep)
        finally:
            await asyncio.to_thread(draft.drop)
