"""Values as JSON has them, nothing lost; batch by batch and column by column, because there may be millions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import orjson

from zulip_bridge.api.query import MASK

Column = Sequence[Any]
Converter = Callable[[Column], Column]

BOOL, INT8, INT2, INT4, OID = 16, 20, 21, 23, 26
FLOAT4, FLOAT8 = 700, 701
TIMESTAMP, TIMESTAMPTZ = 1114, 1184
ARRAYS = {1000, 1005, 1007, 1009, 1015}
"""boolean[], smallint[], integer[], text[], character varying[]: JSON lists. Others stay PostgreSQL's text."""

NATIVE = {BOOL, INT8, INT2, INT4, OID, FLOAT4, FLOAT8, *ARRAYS}
"""Types that the driver reads; every other type comes as PostgreSQL writes it (pg_type.dat has the numbers)."""

EXACT = 1 << 53
"""JSON numbers beyond it lose digits in most readers (RFC 8259, section 6)."""


def converter(type_oid: int, masked: bool) -> Converter | None:
    """What has to be done to a column's values; None where nothing has to."""
    if masked:
        return _mask
    return CONVERTERS.get(type_oid)


def convert(rows: list[tuple[Any, ...]], converters: Sequence[tuple[int, Converter]]) -> list[tuple[Any, ...]]:
    """The rows with their columns converted."""
    if not rows or not converters:
        return rows
    columns: list[Column] = list(zip(*rows, strict=True))
    for index, convert_column in converters:
        columns[index] = convert_column(columns[index])
    return list(zip(*columns, strict=True))


def arrays(rows: list[tuple[Any, ...]]) -> bytes:
    """A JSON array of the rows, each an array."""
    return _dumps(rows)


def objects(rows: list[tuple[Any, ...]], names: Sequence[str]) -> bytes:
    """Each row as an object on a line of its own."""
    return b"".join([_line(dict(zip(names, row, strict=True))) for row in rows])


def _line(record: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return _dumps(record) + b"\n"


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # orjson refuses integers over 64 bits and lone surrogates, which lists made by Python may hold.
        return json.dumps(value, default=str, separators=(",", ":")).encode()


def _mask(column: Column) -> Column:
    return [None if value is None else MASK for value in column]


def _iso(column: Column) -> Column:
    """PostgreSQL's ISO style in UTC as ISO 8601: the whole column as one text, which is several times faster."""
    text = "\n".join([value or "" for value in column])
    if " BC" in text:
        return [None if value is None else _iso_text(value) for value in column]
    # One space and, with a time zone, one "+00" are in each value; none are in "infinity".
    return [value or None for value in text.replace(" ", "T").replace("+00", "Z").split("\n")]


def _iso_text(value: str) -> str:
    """The same for one value; years before Christ stay as they are."""
    return value if value.endswith(" BC") else value.replace(" ", "T").replace("+00", "Z")


def _floats(column: Column) -> Column:
    return list(map(_float, column))


def _float(value: float | None) -> float | str | None:
    if value is None or value - value == 0:
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _big(column: Column) -> Column:
    if all(map(_is_exact, column, repeat(EXACT))):
        return column
    return [value if _is_exact(value, EXACT) else str(value) for value in column]


def _is_exact(value: int | None, limit: int) -> bool:
    return value is None or -limit <= value <= limit


CONVERTERS: dict[int, Converter] = {
    INT8: _big,
    FLOAT4: _floats,
    FLOAT8: _floats,
    TIMESTAMP: _iso,
    TIMESTAMPTZ: _iso,
}
