"""Writing rows: files that hold lists of rows by name, and what is gathered meanwhile for the manifest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from zulip_bridge.api.export import Place, SectionDone
from zulip_bridge.api.export_scope import BY_NAME, ExportScope
from zulip_bridge.api.people import Person

from ..context import Context
from .columns import PEOPLE, Columns, lists_of
from .reading import batches
from .redaction import Redactor
from .sending import FileSender, encode_rows
from .tables import Table
from .withheld import statement_of_rows, without_secret_keys

Record = dict[str, Any]
OUTSIDE = "outside the dates"
NAMED_TABLES = ("zerver_userprofile", "zerver_client", "zerver_stream", "zerver_recipient", "zerver_usergroup")
"""What rows refer to by number, and reference.json names."""


@dataclass
class SectionCounts:
    """What one section found and wrote."""

    found: int = 0
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


@dataclass
class Writing:
    """One export under way."""

    context: Context
    person: Person
    scope: ExportScope
    redactor: Redactor | None = None
    tables: dict[str, int] = field(default_factory=dict)
    redactions: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    sections: defaultdict[str, SectionCounts] = field(default_factory=lambda: defaultdict(SectionCounts))
    referred: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in NAMED_TABLES})

    @property
    def parameters(self) -> dict[str, Any]:
        """What the queries' parameters stand for."""
        return {
            "id": self.person.id,
            "realm": self.person.realm_id,
            "realm_id": self.person.realm_id,
            "since": self.scope.since,
            "until": self.scope.until,
        }

    def report(self, *names: str) -> None:
        """Tell what sections found and wrote, those that are chosen, in the order of the registry."""
        for name in BY_NAME:
            if self.scope.has(name) and (name in names or name in self.sections):
                counts = self.sections.pop(name, SectionCounts())
                self.context.event(
                    SectionDone(name, counts.found, counts.written, dict(+counts.left_out), dict(+counts.notes))
                )

    def withhold(self, columns: Columns, rows: int) -> None:
        """State the secrets of a table's rows; those of the account itself are stated one by one."""
        if rows and columns.table != PEOPLE:
            for each in columns.withheld:
                statement = statement_of_rows(columns.table, each.name, rows)
                self.redactions[f"{columns.table}.{each.name}"] = statement


def within(scope: ExportScope, column: str) -> str:
    """SQL that holds for the dates of the scope; empty where there are none."""
    conditions = []
    if scope.since:
        conditions.append(f"{column} >= %(since)s")
    if scope.until:
        conditions.append(f"{column} < %(until)s")
    return " AND ".join(conditions)


class RowsFile:
    """A file with one object: name to list of rows."""

    def __init__(self, writing: Writing, path: str) -> None:
        self._writing = writing
        self._path = path
        self._file = FileSender(writing.context, path)
        self._counts: dict[str, int] = {}

    def table(self, table: Table, who: str, name: str = "") -> int:
        """Write the rows of a table that concern ``who``, ordered by its key; returns how many."""
        columns = Columns(table.model, every=not table.as_zulip)
        where = f"({table.where(who)})"
        dates = within(self._writing.scope, f'"{table.time}"') if table.time else ""
        counts = self._writing.sections[table.section]
        query = f'SELECT {columns.select_list("t")} FROM "{columns.table}" t'
        order = f'ORDER BY "{columns.primary_key}"'
        condition = f"{where} AND {dates}" if dates else where
        records = self._records(columns, f"{query} WHERE {condition} {order}")
        written = self.rows(name or columns.table, records)
        outside = self._count(columns.table, f"{where} AND NOT ({dates})") if dates else 0
        counts.found += written + outside
        counts.written += written
        counts.left_out[OUTSIDE] += outside
        self._writing.withhold(columns, written)
        return written

    def place(self, name: str, section: str, description: str, records: Iterable[Record]) -> None:
        """Write a list of rows that is not a table's, and explain it."""
        written = self.rows(name, records)
        counts = self._writing.sections[section]
        counts.found += written
        counts.written += written
        self._writing.places[name] = Place(self._path, written, description)

    def rows(self, name: str, records: Iterable[Record]) -> int:
        """Write a list; returns its length."""
        self._file.write(b'%s"%s":[' % (b"," if self._counts else b"{", name.encode()))
        count = 0
        for record in records:
            self._file.write(b"\n" if count == 0 else b",\n")
            self._file.write(encode_rows([record]))
            count += 1
            if count % 100 == 0:
                self._writing.context.check()
        self._file.write(b"]")
        self._counts[name] = count
        return count

    def end(self) -> None:
        """The file is whole."""
        self._file.write(b"\n}\n" if self._counts else b"{\n}\n")
        self._file.end(self._counts)

    def _count(self, table: str, condition: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE {condition}', self._writing.parameters)
            return int(cursor.fetchone()[0])

    def _records(self, columns: Columns, query: str) -> Iterator[Record]:
        return records_of(self._writing, columns, query)


def records_of(
    writing: Writing, columns: Columns, query: str, change: Callable[[Record], None] | None = None
) -> Iterator[Record]:
    """Rows of a query over ``columns`` as they are written: named, converted, redacted where that is asked for."""
    seen = [(writing.referred[name], columns.pointing_at(name)) for name in NAMED_TABLES]
    key = columns.primary_key_name
    for rows in batches(query, writing.parameters):
        records = [columns.record(row) for row in rows]
        for numbers, indices in seen:
            for index in indices:
                numbers.update(row[index] for row in rows if row[index] is not None)
        for many in columns.many_to_many:
            lists = lists_of(many, (record[key] for record in records))
            for record in records:
                record[str(many.name)] = lists[record[key]]
        for record in records:
            if "extra_data" in record:
                record["extra_data"] = without_secret_keys(record["extra_data"])
            if change is not None:
                change(record)
            if writing.redactor is not None:
                writing.redactor.row(columns.table, record)
            yield record
