"""PostgreSQL's COPY text format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format")."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

NULL = "\\N"
FieldEncoder = Callable[[Any], str]
_SPECIAL = re.compile(r"[\\\n\r\t]")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def encode_text(value: str) -> str:
    """A string as one COPY field."""
    if _SPECIAL.search(value) is None:
        return value
    return _SPECIAL.sub(lambda match: _ESCAPES[match.group()], value)


def encode_json(value: object) -> str:
    """A value for a jsonb column as one COPY field."""
    return encode_text(json.dumps(value, ensure_ascii=False))


_BASIC: Mapping[type, FieldEncoder] = {
    type(None): lambda _: NULL,
    bool: lambda value: "t" if value else "f",
    int: str,
    str: encode_text,
    datetime: datetime.isoformat,
    UUID: str,
    dict: encode_json,
    list: encode_json,
}


class Encoder:
    """Encodes rows; `references` says how values that stand for a database's own ids are written."""

    def __init__(self, references: Mapping[type, FieldEncoder]) -> None:
        self._encoders = {**_BASIC, **references}

    def field(self, value: object) -> str:
        """Any supported value; TypeError for a type that no column of the demo has."""
        try:
            encoder = self._encoders[type(value)]
        except KeyError:
            raise TypeError(f"no COPY encoding for {type(value).__name__}") from None
        return encoder(value)

    def line(self, row: tuple[object, ...], tail: str) -> str:
        """One line; `tail` is its end, encoded, with its leading tab if it has fields and its newline."""
        encoders = self._encoders
        return "\t".join([encoders[type(value)](value) for value in row]) + tail
