"""What can be changed on an account, by name, and how a change is written down.

``full_name=Ada``, ``setting:enter_sends=yes``, ``profile:Pronouns=they``, ``group:+crew``, ``channel:-general``, or a
word alone: ``deactivate``. Both sides read changes with :func:`normal`, so that they mean the same by them.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

FIELDS: dict[str, str] = {
    "full_name": "Full name.",
    "delivery_email": "The real address, where mail goes.",
    "role": "owner, administrator, moderator, member or guest.",
    "timezone": "A name such as Europe/Berlin.",
    "default_language": "A code such as de.",
    "email_address_visibility": "Who sees the real address: everyone, members, moderators, administrators, nobody.",
    "bot_owner": "Of a bot: id or address of the person it belongs to.",
    "can_forge_sender": "yes or no: may send as somebody else.",
    "can_create_users": "yes or no: may create accounts.",
    "can_change_user_emails": "yes or no: may change the addresses of others.",
    "active": "yes or no: reactivate or deactivate the account.",
    "avatar": "Empty, to remove an uploaded picture.",
}
"""Fields with a value, and what it is."""

PREFIXES: dict[str, str] = {
    "setting": "setting:NAME, any other preference of Zulip's, by its column's name.",
    "profile": "profile:FIELD, a custom profile value by the field's name or id; empty removes it.",
    "group": "group:+NAME or group:-NAME, membership in a group.",
    "channel": "channel:+NAME or channel:-NAME, subscription to a channel.",
}

ONE_OFF: dict[str, str] = {
    "end-sessions": "Log the person out everywhere.",
    "regenerate-api-key": "Make the API key worthless; the new one is not shown.",
    "send-password-reset": "Send the mail with which a new password can be set.",
    "unregister-push-devices": "Forget the mobile devices that get notifications.",
    "revoke-invitations": "Make the open invitations that the person sent invalid.",
}
"""Things that are done and leave no value behind; nothing undoes them."""

WORDS: dict[str, tuple[str, str]] = {
    "deactivate": ("active", "no"),
    "reactivate": ("active", "yes"),
    "remove-avatar": ("avatar", ""),
    **{name: (name, "") for name in ONE_OFF},
}
"""Changes that are said in one word."""

LOCKDOWN = ("deactivate", "end-sessions", "regenerate-api-key", "unregister-push-devices", "revoke-invitations")
"""What shuts everybody out of an account that is in wrong hands, the one step that shuts most of it first."""

LOCKDOWN_OF_BOTS = ("deactivate", "regenerate-api-key")
"""A bot has nothing else to get in with."""

ALIASES = {
    "name": "full_name",
    "email": "delivery_email",
    "address": "delivery_email",
    "language": "default_language",
    "time_zone": "timezone",
    "visibility": "email_address_visibility",
    "owner": "bot_owner",
}

SETTINGS_WITH_A_NAME = ("timezone", "default_language", "email_address_visibility")
MEMBERSHIPS = ("group", "channel")
IN, OUT = "+", "-"


@dataclass(frozen=True)
class Change:
    """A field and what it shall be, as text.

    Written plainly, a membership's field is ``group:NAME`` and its value ``+`` or ``-``.
    """

    field: str
    value: str = ""


class ChangeError(ValueError):
    """What was written is no change; the text is a sentence."""


def lockdown(*, is_bot: bool) -> list[Change]:
    """The changes that lock an account down. What is so already is left as it is."""
    return [normal(Change(word)) for word in (LOCKDOWN_OF_BOTS if is_bot else LOCKDOWN)]


def parse_change(text: str) -> Change:
    """Read ``FIELD=VALUE``, ``group:+NAME`` or a single word; raises :class:`ChangeError`."""
    prefix, colon, rest = text.partition(":")
    if colon and prefix in MEMBERSHIPS and rest[:1] in (IN, OUT):
        return normal(Change(text))
    field, equals, value = text.partition("=")
    if not equals and field.strip() not in WORDS:
        raise ChangeError(_unknown(field) if ":" not in field else f"{field} needs a value: {field}=VALUE.")
    return normal(Change(field, value))


def normal(change: Change) -> Change:
    """The one way in which this change is written inside; raises :class:`ChangeError`."""
    field, value = change.field.strip(), change.value
    prefix, colon, name = field.partition(":")
    if colon and prefix in MEMBERSHIPS:
        return _membership(prefix, name, value.strip())
    if colon and prefix in PREFIXES:
        if not name.strip():
            raise ChangeError(f"{prefix}: needs a name: {PREFIXES[prefix]}")
        named = name.strip()
        own = prefix == "setting" and named in SETTINGS_WITH_A_NAME
        return Change(named if own else f"{prefix}:{named}", value)
    if field in WORDS and not value.strip():
        return Change(*WORDS[field])
    field = ALIASES.get(field, field)
    if field not in FIELDS and field not in ONE_OFF:
        raise ChangeError(_unknown(field))
    if field in ONE_OFF and value.strip():
        raise ChangeError(f"{field} takes no value.")
    return Change(field, value)


def _membership(prefix: str, name: str, value: str) -> Change:
    name = name.strip()
    if value == "" and name[:1] in (IN, OUT):
        name, value = name[1:].strip(), name[0]
    if not name or value not in (IN, OUT):
        raise ChangeError(f"Write {prefix}:+NAME to add and {prefix}:-NAME to remove.")
    return Change(f"{prefix}:{name}", value)


def _unknown(field: str) -> str:
    names = [*FIELDS, *WORDS, *ALIASES]
    near = difflib.get_close_matches(field.strip(), names, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join([*FIELDS, *PREFIXES, *WORDS])}."
    return f"There is no field {field.strip() or '(empty)'}.{hint}"
