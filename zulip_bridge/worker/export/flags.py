"""``usermessages-NNNNNN.json``: for each message delivered to the person what they hold of it, without its text."""

from __future__ import annotations

from typing import Any

from django.db import connection

from .message_records import Flags
from .reading import Rows, batches
from .rows import OUTSIDE, Writing, within
from .sending import FileSender, encode_rows

FILE_ROWS = 100_000
FETCH_ROWS = 2_000
TABLE = "zerver_usermessage"


def send_flags(writing: Writing) -> None:
    """Stream the files, by message."""
    dates = within(writing.scope, "m.date_sent")
    join = f" JOIN zerver_message m ON m.id = um.message_id AND {dates}" if dates else ""
    query = f"""SELECT um.id, um.message_id, um.flags FROM {TABLE} um{join}
                WHERE um.user_profile_id = %(id)s ORDER BY um.message_id"""
    names = Flags()
    file: FileSender | None = None
    number = in_file = written = 0
    total = _held(writing)
    for rows in batches(query, writing.parameters, FETCH_ROWS):
        writing.context.progress("flags", written, total)
        if file is None:
            number, in_file = number + 1, 0
            file = FileSender(writing.context, f"usermessages-{number:06}.json")
            file.write(b'{"%s":[' % TABLE.encode())
        file.write(b",\n" if in_file else b"\n")
        file.write(encode_rows(_records(rows, names)))
        in_file, written = in_file + len(rows), written + len(rows)
        if in_file >= FILE_ROWS:
            _end(file, in_file)
            file = None
    if file is not None:
        _end(file, in_file)
    writing.context.progress("flags", written, written)
    section = writing.sections["flags"]
    section.found, section.written = total, written
    section.left_out[OUTSIDE] = total - written
    writing.tables[TABLE] = written


def _records(rows: Rows, names: Flags) -> list[dict[str, Any]]:
    return [
        {"id": row_id, "message": message, "flags": names[mask], "flags_mask": mask} for row_id, message, mask in rows
    ]


def _end(file: FileSender, rows: int) -> None:
    file.write(b"\n]}\n")
    file.end({TABLE: rows})


def _held(writing: Writing) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE} WHERE user_profile_id = %(id)s", writing.parameters)
        return int(cursor.fetchone()[0])
