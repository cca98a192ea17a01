"""Rows waiting to be loaded: what the generators write and the loader reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Row = tuple[object, ...]
Columns = tuple[str, ...]


@dataclass(frozen=True)
class ContentType:
    """A reference to a django_content_type row, whose id only the database knows."""

    app_label: str
    model: str


@dataclass(frozen=True)
class Permission:
    """A reference to an auth_permission row, whose id only the database knows."""

    content_type: ContentType
    codename: str
    name: str


class Book:
    """Rows by table, each with the id that the table itself would have given next."""

    def __init__(self) -> None:
        self._sheets: dict[str, dict[Columns, list[Row]]] = {}
        self._constants: dict[str, dict[str, object]] = {}
        self._last_id: dict[str, int] = {}
        self.references: dict[ContentType | Permission, None] = {}

    def content_type(self, app_label: str, model: str) -> ContentType:
        """A value that becomes the id of that content type."""
        reference = ContentType(app_label, model)
        self.references[reference] = None
        return reference

    def permission(self, app_label: str, model: str, codename: str, name: str) -> Permission:
        """A value that becomes the id of that permission."""
        reference = Permission(self.content_type(app_label, model), codename, name)
        self.references[reference] = None
        return reference

    def reserve(self, table: str, count: int = 1) -> int:
        """Take `count` consecutive ids of a table and return the first of them."""
        first = self._last_id.get(table, 0) + 1
        self._last_id[table] = first + count - 1
        return first

    def add(self, table: str, /, **values: object) -> int:
        """Add a row to a table with an `id` column; return the id given to it."""
        row_id = self.reserve(table)
        self.put(table, id=row_id, **values)
        return row_id

    def put(self, table: str, /, **values: object) -> None:
        """Add a row as it is, its key included."""
        self.sheet(table, tuple(values)).append(tuple(values.values()))

    def sheet(self, table: str, columns: Columns) -> list[Row]:
        """The list of rows with exactly these columns; generators of many rows append to it themselves."""
        return self._sheets.setdefault(table, {}).setdefault(columns, [])

    def constants(self, table: str, /, **values: object) -> None:
        """Values that every row of a table has in the columns which the row itself does not name."""
        self._constants.setdefault(table, {}).update(values)

    def constants_of(self, table: str) -> dict[str, object]:
        """The constant values of a table."""
        return self._constants.get(table, {})

    def tables(self) -> list[str]:
        """The tables that have rows, in the order in which the first row came."""
        return list(self._sheets)

    def sheets(self, table: str) -> Iterator[tuple[Columns, list[Row]]]:
        """The rows of a table, grouped by the columns which they name."""
        yield from self._sheets.get(table, {}).items()

    def count(self, table: str) -> int:
        """How many rows a table will have."""
        return sum(len(rows) for rows in self._sheets.get(table, {}).values())

    def rows(self, table: str) -> Iterator[dict[str, object]]:
        """The rows of a table as dictionaries (for tests and look-ups, not for loading)."""
        for columns, rows in self.sheets(table):
            for row in rows:
                yield dict(zip(columns, row, strict=True))
