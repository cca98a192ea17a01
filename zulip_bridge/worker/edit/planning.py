"""The plan: each change looked at against the account as it is. Preview and application share it."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from zulip_bridge.api.changes import FIELDS, ONE_OFF, Change, ChangeError, normal
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.edit import (
    NO_ACTION,
    VOLATILE,
    ChangePreview,
    PlannedChange,
    PlannedState,
    PreviewChanges,
    Refusal,
)
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.people import person_by_id

from .account import Account, recent_counts
from .activity import Active
from .base import Deed, Edit, Reading, Refused
from .bots import Avatar, BotOwner
from .credentials import EndSessions, PasswordReset, RegenerateKey, RevokeInvitations, UnregisterDevices
from .identity import Address, FullName
from .memberships import ChannelSubscription, GroupMembership
from .preferences import Setting
from .profile_values import ProfileValue
from .roles import Permission, Role

EDITS: dict[str, type[Edit]] = {
    "full_name": FullName,
    "delivery_email": Address,
    "role": Role,
    "timezone": Setting,
    "default_language": Setting,
    "email_address_visibility": Setting,
    "bot_owner": BotOwner,
    "can_forge_sender": Permission,
    "can_create_users": Permission,
    "can_change_user_emails": Permission,
    "active": Active,
    "avatar": Avatar,
    "setting": Setting,
    "profile": ProfileValue,
    "group": GroupMembership,
    "channel": ChannelSubscription,
    "end-sessions": EndSessions,
    "regenerate-api-key": RegenerateKey,
    "send-password-reset": PasswordReset,
    "unregister-push-devices": UnregisterDevices,
    "revoke-invitations": RevokeInvitations,
}
"""By field, or by the prefix of one."""

assert {*FIELDS, *ONE_OFF} <= EDITS.keys()

MOST_CHANGES = 200
STATE_COLUMNS = (
    "id", "full_name", "delivery_email", "email", "role", "is_active", "is_bot", "is_mirror_dummy", "bot_owner_id",
    "email_address_visibility",
)  # fmt: skip
"""Columns of the account that must not have changed between preview and application, whatever is edited."""

NOBODY_ACTS = (
    "Zulip's audit log will name no acting user: nobody is logged in to Zulip. The steward's journal has you."
)
NO_QUEUE = "RabbitMQ is not in use here: clients that are open notice changes when they are reloaded."


@dataclass(frozen=True)
class Step:
    """A planned change; ``edit`` is None where it could not even be understood."""

    item: PlannedChange
    edit: Edit | None


def preview(request: PreviewChanges, context: Context) -> ChangePreview:
    """Answer :class:`PreviewChanges`, on a connection that cannot write."""
    account = Account.load(request.person_id, recent_counts())
    return described(account, plan(account, request.changes, context))


def plan(account: Account, changes: list[Change], context: Context) -> list[Step]:
    """Look at each change; kind ``invalid`` where there is none, or too many."""
    if not changes:
        raise StewardError(ErrorKind.INVALID, "Nothing to change was given.")
    if len(changes) > MOST_CHANGES:
        raise StewardError(ErrorKind.INVALID, f"At most {MOST_CHANGES} changes at once.")
    steps: list[Step] = []
    for change in changes:
        context.check()
        step = plan_one(account, change)
        if step.edit is not None and step.item.state == "change":
            # What comes later in the request is looked at as it will find the account.
            account = step.edit.imagined()
        if step.item.field in {each.item.field for each in steps}:
            refusal = Refusal("given twice", f"{step.item.label} is given twice.")
            step = Step(
                refused_item(step.item.field, step.item.label, step.item.before_shown, change, [refusal]), None
            )
        steps.append(step)
    return steps


def plan_one(account: Account, change: Change) -> Step:
    """Look at one change."""
    try:
        change = normal(change)
        edit = make_edit(account, change)
    except ChangeError as error:
        return Step(refused_item(change.field, change.field, "", change, [Refusal("fields", str(error))]), None)
    except Refused as refused:
        return Step(refused_item(change.field, change.field, "", change, [refused.refusal]), None)
    return Step(look_at(edit), edit)


def make_edit(account: Account, change: Change) -> Edit:
    """The edit for a change in its normal form; raises :class:`Refused` for names that the realm does not have."""
    kind = EDITS.get(change.field) or EDITS[change.field.partition(":")[0]]
    return kind(account, change)


def described(account: Account, steps: list[Step]) -> ChangePreview:
    """The preview of a plan."""
    notes = [NOBODY_ACTS]
    if not compat.setting("USING_RABBITMQ", True):
        notes.append(NO_QUEUE)
    return ChangePreview(
        person=person_by_id(account.row.id),
        items=[step.item for step in steps],
        notes=notes,
        fingerprint=fingerprint(account, steps),
    )


def fingerprint(account: Account, steps: list[Step]) -> str:
    """A hash of what the preview was worked out from: the account's state, and all that was shown of each change."""
    state = [str(getattr(account.row, column)) for column in STATE_COLUMNS]
    state.append(str(account.realm.deactivated))
    shown = [lasting(step.item, volatile=step.edit is not None and step.edit.volatile) for step in steps]
    return hashlib.sha256(orjson.dumps([state, shown])).hexdigest()


def lasting(item: PlannedChange, *, volatile: bool = False) -> list[object]:
    """What of an item does not change by itself."""
    effects = [to_json(each) for each in item.effects if each.kind not in VOLATILE]
    refusals = [to_json(each) for each in item.refusals]
    if volatile:
        return [item.field, refusals]
    return [item.field, item.state, item.before, item.after, effects, refusals]


def look_at(edit: Deed[Any]) -> PlannedChange:
    """Plan one: where it leads, what is against it, what else happens."""
    before, reason = edit.read(edit.subject), edit.why_not()
    try:
        after = edit.want()
    except Refused as refused:
        return refused_item(edit.field, edit.title, before.shown, edit.change, [reason or refused.refusal])
    if after.text == before.text:
        return _item(edit, "unchanged", before, after)
    refusals = [reason] if reason is not None else list(edit.rules())
    try:
        action = "" if refusals else edit.call().name
    except compat.MissingAction as missing:
        refusals = [Refusal(NO_ACTION, str(missing))]
    if refusals:
        return dataclasses.replace(_item(edit, "refused", before, after), refusals=refusals)
    return dataclasses.replace(_item(edit, "change", before, after), action=action, effects=edit.effects())


def _item(edit: Deed[Any], state: PlannedState, before: Reading, after: Reading) -> PlannedChange:
    readings = (before.text, after.text, before.shown, after.shown)
    return PlannedChange(edit.field, edit.title, state, *readings, undo=edit.undo)


def refused_item(field: str, label: str, before: str, change: Change, refusals: list[Refusal]) -> PlannedChange:
    """What cannot even be planned."""
    return PlannedChange(
        field, label, "refused", "", change.value, before, change.value, refusals=refusals, undo=False
    )
