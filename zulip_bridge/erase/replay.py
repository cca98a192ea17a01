"""Erasing again after a restore: the journal says who was erased, and keyed hashes find them in an old backup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.journal import RecordedEntry

from .erasures import FINISHED


@dataclass(frozen=True)
class Replay:
    """An erasure that was completed: whom, how, and by which hashes the person is recognized."""

    seq: int
    when: str
    person_id: int
    realm: str
    options: ErasureOptions
    hashes: list[str]


def find_replays(entries: Iterable[RecordedEntry], server: str) -> list[Replay]:
    """The completed erasures of a server, each person once, the last one that counts; ``scrub-profile`` as well."""
    found: dict[int, Replay] = {}
    for recorded in entries:
        entry = recorded.entry
        mine = entry.server is not None and entry.server.name == server
        if entry.action != FINISHED or entry.result.state != "done" or not mine or entry.person is None:
            continue
        facts = entry.parameters
        allow = list(facts.get("allow", []))
        options = ErasureOptions(facts["strategy"], facts.get("bots"), facts.get("bots_to"), allow)
        found[entry.person.id] = Replay(
            recorded.seq, entry.when, entry.person.id, entry.person.realm, options, list(facts.get("hashes", []))
        )
    return list(found.values())
