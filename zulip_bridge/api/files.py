"""Files of a person: uploads with where they are used and whether they are really there, avatars, custom emoji.

Times are ISO 8601 in UTC with a trailing ``Z``; sizes are bytes. File names are as they were uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from .calls import Request

Stored = Literal["there", "missing", "differs", "unreadable", "unchecked"]
"""What the storage says of a file: it is there; it is not; it is there with another size than the database has; it
cannot be read; there was no time to look."""


@dataclass(frozen=True)
class FileUse:
    """A message that uses a file; ``where`` and ``to`` are as in :class:`~zulip_bridge.api.messages.MessageRow`."""

    message_id: int
    sent_at: str
    sender_id: int
    sender: str
    where: str
    to: str
    topic: str


@dataclass(frozen=True)
class FileRow:
    """An upload. ``uses`` counts the messages that use it, ``used_in`` has the newest of them.

    ``stored_size`` is what the storage has; None where it has not got it, or was not asked. ``trouble`` is a sentence
    where ``stored`` is missing or unreadable. The flags are None where Zulip has not worked them out yet.
    """

    id: int
    name: str
    size: int
    created_at: str
    path_id: str
    content_type: str | None
    realm_public: bool | None
    web_public: bool | None
    uses: int
    used_in: list[FileUse]
    stored: Stored
    stored_size: int | None
    trouble: str


@dataclass(frozen=True)
class FilePage:
    """Some uploads, the newest first; ``more`` come after them. ``total`` and ``total_size`` are of all."""

    files: list[FileRow]
    more: bool
    total: int
    total_size: int


@dataclass(frozen=True)
class ReadFiles(Request[FilePage]):
    """A page of uploads, the newest first: those with an id below ``before``."""

    METHOD: ClassVar[str] = "person.files"
    RESULT: ClassVar[type[FilePage]] = FilePage

    person_id: int
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True)
class AvatarFile:
    """A picture of the person that the storage has; ``version`` is None where file names do not carry it (8.4).

    ``current``: of the version that the account has now. Since 9.0 Zulip leaves those of earlier versions behind.
    """

    key: str
    version: int | None
    current: bool
    size: int
    modified_at: str | None


@dataclass(frozen=True)
class EmojiFile:
    """A custom emoji that the person uploaded."""

    id: int
    name: str
    key: str
    deactivated: bool
    animated: bool
    stored: Stored
    stored_size: int | None
    trouble: str


@dataclass(frozen=True)
class Pictures:
    """Avatars and emoji. ``avatar`` is where the avatar comes from; ``unchecked`` counts avatar versions that there
    was no time to look for."""

    avatar: str
    avatar_version: int
    avatars: list[AvatarFile]
    unchecked: int
    emoji: list[EmojiFile]


@dataclass(frozen=True)
class ReadPictures(Request[Pictures]):
    """The person's avatars in the storage, and the custom emoji that they uploaded."""

    METHOD: ClassVar[str] = "person.pictures"
    RESULT: ClassVar[type[Pictures]] = Pictures

    person_id: int
