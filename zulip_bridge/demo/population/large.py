"""The large population: an organization of 20,000 people around one heavy user, for benchmarks.

What is small is made here like everything else; messages and who received them are made by the database
(see large_messages).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from zulip_bridge.demo.population import channels, groups, people, profile, realms
from zulip_bridge.demo.population.audit import USER_CREATED, USER_DEACTIVATED
from zulip_bridge.demo.population.clock import DAY, HOUR, NOW_S, ago, at, on
from zulip_bridge.demo.population.credentials import write_sessions
from zulip_bridge.demo.population.names import full_names, local_part
from zulip_bridge.demo.population.sent import Attachment
from zulip_bridge.demo.population.world import (
    ADMIN,
    DIRECT_GROUP,
    GUEST,
    MEMBER,
    OWNER,
    PERSONAL,
    STREAM,
    Channel,
    Person,
    Realm,
    Upload,
    World,
    token,
)

PEOPLE = 20_000
TEAMS = 400
"""Channels of six people each; the heavy user is in the first HEAVY_TEAMS of them as well."""
HEAVY_TEAMS = 300
GROUPS = 800
"""Group conversations of the heavy user with three others."""
PEERS = 400
"""How many people exchange direct messages with the heavy user."""
FILES = 500
FILE_BYTES = 76_000
"""Average size of the heavy user's files."""
HEAVY = "heavy@big.example"


@dataclass(eq=False, repr=False)
class Large:
    """What the database needs to know to make the messages."""

    realm: Realm
    heavy: Person
    general: Channel
    teams: list[Channel] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    """Recipients of the group conversations."""
    seats: list[tuple[int, int]] = field(default_factory=list)
    """(recipient, user) of channels and group conversations."""
    files: list[Attachment] = field(default_factory=list)


def team_member(team: int, seat: int) -> int:
    """Index of one of the six people of a team (0 and 1 are the owner and the heavy user)."""
    return 2 + (team * 61 + seat * 3331) % (PEOPLE - 10)


def group_member(group: int, seat: int) -> int:
    """Index of one of the three others of a group conversation."""
    return 2 + (group * 17 + seat * 4441) % (PEOPLE - 10)


def compose_large(world: World) -> Large:
    """Add the organization `big` to the world; its messages are still to come."""
    realm = Realm(world.book.reserve("zerver_realm"), "big", "Big Company", on(2021, 1, 4))
    chance = world.chance("big")
    _recruit(world, realm, chance)
    groups.make_system_groups(world, realm)
    large = _channels(world, realm)
    realms.write_realm(world, realm)
    groups.write_role_memberships(world, realm, NOW_S)
    for person in realm.people:
        people.write_person(world, person, chance)
    _direct_groups(world, large)
    _subscriptions(world, large)
    _traces(world, realm, chance)
    profile.write_realm_profiles(world, realm, share=0.3)
    write_sessions(world, large.heavy, 3, chance)
    _files(world, large)
    return large


def _recruit(world: World, realm: Realm, chance: Random) -> None:
    owner = Person(realm, "Olga Overseer", "olga@big.example", OWNER, realm.created, last_login=ago(1))
    heavy = Person(realm, "Marta Heavy", HEAVY, MEMBER, on(2022, 3, 1), last_login=NOW_S - 3 * HOUR)
    heavy.timezone, heavy.language = "Europe/Berlin", "de"
    realm.people = [owner, heavy]
    busy = {team_member(team, seat) for team in range(TEAMS + 1) for seat in range(6)}
    busy |= {group_member(group, seat) for group in range(GROUPS) for seat in range(3)} | set(range(2, 2 + PEERS))
    names = full_names(chance, 6000)
    for n in range(2, PEOPLE):
        name = names[n % 6000] if n < 6000 else f"{names[n % 6000]} {'ABCDEFGHIJKLMNOP'[n // 6000]}."
        joined = realm.created + int((ago(740) - realm.created) * n / PEOPLE)
        person = Person(
            realm,
            name,
            f"{local_part(name)}{n}@big.example",
            ADMIN if n % 1999 == 5 else MEMBER,
            joined,
            last_login=NOW_S - int(60 * DAY * chance.random() ** 3),
            timezone="Europe/London",
        )
        if n not in busy:
            person.role = GUEST if n % 17 == 3 else person.role
            _retire(person, n)
        realm.people.append(person)
    first = world.book.reserve("zerver_userprofile", PEOPLE)
    recipients = world.book.sheet("zerver_recipient", ("id", "type", "type_id"))
    for n, person in enumerate(realm.people):
        person.id = first + n
        person.recipient = world.book.reserve("zerver_recipient")
        recipients.append((person.recipient, PERSONAL, person.id))


