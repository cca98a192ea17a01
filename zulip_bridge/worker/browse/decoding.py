"""A field's value as text that could be typed again, and decoded for a person."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any, NamedTuple

from zulip_bridge.api.query import MASK

from .. import compat_values
from ..query.secret_lookups import holds_secrets
from ..query.shaping import plain
from .fields import kind_of

UNIX_NAMES = re.compile(r"(timestamp|_time|^issued|^lifetime)$")
UNIX_FROM, UNIX_TO = 1_000_000_000, 4_102_444_800
"""Numbers between (2001 and 2100) may be Unix times; in a field of such a name they are."""

LONGEST_JSON = 100_000
"""Characters of a text that is tried as JSON."""


class Decoded(NamedTuple):
    """What a value says, and how that was found out; both "" where the raw value says all."""

    shown: str = ""
    how: str = ""


def raw_text(field: Any, value: Any) -> str | None:
    """The value as it could be typed again; None for NULL."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if field.get_internal_type() == "JSONField":
        return json.dumps(plain(value), ensure_ascii=False)
    if compat_values.flag_names(field):
        return str(int(value))
    converted = plain(value)
    return converted if isinstance(converted, str) else json.dumps(converted, ensure_ascii=False)


def masked_text(field: Any, value: Any) -> str | None:
    """The same, with a mask for a secret that is set."""
    if holds_secrets(field) and value not in (None, ""):
        return MASK
    return raw_text(field, value)


def decoded(field: Any, value: Any) -> Decoded:
    """What a value means, where its text does not say it."""
    if value is None or field.is_relation:
        return Decoded()
    kind = kind_of(field)
    if kind == "flags":
        return Decoded(", ".join(_flags(field, int(value))) or "none", "flags")
    if kind == "choice":
        return _choice(field, value)
    if kind == "json":
        return Decoded(_pretty(plain(value)), "JSON")
    if kind == "number" and isinstance(value, int) and UNIX_NAMES.search(field.name) and UNIX_FROM < value < UNIX_TO:
        moment = datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
        return Decoded(_moment(moment), "Unix time")
    if isinstance(value, str) and value[:1] in ("{", "[") and len(value) <= LONGEST_JSON:
        return _json_in_text(value)
    return Decoded()


def _choice(field: Any, value: Any) -> Decoded:
    words = dict(field.flatchoices).get(value)
    if words is None:
        words = compat_values.constants(field.model, field.name).get(value)
    how = "event type" if field.name == "event_type" else "choice"
    return Decoded() if words is None or str(words) == str(value) else Decoded(str(words), how)


def _flags(field: Any, value: int) -> list[str]:
    names = compat_values.flag_names(field)
    return [names[bit] if bit < len(names) else f"bit {bit}" for bit in range(64) if value >> bit & 1]


def _json_in_text(text: str) -> Decoded:
    try:
        value = json.loads(text)
    except ValueError:
        return Decoded()
    return Decoded(_pretty(value), "JSON")


def _pretty(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "" if "\n" not in text else text


def _moment(value: datetime.datetime) -> str:
    """ISO 8601 in UTC, with microseconds where there are some: an edit must not round."""
    if value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc)
    return value.isoformat().replace("+00:00", "Z")
