"""The fields of an account as a form shows them."""

from __future__ import annotations

import dataclasses

from zulip_bridge.api.changes import FIELDS, SETTINGS_WITH_A_NAME, Change
from zulip_bridge.api.edit import DescribeFields, EditableField
from zulip_bridge.worker.context import Context

from .account import Account, user_profiles
from .planning import make_edit
from .profile_values import realm_fields


def describe(request: DescribeFields, context: Context) -> list[EditableField]:
    """Answer :class:`DescribeFields`: the named fields, profile fields in the realm's order, then all settings."""
    account = Account.load(request.person_id)
    settings = sorted(set(user_profiles().property_types) - set(SETTINGS_WITH_A_NAME))
    names = [
        *FIELDS,
        *(f"profile:{each.id}" for each in realm_fields(account)),
        *(f"setting:{name}" for name in settings),
    ]
    found = []
    for name in names:
        context.check()
        edit = make_edit(account, Change(name))
        field, reason = edit.describe(), edit.why_not()
        if field is not None:
            found.append(dataclasses.replace(field, why_not=reason.sentence) if reason else field)
    return found
