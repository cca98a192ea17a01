"""How much an export would be, section by section, for the operator who chooses: quick, bounded, and honest.

Rows are counted up to a bound and with a time limit for each section; bytes are estimated from a sample.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, transaction

from zulip_bridge.api.export_scope import BY_NAME, MeasureExport, SectionSize, check

from .. import compat
from ..context import Context
from ..indirect import direct_message_group_table
from ..people import person_by_id
from .places import PLACES
from .rows import Writing, within
from .selection import ARCHIVED, KINDS, LIVE, RESTORED, Kind, selected_ids
from .tables import OWNED_BOTS, THE_PERSON, Table, other_tables, tables_in, tables_of_zulip

MOST_ROWS = 1_000_000
"""Counted in one section; from there on the number is a lower bound."""
SAMPLE = 500
"""Rows whose size stands for that of the others."""
SHARE = 3
"""A section may use this part of the time that is left."""
LEAST_SECONDS = 0.25
MESSAGE_OVERHEAD = 620
"""Bytes that a message has in an export besides its text: names of its fields, numbers, flags."""
FLAG_BYTES = 62
FILE_OVERHEAD = 300
"""An entry of records.json."""


def measure_export(request: MeasureExport, context: Context) -> list[SectionSize]:
    """Answer :class:`MeasureExport`."""
    check(request.scope)
    person = person_by_id(request.person_id)
    writing = Writing(context, person, request.scope)
    deadline = time.monotonic() + request.seconds
    sizes: list[SectionSize] = []
    for name in request.scope.sections:
        context.progress("measure", len(sizes), len(request.scope.sections))
        seconds = max(LEAST_SECONDS, (deadline - time.monotonic()) / SHARE)
        size = _section(writing, name, seconds)
        context.event(size)
        sizes.append(size)
    context.progress("measure", len(sizes), len(sizes))
    return sizes


def _section(writing: Writing, name: str, seconds: float) -> SectionSize:
    measure = MEASURES[BY_NAME[name].kind]
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
                return measure(writing, name, cursor)
        except DatabaseError as error:
            if not compat.is_query_cancelled(error) or writing.context.cancelled:
                raise
            return SectionSize(name, None, None, exact=False)


def _measure_tables(writing: Writing, name: str, cursor: Any) -> SectionSize:
    rows = size = 0
    for table, who in _tables(writing, name):
        where = f"({table.where(who)})"
        dates = within(writing.scope, f'"{table.time}"') if table.time else ""
        where = f"{where} AND {dates}" if dates else where
        # As JSON the names of the columns come besides, and these are about as long as the values.
        query = f"""SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0) * 2 FROM "{table.name}" t WHERE {where}"""
        cursor.execute(query, writing.parameters)
        found, found_size = cursor.fetchone()
        rows, size = rows + int(found), size + int(found_size)
    return SectionSize(name, rows, size, exact=name not in ("reference", "access", "elsewhere"))


def _tables(writing: Writing, name: str) -> list[tuple[Table, str]]:
    if name == "bots":
        return [(each, OWNED_BOTS) for each in [*tables_of_zulip(), *other_tables()]]
    found = [(each, THE_PERSON) for each in tables_in(writing.scope) if each.section == name]
    if writing.scope.as_zulip:
        return found
    for place in PLACES:
        model = compat.model(*place.model)
        if model is not None and place.section == name:
            found.append((Table(model, place.condition, name, False), THE_PERSON))
    group = direct_message_group_table()
    if group is not None and name == "memberships":
        found.append((Table(group.model_class, group.condition, name, False), THE_PERSON))
    return found


def _measure_messages(writing: Writing, name: str, cursor: Any) -> SectionSize:
    if name == "flags":
        return _measure_flags(writing, cursor)
    tables = ARCHIVED if name == "messages.archived" else LIVE
    kinds = [each for each in KINDS if each.section == name] or _archived_kinds(writing)
    ids = selected_ids(kinds, tables)
    dates = within(writing.scope, "m.date_sent")
    condition = f"{dates or 'true'} AND {RESTORED}" if tables is ARCHIVED else dates
    join = f" JOIN {tables['messages']} m ON m.id = ids.id WHERE {condition}" if condition else ""
    bounded = f"SELECT ids.id FROM ({ids}) ids(id){join} LIMIT {MOST_ROWS}"
    cursor.execute(
        f"""WITH ids AS MATERIALIZED ({bounded}), sample AS (SELECT id FROM ids ORDER BY id DESC LIMIT {SAMPLE})
            SELECT (SELECT count(*) FROM ids), (
                SELECT coalesce(avg(octet_length(content) + coalesce(octet_length(rendered_content), 0)), 0)
                FROM {tables["messages"]} WHERE id IN (SELECT id FROM sample))""",
        writing.parameters,
    )
    rows, average = cursor.fetchone()
    size, exact = int(rows * (float(average) + MESSAGE_OVERHEAD)), rows < MOST_ROWS
    if tables is ARCHIVED:
        # With what hangs on them, which is in tables of its own.
        beside = _measure_tables(writing, name, cursor)
        rows, size = rows + (beside.rows or 0), size + (beside.bytes or 0)
    return SectionSize(name, int(rows), size, exact)


def _archived_kinds(writing: Writing) -> list[Kind]:
    return [each for each in KINDS if writing.scope.has(each.section)] or KINDS[:1]


def _measure_flags(writing: Writing, cursor: Any) -> SectionSize:
    dates = within(writing.scope, "m.date_sent")
    join = f" JOIN zerver_message m ON m.id = um.message_id AND {dates}" if dates else ""
    cursor.execute(
        f"""SELECT count(*) FROM (SELECT 1 FROM zerver_usermessage um{join}
            WHERE um.user_profile_id = %(id)s LIMIT {MOST_ROWS}) bounded""",
        writing.parameters,
    )
    rows = int(cursor.fetchone()[0])
    return SectionSize("flags", rows, rows * FLAG_BYTES, exact=rows < MOST_ROWS)


def _measure_files(writing: Writing, name: str, cursor: Any) -> SectionSize:
    if name == "uploads":
        dates = within(writing.scope, "create_time")
        where = f"owner_id = %(id)s{f' AND {dates}' if dates else ''}"
        query = f"SELECT count(*), coalesce(sum(size), 0)::bigint FROM zerver_attachment WHERE {where}"
    elif name == "emoji":
        query = "SELECT count(*), NULL FROM zerver_realmemoji WHERE author_id = %(id)s AND file_name IS NOT NULL"
    else:
        query = "SELECT count(*), NULL FROM zerver_userprofile WHERE id = %(id)s AND avatar_source <> 'G'"
    cursor.execute(query, writing.parameters)
    rows, size = cursor.fetchone()
    # How large pictures are is known to the storage alone.
    known = None if size is None and rows else int(size or 0) + int(rows) * FILE_OVERHEAD
    return SectionSize(name, int(rows), known, exact=name != "avatars")


def _measure_nothing(writing: Writing, name: str, cursor: Any) -> SectionSize:
    return SectionSize(name, None, None, exact=False)


MEASURES: dict[str, Callable[[Writing, str, Any], SectionSize]] = {
    "tables": _measure_tables,
    "messages": _measure_messages,
    "files": _measure_files,
    "documents": _measure_nothing,
}
"""By the kind of the section."""
