"""What can be asked about: the models of the running server, and the tables as SQL names them."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from zulip_bridge.api.query import DescribeTables, ListModels, ModelInfo, TableInfo

from ..context import Context

ESTIMATES = """
SELECT c.relname, CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint ELSE s.n_live_tup END
FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
"""
"""``reltuples`` is -1 until the first VACUUM or ANALYZE (PostgreSQL 14 and later); then what the statistics count."""

TABLES = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(c.oid)
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY n.nspname, c.relname, a.attnum
"""


def list_models(request: ListModels, context: Context) -> list[ModelInfo]:
    """Answer :class:`ListModels`."""
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATES)
        estimates: dict[str, int | None] = dict(cursor.fetchall())
    found = [
        ModelInfo(model._meta.app_label, model._meta.object_name, table, estimates[table])
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and (table := model._meta.db_table) in estimates
    ]
    return sorted(found, key=lambda each: (each.app, each.name))


def describe_tables(request: DescribeTables, context: Context) -> list[TableInfo]:
    """Answer :class:`DescribeTables`."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        rows = cursor.fetchall()
    tables: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in rows:
        tables.setdefault((schema, table), {})[column] = kind
    return [TableInfo(schema, table, columns) for (schema, table), columns in tables.items()]
