"""An erasure whose worker is killed, again and again: it is finished, nothing is done twice, nothing is left."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tests.erase import checks
from tests.erase.conftest import PATHS, Erased
from tests.erase.planting import Subject
from tests.erase.snapshots import files_below, keys, own_keys
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.erase import ErasureCase, ErasureOptions, Step
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.erase import ErasureResult
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

KILLED_AT: tuple[Step, ...] = ("bots", "collateral", "messages", "account", "remainder", "files", "caches")
LATEST_KILL = 0.04
"""Seconds into a step; where it is over by then, the next one is hit."""


class Killer:
    """Kills the worker that erases, soon after a step has begun."""

    def __init__(self, steward: Steward, monkeypatch: pytest.MonkeyPatch) -> None:
        self.worker: Bridge | None = None
        self.victim: Step | None = None
        self._open = steward.erasures._open_worker
        monkeypatch.setattr(steward.erasures, "_open_worker", self._opened)

    async def _opened(self) -> Bridge:
        self.worker = await self._open()
        return self.worker

    def on_step(self, step: str) -> None:
        if step == self.victim:
            delay = LATEST_KILL * (len(step) % 3) / 2
            asyncio.get_running_loop().call_later(delay, self._kill)

    def _kill(self) -> None:
        assert self.worker is not None
        os.kill(self.worker.hello.pid, signal.SIGKILL)


async def test_it_is_finished_however_often_it_is_killed(
    steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer = Killer(steward, monkeypatch)
    before, own, files = keys(copy), own_keys(copy, [subject.id]), files_below(scratch)
    sent = column(copy, "SELECT id FROM zerver_message WHERE sender_id = %s", subject.id)
    paths = [row[0] for row in copy.execute(PATHS, {"id": subject.id})]
    preview = await steward.erasures.preview(await steward.find(str(subject.id)), ErasureOptions("delete", "delete"))
    bots = [bot.id for bot in preview.bots]
    assert bots

    killer.victim = "deactivate"
    with pytest.raises(StewardError) as lost:
        await steward.erasures.erase(preview, preview.confirm, killer.on_step)
    assert lost.value.kind is ErrorKind.WORKER_LOST
    result: ErasureResult | None = None
    for victim in (*KILLED_AT, None):
        killer.victim = victim
        for case in steward.erasures.under_way(subject.addresses[0]):
            try:
                result = await steward.erasures.resume(case, killer.on_step)
            except StewardError as error:
                assert error.kind is ErrorKind.WORKER_LOST
    assert result is not None

    erased = Erased(subject, [subject.id, *bots], before, own, sent, paths, files, preview, result)
    checks.check_placeholder(erased, copy)
    checks.check_nothing_left(erased, copy, scratch)
    assert value(copy, "SELECT count(*) FROM zerver_message WHERE id = ANY(%s)", sent) == 0
    names = rows(copy, "SELECT full_name FROM zerver_userprofile WHERE id = ANY(%s) ORDER BY id", bots)
    assert names == [(f"Deleted User {bot}",) for bot in sorted(bots)]
    assert steward.erasures.under_way() == []
    entries = [entry.entry for entry in steward.journal.entries(newest_first=False)]
    ends = [entry.result.state for entry in entries if entry.action == "erase.finished"]
    assert (ends[0], ends[-1]) == ("failed", "done")


async def test_a_second_erasure_is_not_begun_beside_the_first(steward: Steward, copy: Database) -> None:
    person = await steward.find("marc@acme.example", "acme")
    preview = await steward.erasures.preview(person, ErasureOptions("scrub-profile"))
    case = ErasureCase(person.id, person.realm_id, person.realm, [person.delivery_email], [], person.date_joined)
    steward.erasures.cases.begin("zulip.acme.example", steward.door.label, person, preview.options, case)
    with pytest.raises(StewardError, match="begun already"):
        await steward.erasures.erase(preview, preview.confirm)
