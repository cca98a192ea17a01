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


@dataclass(frozen=True)
class Again:
    """Somebody to be erased again, and what that would do."""

    restored: Restored
    preview: ErasurePreview


async def find_restored(steward: Steward, *, scrubbed: bool = False) -> list[Restored]:
    """Those whose id is again an account with one of the addresses that were erased.

    ``scrubbed``: accounts that were only scrubbed, too. They are there on every server, restored or not, and may have
    been filled again by whoever uses them.
    """
    entries = await asyncio.to_thread(lambda: list(steward.journal.entries(newest_first=False)))
    found = []
    for replay in find_replays(entries, steward.label):
        if replay.options.strategy == "scrub-profile" and not scrubbed:
            continue
        try:
            person = await steward.find(str(replay.person_id))
        except StewardError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            continue
        if steward.erasures.hashes.of(person.delivery_email) in replay.hashes and not _is_placeholder(person):
            found.append(Restored(replay, person))
    return found


def _is_placeholder(person: Person) -> bool:
    """Whether what is there is what an erasure leaves; one whose placeholder was erased as well bears its address."""
    return person.is_mirror_dummy and person.delivery_email.startswith(f"deleteduser{person.id}@")


async def preview_all(steward: Steward, restored: list[Restored]) -> list[Again]:
    """What erasing each of them again would do. One that was scrubbed and has nothing to clear is not among them."""
    found = [Again(each, await steward.erasures.preview(each.person, each.replay.options)) for each in restored]
    return [each for each in found if each.preview.options.strategy != "scrub-profile" or each.preview.rows]


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
