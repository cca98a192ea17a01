"""Erasures that are killed at each step, before it does anything and after it has done all but was not noted."""

from __future__ import annotations

import os
import signal

import pytest

from tests.erase.conftest import Erased, erase_and_remember
from tests.erase.planting import Subject
from tests.plain_sql import Database
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.erase import ErasureOptions, ErasurePreview
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.erase import ErasureResult, OpenCase
from zulip_bridge.steward import Steward


class Killer:
    """Ends an erasure at the step ``victim``: by killing its worker as it begins or as it tells how far it is, or by
    keeping the steward from noting that it is done.
    """

    def __init__(self, steward: Steward, monkeypatch: pytest.MonkeyPatch) -> None:
        self.worker: Bridge | None = None
        self.victim = ""
        self.how = ""
        self._open = steward.erasures._open_worker
        self._save = steward.erasures.cases.save
        monkeypatch.setattr(steward.erasures, "_open_worker", self._opened)
        monkeypatch.setattr(steward.erasures.cases, "save", self._saved)

    async def _opened(self) -> Bridge:
        self.worker = await self._open()
        return self.worker

    def _saved(self, case: OpenCase) -> None:
        if self.how == "unnoted" and case.done[-1:] == [self.victim]:
            raise StewardError(ErrorKind.STORAGE, "It was cut off before this was noted.")
        self._save(case)

    def on_step(self, step: str) -> None:
        """A step begins."""
        if self.how == "begun" and step == self.victim:
            self._kill()

    def on_progress(self, progress: Progress) -> None:
        """A step tells how far it is."""
        if self.how == "under way" and progress.phase == self.victim:
            self._kill()

    def _kill(self) -> None:
        assert self.worker is not None
        os.kill(self.worker.hello.pid, signal.SIGKILL)


async def erase_killing(
    steward: Steward,
    subject: Subject,
    copy: Database,
    install: DemoInstall,
    options: ErasureOptions,
    killer: Killer,
) -> Erased:
    """Erase, cut off at every step and in every way, each time by the command that finishes it."""
    kills: list[tuple[str, str]] = [(step, how) for step in options.steps for how in ("begun", "unnoted")]
    kills += [("residue", "begun"), ("residue", "under way")]
    if "messages" in options.steps:
        kills.insert(kills.index(("messages", "unnoted")), ("messages", "under way"))

    async def to_the_end(preview: ErasurePreview) -> ErasureResult:
        for number, (victim, how) in enumerate(kills):
            killer.victim, killer.how = victim, how
            with pytest.raises(StewardError) as cut:
                if not number:
                    await steward.erasures.erase(preview, preview.confirm, killer.on_step, killer.on_progress)
                else:
                    (case,) = steward.erasures.under_way(subject.addresses[0])
                    assert victim == "residue" or victim in case.left[:2]  # what was not noted comes again before it
                    await steward.erasures.resume(case, killer.on_step, killer.on_progress)
            wanted = ErrorKind.STORAGE if how == "unnoted" else ErrorKind.WORKER_LOST
            assert (victim, how, cut.value.problem.kind) == (victim, how, wanted), cut.value.problem
        killer.how = ""
        (case,) = steward.erasures.under_way(subject.addresses[0])
        return await steward.erasures.resume(case)

    return await erase_and_remember(steward, subject, copy, install, options, to_the_end)
