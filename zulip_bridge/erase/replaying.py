"""Finding the people of earlier erasures on a restored server, and erasing them again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.erase import ErasurePreview
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person

from .erasures import ErasureResult
from .replay import Replay, find_replays

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward


@dataclass(frozen=True)
class Restored:
    """Somebody whose erasure the journal knows, and who is on the server again."""

    replay: Replay
    person: Person


async def find_restored(steward: Steward) -> list[Restored]:
    """Those whose id is again an account with one of the addresses that were erased."""
    entries = await asyncio.to_thread(lambda: list(steward.journal.entries(newest_first=False)))
    found = []
    for replay in find_replays(entries, steward.label):
        try:
            person = await steward.find(str(replay.person_id))
        except StewardError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            continue
        if steward.erasures.hashes.of(person.delivery_email) in replay.hashes and _again(replay, person):
            found.append(Restored(replay, person))
    return found


def _again(replay: Replay, person: Person) -> bool:
    """A scrubbed account is always there; only erased ones come back."""
    return replay.options.strategy != "scrub-profile" and not person.is_mirror_dummy


async def replay_all(
    steward: Steward,
    previews: list[ErasurePreview],
    on_step: Callable[[str], None],
    on_progress: Callable[[Progress], None],
) -> list[ErasureResult]:
    """Erase them one after the other; stops at the first that fails, with what was done so far raised by it."""
    return [
        await steward.erasures.erase(preview, preview.confirm, on_step, on_progress)
        for preview in previews
        if not preview.refusals
    ]
