"""Tables from what Python has made: query sets become statements again, lists become rows."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.manager import BaseManager
from django.db.models.query import QuerySet, RawQuerySet

from zulip_bridge.api.query import MASK, Column

from .. import compat
from ..secret_columns import is_named_like_a_secret, is_secret
from .describing import unique
from .result import ListResult

Table = str | ListResult


def as_table(value: Any, unmask: bool) -> Table | None:
    """The value as a statement or as rows; None where it is no table."""
    if isinstance(value, BaseManager):
        value = value.all()
    if isinstance(value, QuerySet):
        return compose(value)
    if isinstance(value, RawQuerySet):
        return compat.mogrify(connection.connection, value.raw_query, value.params or None)
    if isinstance(value, list | tuple | set | frozenset) and value:
        return _listed(list(value), unmask)
    return None


def compose(chosen: Any) -> Table:
    """A query set's statement with its parameters in it; an empty table where Django knows that it is empty."""
    compiler = chosen.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return ListResult([Column(name, "") for name in _names(chosen)], [])
    connection.ensure_connection()
    return compat.mogrify(connection.connection, sql, parameters)


def _names(chosen: Any) -> list[str]:
    if chosen._fields:
        return unique(str(each) for each in chosen._fields)
    return [field.attname for field in chosen.model._meta.concrete_fields]


def _listed(items: list[Any], unmask: bool) -> ListResult | None:
    if all(isinstance(each, models.Model) and type(each) is type(items[0]) for each in items):
        return _objects(items, unmask)
    if all(isinstance(each, dict) for each in items):
        names = list(dict.fromkeys(str(key) for each in items for key in each))
        rows = [{str(key): value for key, value in each.items()} for each in items]
        return _rows(names, [[each.get(name) for name in names] for each in rows], unmask)
    if all(isinstance(each, list | tuple) for each in items):
        fields = getattr(type(items[0]), "_fields", None)
        width = max(len(each) for each in items)
        names = list(fields) if fields and len(fields) == width else [str(index + 1) for index in range(width)]
        return _rows(names, [[*each, *[None] * (width - len(each))] for each in items], unmask)
    return None


def _objects(items: list[Any], unmask: bool) -> ListResult:
    meta = items[0]._meta
    fields = list(meta.concrete_fields)
    columns = []
    for field in fields:
        kind = field.db_type(connection) or ""
        masked = not unmask and is_secret(meta.db_table, field.column, kind)
        columns.append(Column(field.attname, kind, f"{meta.db_table}.{field.column}", masked))
    # What has been deferred is not fetched row by row.
    rows = [[each.__dict__.get(field.attname) for field in fields] for each in items]
    return _masked(columns, rows)


def _rows(names: list[str], rows: list[list[Any]], unmask: bool) -> ListResult:
    columns = []
    for index, name in enumerate(unique(names)):
        kind = next((type(row[index]).__name__ for row in rows if row[index] is not None), "")
        columns.append(Column(name, kind, masked=not unmask and kind == "str" and is_named_like_a_secret(name, kind)))
    return _masked(columns, rows)


def _masked(columns: list[Column], rows: Iterable[list[Any]]) -> ListResult:
    return ListResult(
        columns,
        [
            tuple(
                MASK if column.masked and value is not None else plain(value)
                for column, value in zip(columns, row, strict=True)
            )
            for row in rows
        ],
    )


def plain(value: Any) -> Any:
    """A Python value as JSON has it; what it has nothing for as its text."""
    if value is None or isinstance(value, bool | str):
        return str(value) if type(value) not in (bool, str, type(None)) else value
    if isinstance(value, int):
        return int(value) if -(1 << 53) <= value <= 1 << 53 else str(int(value))
    if isinstance(value, float):
        return value if value - value == 0 else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    if isinstance(value, datetime.datetime):
        return _iso(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, decimal.Decimal | uuid.UUID | datetime.date | datetime.time):
        return str(value)
    return str(value)


def _iso(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
