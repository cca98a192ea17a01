"""``messages-NNNNNN.json``: sent, received directly, reacted to and so on; each once, in the order of ids.

``export_single_user`` reads them through the person's UserMessage rows and so drops, without a word, those that have
none. Here every message that was selected is written, with no flags where there is no such row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from zulip_bridge.api.export import SectionDone

from .. import compat
from ..context import Context
from .columns import Columns
from .names import CLIENTS, LIKELY, Names, recipient_names
from .reading import Batches, Rows
from .rows import OUTSIDE, Writing, within
from .selection import ARCHIVED, KINDS, LIVE, RESTORED, Kind, message_query, selected_ids
from .sending import FileSender, encode_rows

FILE_MESSAGES = 1_000
"""Messages in a file, as in Zulip's own export."""
FETCH_BYTES = 1024 * 1024
"""How much JSON the rows of one fetch should make; a few fetches are in memory."""


@dataclass
class MessageCounts:
    """What was written; ``by_kinds`` counts messages by the set of kinds that they are of, as bits."""

    messages: int = 0
    without_own_row: int = 0
    by_kinds: Counter[int] = field(default_factory=Counter)


def send_messages(writing: Writing) -> MessageCounts:
    """Stream all files of live messages."""
    kinds = [each for each in KINDS if writing.scope.has(each.section)]
    if not kinds:
        return MessageCounts()
    counts = _send(writing, kinds, LIVE, "messages", "")
    _count_sections(writing, kinds, counts)
    notes = {"without a UserMessage row, which export_single_user drops": counts.without_own_row}
    writing.context.event(SectionDone("messages", counts.messages, counts.messages, notes=notes))
    return counts


def send_archived(writing: Writing) -> None:
    """Stream the deleted messages: of the kinds that are chosen, or those that the person sent."""
    kinds = [each for each in KINDS if writing.scope.has(each.section)] or KINDS[:1]
    counts = _send(writing, kinds, ARCHIVED, "archived", RESTORED)
    section = writing.sections["messages.archived"]
    section.found += counts.messages
    section.written += counts.messages


def _send(writing: Writing, kinds: list[Kind], tables: dict[str, str], phase: str, condition: str) -> MessageCounts:
    model = compat.model("zerver", "Message" if tables is LIVE else "ArchivedMessage")
    columns = Columns(model)
    counts = MessageCounts()
    files = _MessageFiles(writing.context, "messages" if tables is LIVE else "archived-messages", columns.table)
    rows_to_records = _recorder(columns, counts, writing)
    query = message_query(columns, kinds, tables, writing.scope, condition)
    reading = Batches(query, writing.parameters, FETCH_BYTES)
    total = 0
    writing.context.progress(phase, 0)
    for rows in reading:
        total = rows[0][-1]
        written = files.add(rows_to_records(rows))
        reading.sized(len(rows), written)
        counts.messages += len(rows)
        writing.context.progress(phase, counts.messages, total)
    files.end()
    writing.context.progress(phase, counts.messages, counts.messages)
    writing.tables[columns.table] = counts.messages
    return counts


def _count_sections(writing: Writing, kinds: list[Kind], counts: MessageCounts) -> None:
    """What each kind has: a message is written once, and counted for every kind that it is of."""
    outside = _outside_the_dates(writing, kinds)
    for bit, kind in enumerate(kinds):
        section = writing.sections[kind.section]
        section.written = sum(count for bits, count in counts.by_kinds.items() if bits & 1 << bit)
        section.left_out[OUTSIDE] = outside[bit]
        section.found = section.written + outside[bit]


def _outside_the_dates(writing: Writing, kinds: list[Kind]) -> list[int]:
    dates = within(writing.scope, "m.date_sent")
    if not dates:
        return [0] * len(kinds)
    tests = ", ".join(f"count(*) FILTER (WHERE kinds & {1 << bit} <> 0)" for bit in range(len(kinds)))
    query = f"""SELECT {tests} FROM ({selected_ids(kinds, LIVE)}) ids JOIN zerver_message m ON m.id = ids.id
                WHERE NOT ({dates})"""
    with connection.cursor() as cursor:
        cursor.execute(query, writing.parameters)
        return list(cursor.fetchone())


def _recorder(columns: Columns, counts: MessageCounts, writing: Writing) -> Callable[[Rows], list[dict[str, Any]]]:
    """What turns rows of the query into records; its inner loop runs once a message."""
    recipients, clients, flags = recipient_names(writing.redactor), Names(CLIENTS), Flags()
    recipients.learn_likely(LIKELY, writing.parameters)
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
        counts.by_kinds.update(row[width + 1] for row in rows)
        for index, convert in columns.converters:
            for record in found:
                if record[names[index]] is not None:
                    record[names[index]] = convert(record[names[index]])
        if writing.scope.has("reference"):
            _refer(writing, columns, rows)
        if writing.redactor is not None:
            for record in found:
                writing.redactor.message(record)
        return found

    return records


def _refer(writing: Writing, columns: Columns, rows: Rows) -> None:
    """Note what reference.json must name."""
    for name, field_name in (("zerver_userprofile", "sender"), ("zerver_client", "sending_client")):
        index = columns.index(field_name)
        writing.referred[name].update(row[index] for row in rows)
    index = columns.index("recipient")
    writing.referred["zerver_recipient"].update(row[index] for row in rows)


class Flags(dict[int, list[str]]):
    """Names of the flags in a mask, worked out once for each mask."""

    def __missing__(self, mask: int) -> list[str]:
        self[mask] = compat.message_flags(mask)
        return self[mask]


class _MessageFiles:
    """Cuts the stream of messages into files."""

    def __init__(self, context: Context, name: str, table: str) -> None:
        self._context = context
        self._name = name
        self._table = table
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
            self._file.end({self._table: self._in_file})
            self._file = None

    def _begin(self) -> FileSender:
        self._number += 1
        self._in_file = 0
        self._file = FileSender(self._context, f"{self._name}-{self._number:06}.json")
        self._file.write(b'{"%s":[\n' % self._table.encode())
        return self._file
