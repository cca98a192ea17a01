"""From rows of messages to records: with names, counted, and redacted where that is asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .. import compat
from .message_rows import FRAGMENT, Alike, MessageRows
from .names import CLIENTS, Names, recipient_names
from .rows import Writing

MOST_ALIKE = 2_000
"""Remembered of what messages share; then it is worked out anew, so that memory stays bounded."""

REFERRED = {"zerver_userprofile": "sender", "zerver_recipient": "recipient"}


@dataclass
class MessageCounts:
    """What was written; ``by_kinds`` counts messages by the set of kinds that they are of, as bits."""

    messages: int = 0
    without_own_row: int = 0
    by_kinds: Counter[int] = field(default_factory=Counter)

    def add(self, alike: Alike, count: int) -> None:
        """So many messages that are like this."""
        self.messages += count
        self.by_kinds[alike.kinds] += count
        if alike.flags is None:
            self.without_own_row += count


class Flags(dict[int, list[str]]):
    """Names of the flags in a mask, worked out once for each mask."""

    def __missing__(self, mask: int) -> list[str]:
        self[mask] = compat.message_flags(mask)
        return self[mask]


class MessageRecords:
    """Makes records of rows, batch by batch."""

    def __init__(self, rows: MessageRows, writing: Writing) -> None:
        self.counts = MessageCounts()
        self._rows = rows
        self._writing = writing
        self._recipients, self._clients, self._flags = recipient_names(writing.redactor), Names(CLIENTS), Flags()
        self._known: dict[bytes, Alike] = {}
        self._only_written = writing.redactor is None and FRAGMENT is not None

    def of(self, rows: list[bytes]) -> list[dict[str, Any]]:
        """The records of a batch."""
        shared = self._rows.shared(rows)
        often = Counter(shared)
        if not self._known.keys() >= often.keys():
            self._learn(set(often))
        known = self._known
        for each, count in often.items():
            self.counts.add(known[each], count)
        alike = [known[each] for each in shared]
        records = self._rows.records(rows, alike, to_be_written=self._only_written)
        self._name_recipients(records)
        if self._writing.scope.has("reference"):
            self._refer(records, alike)
        if self._writing.redactor is not None:
            for record in records:
                self._writing.redactor.message(record)
        return records

    def _learn(self, wanted: set[bytes]) -> None:
        missing = wanted.difference(self._known)
        if len(self._known) + len(missing) > MOST_ALIKE:
            self._known, missing = {}, wanted
        found = {each: self._rows.alike(each) for each in missing}
        self._clients.learn(each.record["sending_client"] for each in found.values())
        for each in found.values():
            each.record["flags"] = self._flags[each.flags or 0]
            each.record["flags_mask"] = each.flags or 0
            each.record["sending_client_name"] = self._clients.known[each.record["sending_client"]]
            if self._only_written:
                self._rows.join(each)
        self._known.update(found)

    def _name_recipients(self, records: list[dict[str, Any]]) -> None:
        if not self._recipients.known.keys() >= {record["recipient"] for record in records}:
            self._recipients.learn(record["recipient"] for record in records)
        names = self._recipients.known
        for record in records:
            record["recipient_name"] = names[record["recipient"]]

    def _refer(self, records: list[dict[str, Any]], alike: list[Alike]) -> None:
        """Note what reference.json must name."""
        self._writing.referred["zerver_client"].update(each.record["sending_client"] for each in alike)
        for table, name in REFERRED.items():
            self._writing.referred[table].update(record[name] for record in records)