def _retire(person: Person, n: int) -> None:
    if n % 8 == 1:
        person.left = ago(30 + n % 600)
        person.last_login = person.left - DAY
    elif n % 13 == 2:
        person.never_in, person.last_login = True, None


def _channels(world: World, realm: Realm) -> Large:
    made = []
    for n in range(TEAMS + 1):
        plan = channels.Plan(
            "general" if n == 0 else f"team {n:03}", 1, 0, "topic", "private" if n % 4 == 3 else "public"
        )
        channel_id = world.book.reserve("zerver_stream")
        recipient = world.book.add("zerver_recipient", type=STREAM, type_id=channel_id)
        channel = Channel(
            channel_id, recipient, realm, plan.name, plan.kind == "private", realm.created, None, 1, ("topic",)
        )
        channels.write_channel(world, channel, plan)
        made.append(channel)
    realm.channels = made
    large = Large(realm, realm.people[1], made[0], made[1:])
    large.seats += [(made[0].recipient, person.id) for person in realm.people if person.is_active]
    for team, channel in enumerate(large.teams, 1):
        members = [realm.people[team_member(team, seat)] for seat in range(6)]
        if team <= HEAVY_TEAMS:
            members.append(large.heavy)
        large.seats += [(channel.recipient, person.id) for person in members]
    return large


def _direct_groups(world: World, large: Large) -> None:
    for group in range(GROUPS):
        members = [large.heavy, *(large.realm.people[group_member(group, seat)] for seat in range(3))]
        group_id = world.book.reserve("zerver_huddle")
        recipient = world.book.add("zerver_recipient", type=DIRECT_GROUP, type_id=group_id)
        digest = channels.direct_group_hash([person.id for person in members])
        world.book.put(
            "zerver_huddle", id=group_id, huddle_hash=digest, recipient_id=recipient, group_size=len(members)
        )
        large.groups.append(recipient)
        large.seats += [(recipient, person.id) for person in members]


def _subscriptions(world: World, large: Large) -> None:
    rows = world.book.sheet("zerver_subscription", channels.SUBSCRIPTION_COLUMNS)
    own = [(person.recipient, person.id) for person in large.realm.people]
    active = {person.id: person.is_active for person in large.realm.people}
    for recipient, user in own + large.seats:
        number = world.book.reserve("zerver_subscription")
        rows.append((number, user, recipient, True, active[user], False, "#76ce90", False, None, None))


def _traces(world: World, realm: Realm, chance: Random) -> None:
    """Audit rows, presence and activity of everybody."""
    audit = world.book.sheet(
        "zerver_realmauditlog",
        ("id", "realm_id", "event_type", "event_time", "acting_user_id", "modified_user_id", "extra_data"),
    )
    presence = world.book.sheet(
        "zerver_userpresence",
        ("id", "user_profile_id", "realm_id", "last_update_id", "last_connected_time", "last_active_time"),
    )
    activity = world.book.sheet(
        "zerver_useractivity", ("id", "user_profile_id", "client_id", "query", "count", "last_visit")
    )
    owner = realm.people[0].id
    for person in realm.people:
        number = world.book.reserve("zerver_realmauditlog")
        audit.append((number, realm.id, USER_CREATED, at(person.joined), None, person.id, {}))
        if person.left is not None:
            number = world.book.reserve("zerver_realmauditlog")
            audit.append((number, realm.id, USER_DEACTIVATED, at(person.left), owner, person.id, {}))
        if person.last_login is None:
            continue
        seen = at(person.last_login)
        number = world.book.reserve("zerver_userpresence")
        presence.append((number, person.id, realm.id, number, seen, seen))
        for query in ("get_events", "send_message_backend"):
            count = 1 + int(5000 * chance.random() ** 3)
            number = world.book.reserve("zerver_useractivity")
            activity.append((number, person.id, world.clients["website"], query, count, seen))


def _files(world: World, large: Large) -> None:
    chance = world.chance("big files")
    for n in range(FILES):
        number = world.book.reserve("zerver_attachment")
        name = f"measurement {n:03}.bin"
        path = f"{large.realm.id}/{n % 256:x}/{token(chance, 24)}/measurement-{n:03}.bin"
        content = chance.randbytes(FILE_BYTES // 2 + n * FILE_BYTES // FILES)
        kind = "application/octet-stream"
        file = Attachment(number, large.heavy, name, path, content, kind, ago(700 - n))
        file.lost = n in (77, 333)
        large.files.append(file)
        world.book.put(
            "zerver_attachment",
            id=file.id,
            file_name=name,
            path_id=path,
            create_time=at(file.when),
            size=len(content),
            content_type=kind,
            is_realm_public=False,
            is_web_public=False,
            owner_id=large.heavy.id,
            realm_id=large.realm.id,
        )
        if not file.lost:
            world.uploads.append(Upload(f"files/{path}", content))
