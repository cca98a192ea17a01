"""What PostgreSQL says about the demo's tables, in the form of ``tests/facts/schema-11.0-dev.json``."""

from __future__ import annotations

import re
from typing import Any

from tests.plain_sql import Database, rows

Tables = dict[str, dict[str, Any]]

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
        || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
        || CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'zulip'::regnamespace
"""
FOREIGN_KEYS = """
    SELECT k.conrelid::regclass::text, a.attname, format('%s(%s)', k.confrelid::regclass, b.attname),
        k.condeferrable AND k.condeferred
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
    WHERE k.contype = 'f' AND k.connamespace = 'zulip'::regnamespace AND cardinality(k.conkey) = 1
"""
CHECKS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'c' AND connamespace = 'zulip'::regnamespace
"""
INDEXES = """
    SELECT indrelid::regclass::text, CASE WHEN indisunique THEN 'unique ' ELSE '' END, pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'zulip'::regnamespace
"""
TRIGGERS = """
    SELECT tgrelid::regclass::text, pg_get_triggerdef(t.oid) FROM pg_trigger t
    JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'zulip'::regnamespace AND NOT tgisinternal
"""


def read_tables(database: Database) -> Tables:
    """All tables of the schema ``zulip``."""
    tables: Tables = {}
    for table, column, type_, rest in rows(database, COLUMNS):
        tables.setdefault(table, _empty())["columns"][column] = type_ + rest
    for table, column, target, deferred in rows(database, FOREIGN_KEYS):
        tables[table]["foreign_keys"][column] = target if deferred else f"{target} not deferred"
    for table, definition in rows(database, CHECKS):
        tables[table]["checks"].append(definition)
    for table, unique, definition in rows(database, INDEXES):
        tables[table]["indexes"].append(unique + re.sub(r".* USING ", "", definition))
    for table, definition in rows(database, TRIGGERS):
        tables[table]["triggers"].append(re.sub(r"\bzulip\.", "", definition))
    for facts in tables.values():
        for name in ("checks", "indexes", "triggers"):
            facts[name].sort()
    return tables


def differences(expected: Tables, found: Tables) -> list[str]:
    """One line for each difference between the two, in all tables that either has."""
    lines = []
    for table in sorted(expected.keys() | found.keys()):
        if table not in found:
            lines.append(f"{table}: missing")
        elif table not in expected:
            lines.append(f"{table}: additional")
        else:
            lines += [f"{table} {line}" for line in _table_differences(expected[table], found[table])]
    return lines


def _table_differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    lines = []
    for kind in ("columns", "foreign_keys"):
        for name in sorted(expected[kind].keys() | found[kind].keys()):
            wanted, present = expected[kind].get(name), found[kind].get(name)
            if wanted != present:
                lines.append(f"{kind} {name}: {wanted} in Zulip, {present} in the demo")
    for kind in ("checks", "indexes", "triggers"):
        lines += [f"{kind}: only in Zulip: {each}" for each in _without(expected[kind], found[kind])]
        lines += [f"{kind}: only in the demo: {each}" for each in _without(found[kind], expected[kind])]
    return lines


def _without(these: list[str], those: list[str]) -> list[str]:
    rest = list(these)
    for each in those:
        if each in rest:
            rest.remove(each)
    return rest


def _empty() -> dict[str, Any]:
    return {"columns": {}, "foreign_keys": {}, "checks": [], "indexes": [], "triggers": []}
