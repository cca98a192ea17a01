"""Messages that a person sent or holds: listed page by page, counted up to a bound, and one in full.

Times are ISO 8601 in UTC with a trailing ``Z``. Content is what was typed (Markdown), never what Zulip rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .calls import Request

MessageKind = Literal["sent", "direct", "mentions", "starred", "reacted"]
"""Sent by the person; in direct conversations with them, whoever sent it; that name them (also by a wildcard or a
group); that they starred; that they reacted to."""

MESSAGE_KINDS: tuple[MessageKind, ...] = ("sent", "direct", "mentions", "starred", "reacted")
MOST_MESSAGES = 1_000
"""Messages in one answer."""

COUNT_BOUND = 10_000
"""Messages counted at the most."""


@dataclass(frozen=True)
class MessageFilters:
    """What narrows the messages; nothing is set by default.

    ``channel`` is a name, whatever its case, or an id; ``topic`` is a part of the topic, whatever its case; ``text``
    is searched for as Zulip does it (see :attr:`MessagePage.search`), and what stands in double quotes must occur
    exactly so. ``since`` is included, ``until`` is not (ISO 8601).
    """

    channel: str | None = None
    topic: str | None = None
    text: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def names(self) -> list[str]:
        """The filters that are set."""
        values = {name: getattr(self, name) for name in ("channel", "topic", "text", "since", "until")}
        return [name for name, value in values.items() if value]


@dataclass(frozen=True)
class MessageRow:
    """One message in a list.

    ``where`` is channel, direct (two people, or oneself) or group; ``to`` the channel's name, or the full names of
    the others who take part. ``content`` is cut after some hundred characters where ``cut``. ``flags`` are the
    person's own (read, starred, …), empty where Zulip has no row of theirs for it (``held`` is false then).
    ``edited``: its edit history keeps earlier versions; ``reactions`` are the person's own.
    """

    id: int
    sent_at: str
    sender_id: int
    sender: str
    where: str
    to: str
    topic: str
    content: str
    cut: bool
    flags: list[str]
    held: bool
    edited: bool
    has_attachment: bool
    reactions: list[str]


@dataclass(frozen=True)
class MessagePage:
    """Some messages in their order; ``more`` come after them.

    ``search`` says how the text was searched for: ``full text`` (words, whatever their endings), ``PGroonga``,
    ``substring``, or nothing where none was.
    """

    messages: list[MessageRow]
    more: bool
    search: str = ""


@dataclass(frozen=True)
class ReadMessages(Request[MessagePage]):
    """A page of messages, the newest first (or the oldest), which come after the id ``after`` in that order.

    ``whole``: content is not cut. Error kind ``not_found`` where there is no such channel.
    """

    METHOD: ClassVar[str] = "person.messages"
    RESULT: ClassVar[type[MessagePage]] = MessagePage

    person_id: int
    kind: MessageKind = "sent"
    filters: MessageFilters = field(default_factory=MessageFilters)
    after: int | None = None
    oldest_first: bool = False
    limit: int = 100
    whole: bool = False


@dataclass(frozen=True)
class MessageCount:
    """How many there are; ``exact`` is false where counting was bounded."""

    count: int
    exact: bool


@dataclass(frozen=True)
class CountMessages(Request[MessageCount]):
    """Count messages, up to :data:`COUNT_BOUND`."""

    METHOD: ClassVar[str] = "person.messages.count"
    RESULT: ClassVar[type[MessageCount]] = MessageCount

    person_id: int
    kind: MessageKind = "sent"
    filters: MessageFilters = field(default_factory=MessageFilters)


@dataclass(frozen=True)
class MessageEdit:
    """A version that an edit replaced, the newest first: when, by whom, and what it was before.

    None where the edit left that as it was.
    """

    at: str
    editor_id: int | None
    editor: str
    content: str | None
    topic: str | None
    channel: str | None


@dataclass(frozen=True)
class MessageReaction:
    """An emoji, and who reacted with it (some names; ``count`` are all)."""

    emoji: str
    count: int
    names: list[str]


@dataclass(frozen=True)
class MessageFile:
    """A file that the message refers to."""

    name: str
    size: int
    path_id: str


@dataclass(frozen=True)
class MessageDetail:
    """One message in full, with its edit history as far as Zulip keeps it.

    ``history_unreadable`` where what is stored is not what Zulip writes. ``readers`` counts the people who hold it.
    """

    row: MessageRow
    client: str
    last_edit_at: str | None
    channel_id: int | None
    history: list[MessageEdit]
    history_unreadable: bool
    reactions: list[MessageReaction]
    files: list[MessageFile]
    readers: int


@dataclass(frozen=True)
class ReadMessage(Request[MessageDetail]):
    """One message, seen from the person; error kind ``not_found``."""

    METHOD: ClassVar[str] = "person.message"
    RESULT: ClassVar[type[MessageDetail]] = MessageDetail

    person_id: int
    message_id: int
