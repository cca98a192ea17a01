"""What ``RealmAuditLog.extra_data`` says, as a person reads it (facts.md 8.2).

It is JSON that Zulip's actions wrote over many versions, in old rows also text; nothing of its shape is relied on.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from zulip_bridge.api.people import ROLE_NAMES
from zulip_bridge.worker.compat_audit import NEW_VALUE, OLD_VALUE, ROLE_COUNT

from .naming import Ref, Text

ROLE_CHANGED, BOT_OWNER_CHANGED = 105, 128
DEFAULT_CHANNELS = (129, 130)
PROPERTIES = {
    105: "role",
    124: "name",
    125: "address",
    128: "bot owner",
    129: "default channel for sending",
    130: "default channel for events",
    131: "all public channels",
    603: "name",
    605: "message retention days",
    608: "setting",
    720: "name",
    721: "description",
    722: "setting",
}
"""What changed, by the event's number, where the row does not say it."""

VISIBILITY = {1: "everyone", 2: "members", 3: "administrators", 4: "nobody", 5: "moderators"}
AVATARS = {"G": "Gravatar", "U": "uploaded", "J": "Jdenticon"}
LARGEST_ID = 2**31 - 1
DEEPEST = 4


class RawChange(NamedTuple):
    """A change whose ids are not named yet."""

    name: str
    before: Text | None
    after: Text | None


class Extra(NamedTuple):
    """What a row holds besides its columns."""

    changes: list[RawChange]
    details: Text


def read_extra(event: int, text: str | None) -> Extra:
    """Changes and the rest of a row's ``extra_data``."""
    value = _parsed(text)
    if not isinstance(value, dict):
        return Extra([], () if value in (None, "") else [_plain(value)])
    value.pop(ROLE_COUNT, None)
    changes = []
    name = str(value.pop("property", "") or PROPERTIES.get(event, "value"))
    if OLD_VALUE in value or NEW_VALUE in value:
        before, after = value.pop(OLD_VALUE, None), value.pop(NEW_VALUE, None)
        changes.append(RawChange(name, shown(event, name, before), shown(event, name, after)))
    if "avatar_source" in value:
        source = value.pop("avatar_source")
        changes.append(RawChange("avatar", None, [AVATARS.get(str(source), _plain(source))]))
    return Extra(changes, _details(_without_whole_lists(value)))


def _parsed(text: str | None) -> Any:
    if not text:
        return None
    try:
        value = json.loads(text)
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return text


def shown(event: int, name: str, value: Any) -> Text:
    """One value of a change in words, ids as references."""
    if event == ROLE_CHANGED and isinstance(value, int):
        return [ROLE_NAMES.get(value, f"role {value}")]
    if event == BOT_OWNER_CHANGED and _is_id(value):
        return [Ref("person", value)]
    if event in DEFAULT_CHANNELS and _is_id(value):
        return [Ref("channel", value)]
    if name == "email_address_visibility" and isinstance(value, int):
        return [VISIBILITY.get(value, str(value))]
    if name.endswith("_group") or name == "setting":
        return _group_value(value)
    return [_plain(value)]


def _group_value(value: Any) -> Text:
    """A group's id, or people and groups named one by one."""
    if _is_id(value):
        return [Ref("group", value)]
    if not isinstance(value, dict):
        return [_plain(value)]
    parts = _listed("person", value.get("direct_members")) + _listed("group", value.get("direct_subgroups"))
    return _joined(parts) or ["nobody"]


def _listed(kind: Any, value: Any) -> list[Text]:
    return [[Ref(kind, each)] for each in value if _is_id(each)] if isinstance(value, list) else []


def _joined(texts: list[Text], by: str = ", ") -> list[str | Ref]:
    parts: list[str | Ref] = []
    for text in texts:
        parts += [by, *text] if parts else [*text]
    return parts


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= LARGEST_ID


def _without_whole_lists(value: dict[str, Any]) -> dict[str, Any]:
    """Rows about one emoji, linkifier or domain also hold all of them as they are afterwards."""
    one = any(key.startswith(("added_", "removed_", "changed_")) for key in value)
    return {key: each for key, each in value.items() if not (one and key.startswith("realm_"))}


def _details(value: dict[str, Any]) -> Text:
    return _joined([[f"{key.replace('_', ' ')}: ", *_detail(key, each)] for key, each in value.items()], "; ")


def _detail(key: str, value: Any) -> Text:
    kind = _kind_of_id(key)
    if kind is not None and _is_id(value):
        return [Ref(kind, value)]
    if kind is not None and isinstance(value, list):
        return _joined(_listed(kind, value)) or [_plain(value)]
    return [_plain(value)]


def _kind_of_id(key: str) -> Any:
    if key.endswith(("user_id", "user_ids")):
        return "person"
    if key.endswith(("group_id", "group_ids")):
        return "group"
    return "channel" if key.endswith(("stream_id", "stream_ids", "channel_id", "channel_ids")) else None


def _plain(value: Any, depth: int = 0) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    if isinstance(value, dict) and depth < DEEPEST:
        return ", ".join(f"{key}: {_plain(each, depth + 1)}" for key, each in value.items()) or "none"
    if isinstance(value, list) and depth < DEEPEST:
        return ", ".join(_plain(each, depth + 1) for each in value) or "none"
    return str(value)
