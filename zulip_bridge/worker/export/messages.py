"""``messages-NNNNNN.json``: sent, received directly, reacted to and so on; each once, in the order of ids.

``export_single_user`` reads them through the person's UserMessage rows and so drops, without a word, those that have
none. Here every message that was selected is written, with no flags where there is no such row.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

from django.db import connection

from zulip_bridge.api.export import SectionDone

from .. import compat
from .columns import Columns
from .copying import Copying
from .message_files import MessageFiles
from .message_query import Expected, MessageQuery, WantedMessages, message_query
from .message_records import MessageCounts, MessageRecords
from .message_rows import MessageRows
from .reading import Snapshot
from .rows import OUTSIDE, Writing, within
from .selection import ARCHIVED, KINDS, LIVE, RESTORED, Kind, outside_query, selected_ids


@contextlib.contextmanager
def looking_for_messages(writing: Writing, snapshot: Snapshot) -> Iterator[Messages | None]:
    """Have PostgreSQL find the live messages while other things are written; none where no kind is chosen."""
    kinds = [each for each in KINDS if writing.scope.has(each.section)]
    if not kinds:
        yield None
        return
    with _looking(writing, snapshot, "Message", kinds, LIVE) as messages:
        yield messages


def send_messages(messages: Messages | None) -> MessageCounts:
    """Stream all files of live messages."""
    if messages is None:
        return MessageCounts()
    counts = messages.send("messages", "messages")
    _count_sections(messages.writing, messages.kinds, counts)
    notes = {"without a UserMessage row, which export_single_user drops": counts.without_own_row}
    messages.writing.context.event(SectionDone("messages", counts.messages, counts.messages, notes=notes))
    return counts


def send_archived(writing: Writing, snapshot: Snapshot) -> None:
    """Stream the deleted messages: of the kinds that are chosen, or those that the person sent."""
    kinds = [each for each in KINDS if writing.scope.has(each.section)] or KINDS[:1]
    with _looking(writing, snapshot, "ArchivedMessage", kinds, ARCHIVED, RESTORED) as messages:
        counts = messages.send("archived", "archived-messages")
    (outside,) = _outside_the_dates(writing, [selected_ids(kinds, ARCHIVED)], ARCHIVED, RESTORED)
    section = writing.sections["messages.archived"]
    section.found += counts.messages + outside
    section.written += counts.messages
    section.left_out[OUTSIDE] = section.left_out.get(OUTSIDE, 0) + outside


@contextlib.contextmanager
def _looking(
    writing: Writing,
    snapshot: Snapshot,
    model: str,
    kinds: list[Kind],
    tables: dict[str, str],
    condition: str = "true",
) -> Iterator[Messages]:
    columns = Columns(compat.model("zerver", model))
    rows = MessageRows(columns)
    wanted = WantedMessages(rows.select_list, kinds, tables, writing.scope, condition)
    query = message_query(wanted, writing.parameters)
    with Copying(writing.context, snapshot, query.sql, writing.parameters) as copying:
        yield Messages(writing, columns.table, rows, kinds, query, copying)


class Messages:
    """Messages that PostgreSQL is finding."""

    def __init__(
        self,
        writing: Writing,
        table: str,
        rows: MessageRows,
        kinds: list[Kind],
        query: MessageQuery,
        copying: Copying,
    ) -> None:
        self.writing = writing
        self.kinds = kinds
        self._table = table
        self._rows = rows
        self._expected = Expected(query)
        self._copying = copying

    def send(self, phase: str, name: str) -> MessageCounts:
        """Stream the files called ``name``."""
        context = self.writing.context
        records = MessageRecords(self._rows, self.writing)
        files = MessageFiles(context, name, self._table)

        def take(rows: list[bytes]) -> None:
            batch = records.of(rows)
            files.add(batch)
            done, number = records.counts.messages, self._rows.number(rows[0])
            total = self._expected.total(done, batch, number)
            context.progress(phase, done, total, exact=self._expected.exact)

        context.progress(phase, 0)
        with _no_collecting():
            self._copying.run(take)
        files.end()
        written = records.counts.messages
        context.progress(phase, written, written)
        self.writing.tables[self._table] = written
        return records.counts


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Records have no cycles, and looking for some among them takes a twentieth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _count_sections(writing: Writing, kinds: list[Kind], counts: MessageCounts) -> None:
    """What each kind has: a message is written once, and counted for every kind that it is of."""
    outside = _outside_the_dates(writing, [kind.ids.format(**LIVE) for kind in kinds], LIVE)
    for bit, kind in enumerate(kinds):
        section = writing.sections[kind.section]
        section.written = sum(count for bits, count in counts.by_kinds.items() if bits & 1 << bit)
        section.left_out[OUTSIDE] = outside[bit]
        section.found = section.written + outside[bit]


def _outside_the_dates(
    writing: Writing, ids: list[str], tables: dict[str, str], condition: str = "true"
) -> list[int]:
    dates = within(writing.scope, "m.date_sent")
    if not dates:
        return [0] * len(ids)
    with connection.cursor() as cursor:
        cursor.execute(outside_query(ids, tables, dates, condition), writing.parameters)
        return list(cursor.fetchone())
