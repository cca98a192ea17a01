"""Plain SQL for assertions: what the database says, asked without the project's own code."""

from __future__ import annotations

from typing import Any

import psycopg

Database = psycopg.Connection[Any]


def rows(database: Database, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """All rows of a query; ``%s`` takes the parameters."""
    found = database.execute(query.encode(), parameters or None).fetchall()
    return [tuple(row) for row in found]


def column(database: Database, query: str, *parameters: object) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in rows(database, query, *parameters)]


def value(database: Database, query: str, *parameters: object) -> Any:
    """The first column of the only row."""
    ((first, *_),) = rows(database, query, *parameters)
    return first
