"""``user.json``: the person's rows, table by table, as ``export_single_user`` chooses and writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from zulip_bridge.api.export import SectionDone
from zulip_bridge.api.people import Person

from .. import compat
from ..context import Context
from .columns import Columns
from .reading import batches
from .sending import FileSender, encode_rows
from .withheld import statement

CHANNEL_RECIPIENT = 2

SUBSCRIBED = "SELECT recipient_id FROM zerver_subscription WHERE user_profile_id = %(id)s"
SUBSCRIBED_CHANNELS = (
    f"SELECT type_id FROM zerver_recipient WHERE type = {CHANNEL_RECIPIENT} AND id IN ({SUBSCRIBED})"
)
EMPTY = r"^(|null|\{\}|!.*)$"
"""No value, in any of the ways that Django has of saying so ("!" begins a password that cannot be used)."""
OWN = ""
"""In place of a condition: rows whose foreign key ``user_profile`` or ``user`` is the person."""


@dataclass(frozen=True)
class TableOfPerson:
    """One table of ``user.json``: a model, and which of its rows (SQL with ``%(id)s``, or :data:`OWN`)."""

    app: str
    model_name: str
    condition: str = OWN


TABLES = [
    TableOfPerson("zerver", "UserProfile", "id = %(id)s"),
    TableOfPerson("zerver", "Subscription"),
    TableOfPerson("zerver", "Recipient", f"id IN ({SUBSCRIBED})"),
    TableOfPerson("zerver", "Stream", f"id IN ({SUBSCRIBED_CHANNELS})"),
    TableOfPerson("analytics", "UserCount"),
    TableOfPerson("zerver", "RealmAuditLog", "modified_user_id = %(id)s OR acting_user_id = %(id)s"),
    TableOfPerson("zerver", "Reaction"),
    TableOfPerson("zerver", "AlertWord"),
    TableOfPerson("zerver", "CustomProfileFieldValue"),
    TableOfPerson("zerver", "ExternalAuthID"),
    TableOfPerson("zerver", "MutedUser"),
    TableOfPerson("zerver", "NavigationView"),
    TableOfPerson("zerver", "OnboardingStep"),
    TableOfPerson("zerver", "SavedSnippet"),
    TableOfPerson("zerver", "UserActivity"),
    TableOfPerson("zerver", "UserActivityInterval"),
    TableOfPerson("zerver", "UserPresence"),
    TableOfPerson("zerver", "UserStatus"),
    TableOfPerson("zerver", "UserTopic"),
]
"""The tables of ``get_single_user_config`` in zerver/lib/export.py; a version that has not got one skips it."""


@dataclass
class Account:
    """What was written: rows by table, and a statement for each secret that was not."""

    tables: dict[str, int]
    redactions: dict[str, str]


def send_account(context: Context, person: Person) -> Account:
    """Stream ``user.json``."""
    account = Account({}, {})
    present = [(each, model) for each in TABLES if (model := compat.model(each.app, each.model_name)) is not None]
    file = FileSender(context, "user.json")
    for done, (table, model) in enumerate(present):
        context.progress("account", done, len(present))
        columns = Columns(model)
        file.write(b'%s"%s":[' % (b"," if done else b"{", columns.table.encode()))
        account.tables[columns.table] = _send_rows(file, model, columns, _condition(table, model), person)
        file.write(b"]")
        account.redactions.update(_redactions(columns, person))
    file.write(b"\n}\n")
    file.end(account.tables)
    context.progress("account", len(present), len(present))
    rows = sum(account.tables.values())
    context.event(SectionDone("account", rows, rows))
    return account


def _condition(table: TableOfPerson, model: Any) -> str:
    if table.condition != OWN:
        return table.condition
    field = next(name for name in ("user_profile", "user") if compat.has_field(model, name))
    return f'"{model._meta.get_field(field).column}" = %(id)s'


def _send_rows(file: FileSender, model: Any, columns: Columns, condition: str, person: Person) -> int:
    count = 0
    for rows in _batches(columns, condition, person):
        records = [columns.record(row) for row in rows]
        if columns.many_to_many:
            for record in records:
                record.update(_many_to_many(columns, record[str(model._meta.pk.name)]))
        for record in records:
            file.write(b"\n" if count == 0 else b",\n")
            file.write(encode_rows([record]))
            count += 1
    return count


def _batches(columns: Columns, condition: str, person: Person) -> Iterator[list[tuple[Any, ...]]]:
    select = f'SELECT {columns.select_list("t")} FROM "{columns.table}" t'
    return batches(f'{select} WHERE {condition} ORDER BY "{columns.primary_key}"', {"id": person.id})


def _many_to_many(columns: Columns, row_id: int) -> dict[str, list[int]]:
    """Lists of the ids at the other side, for one row (people have two such fields, and neither is used)."""
    found = {}
    for field in columns.many_to_many:
        through = field.remote_field.through._meta
        here, there = (
            through.get_field(name()).column for name in (field.m2m_field_name, field.m2m_reverse_field_name)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT "{there}" FROM "{through.db_table}" WHERE "{here}" = %s ORDER BY "{there}"', [row_id]
            )
            found[str(field.name)] = [row[0] for row in cursor.fetchall()]
    return found


def _redactions(columns: Columns, person: Person) -> dict[str, str]:
    """A statement for each secret; whether it is set is told of the account's own row only."""
    if not columns.withheld:
        return {}
    present: list[Any] = [True] * len(columns.withheld)
    if columns.table == "zerver_userprofile":
        # Compared in PostgreSQL, so that not even this process sees the values.
        tests = ", ".join(f"coalesce(\"{each.column}\"::text, '') !~ '{EMPTY}'" for each in columns.withheld)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {tests} FROM zerver_userprofile WHERE id = %s", [person.id])
            present = list(cursor.fetchone())
    return {
        f"{columns.table}.{each.name}": statement(columns.table, each.name, is_set)
        for each, is_set in zip(columns.withheld, present, strict=True)
    }
