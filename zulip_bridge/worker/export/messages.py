"""``messages-NNNNNN.json``: sent, received directly, and reacted to; each once, in the order of ids.

``export_single_user`` reads them through the person's UserMessage rows and so drops, without a word, those that have
none. Here every message that was selected is written, with no flags where there is no such row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zulip_bridge.api.export import SectionDone
from zulip_bridge.api.people import Person

from .. import compat
from ..context import Context
from .columns import Columns
from .names import CLIENTS, RECIPIENTS, Names
from .reading import Batches, Rows
from .sending import FileSender, encode_rows

FILE_MESSAGES = 1_000
"""Messages in a file, as in Zulip's own export."""
FETCH_BYTES = 1024 * 1024
"""How much JSON the rows of one fetch should make; a few fetches are in memory."""

SELECTED = """
    SELECT id FROM zerver_message WHERE realm_id = %(realm)s AND sender_id = %(id)s
    UNION
    SELECT id FROM zerver_message WHERE realm_id = %(realm)s AND recipient_id IN (
        SELECT s.recipient_id FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id
        WHERE s.user_profile_id = %(id)s AND r.type IN (1, 3))
    UNION
    SELECT message_id FROM zerver_reaction WHERE user_profile_id = %(id)s
"""
"""Ids of the messages: sent, in the person's direct conversations (alone or in a group), and reacted to."""


@dataclass
class MessageCounts:
    """What was written."""

    messages: int = 0
    without_own_row: int = 0


def send_messages(context: Context, person: Person) -> MessageCounts:
    """Stream all message files."""
    model = compat.model("zerver", "Message")
    columns = Columns(model)
    counts = MessageCounts()
    files = _MessageFiles(context)
    rows_to_records = _recorder(columns, counts)
    reading = Batches(message_query(columns), {"id": person.id, "realm": person.realm_id}, FETCH_BYTES)
    total = 0
    context.progress("messages", 0)
    for rows in reading:
        total = rows[0][-1]
        written = files.add(rows_to_records(rows))
        reading.sized(len(rows), written)
        counts.messages += len(rows)
        context.progress("messages", counts.messages, total)
    files.end()
    context.progress("messages", counts.messages, counts.messages)
    notes = {"without a UserMessage row, which export_single_user drops": counts.without_own_row}
    context.event(SectionDone("messages", total, counts.messages, notes=notes))
    return counts


def message_query(columns: Columns) -> str:
    """Everything about every selected message, in one statement: its columns, the flags, and the total.

    The ids are found, counted and sorted first, on their own (OFFSET 0 keeps them apart, and PostgreSQL knows the
    order of a subquery, not that of a CTE): sorting the wide rows would spill them to the server's disk.
    """
    return f"""
        SELECT {columns.select_list("m")}, um.flags, selected.total
        FROM (SELECT id, count(*) OVER () AS total FROM ({SELECTED}) ids ORDER BY id OFFSET 0) selected
        JOIN zerver_message m ON m.id = selected.id
        LEFT JOIN zerver_usermessage um ON um.message_id = m.id AND um.user_profile_id = %(id)s
        ORDER BY selected.id
    """


def _recorder(columns: Columns, counts: MessageCounts) -> Callable[[Rows], list[dict[str, Any]]]:
    """What turns rows of the query into records; its inner loop runs once a message."""
    recipients, clients, flags = Names(RECIPIENTS), Names(CLIENTS), Flags()
    recipient, client = columns.index("recipient"), columns.index("sending_client")
    width = len(columns.names)
    names = [*columns.names, "flags", "flags_mask", "sending_client_name", "recipient_name"]

    def build(rows: Rows) -> list[dict[str, Any]]:
        to, through = recipients.known, clients.known
        return [
            dict(
                zip(
                    names,
                    (*row[:width], flags[row[width] or 0], row[width] or 0, through[row[client]], to[row[recipient]]),
                    strict=True,
                )
            )
            for row in rows
        ]

    def records(rows: Rows) -> list[dict[str, Any]]:
        try:
            found = build(rows)
        except KeyError:
            recipients.learn(row[recipient] for row in rows)
            clients.learn(row[client] for row in rows)
            found = build(rows)
        counts.without_own_row += sum(row[width] is None for row in rows)
        for index, convert in columns.converters:
            for record in found:
                if record[names[index]] is not None:
                    record[names[index]] = convert(record[names[index]])
        return found

    return records


class Flags(dict[int, list[str]]):
    """Names of the flags in a mask, worked out once for each mask."""

    def __missing__(self, mask: int) -> list[str]:
        self[mask] = compat.message_flags(mask)
        return self[mask]


class _MessageFiles:
    """Cuts the stream of messages into files."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._number = 0
        self._in_file = 0
        self._file: FileSender | None = None

    def add(self, records: list[dict[str, Any]]) -> int:
        """Write records, beginning and ending files as needed; returns the bytes."""
        written = 0
        while records:
            file = self._file or self._begin()
            part, records = records[: FILE_MESSAGES - self._in_file], records[FILE_MESSAGES - self._in_file :]
            if self._in_file:
                file.write(b",\n")
            data = encode_rows(part)
            file.write(data)
            written += len(data)
            self._in_file += len(part)
            if self._in_file == FILE_MESSAGES:
                self.end()
        return written

    def end(self) -> None:
        """End the file under way, if there is one."""
        if self._file is not None:
            self._file.write(b"\n]}\n")
            self._file.end({"zerver_message": self._in_file})
            self._file = None

    def _begin(self) -> FileSender:
        self._number += 1
        self._in_file = 0
        self._file = FileSender(self._context, f"messages-{self._number:06}.json")
        self._file.write(b'{"zerver_message":[\n')
        return self._file
