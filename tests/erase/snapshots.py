"""Keys of rows and names of files, before and after: what an erasure took, and whose it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from psycopg import sql

from tests.plain_sql import Database, rows
from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.paths import Places

PRIMARY_KEYS = """
    SELECT t.relname, a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
    WHERE i.indisprimary AND n.nspname IN ('zulip', 'public')
"""
REFERENCES = """
    SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid = 'zulip.zerver_userprofile'::regclass
"""


CODES = """
    SELECT t.id::text FROM otp_static_statictoken t JOIN otp_static_staticdevice d ON d.id = t.device_id
    WHERE d.user_id = ANY(%s)
"""


def files_below(install: DemoInstall) -> set[str]:
    """All files in the storage."""
    top = Places(install.base).uploads
    return {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}


def keys(database: Database) -> dict[str, set[str]]:
    """The primary keys of every table."""
    found: dict[str, set[str]] = {}
    for table, key in rows(database, PRIMARY_KEYS):
        query = sql.SQL("SELECT {}::text FROM {}").format(sql.Identifier(key), sql.Identifier(table))
        found[table] = {row[0] for row in database.execute(query)}
    return found


def own_keys(database: Database, ids: Iterable[int]) -> dict[str, set[str]]:
    """The keys of the rows that name the accounts, by every foreign key that PostgreSQL knows, and of their codes."""
    key_of = dict(rows(database, PRIMARY_KEYS))
    found: dict[str, set[str]] = {}
    for table, name in rows(database, REFERENCES):
        parts = (sql.Identifier(key_of[table]), sql.Identifier(table), sql.Identifier(name))
        query = sql.SQL("SELECT {}::text FROM {} WHERE {} = ANY(%s)").format(*parts)
        found.setdefault(table, set()).update(row[0] for row in database.execute(query, [list(ids)]))
    codes = database.execute(CODES, [list(ids)])
    found["otp_static_statictoken"] = {row[0] for row in codes}
    return found


def gone(before: dict[str, set[str]], after: dict[str, set[str]], own: dict[str, set[str]]) -> Counter[str]:
    """How many rows of others are no longer there, by table."""
    lost = {table: before[table] - after[table] - own.get(table, set()) for table in before}
    return Counter({table: len(missing) for table, missing in lost.items() if missing})
