"""``reference.json``: names of what the rows refer to by number, as far as this export refers to it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from .. import compat, compat_audit
from .columns import Columns
from .reading import batches
from .rows import Record, RowsFile, Writing, records_of

IDS_AT_ONCE = 5_000

PEOPLE_NAMED = "SELECT id, full_name, is_bot FROM zerver_userprofile WHERE id = ANY(%(ids)s) ORDER BY id"
CLIENTS_NAMED = "SELECT id, name FROM zerver_client WHERE id = ANY(%(ids)s) ORDER BY id"
CHANNELS_NAMED = "SELECT id, name, recipient_id AS recipient FROM zerver_stream WHERE id = ANY(%(ids)s) ORDER BY id"
GROUPS_NAMED = "SELECT {key} AS id, name, description FROM {table} WHERE {key} = ANY(%(ids)s) ORDER BY {key}"
RECIPIENTS_NAMED = """
    SELECT r.id, r.type, r.type_id, CASE WHEN r.type = 2 THEN ARRAY[]::integer[] ELSE ARRAY(
        SELECT b.user_profile_id FROM zerver_subscription b WHERE b.recipient_id = r.id ORDER BY 1) END AS people
    FROM zerver_recipient r WHERE r.id = ANY(%(ids)s) ORDER BY r.id
"""
IN_PROFILE = """
    SELECT v.value FROM zerver_customprofilefieldvalue v JOIN zerver_customprofilefield f ON f.id = v.field_id
    WHERE v.user_profile_id = %(id)s AND f.field_type = 6
"""
"""Lists of ids as JSON: of fields that name people."""


def send_reference(writing: Writing) -> None:
    """Stream ``reference.json``; comes last, when it is known what was referred to."""
    file = RowsFile(writing, "reference.json")
    referred = writing.referred
    _fields(writing, file)
    names = ["id", "type", "type_id", "people"]
    records = list(_named(writing, RECIPIENTS_NAMED, referred["zerver_recipient"], names))
    for record in records:
        referred["zerver_userprofile"].update(record["people"])
        if record["type"] == 2:
            referred["zerver_stream"].add(record["type_id"])
    file.place(
        "recipients", "reference", "Channels (type 2), people (1) and groups (3) that messages are for.", records
    )
    channels = _named(writing, CHANNELS_NAMED, referred["zerver_stream"], ["id", "name", "recipient"])
    file.place("channels", "reference", "Channels.", channels)
    clients = _named(writing, CLIENTS_NAMED, referred["zerver_client"], ["id", "name"])
    file.place("clients", "reference", "Programs with which Zulip was used.", clients)
    groups = _named(writing, _groups_query(), referred["zerver_usergroup"], ["id", "name", "description"])
    file.place("groups", "reference", "Groups of people, those with a name.", groups)
    if writing.scope.has("audit"):
        events = ({"id": number, "name": name} for number, name in sorted(compat_audit.event_names().items()))
        file.place("audit_events", "reference", "What the numbers of the audit log's events mean.", events)
    if writing.scope.has("profile"):
        referred["zerver_userprofile"].update(_named_in_profile(writing))
    people = _people(writing, referred["zerver_userprofile"])
    file.place("people", "reference", "People and bots that rows refer to by their id.", people)
    file.end()


def _fields(writing: Writing, file: RowsFile) -> None:
    model = compat.model("zerver", "CustomProfileField")
    columns = Columns(model, every=True)
    query = f'SELECT {columns.select_list("t")} FROM "{columns.table}" t WHERE realm_id = %(realm)s ORDER BY id'
    description = "Fields that the organization has in its profiles."
    file.place("profile_fields", "reference", description, records_of(writing, columns, query))


def _groups_query() -> str:
    model = compat.named_groups().model
    return GROUPS_NAMED.format(key=f'"{model._meta.pk.column}"', table=f'"{model._meta.db_table}"')


def _named(writing: Writing, query: str, ids: set[int], names: list[str]) -> Iterator[Record]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), IDS_AT_ONCE):
        for rows in batches(query, {"ids": wanted[start : start + IDS_AT_ONCE]}):
            for row in rows:
                record = dict(zip(names, row, strict=True))
                if writing.redactor is not None:
                    writing.redactor.row("", record)
                yield record


def _named_in_profile(writing: Writing) -> set[int]:
    found: set[int] = set()
    for rows in batches(IN_PROFILE, writing.parameters):
        for (value,) in rows:
            with contextlib.suppress(ValueError, TypeError):
                found.update(each for each in json.loads(value) if type(each) is int)
    return found


def _people(writing: Writing, ids: set[int]) -> Iterator[Record]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), IDS_AT_ONCE):
        for rows in batches(PEOPLE_NAMED, {"ids": wanted[start : start + IDS_AT_ONCE]}):
            for person, name, is_bot in rows:
                shown = name if writing.redactor is None else writing.redactor.name_of(person, name)
                yield {"id": person, "full_name": shown, "is_bot": is_bot}
