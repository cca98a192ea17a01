"""What is known of a result's columns: type, where the values come from, and whether they are secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zulip_bridge.api.query import Column

from .. import compat
from ..secret_columns import is_named_like_a_secret, is_secret

DESCRIBE = """
SELECT pg_catalog.format_type(d.type, NULL), c.relname, a.attname
FROM unnest(ARRAY[{types}]::oid[], ARRAY[{tables}]::oid[], ARRAY[{numbers}]::int[])
    WITH ORDINALITY AS d(type, relation, number, position)
LEFT JOIN pg_catalog.pg_class c ON c.oid = d.relation
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.relation AND a.attnum = d.number
ORDER BY d.position
"""


def described(raw: Any, found: Sequence[compat.ResultColumn], unmask: bool) -> list[Column]:
    """The columns as the contract has them; asks PostgreSQL, inside the result's transaction."""
    if not found:
        return []
    statement = DESCRIBE.format(
        types=_numbers(each.type_oid for each in found),
        tables=_numbers(each.table_oid for each in found),
        numbers=_numbers(each.number for each in found),
    )
    with compat.plain_cursor(raw) as cursor:
        cursor.execute(statement)
        facts = cursor.fetchall()
    names = unique(each.name for each in found)
    return [_column(name, each.name, fact, unmask) for name, each, fact in zip(names, found, facts, strict=True)]


def _column(name: str, label: str, fact: tuple[str, str | None, str | None], unmask: bool) -> Column:
    type_name, table, column = fact
    source = f"{table}.{column}" if table and column else ""
    secret = is_named_like_a_secret(label, type_name) or (
        table is not None and column is not None and is_secret(table, column, type_name)
    )
    return Column(name, type_name, source, masked=secret and not unmask)


def unique(names: Any) -> list[str]:
    """The names with a number behind those that have been there before."""
    seen: set[str] = set()
    made = []
    for name in names:
        candidate, number = name, 2
        while candidate in seen:
            candidate, number = f"{name}_{number}", number + 1
        seen.add(candidate)
        made.append(candidate)
    return made


def _numbers(values: Any) -> str:
    return ",".join(str(int(value)) for value in values)
