"""Looking at rows inside a transaction that writes, and at the same rows as everybody else sees them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from zulip_bridge.api.query import Column
from zulip_bridge.api.writing import SAMPLE_ROWS, RowChange, Sample

from .. import compat
from . import values
from .describing import described
from .leaks import leaking

LONGEST_VALUE = 20_000
LOOK_MS = 2_000
"""How long a sample may be looked for; where it takes longer there is none."""

PRIMARY_KEY = """
SELECT a.attname FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)
"""

Key = tuple[str, ...]
Rows = list[list[Any]]
Looked = tuple[list[Column], Rows]


@dataclass(frozen=True)
class Table:
    """A table by its schema and name."""

    schema: str
    name: str

    @property
    def quoted(self) -> str:
        """As SQL names it."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def quoted(name: str) -> str:
    """A name as SQL has it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def primary_key(raw: Any, table: Table) -> list[str]:
    """Names of the columns."""
    with compat.plain_cursor(raw) as cursor:
        cursor.execute(PRIMARY_KEY, [table.quoted])
        return [row[0] for row in cursor.fetchall()]


def fetch(raw: Any, name: str, count: int, unmask: bool, sql: str = "") -> Looked:
    """Columns and the first rows of an open cursor; ``sql`` is what it was opened for, to find secrets in it."""
    with compat.plain_cursor(raw) as cursor:
        cursor.execute(f"FETCH FORWARD 0 FROM {name}")
        found = compat.result_columns(cursor)
        columns = described(raw, found, unmask)
        if sql and not unmask:
            for index in leaking(raw, sql, columns):
                columns[index] = replace(columns[index], masked=True)
        compat.read_as_text(cursor, {each.type_oid for each in found} - values.NATIVE)
        cursor.execute(f"FETCH FORWARD {count} FROM {name}")
        rows = cursor.fetchall()
    converters = [
        (index, convert)
        for index, (each, column) in enumerate(zip(found, columns, strict=True))
        if (convert := values.converter(each.type_oid, column.masked)) is not None
    ]
    return columns, [[_shortened(value) for value in row] for row in values.convert(rows, converters)]


def look(raw: Any, select: str, parameters: Sequence[Any], count: int, unmask: bool) -> Looked:
    """Rows of a query of our own, in the transaction that is open."""
    with compat.plain_cursor(raw) as cursor:
        words = compat.mogrify(raw, select, list(parameters))
        cursor.execute(f"DECLARE steward_look NO SCROLL CURSOR FOR {words}")
    try:
        return fetch(raw, "steward_look", count, unmask)
    finally:
        with compat.plain_cursor(raw) as cursor:
            cursor.execute("CLOSE steward_look")


@contextlib.contextmanager
def as_others_see_it() -> Iterator[Any]:
    """Another connection, which only reads: it sees what is committed."""
    wrapper = connection.copy()
    wrapper.connect()
    raw = wrapper.connection
    try:
        with compat.plain_cursor(raw) as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")
            cursor.execute(SETTINGS, [str(LOOK_MS), str(LOOK_MS)])
        yield raw
    finally:
        with contextlib.suppress(*compat.driver_errors()):
            raw.close()


SETTINGS = """
SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),
    set_config('jit', 'off', true), set_config('datestyle', 'ISO, YMD', true),
    set_config('intervalstyle', 'iso_8601', true), set_config('timezone', 'UTC', true),
    set_config('bytea_output', 'hex', true),
    set_config('extra_float_digits', '1', true)
"""


def sample(raw: Any, table: Table, keys: Sequence[Key], total: int | None, unmask: bool) -> Sample | None:
    """The rows with these keys, before and after; None where they cannot be looked at."""
    names = primary_key(raw, table)
    wanted = list(dict.fromkeys(keys))[:SAMPLE_ROWS]
    if not names or not wanted:
        return None
    looked: list[Looked] = []
    with _savepoint(raw), as_others_see_it() as other:
        looked.append(_by_key(other, table, names, wanted, unmask))
        looked.append(_by_key(raw, table, names, wanted, unmask))
    return _paired(table, names, wanted, looked[0], looked[1], total) if len(looked) == 2 else None


def _paired(
    table: Table, names: list[str], keys: list[Key], before: Looked, after: Looked, total: int | None
) -> Sample | None:
    columns = before[0]
    if [each.name for each in columns] != [each.name for each in after[0]]:
        return None
    olds, news = _keyed(columns, names, before[1]), _keyed(columns, names, after[1])
    changes = [RowChange(olds.get(key), news.get(key)) for key in keys if key in olds or key in news]
    return Sample(table.name, columns, changes, total == len(changes)) if changes else None


def keys_touched(raw: Any, table: Table, transaction: int) -> list[Key]:
    """Keys of some rows that the transaction has written; none where finding them takes too long.

    Reads the whole table: a row's ``xmin`` says who made it; for others, a row's ``xmax`` who is removing it.
    """
    names = primary_key(raw, table)
    if not names:
        return []
    found: list[Key] = []
    listed = ", ".join(f"{quoted(name)}::text" for name in names)
    select = f"SELECT {listed} FROM {table.quoted} WHERE {{}}::text = %s LIMIT {SAMPLE_ROWS}"
    xid = str(transaction & 0xFFFFFFFF)
    with _savepoint(raw), as_others_see_it() as other:
        for connection_, column in ((other, "xmax"), (raw, "xmin")):
            with compat.plain_cursor(connection_) as cursor:
                cursor.execute(select.format(column), [xid])
                found += [tuple(row) for row in cursor.fetchall()]
    return list(dict.fromkeys(found))[:SAMPLE_ROWS]


@contextlib.contextmanager
def _savepoint(raw: Any) -> Iterator[None]:
    """Around what may fail for its time limit: the transaction goes on as if it had not been tried."""
    with compat.plain_cursor(raw) as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SAVEPOINT steward_look")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LOOK_MS)])
        try:
            yield
        except compat.driver_errors():
            cursor.execute("ROLLBACK TO steward_look")
        cursor.execute("RELEASE SAVEPOINT steward_look")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


def _by_key(raw: Any, table: Table, names: Sequence[str], keys: Sequence[Key], unmask: bool) -> Looked:
    one = " AND ".join(f"{quoted(name)} = %s" for name in names).join("()")
    select = f"SELECT * FROM {table.quoted} WHERE {' OR '.join([one] * len(keys))}"
    return look(raw, select, [value for key in keys for value in key], len(keys), unmask)


def _keyed(columns: Sequence[Column], names: Sequence[str], rows: Rows) -> dict[Key, list[Any]]:
    at = [[each.name for each in columns].index(name) for name in names]
    return {tuple(str(row[index]) for index in at): row for row in rows}


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return f"{value[:LONGEST_VALUE]}… ({len(value) - LONGEST_VALUE:,} more characters)"
    return value
