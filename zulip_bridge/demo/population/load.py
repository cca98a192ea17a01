"""Loads a book of rows into the database with COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql

from zulip_bridge.demo.population.book import Book, Columns, ContentType, Permission, Row
from zulip_bridge.demo.population.clock import NOW
from zulip_bridge.demo.population.encoding import Encoder

Connection = psycopg.Connection[Any]
LINES_PER_BLOCK = 4000
_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_FILLERS: dict[str, object] = {
    "smallint": 0,
    "integer": 0,
    "bigint": 0,
    "boolean": False,
    "text": "",
    "character varying": "",
    "timestamp with time zone": NOW,
    "jsonb": {},
}


@dataclass(frozen=True)
class Column:
    """What information_schema says about a column."""

    name: str
    type: str
    nullable: bool
    automatic: bool
    """Has a default or an identity of its own."""


def run(connection: Connection, statement: str) -> None:
    """Run SQL that this package wrote (never data)."""
    connection.execute(statement)


def read_columns(connection: Connection) -> dict[str, dict[str, Column]]:
    """The columns of every table in the current schema, by table and name."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable = 'YES',"
        " column_default IS NOT NULL OR is_identity = 'YES' OR is_generated <> 'NEVER'"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
        " ORDER BY table_name, ordinal_position"
    ).fetchall()
    tables: dict[str, dict[str, Column]] = {}
    for table, name, type_, nullable, automatic in rows:
        tables.setdefault(table, {})[name] = Column(name, type_, nullable, automatic)
    return tables


def load_book(connection: Connection, book: Book) -> None:
    """Copy all rows of the book.

    KeyError for a table or column which the database does not have: the generators and the demo's models
    must agree.
    """
    columns = read_columns(connection)
    ids = {reference: str(_find_or_make(connection, reference)) for reference in book.references}
    encoder = Encoder({ContentType: ids.__getitem__, Permission: ids.__getitem__})
    for table in book.tables():
        if table not in columns:
            raise KeyError(f"the demo database has no table {table}")
        for named, rows in book.sheets(table):
            _copy(connection, encoder, table, columns[table], named, rows, book.constants_of(table))


def copy_rows(connection: Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Copy rows into the first columns of a table of this package's own."""
    encoder = Encoder({})
    width = len(first) if (first := next(iter(rows), None)) is not None else 0
    columns = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum BETWEEN 1 AND %s ORDER BY attnum",
        (table, width),
    ).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in columns)
    target = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with connection.cursor().copy(target) as copy:
        for block in _blocks(encoder.line(row, "\n") for row in rows):
            copy.write(block)


def reset_sequences(connection: Connection) -> None:
    """Let every identity and serial column go on after the highest id in its table and in the archive of that."""
    owned = connection.execute(
        "SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
        " AND (a.attidentity <> '' OR a.atthasdef)"
    ).fetchall()
    tables = {table for table, _, _ in owned}
    highest = sql.SQL("(SELECT max({}) FROM {})")
    for table, column, sequence in owned:
        if sequence is not None:
            both = [name for name in (table, table.replace("zerver_", "zerver_archived", 1)) if name in tables]
            ids = sql.SQL(", ").join(highest.format(sql.Identifier(column), sql.Identifier(name)) for name in both)
            connection.execute(sql.SQL("SELECT setval({}, greatest({}, 1))").format(sql.Literal(sequence), ids))


def filler(table: str, column: Column) -> object:
    """What a required column holds that no generator names: the empty value of its type."""
    try:
        return _FILLERS[column.type]
    except KeyError:
        raise KeyError(f"{table}.{column.name} ({column.type}) needs a value of its own") from None


def _copy(
    connection: Connection,
    encoder: Encoder,
    table: str,
    known: dict[str, Column],
    named: Columns,
    rows: list[Row],
    constants: dict[str, object],
) -> None:
    missing = [name for name in (*named, *constants) if name not in known]
    if missing:
        raise KeyError(f"the demo database has no column {table}.{missing[0]}")
    rest = {name: value for name, value in constants.items() if name not in named}
    for column in known.values():
        unnamed = column.name not in named and column.name not in rest
        if unnamed and not column.nullable and not column.automatic:
            rest[column.name] = filler(table, column)
    target = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, (*named, *rest)))
    )
    tail = "".join("\t" + encoder.field(value) for value in rest.values()) + "\n"
    integers = all(known[name].type in _INTEGERS and not known[name].nullable for name in named)
    if integers and all(type(value) is int for value in rows[0]):
        lines = _integer_lines(rows, len(named), tail)
    else:
        lines = (encoder.line(row, tail) for row in rows)
    with connection.cursor().copy(target) as copy:
        for block in _blocks(lines):
            copy.write(block)


def _integer_lines(rows: list[Row], width: int, tail: str) -> Iterator[str]:
    pattern = "\t".join(["%d"] * width) + tail.replace("%", "%%")
    return (pattern % row for row in rows)


def _blocks(lines: Iterable[str]) -> Iterator[bytes]:
    iterator = iter(lines)
    while block := "".join(islice(iterator, LINES_PER_BLOCK)):
        yield block.encode()


def _find_or_make(connection: Connection, reference: ContentType | Permission) -> int:
    """The id of a row that Django's migrations make, if they ran here."""
    if isinstance(reference, ContentType):
        values: tuple[object, ...] = (reference.app_label, reference.model)
        select = "SELECT id FROM django_content_type WHERE app_label = %s AND model = %s"
        insert = "INSERT INTO django_content_type (app_label, model) VALUES (%s, %s) RETURNING id"
    else:
        values = (_find_or_make(connection, reference.content_type), reference.codename, reference.name)
        select = "SELECT id FROM auth_permission WHERE content_type_id = %s AND codename = %s AND %s <> ''"
        insert = "INSERT INTO auth_permission (content_type_id, codename, name) VALUES (%s, %s, %s) RETURNING id"
    row = connection.execute(select, values).fetchone() or connection.execute(insert, values).fetchone()
    assert row is not None
    return int(row[0])
