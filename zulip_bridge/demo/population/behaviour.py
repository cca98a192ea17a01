"""Traces of use: presence, activity, intervals, and the analytics counts made from the messages."""

from __future__ import annotations

from collections import Counter

from zulip_bridge.demo.population.clock import DAY, HOUR, MINUTE, NOW_S, ago, at
from zulip_bridge.demo.population.personal import writers
from zulip_bridge.demo.population.sent import Sent
from zulip_bridge.demo.population.world import Person, World

QUERIES = (
    "get_events", "home_real", "send_message_backend", "update_active_status_backend", "get_messages_backend",
    "update_message_flags", "log_into_subdomain", "\x1b[2Jodd_view", "report_csp_violations",
)  # fmt: skip
COUNTED_DAYS = 90
"""How far back the counts of single users go."""


def write_behaviour(world: World) -> None:
    """All of it."""
    _presence(world)
    _activity(world)
    _user_counts(world)
    _other_counts(world)


def _last_around(person: Person) -> int:
    return min(NOW_S, person.last_login or person.joined, person.left or NOW_S)


def _presence(world: World) -> None:
    seen: Counter[int] = Counter()
    for person in writers(world):
        seen[person.realm.id] += 1
        world.book.add(
            "zerver_userpresence",
            user_profile_id=person.id,
            realm_id=person.realm.id,
            last_update_id=seen[person.realm.id],
            last_connected_time=at(_last_around(person)),
            last_active_time=at(_last_around(person) - 3 * MINUTE),
        )


def _activity(world: World) -> None:
    chance = world.chance("activity")
    odd = [number for name, number in world.clients.items() if not name.isascii() or not name.isprintable()]
    usual = [world.clients[name] for name in ("website", "ZulipMobile", "ZulipElectron", "zulip-terminal")]
    activity = world.book.sheet(
        "zerver_useractivity", ("id", "user_profile_id", "client_id", "query", "count", "last_visit")
    )
    intervals = world.book.sheet("zerver_useractivityinterval", ("id", "user_profile_id", "start", "end"))
    for person in writers(world):
        last = _last_around(person)
        clients = [usual[0], usual[1 + person.id % 3]]
        if person.talk == 0.4:
            clients.append(odd[person.id % len(odd)])
        for client in clients:
            for query in chance.sample(QUERIES, 4):
                when = at(last - int(20 * DAY * chance.random() ** 2))
                row_id = world.book.reserve("zerver_useractivity")
                activity.append((row_id, person.id, client, query, 1 + int(900 * chance.random() ** 2), when))
        for n in range(4 + int(8 * chance.random())):
            start = last - n * DAY - int(6 * HOUR * chance.random())
            length = 15 * MINUTE + int(3 * HOUR * chance.random() ** 2)
            row_id = world.book.reserve("zerver_useractivityinterval")
            intervals.append((row_id, person.id, at(start), at(start + length)))


def _kind(message: Sent) -> str:
    """The subgroup of messages_sent:message_type:day."""
    if message.channel is not None:
        return "private_stream" if message.channel.private else "public_stream"
    return "huddle_message" if len(message.people) > 2 else "private_message"


def _user_counts(world: World) -> None:
    rows = world.book.sheet(
        "analytics_usercount", ("id", "realm_id", "user_id", "property", "subgroup", "end_time", "value")
    )
    sent: Counter[tuple[int, int, str, int]] = Counter()
    read: Counter[tuple[int, int, int]] = Counter()
    first = (ago(COUNTED_DAYS) // DAY) * DAY
    for message in world.sent:
        if message.when >= first:
            end = (message.when // DAY + 1) * DAY
            sent[(message.sender.realm.id, message.sender.id, _kind(message), end)] += 1
            read[(message.sender.realm.id, message.sender.id, end)] += 3 + message.id % 40
    for (realm, user, kind, end), value in sent.items():
        number = world.book.reserve("analytics_usercount")
        rows.append((number, realm, user, "messages_sent:message_type:day", kind, at(end), value))
    for (realm, user, end), value in read.items():
        number = world.book.reserve("analytics_usercount")
        rows.append((number, realm, user, "messages_read::hour", None, at(end), value))


def _other_counts(world: World) -> None:
    """Counts by organization, by channel and of the whole installation, and how far they were made."""
    realms: Counter[tuple[int, str, int]] = Counter()
    channels: Counter[tuple[int, int, int]] = Counter()
    total: Counter[tuple[str, int]] = Counter()
    for message in world.sent:
        end = (message.when // (7 * DAY) + 1) * 7 * DAY
        is_bot = str(message.sender.is_bot).lower()
        realms[(message.realm.id, is_bot, end)] += 1
        total[(is_bot, end)] += 1
        if message.channel is not None and message.when > ago(COUNTED_DAYS):
            channels[(message.realm.id, message.channel.id, end)] += 1
    sent = "messages_sent:is_bot:hour"
    for (realm, is_bot, end), value in realms.items():
        world.book.add(
            "analytics_realmcount", realm_id=realm, property=sent, subgroup=is_bot, end_time=at(end), value=value
        )
    for (is_bot, end), value in total.items():
        world.book.add("analytics_installationcount", property=sent, subgroup=is_bot, end_time=at(end), value=value)
    for (realm, channel, end), value in channels.items():
        world.book.add(
            "analytics_streamcount",
            realm_id=realm,
            stream_id=channel,
            property="messages_in_stream:is_bot:day",
            subgroup="false",
            end_time=at(end),
            value=value,
        )
    for name in ("messages_sent:is_bot:hour", "messages_sent:message_type:day", "messages_in_stream:is_bot:day"):
        world.book.add("analytics_fillstate", property=name, end_time=at(NOW_S // HOUR * HOUR), state=1)
