"""What is kept of every conversation until the end of an export: columns of numbers, since there may be many.

A busy person has read a hundred thousand topics. An object for each would hold a kilobyte; this holds some 100 bytes.
"""

from __future__ import annotations

import hashlib
import secrets
from array import array
from collections.abc import Iterator

from .numbers import Numbers

DIRECT, DELETED = 1, 2
"""Bits of what a conversation is."""

Key = tuple[int, str, bool]
"""Recipient (or minus the sender), topic, and whether the messages are deleted ones."""


class Ledger:
    """Conversations by their number, from 0. In which files their messages are is a chain of places for each."""

    def __init__(self) -> None:
        # What people write cannot be made to collide: they do not know this.
        self._secret = secrets.token_bytes(16)
        self._numbers = Numbers()
        self._bits = bytearray()
        self._recipients, self._firsts, self._lasts = array("q"), array("q"), array("q")
        self._senders: dict[int, int] = {}
        self._counts = array("I")
        self._names: dict[int, str] = {}
        self._topics, self._ends = bytearray(), array("Q", [0])
        self._heads, self._tails = array("I"), array("I")
        self._files, self._manies, self._nexts = array("I", [0]), array("I", [0]), array("I", [0])

    def __len__(self) -> int:
        return len(self._counts)

    def find(self, key: Key) -> int | None:
        """The number of a conversation that is known."""
        return self._numbers.get(self._digest(key))

    def begin(self, key: Key, recipient: int, bits: int, name: str, topic: str) -> int:
        """A new one; its number."""
        number = len(self)
        self._numbers.put(self._digest(key), number)
        self._bits.append(bits)
        self._recipients.append(recipient)
        self._counts.append(0)
        self._firsts.append(0)
        self._lasts.append(0)
        self._names.setdefault(recipient, name)
        self._topics += topic.encode()
        self._ends.append(len(self._topics))
        self._heads.append(0)
        self._tails.append(0)
        if key[0] < 0:
            self._senders[number] = -key[0]
        return number

    def count(self, number: int, sent: int) -> None:
        """One more message."""
        if not self._counts[number]:
            self._firsts[number] = sent
        self._counts[number] += 1
        self._lasts[number] = sent

    def put(self, number: int, file: int, many: int) -> None:
        """So many of its messages are in that file."""
        place = len(self._files)
        self._files.append(file)
        self._manies.append(many)
        self._nexts.append(0)
        if self._heads[number]:
            self._nexts[self._tails[number]] = place
        else:
            self._heads[number] = place
        self._tails[number] = place

    def sender(self, number: int) -> int:
        """Who wrote it, where it is what one person wrote to the person alone; 0 otherwise."""
        return self._senders.get(number, 0)

    @property
    def senders(self) -> set[int]:
        """All of those."""
        return set(self._senders.values())

    def is_direct(self, number: int) -> bool:
        """Whether it is no topic of a channel."""
        return bool(self._bits[number] & DIRECT)

    def is_deleted(self, number: int) -> bool:
        """Whether its messages are deleted ones."""
        return bool(self._bits[number] & DELETED)

    def recipient(self, number: int) -> int:
        """Where its messages went."""
        return self._recipients[number]

    def name(self, number: int) -> str:
        """That recipient's name."""
        return self._names[self._recipients[number]]

    def described(self, numbers: list[int], name: str) -> list[object]:
        """A line of the index, of one conversation or of the two halves of one, to be merged by the messages' ids."""
        first = numbers[0]
        topic = self._topics[self._ends[first] : self._ends[first + 1]].decode()
        return [
            int(self.is_direct(first)),
            int(self.is_deleted(first)),
            name,
            topic,
            sum(self._counts[each] for each in numbers),
            min(self._firsts[each] for each in numbers),
            max(self._lasts[each] for each in numbers),
            [[each, list(self._places(each))] for each in numbers],
        ]

    def _places(self, number: int) -> Iterator[int]:
        """File and number of messages, alternating."""
        place = self._heads[number]
        while place:
            yield self._files[place]
            yield self._manies[place]
            place = self._nexts[place]

    def _digest(self, key: Key) -> int:
        recipient, topic, deleted = key
        text = f"{recipient} {deleted:d} {topic}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=self._secret).digest(), "little")
