"""Exports of whole organizations, recorded; Zulip's own command makes them, on the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.realm_export import (
    AwaitRealmExport,
    PlanRealmExport,
    RealmExportChoice,
    RealmExportPlan,
    RealmExportResult,
    RunRealmExport,
)
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result

END_SECONDS = 60.0
"""How long Zulip's processes and what they have written may take to go, before the worker is ended."""

STARTED, FINISHED = "realm_export.started", "realm_export.finished"


class Record(Protocol):
    """Writes an entry to the journal."""

    def __call__(
        self, action: str, result: Result, person: None, parameters: dict[str, Any], /
    ) -> Awaitable[None]: ...


class RealmExports:
    """Made by :class:`zulip_bridge.steward.Steward`."""

    def __init__(
        self,
        bridge: Bridge,
        record: Record,
        open_worker: Callable[[], Awaitable[Bridge]],
        failure: Callable[[BaseException], Result],
    ) -> None:
        self._bridge = bridge
        self._record = record
        self._open_worker = open_worker
        self._failure = failure

    async def plan(self, choice: RealmExportChoice) -> RealmExportPlan:
        """What the export would be; nothing is started."""
        return await self._bridge.call(PlanRealmExport(choice))

    async def is_deactivated(self, choice: RealmExportChoice) -> bool | None:
        """Whether nobody can log in now, as after an export that was to deactivate first; None where unknown."""
        try:
            return (await self.plan(choice)).deactivated
        except StewardError:
            return None

    async def _record_failure(
        self, choice: RealmExportChoice, error: BaseException, parameters: dict[str, Any]
    ) -> None:
        """With what is not undone by removing the files."""
        if choice.deactivate:
            parameters = {**parameters, "deactivated": await self.is_deactivated(choice)}
        await self._record(FINISHED, self._failure(error), None, parameters)

    async def run(self, plan: RealmExportPlan, on_progress: Callable[[Progress], None]) -> RealmExportResult:
        """Run it in a worker of its own; recorded before it is begun and when it has ended.

        Cancelling the task ends Zulip's processes and removes what they wrote, and then is raised.

        Raises :class:`StewardError`: ``refused`` for a plan that was, ``read_only``, ``failed``.
        """
        if plan.refusals:
            raise StewardError(ErrorKind.REFUSED, " ".join(plan.refusals))
        parameters = {**to_json(plan.choice), "tarball": plan.tarball}
        await self._record(STARTED, Result("started"), None, parameters)
        try:
            bridge = await self._open_worker()
            try:
                result = await bridge.call(RunRealmExport(plan.choice, plan.tarball), on_progress)
            except asyncio.CancelledError:
                parameters["left"] = await asyncio.shield(_left(bridge, plan.tarball))
                raise
            finally:
                await asyncio.shield(bridge.close())
        except BaseException as error:
            await asyncio.shield(self._record_failure(plan.choice, error, parameters))
            raise
        outcome = {**parameters, "tarball": result.tarball, "size": result.size, "sha256": result.sha256}
        await self._record(FINISHED, Result("done"), None, outcome)
        return result


async def _left(bridge: Bridge, tarball: str) -> list[str] | None:
    """Wait until a cancelled export is cleared away: what is left of it; None where nobody says."""
    try:
        return (await asyncio.wait_for(bridge.call(AwaitRealmExport(tarball)), END_SECONDS)).paths
    except (StewardError, asyncio.TimeoutError):
        return None
