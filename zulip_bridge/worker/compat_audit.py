"""How versions differ in what they record of events: the names of audit events, of links, of groups.

A part of :mod:`zulip_bridge.worker.compat`; as there, what exists is looked at, never a version number.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from . import compat

ROLE_COUNT, OLD_VALUE, NEW_VALUE = "10", "1", "2"
"""Keys of ``RealmAuditLog.extra_data``, the same in all versions (facts.md 8.2)."""

NAMES_BEFORE_10 = "STREAM_", "CHANNEL_"
"""Events of channels were called after streams; the new word is used on every server."""


@functools.cache
def event_names() -> dict[int, str]:
    """Numbers of audit events and Zulip's names for them: an enumeration from 10.0, before that in the model."""
    enumeration = compat.find_function("zerver.models.realm_audit_logs.AuditLogEventType")
    if enumeration is not None:
        members: Iterable[Any] = enumeration  # type: ignore[assignment]
        return {int(each): str(each.name) for each in members}
    model = compat.model("zerver", "RealmAuditLog")
    return {number: _new_name(name) for number, name in constants(model).items()}


def _new_name(name: str) -> str:
    old, new = NAMES_BEFORE_10
    return new + name.removeprefix(old) if name.startswith(old) else name


def constants(owner: Any) -> dict[int, str]:
    """Names of a class's whole-number constants, by number."""
    found: dict[int, str] = {}
    for base in getattr(owner, "__mro__", ()):
        for name, value in vars(base).items():
            if name.isupper() and type(value) is int:
                found.setdefault(value, name)
    return found


@functools.cache
def link_names() -> dict[int, str]:
    """What secret links are for (``Confirmation.type``), by number."""
    model = compat.model("confirmation", "Confirmation")
    return constants(model)


def permission_settings(model: Any) -> list[Any]:
    """Fields of a model whose value is a group of people: who may do something. None before 8.0."""
    group = compat.model("zerver", "UserGroup")
    return [
        field
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is group and field.name.endswith("_group")
    ]
