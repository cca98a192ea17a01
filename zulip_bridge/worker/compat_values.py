"""What numbers stand for in the running version: the part of :mod:`compat` that is about values.

As there, it looks at what is there, never at a version number.
"""

from __future__ import annotations

import functools
from typing import Any

from zulip_bridge.api.people import ROLE_NAMES

from . import compat

EVENT_ENUMS = ("zerver.models.realm_audit_logs.AuditLogEventType", "zerver.models.AuditLogEventType")
"""From 10.0; before, the numbers are attributes of the model."""

KNOWN: dict[tuple[str, str], dict[int, str]] = {
    ("zerver_userprofile", "role"): ROLE_NAMES,
    ("zerver_userprofile", "bot_type"): {
        1: "generic",
        2: "incoming webhook",
        3: "outgoing webhook",
        4: "embedded",
    },
    ("zerver_preregistrationuser", "invited_as"): ROLE_NAMES,
    ("zerver_multiuseinvite", "invited_as"): ROLE_NAMES,
    ("zerver_recipient", "type"): {1: "one person", 2: "channel", 3: "group conversation"},
    ("zerver_customprofilefield", "field_type"): {
        1: "short text",
        2: "long text",
        3: "choice",
        4: "date",
        5: "link",
        6: "people",
        7: "external account",
        8: "pronouns",
    },
    ("zerver_usertopic", "visibility_policy"): {0: "inherit", 1: "muted", 2: "unmuted", 3: "followed"},
}
"""Table and column to what its numbers mean, where the models do not say it (facts.md, parts 2 and 8)."""


@functools.cache
def event_names() -> dict[int, str]:
    """The audit log's event types by number."""
    for place in EVENT_ENUMS:
        enum: Any = compat.find_function(place)
        if enum is not None:
            return {int(member): str(member.name) for member in enum}
    log = compat.model("zerver", "RealmAuditLog")
    return {} if log is None else _numbers(log, "")


@functools.cache
def constants(model_class: Any, name: str) -> dict[int, str]:
    """What the numbers of a field mean: from its choices, from what is known, from the model's own constants."""
    field = model_class._meta.get_field(name)
    if name == "event_type" and model_class._meta.db_table.endswith("auditlog"):
        return event_names()
    if field.choices:
        return {}
    known = KNOWN.get((model_class._meta.db_table, field.column))
    if known is not None:
        return known
    if not field.get_internal_type().endswith("IntegerField"):
        return {}
    prefix = f"{name.upper()}_"
    return {number: words.removeprefix(prefix).lower() for number, words in _numbers(model_class, prefix).items()}


def flag_names(field: Any) -> list[str]:
    """Names of a field's bits, the lowest first; none for a field without any."""
    names = getattr(field, "flags", None)
    return [str(name) for name in names] if isinstance(names, list | tuple) else []


def _numbers(owner: Any, prefix: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for name in dir(owner):
        if name.isupper() and name.startswith(prefix):
            value = getattr(owner, name, None)
            if isinstance(value, int) and not isinstance(value, bool):
                found.setdefault(int(value), name)
    return found
