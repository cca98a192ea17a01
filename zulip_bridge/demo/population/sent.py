"""A message before it becomes rows, and a file that is attached to messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from zulip_bridge.demo.population.texts import Text
from zulip_bridge.demo.population.world import Channel, DirectGroup, Person, Realm


@dataclass(eq=False, repr=False)
class Attachment:
    """An uploaded file."""

    id: int
    owner: Person
    file_name: str
    """As it was called on the owner's machine: hostile."""
    path_id: str
    content: bytes
    content_type: str
    when: int
    image: tuple[int, int] | None = None
    """Width and height in pixels."""
    lost: bool = False
    """Its file is missing on disk."""
    uses: list[Sent] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class Sent:
    """A message: who, when, to whom, what."""

    when: int
    realm: Realm
    sender: Person
    recipient: int
    text: Text
    channel: Channel | None = None
    topic: str = ""
    people: tuple[Person, ...] = ()
    """Who takes part, the sender included, when it is a direct message."""
    client: str = "website"
    mentions: tuple[Person, ...] = ()
    wildcard: int = 0
    """Flag of a wildcard or group mention that everybody who receives it gets."""
    quotes: Sent | None = None
    files: list[Attachment] = field(default_factory=list)
    imported: bool = False
    """Came with an import: nobody has a UserMessage row for it."""
    options: tuple[str, ...] = ()
    """Of a poll."""
    edited: str | None = None
    """What it said before it was edited."""
    moved_from: str | None = None
    """Its topic before it was moved."""
    id: int = 0
    content: str = ""
    rendered: str = ""


def to_channel(when: int, channel: Channel, topic: str, sender: Person, text: Text, client: str = "website") -> Sent:
    """A message in a channel."""
    return Sent(when, channel.realm, sender, channel.recipient, text, channel, topic, client=client)


def to_person(when: int, sender: Person, receiver: Person, text: Text, client: str = "website") -> Sent:
    """A direct message between two people, or to oneself; it belongs to the receiver's organization."""
    people = (sender,) if sender is receiver else (sender, receiver)
    return Sent(when, receiver.realm, sender, receiver.recipient, text, people=people, client=client)


def to_group(when: int, group: DirectGroup, sender: Person, text: Text, client: str = "website") -> Sent:
    """A message to a group conversation."""
    return Sent(when, group.members[0].realm, sender, group.recipient, text, people=group.members, client=client)
