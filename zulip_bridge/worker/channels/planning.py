"""The plan: each change looked at against the channel as it is. Preview and application share it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson

from zulip_bridge.api.changes import Change
from zulip_bridge.api.channel_changes import ARCHIVED, DESCRIPTION, NAME, NO, YES, ChannelPreview, PreviewChannel
from zulip_bridge.api.edit import PlannedChange
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.edit.planning import NO_QUEUE, lasting, look_at

from .archived import Archived
from .deeds import ChannelDeed, Description, Name
from .place import Place

STATE_COLUMNS = (
    "id", "name", "description", "deactivated", "invite_only", "is_web_public", "history_public_to_subscribers",
)  # fmt: skip
"""Columns of the channel that must not have changed between preview and application, whatever is changed."""


@dataclass(frozen=True)
class Step:
    """A planned change, and what would do it."""

    item: PlannedChange
    deed: ChannelDeed


def preview(request: PreviewChannel, context: Context) -> ChannelPreview:
    """Answer :class:`PreviewChannel`, on a connection that cannot write."""
    place = Place.load(request.channel_id)
    return described(place, request.changes, plan(place, request.changes))


def plan(place: Place, changes: list[Change]) -> list[Step]:
    """Look at each change, in the order in which they would be done: brought back first, archived last."""
    return [Step(look_at(deed), deed) for deed in deeds(place, changes)]


def deeds(place: Place, changes: list[Change]) -> list[ChannelDeed]:
    """What does the changes; kind ``invalid`` where there are none, or one is given twice.

    A channel comes back under its new name: the action for that takes it, and no second one is needed.
    """
    wanted = {each.field: each for each in changes}
    if not changes:
        raise StewardError(ErrorKind.INVALID, "Nothing to change was given.")
    if len(wanted) != len(changes) or not wanted.keys() <= {NAME, DESCRIPTION, ARCHIVED}:
        raise StewardError(ErrorKind.INVALID, "A channel's name, description and being archived can be changed once.")
    archived, name, description = wanted.get(ARCHIVED), wanted.get(NAME), wanted.get(DESCRIPTION)
    returning = archived is not None and archived.value == NO and place.row.deactivated
    found: list[ChannelDeed] = []
    if archived is not None and archived.value != YES:
        found.append(Archived(place, archived, name.value if name is not None and returning else None))
    if name is not None and not returning:
        found.append(Name(place, name))
    if description is not None:
        found.append(Description(place, description, returning=returning))
    if archived is not None and archived.value == YES:
        found.append(Archived(place, archived))
    return found


def described(place: Place, changes: list[Change], steps: list[Step]) -> ChannelPreview:
    """The preview of a plan."""
    notes = [] if compat.setting("USING_RABBITMQ", True) else [NO_QUEUE]
    items = [step.item for step in steps]
    return ChannelPreview(place.shown(), changes, items, notes, fingerprint(place, items))


def fingerprint(place: Place, items: list[PlannedChange]) -> str:
    """A hash of what the preview was worked out from: the channel's state, and all that was shown of each change."""
    state = [str(getattr(place.row, column)) for column in STATE_COLUMNS]
    state.append(str(place.realm.deactivated))
    return hashlib.sha256(orjson.dumps([state, [lasting(item) for item in items]])).hexdigest()
