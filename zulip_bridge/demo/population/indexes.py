"""Takes indexes and triggers off tables while many rows come, and puts them back."""

from __future__ import annotations

from dataclasses import dataclass

from zulip_bridge.demo.population.load import Connection, run


@dataclass(frozen=True)
class Dropped:
    """An index or unique constraint that has to come back."""

    table: str
    statement: str


def drop_indexes(connection: Connection, tables: tuple[str, ...]) -> list[Dropped]:
    """Drop all indexes and unique constraints of the tables, except the keys that other tables may refer to."""
    rows = connection.execute(
        "SELECT t.relname, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid),"
        " quote_ident(k.conname), pg_get_constraintdef(k.oid)"
        " FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
        " LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'u'"
        " WHERE t.relname = ANY(%s) AND t.relnamespace = current_schema()::regnamespace"
        " AND NOT i.indisprimary AND NOT EXISTS"
        " (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid)"
        " ORDER BY i.indexrelid",
        (list(tables),),
    ).fetchall()
    dropped = []
    for table, index, definition, constraint, constraint_definition in rows:
        if constraint is None:
            run(connection, f"DROP INDEX {index}")
            dropped.append(Dropped(table, definition))
        else:
            run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            dropped.append(Dropped(table, f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {constraint_definition}"))
    return dropped


def rest_triggers(connection: Connection, table: str) -> list[str]:
    """Switch a table's triggers off, those too that always fire; returns the statements that undo it."""
    enabled = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}
    triggers = connection.execute(
        "SELECT quote_ident(tgname), tgenabled::text FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'",
        (table,),
    ).fetchall()
    for name, _ in triggers:
        run(connection, f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    return [f"ALTER TABLE {table} {enabled[state]} TRIGGER {name}" for name, state in triggers]


def make_indexes(connection: Connection, dropped: list[Dropped]) -> None:
    """Make them again, as they were."""
    for index in dropped:
        run(connection, index.statement)
