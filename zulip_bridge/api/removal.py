"""Deleting messages and files: previewed, done through Zulip's actions, restored from the archive or purged of it.

Times are ISO 8601 in UTC with a trailing ``Z``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from .calls import Lane, Request
from .messages import MessageFilters, MessageKind
from .people import Person

MOST_AT_ONCE = 100_000
"""Messages in one deletion."""


@dataclass(frozen=True)
class MessageGroup:
    """Messages that one call of Zulip's action deletes: of one topic, or of one direct conversation."""

    where: str
    to: str
    topic: str
    messages: int


@dataclass(frozen=True)
class MessageDeletion:
    """What deleting would do. ``files`` are uploads that only these messages use; ``ids`` stand for the selection."""

    person: Person
    ids: list[int]
    groups: list[MessageGroup]
    from_others: int
    reactions: int
    holders: int
    files: int
    restorable_until: str
    days: int


@dataclass(frozen=True)
class PreviewMessageDeletion(Request[MessageDeletion]):
    """Work out what deleting the person's messages that pass the filters, or those with ``ids``, would do."""

    METHOD: ClassVar[str] = "messages.preview"
    RESULT: ClassVar[type[MessageDeletion]] = MessageDeletion

    person_id: int
    kind: MessageKind = "sent"
    filters: MessageFilters = dataclasses.field(default_factory=MessageFilters)
    ids: list[int] | None = None


@dataclass(frozen=True)
class Deleted:
    """What was done: ``transactions`` are what the messages can be restored from. ``left`` are ids that are still
    there; ``sentence`` says why.
    """

    messages: int
    transactions: list[int]
    left: list[int]
    sentence: str = ""


@dataclass(frozen=True)
class DeleteMessages(Request[Deleted]):
    """Delete messages through do_delete_messages, one topic or one direct message a call. Progress counts messages.

    What is gone already is passed over, so that it can be done again after it was cut off.
    """

    METHOD: ClassVar[str] = "messages.delete"
    RESULT: ClassVar[type[Deleted]] = Deleted
    LANE: ClassVar[Lane] = "write"

    person_id: int
    ids: list[int]


@dataclass(frozen=True)
class Archived:
    """A transaction of the archive: what was deleted together. ``until`` is when Zulip forgets it; None: never."""

    id: int
    at: str
    until: str | None
    by_policy: bool
    restored: bool
    realm: str
    messages: int
    senders: int
    files: int


@dataclass(frozen=True)
class ListArchive(Request[list[Archived]]):
    """Transactions of the archive, the newest first; with ``person_id`` those that hold messages of that person."""

    METHOD: ClassVar[str] = "messages.archive"
    RESULT: ClassVar[object] = list[Archived]

    person_id: int | None = None
    transactions: list[int] | None = None
    limit: int = 100


@dataclass(frozen=True)
class Restored:
    """How many messages came back, by transaction."""

    messages: dict[str, int]
    sentence: str = ""


@dataclass(frozen=True)
class RestoreMessages(Request[Restored]):
    """Bring messages back through restore_data_from_archive, one transaction after the other."""

    METHOD: ClassVar[str] = "messages.restore"
    RESULT: ClassVar[type[Restored]] = Restored
    LANE: ClassVar[Lane] = "write"

    transactions: list[int]


@dataclass(frozen=True)
class Purged:
    """What is gone for good. ``kept_files`` are uploads that other messages still use."""

    messages: int
    files: int
    kept_files: int
    sentences: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class PurgeMessages(Request[Purged]):
    """Take transactions out of the archive, as Zulip's clean_archived_data does after its delay, and the uploads that
    nothing else uses.
    """

    METHOD: ClassVar[str] = "messages.purge"
    RESULT: ClassVar[type[Purged]] = Purged
    LANE: ClassVar[Lane] = "write"

    transactions: list[int]


@dataclass(frozen=True)
class FileDeletion:
    """An upload that would go. ``messages`` will show a broken link; ``others`` of them are by other people."""

    path_id: str
    name: str
    size: int
    messages: int
    others: int


@dataclass(frozen=True)
class PreviewFileDeletion(Request[list[FileDeletion]]):
    """What deleting uploads of the person would do; without ``paths``, all of them."""

    METHOD: ClassVar[str] = "files.preview"
    RESULT: ClassVar[object] = list[FileDeletion]

    person_id: int
    paths: list[str] | None = None


@dataclass(frozen=True)
class DeletedFiles:
    """What was done: rows and files that are gone, and sentences about those that are not."""

    rows: int
    files: int
    sentences: list[str]


@dataclass(frozen=True)
class DeleteFiles(Request[DeletedFiles]):
    """Delete uploads of the person with their rows, thumbnails and image rows. Progress counts files."""

    METHOD: ClassVar[str] = "files.delete"
    RESULT: ClassVar[type[DeletedFiles]] = DeletedFiles
    LANE: ClassVar[Lane] = "write"

    person_id: int
    paths: list[str]
