"""Applying a plan: one of Zulip's actions after the other, outside any transaction, each read back."""

from __future__ import annotations

import traceback
from typing import Any

from django.db import connection
from django.db.utils import DatabaseError, InterfaceError

from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import AppliedChange, AppliedState, ApplyChanges, ApplyResult, PlannedChange
from zulip_bridge.api.errors import StewardError
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.people import index

from .account import Account, forget_counts
from .base import Deed, Reading
from .planning import described, plan, plan_one

FINE = ("done", "unchanged")


def apply(request: ApplyChanges, context: Context) -> ApplyResult:
    """Answer :class:`ApplyChanges`. Asked to end, it finishes the change that is under way, and does no other."""
    context.finish_what_was_begun()
    account = Account.load(request.person_id)
    steps = plan(account, request.changes, context)
    preview = described(account, steps)
    if preview.fingerprint != request.fingerprint:
        return ApplyResult("changed_since", [], preview)
    if preview.refusals:
        return ApplyResult("refused", [], preview)
    applied: list[AppliedChange] = []
    for item, change in zip(preview.items, request.changes, strict=True):
        stopped = context.cancelled or any(each.state not in FINE for each in applied)
        result = applied_item(item, "not_reached") if stopped else _apply_one(request.person_id, item, change)
        applied.append(result)
        if not context.cancelled:
            context.event(result)
    forget_counts()
    index.forget()
    fine = all(each.state in FINE for each in applied)
    return ApplyResult("done" if fine else "incomplete", applied)


def _apply_one(person_id: int, expected: PlannedChange, change: Change) -> AppliedChange:
    """Plan it again on the account as it is by now, do it, and read it back."""
    if expected.state == "unchanged":
        return applied_item(expected, "unchanged")
    account = Account.load(person_id)
    step = plan_one(account, change)
    if step.edit is None or step.item.state == "refused":
        sentence = " ".join(each.sentence for each in step.item.refusals)
        return applied_item(expected, "refused", sentence=sentence)
    if step.item.state == "unchanged":
        return applied_item(expected, "unchanged", Reading(step.item.after, step.item.after_shown))
    if step.item.before != expected.before and not step.edit.volatile:
        sentence = f"It became {step.item.before_shown or 'empty'} in the meantime, and was left at that."
        return applied_item(expected, "refused", Reading(step.item.before, step.item.before_shown), sentence)
    return perform(step.edit, expected)


def perform(edit: Deed[Any], expected: PlannedChange) -> AppliedChange:
    """Call Zulip's action, and read back what it did, whatever it raised."""
    seen_before = edit.observe(edit.subject)
    failure: Exception | None = None
    try:
        edit.call().run()
    except Exception as error:  # noqa: BLE001 (whatever Zulip's action raises, the state tells what it did)
        failure = error
    try:
        connection.close_if_unusable_or_obsolete()
        subject = edit.again()
        changed = edit.observe(subject) != seen_before
        after = edit.outcome(subject, changed)
        leftovers = edit.leftovers(subject) if failure is not None else []
    except (DatabaseError, InterfaceError, StewardError) as error:
        sentence = (
            f"The state could not be read back ({type(error).__name__}); look at the {edit.subject_word} again."
        )
        return applied_item(expected, "unknown", sentence=sentence, failure=failure or error)
    if failure is None:
        return _succeeded(edit, expected, after, changed)
    if changed:
        return applied_item(expected, "failed_but_changed", after, _half_done(failure, leftovers), failure)
    words = compat.words_of_zulip(failure)
    why = words.rstrip(".!") if words else type(failure).__name__
    sentence = f"Zulip's action failed ({why}), and changed nothing."
    if not edit.observable:
        sentence = f"Zulip's action failed ({why}); whether it did anything cannot be seen in the database."
    return applied_item(expected, "failed", after if edit.observable else None, sentence, failure)


def _succeeded(edit: Deed[Any], expected: PlannedChange, after: Reading, changed: bool) -> AppliedChange:
    if after.text == expected.after or (changed and edit.volatile):
        return applied_item(expected, "done", after)
    if changed:
        return applied_item(expected, "done", after, f"Zulip stored {after.shown or 'nothing'}.")
    return applied_item(expected, "failed", after, "Zulip's action ended without an error, and changed nothing.")


def _half_done(failure: Exception, leftovers: list[str]) -> str:
    sentence = (
        f"It is changed in the database, but Zulip's action then failed ({type(failure).__name__}): "
        "clients may not have been told, and see it when they are reloaded."
    )
    return f"{sentence} Also: {'; '.join(leftovers)}." if leftovers else sentence


def applied_item(
    item: PlannedChange,
    state: AppliedState,
    after: Reading | None = None,
    sentence: str = "",
    failure: BaseException | None = None,
) -> AppliedChange:
    """An item after it was tried: ``after`` is what was read back; without it, what was there before."""
    found = after or Reading(item.before, item.before_shown)
    cause = "" if failure is None else "".join(traceback.format_exception(failure))
    return AppliedChange(
        item.field,
        item.label,
        state,
        item.before,
        found.text,
        item.before_shown,
        found.shown,
        sentence,
        cause,
        item.undo,
    )
