"""The made-up world: who and what exists, before it becomes rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from zulip_bridge.demo.population.book import Book
from zulip_bridge.demo.population.clock import NOW_S

if TYPE_CHECKING:
    from zulip_bridge.demo.population.sent import Attachment, Sent

SEED = "zulip-steward demo 1"
EXTERNAL_HOST = "zulip.acme.example"
"""settings.EXTERNAL_HOST of the demo install; an organization is at <string_id>.<host>."""
AVATAR_SALT = "demo-avatar-salt"
"""settings.AVATAR_SALT, by which avatars are found, of an install without secrets of its own."""
SECRET_KEY = "demo-secret-key"
"""settings.SECRET_KEY, with which sessions are signed, of an install without secrets of its own."""

OWNER, ADMIN, MODERATOR, MEMBER, GUEST = 100, 200, 300, 400, 600
"""UserProfile.role"""
GENERIC, INCOMING_WEBHOOK, OUTGOING_WEBHOOK, EMBEDDED = 1, 2, 3, 4
"""UserProfile.bot_type"""
PERSONAL, STREAM, DIRECT_GROUP = 1, 2, 3
"""Recipient.type"""


@dataclass(eq=False, repr=False)
class Realm:
    """An organization."""

    id: int
    string_id: str
    name: str
    created: int
    deactivated: bool = False
    groups: dict[str, int] = field(default_factory=dict)
    """Ids of its system groups, by name."""
    named_groups: dict[str, int] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    direct_groups: list[DirectGroup] = field(default_factory=list)
    emoji: dict[str, int] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Where the organization is reached."""
        return f"{self.string_id}.{EXTERNAL_HOST}"

    def person(self, delivery_email: str) -> Person:
        """The person with that address here; KeyError when there is none."""
        for person in self.people:
            if person.delivery_email == delivery_email:
                return person
        raise KeyError(delivery_email)

    def channel(self, name: str) -> Channel:
        """The channel of that name; KeyError when there is none."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        raise KeyError(name)

    def humans(self) -> list[Person]:
        """Everyone who is not a bot, in order of id."""
        return [person for person in self.people if not person.is_bot]

    def staff(self) -> list[Person]:
        """People who work here at the demo's now and can act: active, no guests, no bots."""
        return [p for p in self.humans() if p.is_active and p.role < GUEST and not p.never_in]


@dataclass(eq=False, repr=False)
class Person:
    """An account: human, bot or placeholder."""

    realm: Realm
    full_name: str
    delivery_email: str
    role: int = MEMBER
    joined: int = 0
    left: int | None = None
    """When the account was deactivated."""
    bot_type: int | None = None
    owner: Person | None = None
    mirror_dummy: bool = False
    deleted: bool = False
    never_in: bool = False
    """Made by an import or the API, never logged in."""
    idle_since: int | None = None
    """Soft-deactivated: UserMessage rows are not written from then on."""
    last_login: int | None = None
    read_until: int = NOW_S
    visibility: int = 1
    language: str = "en"
    timezone: str = ""
    avatar_version: int = 1
    avatar: bool = False
    """Has uploaded an avatar."""
    talk: float = 1.0
    """How much they write, relative to the others."""
    wanted_id: int | None = None
    special: dict[str, object] = field(default_factory=dict)
    """Further columns of zerver_userprofile."""
    id: int = 0
    recipient: int = 0

    @property
    def is_bot(self) -> bool:
        """Whether it is a bot of any type."""
        return self.bot_type is not None

    @property
    def is_active(self) -> bool:
        """Whether the account is enabled."""
        return self.left is None and not self.mirror_dummy

    @property
    def email(self) -> str:
        """The address that clients see: the real one only when everyone may see it."""
        if self.deleted or self.visibility == 1:
            return self.delivery_email
        return f"user{self.id}@{self.realm.host}"

    @property
    def silent_from(self) -> int:
        """When they wrote for the last time: they left, fell idle, or go on beyond the demo's now."""
        return min(self.left or NOW_S + 1, self.idle_since or NOW_S + 1)

    def here(self, moment: int) -> bool:
        """Whether the account existed and was enabled at that time."""
        return self.joined <= moment and (self.left is None or moment < self.left)


@dataclass(eq=False, repr=False)
class Channel:
    """A channel and who is or was in it."""

    id: int
    recipient: int
    realm: Realm
    name: str
    private: bool
    created: int
    creator: Person | None
    weight: float
    topics: tuple[str, ...]
    comings: list[tuple[int, bool, Person]] = field(default_factory=list)
    """(when, came, who), in order of time."""
    deactivated: bool = False

    def members(self, moment: int = NOW_S) -> list[Person]:
        """Who was subscribed at that time."""
        present: dict[int, Person] = {}
        for when, came, person in self.comings:
            if when > moment:
                break
            if came:
                present[person.id] = person
            else:
                present.pop(person.id, None)
        return list(present.values())


@dataclass(eq=False, repr=False)
class DirectGroup:
    """A group direct message conversation."""

    id: int
    recipient: int
    members: tuple[Person, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Upload:
    """A file below the uploads directory."""

    path: str
    content: bytes


@dataclass(eq=False, repr=False)
class World:
    """Everything that the generators share."""

    avatar_salt: str = AVATAR_SALT
    secret_key: str = SECRET_KEY
    book: Book = field(default_factory=Book)
    realms: dict[str, Realm] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    alert_words: list[tuple[Person, str]] = field(default_factory=list)
    deleted_ids: list[int] = field(default_factory=list)
    """Ids of messages that were deleted: they are in the archive."""
    sent: list[Sent] = field(default_factory=list)
    """All messages, in order of time and id."""
    attachments: list[Attachment] = field(default_factory=list)
    invitation_links: list[tuple[str, str, Person]] = field(default_factory=list)
    """(address, link, who invites) of invitations that wait."""

    def chance(self, theme: str) -> Random:
        """A random generator for one theme, so that a change in one theme does not move the others."""
        return Random(f"{SEED}: {theme}")

    def everyone(self) -> list[Person]:
        """All accounts of all organizations, in order of id."""
        return sorted((p for realm in self.realms.values() for p in realm.people), key=lambda p: p.id)


def avatar_hash(user_id: int, version: int, salt: str = AVATAR_SALT) -> str:
    """The name of an avatar's files, as Zulip 9 and later make it."""
    return hashlib.sha256(f"{user_id}:{version}:{salt}".encode()).hexdigest()[:40]


def token(
    chance: Random, length: int, alphabet: str = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
) -> str:
    """Random characters, for keys and tokens."""
    return "".join([alphabet[int(chance.random() * len(alphabet))] for _ in range(length)])
