"""Messages by conversation: a topic of a channel, or the people who write to each other directly.

They arrive in the order of their ids, all conversations mixed, and leave in data files in which each conversation's
messages lie together. What waits is bounded: the longest waiting conversations are written first, so that a long one
is in few files, and short ones share one.

Zulip files what two people write to each other under whoever receives it: what the person received alone is here
taken apart by sender, and put together with what they sent to the same one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from .data_files import FILE_BYTES, DataFiles
from .ledger import DELETED, DIRECT, Key, Ledger

WAITING_BYTES = 4 * 1024 * 1024
"""How much waits to be written, in bytes."""
OBJECT_BYTES = 300
"""What a conversation that waits takes besides its messages."""

PERSON, CHANNEL = 1, 2
"""Types of recipients (zerver/models/recipients.py); 3 is a group of people."""
NO_TOPIC = ("", "\x07")
"""What stands in the topic's place of a direct message; the latter from 10.0."""
SHOWN_FLAGS = frozenset({"starred", "mentioned", "has_alert_word"})


@dataclass(slots=True)
class Waiting:
    """Messages of one conversation that are to be written: one buffer, not an object a message.

    Those, kept among what is freed around them, would hold several times their memory.
    """

    lines: bytearray
    count: int


class Conversations:
    """Sorts messages into conversations and writes them."""

    def __init__(self, files: DataFiles) -> None:
        self.message_files = array("I")
        self.own_recipient = 0
        self.recipients: dict[int, tuple[int, int]] = {}
        """Type, and the id of the person or channel that it stands for."""
        self.people: dict[int, str] = {}
        self._files = files
        self._ledger = Ledger()
        self._waiting: dict[int, Waiting] = {}
        self._size = 0

    def add(self, messages: list[dict[str, Any]], deleted: bool = False) -> None:
        """Take the messages of one file of the export; ``deleted``: of those that Zulip keeps for a while."""
        ledger, own = self._ledger, self.own_recipient
        for message in messages:
            recipient = message["recipient"]
            key = (-message["sender"], "", deleted) if recipient == own else (recipient, message["subject"], deleted)
            number = ledger.find(key)
            if number is None:
                number = self._begin(key, message)
            sent = int(message["date_sent"])
            ledger.count(number, sent)
            waiting = self._waiting.get(number)
            line = _line(message, sent)
            if waiting is None:
                self._waiting[number] = Waiting(bytearray(line), 1)
                self._size += len(line) + OBJECT_BYTES
                continue
            self._size += len(line) + 1
            waiting.lines += b","
            waiting.lines += line
            waiting.count += 1
            if len(waiting.lines) >= FILE_BYTES:
                self._put([number])
        if self._size > WAITING_BYTES:
            self._write(WAITING_BYTES // 2)

    def write_rest(self) -> None:
        """Nothing more will come: write what waits."""
        self._write(0)

    def lines(self) -> Iterator[list[object]]:
        """The index: a line for each conversation, or for the two halves of one."""
        ledger = self._ledger
        partners: dict[tuple[int, bool], list[int]] = {}
        senders = ledger.senders
        by_name = _unique_names(self.people, senders)
        for number in range(len(ledger)):
            partner = ledger.sender(number) or self._addressee(number, by_name)
            if partner in senders:
                partners.setdefault((partner, ledger.is_deleted(number)), []).append(number)
            else:
                yield ledger.described([number], ledger.name(number))
        for (partner, _), halves in partners.items():
            sent = next((ledger.name(each) for each in halves if not ledger.sender(each)), "")
            yield ledger.described(halves, self.people.get(partner) or sent or f"Person {partner}")

    def _begin(self, key: Key, message: dict[str, Any]) -> int:
        is_direct = self._is_direct(message)
        bits = (DIRECT if is_direct else 0) | (DELETED if key[2] else 0)
        name = str(message.get("recipient_name") or "")
        return self._ledger.begin(key, message["recipient"], bits, name, "" if is_direct else str(message["subject"]))

    def _addressee(self, number: int, by_name: dict[str, int]) -> int:
        """The one person to whom the messages went; 0 where that is nobody, many, or cannot be told."""
        if not self._ledger.is_direct(number):
            return 0
        kind, stands_for = self.recipients.get(self._ledger.recipient(number), (PERSON, 0))
        return (stands_for or by_name.get(self._ledger.name(number), 0)) if kind == PERSON else 0

    def _is_direct(self, message: dict[str, Any]) -> bool:
        """Whether it is a direct message: later versions say so, earlier ones by their recipients."""
        if "is_channel_message" in message:
            return not message["is_channel_message"]
        kind, _ = self.recipients.get(message["recipient"], (None, 0))
        return kind != CHANNEL if kind is not None else message["subject"] in NO_TOPIC

    def _write(self, leave: int) -> None:
        """Write the longest conversations until about ``leave`` bytes wait."""
        numbers = sorted(self._waiting, key=lambda number: len(self._waiting[number].lines))
        together: list[int] = []
        size = 0
        while numbers and self._size - size - len(together) * OBJECT_BYTES > leave:
            number = numbers.pop()
            together.append(number)
            size += len(self._waiting[number].lines)
            if size >= FILE_BYTES:
                self._put(together)
                together, size = [], 0
        if together:
            self._put(together)

    def _put(self, together: list[int]) -> None:
        """Write what waits of these conversations into one file."""
        waiting = [(number, self._waiting.pop(number)) for number in together]
        file = self._files.put(b"[%d,[%s]]" % (number, each.lines) for number, each in waiting)
        self.message_files.append(file)
        for number, each in waiting:
            self._size -= len(each.lines) + OBJECT_BYTES
            self._ledger.put(number, file, each.count)


def _unique_names(people: dict[int, str], wanted: set[int]) -> dict[str, int]:
    """Who is meant by a name, where only one person bears it."""
    found: dict[str, int] = {}
    for person, name in people.items():
        found[name] = 0 if name in found else person
    return {name: person for name, person in found.items() if person in wanted}


def _line(message: dict[str, Any], sent: int) -> bytes:
    """A message as the page needs it."""
    flags = [each for each in message.get("flags") or () if each in SHOWN_FLAGS]
    edited = 1 if message.get("edit_history") or message.get("last_edit_time") else 0
    return orjson.dumps((message["id"], message["sender"], sent, str(message["content"]), " ".join(flags), edited))
