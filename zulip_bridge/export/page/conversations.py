"""Messages by conversation: a topic of a channel, or the people who write to each other directly.

They arrive in the order of their ids, all conversations mixed, and leave in data files in which each conversation's
messages lie together. What waits is bounded: the longest waiting conversations are written first, so that a long one
is in few files, and short ones share one.

Zulip files what two people write to each other under whoever receives it: what the person received alone is here
taken apart by sender, and put together with what they sent to the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from .data_files import FILE_BYTES, DataFiles

WAITING_BYTES = 8 * 1024 * 1024
"""How much waits to be written, in bytes."""

PERSON, CHANNEL = 1, 2
"""Types of recipients (zerver/models/recipients.py); 3 is a group of people."""
NO_TOPIC = ("", "\x07")
"""What stands in the topic's place of a direct message; the latter from 10.0."""
SHOWN_FLAGS = frozenset({"starred", "mentioned", "has_alert_word"})


@dataclass
class Conversation:
    """One conversation: what waits, and in which files the rest is (number and messages, alternating).

    ``sender`` where it is what one person wrote to the person alone; 0 otherwise.
    """

    number: int
    recipient: int
    is_direct: bool
    name: str
    topic: str
    deleted: bool
    sender: int = 0
    count: int = 0
    first: int = 0
    last: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    waiting_count: int = 0
    places: list[int] = field(default_factory=list)


Key = tuple[int, str, bool]
"""Recipient (or minus the sender), topic, and whether the messages are deleted ones."""


class Conversations:
    """Sorts messages into conversations and writes them."""

    def __init__(self, files: DataFiles) -> None:
        self.message_files: list[int] = []
        self.own_recipient = 0
        self.recipients: dict[int, tuple[int, int]] = {}
        """Type, and the id of the person or channel that it stands for."""
        self.people: dict[int, str] = {}
        self._files = files
        self._known: dict[Key, Conversation] = {}

    def add(self, messages: list[dict[str, Any]], deleted: bool = False) -> None:
        """Take the messages of one file of the export; ``deleted``: of those that Zulip keeps for a while."""
        known, own = self._known, self.own_recipient
        for message in messages:
            recipient = message["recipient"]
            key = (-message["sender"], "", deleted) if recipient == own else (recipient, message["subject"], deleted)
            conversation = known.get(key)
            if conversation is None:
                conversation = self._begin(key, message)
            sent = int(message["date_sent"])
            if not conversation.count:
                conversation.first = sent
            conversation.last = sent
            conversation.count += 1
            # One buffer a conversation, not an object a message: those, kept among what is freed around them, would
            # hold several times their memory.
            waiting = conversation.waiting
            if waiting:
                waiting += b","
            waiting += _line(message, sent)
            conversation.waiting_count += 1
            if len(waiting) >= FILE_BYTES:
                self._put([conversation])
        if sum(len(each.waiting) for each in known.values()) > WAITING_BYTES:
            self._write(WAITING_BYTES // 2)

    def finish(self) -> list[list[Any]]:
        """Write what waits; returns the index: a line for each conversation, or for the two halves of one."""
        self._write(0)
        partners: dict[tuple[int, bool], list[Conversation]] = {}
        lines = []
        senders = {each.sender for each in self._known.values() if each.sender}
        by_name = _unique_names(self.people, senders)
        for conversation in self._known.values():
            partner = conversation.sender or self._addressee(conversation, by_name)
            if partner in senders:
                partners.setdefault((partner, conversation.deleted), []).append(conversation)
            else:
                lines.append(_described([conversation], conversation.name))
        for (partner, _), halves in partners.items():
            sent = next((each.name for each in halves if not each.sender), "")
            lines.append(_described(halves, self.people.get(partner) or sent or f"Person {partner}"))
        return lines

    def _begin(self, key: Key, message: dict[str, Any]) -> Conversation:
        is_direct = self._is_direct(message)
        topic = "" if is_direct else str(message["subject"])
        name = str(message.get("recipient_name") or "")
        conversation = Conversation(
            len(self._known), message["recipient"], is_direct, name, topic, key[2], sender=max(0, -key[0])
        )
        self._known[key] = conversation
        return conversation

    def _addressee(self, conversation: Conversation, by_name: dict[str, int]) -> int:
        """The one person to whom the messages went; 0 where that is nobody, many, or cannot be told."""
        if not conversation.is_direct:
            return 0
        kind, stands_for = self.recipients.get(conversation.recipient, (PERSON, 0))
        return (stands_for or by_name.get(conversation.name, 0)) if kind == PERSON else 0

    def _is_direct(self, message: dict[str, Any]) -> bool:
        """Whether it is a direct message: later versions say so, earlier ones by their recipients."""
        if "is_channel_message" in message:
            return not message["is_channel_message"]
        kind, _ = self.recipients.get(message["recipient"], (None, 0))
        return kind != CHANNEL if kind is not None else message["subject"] in NO_TOPIC

    def _write(self, leave: int) -> None:
        """Write the longest conversations until about ``leave`` bytes wait."""
        waiting = sorted((each for each in self._known.values() if each.waiting), key=lambda each: len(each.waiting))
        left = sum(len(each.waiting) for each in waiting)
        together: list[Conversation] = []
        size = 0
        while waiting and left > leave:
            conversation = waiting.pop()
            together.append(conversation)
            size += len(conversation.waiting)
            left -= len(conversation.waiting)
            if size >= FILE_BYTES:
                self._put(together)
                together, size = [], 0
        if together:
            self._put(together)

    def _put(self, together: list[Conversation]) -> None:
        """Write what waits of these conversations into one file."""
        number = self._files.put(b"[%d,[%s]]" % (each.number, each.waiting) for each in together)
        self.message_files.append(number)
        for each in together:
            each.places += [number, each.waiting_count]
            each.waiting, each.waiting_count = bytearray(), 0


def _described(parts: list[Conversation], name: str) -> list[Any]:
    """A line of the index; its parts are to be merged by the messages' ids."""
    return [
        int(parts[0].is_direct),
        int(parts[0].deleted),
        name,
        parts[0].topic,
        sum(each.count for each in parts),
        min(each.first for each in parts),
        max(each.last for each in parts),
        [[each.number, each.places] for each in parts],
    ]


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
