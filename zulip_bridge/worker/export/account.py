"""``user.json``: the person's rows, table by table; the tables of Zulip's own export as that one has them."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zulip_bridge.api.people import Person

from .columns import PEOPLE, Columns
from .rows import RowsFile, Writing
from .tables import THE_PERSON, tables_in
from .withheld import statement

EMPTY = r"^(|null|\{\}|!.*)$"
"""No value, in any of the ways that Django has of saying so ("!" begins a password that cannot be used)."""


def send_account(writing: Writing) -> None:
    """Stream ``user.json``."""
    tables = tables_in(writing.scope)
    file = RowsFile(writing, "user.json")
    for done, table in enumerate(tables):
        writing.context.progress("account", done, len(tables))
        written = file.table(table, THE_PERSON)
        writing.tables[table.name] = written
        if table.name == PEOPLE:
            writing.redactions.update(_secrets_of_account(Columns(table.model), writing.person))
    file.end()
    writing.context.progress("account", len(tables), len(tables))


def _secrets_of_account(columns: Columns, person: Person) -> dict[str, str]:
    """A statement for each secret, and whether it is set."""
    if not columns.withheld:
        return {}
    # Compared in PostgreSQL, so that not even this process sees the values.
    tests = ", ".join(f"coalesce(\"{each.column}\"::text, '') !~ '{EMPTY}'" for each in columns.withheld)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {tests} FROM {PEOPLE} WHERE id = %s", [person.id])
        present: tuple[Any, ...] = cursor.fetchone()
    return {
        f"{PEOPLE}.{each.name}": statement(PEOPLE, each.name, is_set)
        for each, is_set in zip(columns.withheld, present, strict=True)
    }
