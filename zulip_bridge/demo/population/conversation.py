"""Two years of ordinary talk: who writes what to whom and when."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from zulip_bridge.demo.population import flags
from zulip_bridge.demo.population.clock import DAY, HISTORY_DAYS, HOUR, MINUTE, NOW_S
from zulip_bridge.demo.population.sent import Sent, to_channel, to_group, to_person
from zulip_bridge.demo.population.texts import HOSTILE_BODIES, HOSTILE_TOPICS, Text, compose, paragraph
from zulip_bridge.demo.population.world import Channel, DirectGroup, Person, Realm, World

COUNTS = {"acme": 15_000, "example": 5_700, "lumen": 2_200, "sunset": 420}
"""Ordinary messages by organization; the scripted ones come on top."""
_DAY_WEIGHTS = (1.0, 1.05, 1.05, 1.0, 0.8, 0.12, 0.1)
_HOUR_WEIGHTS = (1, 1, 0, 0, 0, 1, 2, 6, 14, 18, 16, 12, 9, 14, 16, 15, 12, 8, 5, 4, 4, 3, 2, 1)
_PERSONAL_CLIENTS = ("website", "website", "website", "ZulipElectron", "ZulipMobile", "ZulipMobile", "zulip-terminal")


@dataclass
class Speakers:
    """Who may speak somewhere: their stays with running weights."""

    stays: list[tuple[int, int, Person]]
    weights: list[float]

    def pick(self, when: int, chance: Random) -> Person | None:
        """Somebody who was there at that time, the talkative more often; None when chance finds nobody."""
        if not self.weights or self.weights[-1] == 0:
            return None
        for _ in range(8):
            came, gone, person = self.stays[bisect(self.weights, chance.random() * self.weights[-1])]
            if came <= when < gone:
                return person
        return None


def stays_in(channel: Channel) -> list[tuple[int, int, Person]]:
    """(from, until, who) of everybody who ever was in a channel and could write."""
    open_stays: dict[int, tuple[int, Person]] = {}
    stays = []
    for when, came, person in channel.comings:
        if came:
            open_stays[person.id] = (when, person)
        elif person.id in open_stays:
            since, _ = open_stays.pop(person.id)
            stays.append((since, min(when, person.silent_from), person))
    stays += [(since, person.silent_from, person) for since, person in open_stays.values()]
    return stays


def speakers(stays: list[tuple[int, int, Person]]) -> Speakers:
    """Those who may speak, weighed by how much they talk."""
    return Speakers(stays, list(accumulate(person.talk for _, _, person in stays)))


def talk(world: World) -> list[Sent]:
    """The ordinary messages of all organizations, in no particular order."""
    sent: list[Sent] = []
    for key, count in COUNTS.items():
        realm = world.realms[key]
        end = NOW_S if not realm.deactivated else NOW_S - 390 * DAY
        sent += _RealmTalk(realm, world.chance(f"talk {key}")).run(count, end)
    return sent


class _RealmTalk:
    """The ordinary messages of one organization."""

    def __init__(self, realm: Realm, chance: Random) -> None:
        self.realm = realm
        self.chance = chance
        self.stays = {channel.id: stays_in(channel) for channel in realm.channels}
        self.speakers = {channel.id: speakers(self.stays[channel.id]) for channel in realm.channels}
        self.last: dict[int, Sent] = {}
        humans = [p for p in realm.humans() if p.talk > 0]
        self.pairs = [self._pair(humans) for _ in range(len(humans) * 3)]
        self.groups = [speakers([(p.joined, p.silent_from, p) for p in g.members]) for g in realm.direct_groups]

    def _pair(self, humans: list[Person]) -> tuple[Person, Person]:
        weights = [person.talk for person in humans]
        if self.chance.random() < 0.04:
            own = self.chance.choice(humans)
            return own, own
        first, second = self.chance.choices(humans, weights, k=2)
        return first, second

    def run(self, count: int, end: int) -> list[Sent]:
        """About that many messages until `end`."""
        times = sorted(_times(self.chance, count, end))
        channels = [c for c in self.realm.channels if c.name not in ("build", "irc-bridge")]
        weights = list(accumulate(c.weight for c in channels))
        sent: list[Sent | None] = []
        for when in times:
            kind = self.chance.random()
            if kind < 0.16:
                sent.append(self._direct(when))
            elif kind < 0.22 and self.groups:
                sent.append(self._group(when))
            else:
                channel = channels[bisect(weights, self.chance.random() * weights[-1])]
                sent.append(self._channel(when, channel))
        return [message for message in sent if message is not None]

    def _client(self) -> str:
        return self.chance.choice(_PERSONAL_CLIENTS)

    def _direct(self, when: int) -> Sent | None:
        sender, receiver = self.pairs[int(self.chance.random() * len(self.pairs))]
        if self.chance.random() < 0.5:
            sender, receiver = receiver, sender
        if not (sender.joined <= when < sender.silent_from and receiver.here(when)):
            return None
        return to_person(when, sender, receiver, compose(self.chance), self._client())

    def _group(self, when: int) -> Sent | None:
        n = int(self.chance.random() ** 1.5 * len(self.groups))
        group: DirectGroup = self.realm.direct_groups[n]
        complete = all(person.joined <= when for person in group.members)
        sender = self.groups[n].pick(when, self.chance) if complete else None
        return None if sender is None else to_group(when, group, sender, compose(self.chance), self._client())

    def _channel(self, when: int, channel: Channel) -> Sent | None:
        if when < channel.created or (channel.deactivated and when > NOW_S - 300 * DAY):
            return None
        sender = self.speakers[channel.id].pick(when, self.chance)
        if sender is None:
            return None
        topic = channel.topics[int(self.chance.random() ** 1.4 * len(channel.topics))]
        if len(channel.topics) > 5 and self.chance.random() < 0.3:
            topic = f"{topic} {1 + (when // (90 * DAY)) % 8}"[:60]
        sent = to_channel(when, channel, topic, sender, compose(self.chance), self._client())
        self._embellish(sent, channel)
        self.last[channel.id] = sent
        return sent

    def _embellish(self, sent: Sent, channel: Channel) -> None:
        """Now and then a mention, a quote, an edit, a move, or something hostile."""
        odd = self.chance.random()
        if odd < 0.05:
            came, gone, other = self.chance.choice(self.stays[channel.id])
            if other.talk > 0 and came <= sent.when < gone and other is not sent.sender:
                mention(sent, other)
        elif odd < 0.08:
            quoted = self.last.get(channel.id)
            if quoted is not None and quoted.quotes is None and quoted.sender.talk > 0:
                sent.quotes = quoted
                sent.mentions = ()
        elif odd < 0.12:
            sent.edited = compose(self.chance).content
        elif odd < 0.13:
            sent.moved_from = self.chance.choice(channel.topics)
        elif odd < 0.135:
            sent.wildcard, word = self.chance.choice(
                ((flags.STREAM_WILDCARD, "all"), (flags.TOPIC_WILDCARD, "topic"))
            )
            sent.text = Text(
                f"@**{word}** {sent.text.content}",
                f'<p><span class="user-mention" data-user-id="*">@{word}</span></p>\n{sent.text.rendered}',
            )
        elif odd < 0.14:
            sent.text = paragraph(HOSTILE_BODIES[int(self.chance.random() * len(HOSTILE_BODIES))])
            sent.topic = HOSTILE_TOPICS[int(self.chance.random() * len(HOSTILE_TOPICS))]


def mention(sent: Sent, other: Person, lead: str = "") -> None:
    """Put a mention in front of a message; a name that is not the only one is followed by its id."""
    same = sum(1 for person in other.realm.people if person.full_name == other.full_name)
    name = other.full_name if same == 1 else f"{other.full_name}|{other.id}"
    escaped = other.full_name.replace("&", "&amp;").replace("<", "&lt;")
    span = f'<span class="user-mention" data-user-id="{other.id}">@{escaped}</span>'
    body, rendered = sent.text.content, sent.text.rendered
    rest = f" {rendered[3:]}" if rendered.startswith("<p>") else f"</p>\n{rendered}"
    sent.text = Text(f"{lead}@**{name}** {body}", f"<p>{lead}{span}{rest}", sent.text.link)
    sent.mentions = (*sent.mentions, other)


def _times(chance: Random, count: int, end: int) -> list[int]:
    """Times in the two years before `end`: busy on weekdays and by day, a little more so lately."""
    first = (NOW_S // DAY - HISTORY_DAYS) * DAY
    days = range((end - first) // DAY + 1)
    weights = [_DAY_WEIGHTS[(first // DAY + day + 3) % 7] * (0.7 + 0.6 * day / HISTORY_DAYS) for day in days]
    chosen = chance.choices(days, weights, k=count)
    hours = chance.choices(range(24), _HOUR_WEIGHTS, k=count)
    times = [
        first + day * DAY + hour * HOUR + int(chance.random() * 60) * MINUTE + int(chance.random() * 60)
        for day, hour in zip(chosen, hours, strict=True)
    ]
    return [when for when in times if when < end]
