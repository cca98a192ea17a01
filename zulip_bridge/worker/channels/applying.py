"""Applying a plan: one of Zulip's actions after the other, outside any transaction, each read back."""

from __future__ import annotations

from django.db.utils import DatabaseError, InterfaceError

from zulip_bridge.api.channel_changes import ApplyToChannel, Channel, ChannelResult
from zulip_bridge.api.edit import AppliedChange, PlannedChange
from zulip_bridge.api.errors import StewardError
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.edit.applying import FINE, applied_item, perform
from zulip_bridge.worker.edit.base import Reading

from .place import Place
from .planning import described, plan


def apply(request: ApplyToChannel, context: Context) -> ChannelResult:
    """Answer :class:`ApplyToChannel`. Asked to end, it finishes the change that is under way, and does no other."""
    context.finish_what_was_begun()
    place = Place.load(request.channel_id)
    preview = described(place, request.changes, plan(place, request.changes))
    if preview.fingerprint != request.fingerprint:
        return ChannelResult("changed_since", [], preview=preview)
    if preview.refusals:
        return ChannelResult("refused", [], preview=preview)
    applied: list[AppliedChange] = []
    for item in preview.items:
        stopped = context.cancelled or any(each.state not in FINE for each in applied)
        result = applied_item(item, "not_reached") if stopped else _apply_one(request, item)
        applied.append(result)
        if not context.cancelled:
            context.event(result)
    fine = all(each.state in FINE for each in applied)
    return ChannelResult("done" if fine else "incomplete", applied, _read_back(request.channel_id))


def _apply_one(request: ApplyToChannel, expected: PlannedChange) -> AppliedChange:
    """Plan it again on the channel as it is by now, do it, and read it back."""
    if expected.state == "unchanged":
        return applied_item(expected, "unchanged")
    steps = plan(Place.load(request.channel_id), request.changes)
    step = next(each for each in steps if each.item.field == expected.field)
    found = Reading(step.item.before, step.item.before_shown)
    if step.item.state == "refused":
        return applied_item(expected, "refused", found, " ".join(each.sentence for each in step.item.refusals))
    if step.item.before != expected.before:
        sentence = f"It became {found.shown or 'empty'} in the meantime, and was left at that."
        return applied_item(expected, "refused", found, sentence)
    return perform(step.deed, expected)


def _read_back(channel_id: int) -> Channel | None:
    try:
        return Place.load(channel_id).shown()
    except (DatabaseError, InterfaceError, StewardError):
        return None
