"""Erasing with the journal, a worker of its own, and a file that says how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.erase import (
    EraseStep,
    ErasureOptions,
    ErasurePreview,
    OpenErasure,
    PreviewErasure,
    Step,
    StepResult,
)
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.api.residue import Needles, ResidueReport, ScanResidue
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result

from .case_file import CaseFile, OpenCase, with_step
from .hashes import Hashes

STARTED, STEP, FINISHED = "erase.started", "erase.step", "erase.finished"
OnStep = Callable[[str], None]
"""Told the name of each step as it begins; ``residue`` is the proof at the end."""

OnProgress = Callable[[Progress], None]


class Record(Protocol):
    """Writes an entry to the journal."""

    def __call__(
        self, action: str, result: Result, person: Person | None, parameters: dict[str, Any], /
    ) -> Awaitable[None]: ...


@dataclass(frozen=True)
class Place:
    """The server that is worked on, as case files name it."""

    server: str
    install: str
    read_only: bool


@dataclass(frozen=True)
class ErasureResult:
    """What was done: rows or files by step and place."""

    person: Person
    options: ErasureOptions
    counts: dict[str, dict[str, int]]
    warnings: list[str]
    residue: ResidueReport

    @property
    def complete(self) -> bool:
        """Whether nothing was found that the strategy should have removed."""
        return not self.residue.wrong


def nobody(_: object) -> None:
    """Nobody is told."""


class Erasures:
    """Made by :class:`zulip_bridge.steward.Steward`."""

    def __init__(
        self,
        bridge: Bridge,
        record: Record,
        open_worker: Callable[[], Awaitable[Bridge]],
        place: Place,
        directory: Path,
    ) -> None:
        self._bridge = bridge
        self._record = record
        self._open_worker = open_worker
        self._place = place
        self.cases = CaseFile(directory)
        self.hashes = Hashes(directory / "erasures")

    async def preview(
        self, person: Person, options: ErasureOptions, on_progress: OnProgress | None = None
    ) -> ErasurePreview:
        """What would happen; nothing is written. Recorded."""
        await self._record("erase.preview", Result("done"), person, {"strategy": options.strategy})
        return await self._bridge.call(PreviewErasure(person.id, options), on_progress)

    def under_way(self, user: str | None = None) -> list[OpenCase]:
        """Erasures on this server that were begun and not finished; with ``user``, those of that id or address."""
        found = self.cases.open_on(self._place.install)
        return [case for case in found if user is None or case.means(user)]

    async def erase(
        self,
        preview: ErasurePreview,
        confirmation: str,
        on_step: OnStep = nobody,
        on_progress: OnProgress = nobody,
    ) -> ErasureResult:
        """Do what was previewed. ``confirmation`` is the person's address, typed.

        Raises :class:`StewardError`: ``refused`` where it is another text or a rule forbids it, ``stale`` where the
        account has changed. What fails later leaves the erasure under way: :meth:`resume` finishes it.
        """
        if confirmation.strip().casefold() != preview.confirm.casefold():
            raise StewardError(ErrorKind.REFUSED, "That is not the person's address; nothing was done.")
        if self._place.read_only:
            raise StewardError(ErrorKind.READ_ONLY, "This session was opened read-only; nothing was done.")
        if self.under_way(str(preview.person.id)):
            raise StewardError(ErrorKind.REFUSED, "This person's erasure has begun already; resume it.")
        case = await self._bridge.call(OpenErasure(preview.person.id, preview.options, preview.fingerprint))
        facts = {"strategy": preview.options.strategy, "bots": preview.options.bots, "allow": preview.options.allow}
        await self._record(STARTED, Result("started"), preview.person, facts)
        opened = self.cases.begin(self._place.server, self._place.install, preview.person, preview.options, case)
        return await self._to_the_end(opened, on_step, on_progress)

    async def resume(
        self, case: OpenCase, on_step: OnStep = nobody, on_progress: OnProgress = nobody
    ) -> ErasureResult:
        """Finish an erasure that was cut off."""
        if self._place.read_only:
            raise StewardError(ErrorKind.READ_ONLY, "This session was opened read-only; nothing was done.")
        facts = {"strategy": case.options.strategy, "done": list(case.done)}
        await self._record("erase.resumed", Result("started"), case.person, facts)
        return await self._to_the_end(case, on_step, on_progress)

    async def _to_the_end(self, case: OpenCase, on_step: OnStep, on_progress: OnProgress) -> ErasureResult:
        worker = await self._open_worker()
        try:
            for step in case.left:
                on_step(step)
                case = await self._step(worker, case, step, on_progress)
            on_step("residue")
            report = await worker.call(ScanResidue(_needles(case), case.options.strategy), on_progress)
        except BaseException as error:
            result = Result("cancelled" if _is_cancel(error) else "failed", _words(error))
            facts = {"strategy": case.options.strategy, "done": list(case.done)}
            await asyncio.shield(self._record(FINISHED, result, case.person, facts))
            raise
        finally:
            await asyncio.shield(worker.close())
        done = ErasureResult(case.person, case.options, case.counts, case.warnings, report)
        await self._finish(case, done)
        return done

    async def _step(self, worker: Bridge, case: OpenCase, step: Step, on_progress: OnProgress) -> OpenCase:
        request = EraseStep(step, case.case, case.options)
        result: StepResult = await worker.call(request, on_progress)
        case = with_step(case, step, result.counts, result.warnings, result.case)
        self.cases.save(case)
        facts = {"step": step, "counts": result.counts, "warnings": len(result.warnings)}
        await self._record(STEP, Result("done"), case.person, facts)
        return case

    async def _finish(self, case: OpenCase, done: ErasureResult) -> None:
        """Record the end with what the scan found, by place, and destroy the case.

        Where something is left that should be gone, the case stays: resuming tries the last steps again.
        """
        facts = {
            "strategy": case.options.strategy,
            "bots": case.options.bots,
            "bots_to": case.options.bots_to,
            "allow": case.options.allow,
            "counts": done.counts,
            "residue": {f"{each.place}.{each.column}": each.rows for each in done.residue.found},
            "hashes": [self.hashes.of(each) for each in case.case.addresses],
            "names": [self.hashes.of(each) for each in case.case.names],
            "joined": case.case.date_joined,
        }
        words = "nothing is left that should be gone" if done.complete else "something is left that should be gone"
        await self._record(FINISHED, Result("done" if done.complete else "failed", words), case.person, facts)
        if done.complete:
            self.cases.destroy(case)
        else:
            again: tuple[Step, ...] = ("remainder", "profile", "files", "caches")
            self.cases.save(replace(case, done=[step for step in case.done if step not in again]))

    async def look_for(self, needles: Needles, on_progress: OnProgress = nobody) -> ResidueReport:
        """Look for something, in a worker of its own. Recorded without what was looked for."""
        facts = {"addresses": len(needles.addresses), "names": len(needles.names), "hashes": len(needles.hashes)}
        await self._record("erase.residue", Result("done"), None, facts)
        if needles.hashes:
            needles = replace(needles, key=self.hashes.key.hex())
        worker = await self._open_worker()
        try:
            return await worker.call(ScanResidue(needles, erased=needles.person_id is None), on_progress)
        finally:
            await asyncio.shield(worker.close())


def _needles(case: OpenCase) -> Needles:
    """Of an account that stays, its addresses and names are no residue."""
    known = case.case
    stays = case.options.strategy == "scrub-profile"
    addresses, names = ([], []) if stays else (known.addresses, known.names)
    return Needles(known.person_id, known.realm_id, addresses, names, known.files, known.pictures, known.bots)


def _is_cancel(error: BaseException) -> bool:
    cancelled = isinstance(error, StewardError) and error.kind is ErrorKind.CANCELLED
    return cancelled or isinstance(error, asyncio.CancelledError | KeyboardInterrupt)


def _words(error: BaseException) -> str:
    return error.sentence if isinstance(error, StewardError) else type(error).__name__
