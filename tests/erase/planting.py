"""Somebody with personal data in every place that Zulip's deletion leaves; snapshots to tell what an erasure did."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.paths import Places

OLD_ADDRESS = "lena.before@acme.example"
OLD_NAME = "Lena Formerly-Known"
SUBJECT = "lena@acme.example"


@dataclass(frozen=True)
class Subject:
    """Who is going to be erased."""

    id: int
    realm_id: int
    addresses: list[str]
    names: list[str]


def plant(database: Database, install: DemoInstall) -> Subject:
    """Add what facts.md 4.3 lists to the demo's richest member."""
    ((person, realm, api_address, name),) = rows(
        database, "SELECT id, realm_id, email, full_name FROM zerver_userprofile WHERE delivery_email = %s", SUBJECT
    )
    _plant_invitations(database, person, realm)
    _plant_earlier_self(database, person, realm)
    _plant_in_others(database, person, realm)
    _plant_files(database, install, person, realm)
    addresses = list(dict.fromkeys([SUBJECT, api_address, OLD_ADDRESS]))
    return Subject(person, realm, addresses, [name, OLD_NAME])


INVITATION = """
    INSERT INTO zerver_preregistrationuser
    (email, full_name, full_name_validated, invited_at, realm_creation, notify_referrer_on_join, password_required,
     status, invited_as, include_realm_default_subscriptions, realm_id, referred_by_id)
    VALUES (%s, %s, false, now(), false, true, true, 0, 400, true, %s, %s)
"""


def _plant_invitations(database: Database, person: int, realm: int) -> None:
    database.execute(INVITATION, [OLD_ADDRESS.upper(), "Lena", realm, None])
    database.execute(INVITATION, ["invited@acme.example", "Somebody Else", realm, person])
    database.execute(
        """INSERT INTO confirmation_confirmation
           (content_type_id, object_id, date_sent, confirmation_key, type, realm_id)
           SELECT id, %s, now(), 'planted-unsubscribe', 4, %s FROM django_content_type
           WHERE app_label = 'zerver' AND model = 'userprofile'""",
        [person, realm],
    )
    for address, kind, data in (
        (SUBJECT, 1, {"template_prefix": "welcome"}),
        ("invited@acme.example", 3, {"context": {"referrer_email": SUBJECT}}),
    ):
        database.execute(
            """INSERT INTO zerver_scheduledemail (scheduled_timestamp, type, address, data, realm_id)
               VALUES (now(), %s, %s, %s, %s)""",
            [kind, address, json.dumps(data), realm],
        )


def _plant_earlier_self(database: Database, person: int, realm: int) -> None:
    database.execute(
        """INSERT INTO zerver_emailchangestatus (new_email, old_email, updated_at, status, realm_id, user_profile_id)
           VALUES (%s, %s, now(), 1, %s, %s)""",
        [SUBJECT, OLD_ADDRESS, realm, person],
    )
    database.execute(
        """INSERT INTO zerver_realmauditlog (event_time, backfilled, event_type, extra_data, realm_id, acting_user_id,
           modified_user_id) VALUES (now(), false, 124, %s, %s, %s, %s)""",
        [json.dumps({"1": OLD_NAME, "2": "Lena Leaver"}), realm, person, person],
    )


def _plant_in_others(database: Database, person: int, realm: int) -> None:
    other = value(
        database,
        """SELECT id FROM zerver_userprofile WHERE realm_id = %s AND id <> %s AND is_active AND NOT is_bot
           ORDER BY id LIMIT 1""",
        realm,
        person,
    )
    database.execute(
        """INSERT INTO zerver_realmauditlog (event_time, backfilled, event_type, extra_data, realm_id, acting_user_id,
           modified_user_id) VALUES (now(), false, 105, '{}', %s, %s, %s), (now(), false, 207, '{}', %s, %s, NULL)""",
        [realm, person, other, realm, person],
    )
    database.execute(
        "INSERT INTO zerver_muteduser (date_muted, muted_user_id, user_profile_id) VALUES (now(), %s, %s)"
        " ON CONFLICT DO NOTHING",
        [person, other],
    )
    field = column(database, "SELECT id FROM zerver_customprofilefield WHERE realm_id = %s AND field_type = 6", realm)
    for number in field[:1]:
        database.execute(
            """INSERT INTO zerver_customprofilefieldvalue (value, field_id, user_profile_id, rendered_value)
               VALUES (%s, %s, %s, NULL)
               ON CONFLICT (user_profile_id, field_id) DO UPDATE SET value = excluded.value""",
            [f"[{person}, {other}]", number, other],
        )
    database.execute("UPDATE zerver_realmemoji SET author_id = %s WHERE realm_id = %s", [person, realm])


def _plant_files(database: Database, install: DemoInstall, person: int, realm: int) -> None:
    uploads = Places(install.base).uploads
    path = f"{realm}/aa/planted/photo.png"
    database.execute(
        """INSERT INTO zerver_attachment (file_name, path_id, create_time, size, is_realm_public, is_web_public,
           owner_id, realm_id, content_type) VALUES ('photo.png', %s, now(), 4, false, false, %s, %s, 'image/png')""",
        [path, person, realm],
    )
    database.execute(
        """INSERT INTO zerver_imageattachment (path_id, original_width_px, original_height_px, frames,
           thumbnail_metadata, content_type, realm_id) VALUES (%s, 1, 1, 1, '[]', 'image/png', %s)""",
        [path, realm],
    )
    for name in (path, f"thumbnail/{path}/840x560.webp"):
        _write(uploads / "files" / name)
    database.execute("UPDATE zerver_userprofile SET avatar_source = 'U', avatar_version = 3 WHERE id = %s", [person])


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"data")


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


def own_keys(database: Database, person: int) -> dict[str, set[str]]:
    """The keys of the rows that name the person, by every foreign key that PostgreSQL knows."""
    key_of = dict(rows(database, PRIMARY_KEYS))
    found: dict[str, set[str]] = {}
    for table, name in rows(database, REFERENCES):
        parts = (sql.Identifier(key_of[table]), sql.Identifier(table), sql.Identifier(name))
        query = sql.SQL("SELECT {}::text FROM {} WHERE {} = %s").format(*parts)
        found.setdefault(table, set()).update(row[0] for row in database.execute(query, [person]))
    return found


def gone(before: dict[str, set[str]], after: dict[str, set[str]], own: dict[str, set[str]]) -> Counter[str]:
    """How many rows of others are no longer there, by table."""
    lost = {table: before[table] - after[table] - own.get(table, set()) for table in before}
    return Counter({table: len(missing) for table, missing in lost.items() if missing})
