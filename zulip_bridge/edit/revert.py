"""Undoing an edit: its journal entry turned into a new edit, to be previewed like any other."""

from __future__ import annotations

from dataclasses import dataclass, field

from zulip_bridge.api.changes import ONE_OFF, Change
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.journal import Journal, RecordedEntry

FINISHED = "edit.finished"
LEAVES_NOTHING = (*ONE_OFF, "avatar")
"""Fields without a way back: what was ended, sent or deleted."""


@dataclass(frozen=True)
class Reversal:
    """What would undo an edit; ``left`` says, in sentences, what cannot be undone."""

    seq: int
    person_id: int
    changes: list[Change]
    left: list[str] = field(default_factory=list)


def find_entry(journal: Journal, seq: int) -> RecordedEntry:
    """The entry with that number; error kind ``not_found``."""
    for recorded in journal.entries():
        if recorded.seq == seq:
            return recorded
    raise StewardError(ErrorKind.NOT_FOUND, f"The journal has no entry {seq}.")


def reversal(recorded: RecordedEntry, server: str) -> Reversal:
    """The changes that lead back, last one first; ``server`` is the one that is open, by its name in the journal.

    Error kind ``refused`` where the entry is no edit, of another server, or has nothing that can be undone.
    """
    entry = recorded.entry
    if entry.action != FINISHED or entry.person is None:
        raise _refused(f"Entry {recorded.seq} is no finished edit ({entry.action}); see `zulip-steward journal`.")
    if entry.server is None or entry.server.name != server:
        name = entry.server.name if entry.server else "no server"
        raise _refused(f"Entry {recorded.seq} is an edit on {name}, and this is {server}.")
    before, after = entry.before or {}, entry.after or {}
    # The journal sorts the keys of what it writes; lists stay as they were.
    order = [name for name in entry.parameters.get("order", []) if name in before] or list(before)
    changed = [name for name in order if name in after and before[name] != after[name]]
    back = [Change(name, str(before[name])) for name in reversed(changed) if name not in LEAVES_NOTHING]
    left = [f"{name} cannot be undone." for name in changed if name in LEAVES_NOTHING]
    if not back:
        raise _refused(" ".join(left) or f"Entry {recorded.seq} changed nothing, so there is nothing to undo.")
    return Reversal(recorded.seq, entry.person.id, back, left)


def _refused(sentence: str) -> StewardError:
    return StewardError(ErrorKind.REFUSED, sentence)
