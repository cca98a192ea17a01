"""Channels, who is in them, and group direct message conversations."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, NOW_S, ago, at
from zulip_bridge.demo.population.groups import add_anonymous_group
from zulip_bridge.demo.population.world import (
    DIRECT_GROUP,
    GUEST,
    STREAM,
    Channel,
    DirectGroup,
    Person,
    Realm,
    World,
)


@dataclass(frozen=True)
class Plan:
    """A channel to be made."""

    name: str
    weight: float
    """Its share of the channel messages."""
    share: float
    """The share of the people who are in it."""
    topics: str
    """Separated by |."""
    kind: str = "public"
    """public, private (shared history), protected (private, history hidden), web."""
    description: str = ""
    deactivated: bool = False


_WORK = "planning|bugs|weekly sync|review queue|✔ migration|release notes|questions|retro"
PLANS: dict[str, tuple[Plan, ...]] = {
    "acme": (
        Plan("general", 5, 0.85, "introductions|lunch|office|lost and found|"),
        Plan("announcements", 0.6, 0.95, "all hands|policy|welcome", description="Only moderators write here."),
        Plan("random", 4, 0.45, "music|bikes|cats|weekend|[bold]not bold[/bold]|🎉 birthdays"),
        Plan("engineering", 9, 0.12, _WORK),
        Plan("backend", 9, 0.08, _WORK + "|database upgrade|queue backlog"),
        Plan("frontend", 7, 0.08, _WORK + "|dark theme"),
        Plan("mobile", 5, 0.06, _WORK),
        Plan("infrastructure", 7, 0.07, "alerts|capacity|on-call|backup restore test|certificates"),
        Plan("support", 8, 0.09, "escalations|macros|customer feedback|hard tickets"),
        Plan("sales", 5, 0.07, "pipeline|quotes|=SUM(A1:A9)"),
        Plan("design", 5, 0.06, "icons|type|colour|critique"),
        Plan("research", 4, 0.05, "papers|interviews|survey"),
        Plan("people-team", 4, 0.04, "contracts|sick leave|Maria Lopez", "protected", "Personnel matters."),
        Plan("leadership", 3, 0.05, "budget|hiring|board", "private"),
        Plan("security-incidents", 2, 0.05, "2025-03 phishing|2026-02 lost laptop|drill", "protected"),
        Plan("works-council", 2, 0.04, "agreements|meetings", "private"),
        Plan("moderation", 0.5, 0.03, "reports", "private", "Reported messages arrive here."),
        Plan("website", 3, 0.1, "content|translations", "web", "Readable without an account."),
        Plan("partners", 3, 0.1, "contracts|handover", description="With guests."),
        Plan("build", 3, 0.06, "nightly|release", description="Written by bots."),
        Plan("irc-bridge", 2, 0.03, "#acme|#acme-dev", description="Mirrored from another network."),
        Plan("[red]alarm[/]", 1, 0.04, "<b>bold</b>|' OR 1=1 --", description="[/] <script>alert(1)</script>"),
        Plan("قناة عامة", 1, 0.04, "تحية|שלום"),
        Plan("old-project", 1, 0.05, "wrap up", description="Closed in 2025.", deactivated=True),
    ),
    "example": (
        Plan("general", 8, 0.9, "hello|assembly|kitchen|"),
        Plan("allotments", 6, 0.3, "water|tools|harvest"),
        Plan("bookkeeping", 5, 0.2, "2025|2026|audit", "private"),
        Plan("events", 7, 0.5, "summer party|market|flea market"),
        Plan("board", 4, 0.15, "minutes|votes", "protected"),
    ),
    "lumen": (
        Plan("general", 8, 0.95, "welcome|seminar|"),
        Plan("microscopy", 6, 0.4, "bookings|calibration"),
        Plan("theory", 5, 0.3, "reading group|notation"),
        Plan("staff", 3, 0.3, "teaching", "private"),
    ),
    "sunset": (Plan("general", 5, 1.0, "goodbye"), Plan("crew", 3, 0.6, "rota|load-out", "private")),
}
SEATS: dict[str, tuple[str, ...]] = {
    cast.MARIA: ("general", "partners"),
    cast.MARC: ("general", "engineering", "infrastructure", "leadership", "people-team", "security-incidents"),
    cast.OTTO: ("general", "announcements", "leadership", "people-team", "moderation"),
    cast.LENA: ("general", "backend", "infrastructure", "people-team"),
    cast.MARTA: tuple(p.name for p in PLANS["example"]),
}
"""The channels of those whose part depends on it, by address."""
SUBSCRIPTION_COLUMNS = (
    "id", "user_profile_id", "recipient_id", "active", "is_user_active", "is_muted", "color", "pin_to_top",
    "desktop_notifications", "wildcard_mentions_notify",
)  # fmt: skip
COLORS = ("#76ce90", "#fae589", "#a6c7e5", "#e79ab5", "#bfd56f", "#f4ae55", "#b0a5fd", "#addfe5")


def make_channels(world: World) -> None:
    """Make channels with their members over time, and group conversations."""
    for key, plans in PLANS.items():
        realm = world.realms[key]
        chance = world.chance(f"channels {key}")
        for n, plan in enumerate(plans):
            _make_channel(world, realm, plan, n, chance)
        _make_direct_groups(world, realm, chance)
    acme = world.realms["acme"]
    acme.person("jira-bot@" + acme.host).special["default_sending_stream_id"] = acme.channel("support").id


def _make_channel(world: World, realm: Realm, plan: Plan, n: int, chance: Random) -> None:
    humans = [p for p in realm.humans() if not p.mirror_dummy]
    created = realm.created + n * DAY
    founders = [p for p in humans if p.joined <= created]
    creator = chance.choice(founders) if n > 1 else None
    channel_id = world.book.reserve("zerver_stream")
    channel = Channel(
        channel_id,
        world.book.add("zerver_recipient", type=STREAM, type_id=channel_id),
        realm,
        plan.name,
        plan.kind in ("private", "protected"),
        created,
        creator,
        plan.weight,
        tuple(plan.topics.split("|")),
        deactivated=plan.deactivated,
    )
    realm.channels.append(channel)
    open_to = [p for p in humans if p.role < GUEST or plan.name in ("partners", "general")]
    members = chance.sample(open_to, max(3, int(len(open_to) * plan.share)))
    _seat_the_cast(realm, channel, members, plan)
    for person in sorted(members, key=lambda p: p.id):
        came = max(created, person.joined) + int(HOUR * chance.random())
        steady = person.delivery_email in SEATS
        if chance.random() < 0.3 and not steady:
            came += int((NOW_S - came) * chance.random() * 0.7)
        if person.left is not None and came >= person.left:
            continue
        channel.comings.append((came, True, person))
        if chance.random() < 0.06 and not steady:
            channel.comings.append((came + int((NOW_S - came) * chance.random()), False, person))
    channel.comings.sort(key=lambda coming: (coming[0], coming[2].id))
    write_channel(world, channel, plan)


def _seat_the_cast(realm: Realm, channel: Channel, members: list[Person], plan: Plan) -> None:
    """Put the named people where their part needs them, and take them out of where it does not."""
    for address, names in SEATS.items():
        for person in realm.people:
            if person.delivery_email != address:
                continue
            if plan.name in names and person not in members:
                members.append(person)
            elif plan.name not in names and person in members:
                members.remove(person)


def write_channel(world: World, channel: Channel, plan: Plan) -> None:
    """The row of a channel, and that it is a default channel if it is the general one."""
    groups = channel.realm.groups
    managers = groups["role:nobody"]
    if channel.creator is not None:
        managers = add_anonymous_group(world, channel.realm, [channel.creator], [])
    writers = groups["role:moderators" if plan.name == "announcements" else "role:everyone"]
    world.book.put(
        "zerver_stream",
        id=channel.id,
        name=channel.name,
        realm_id=channel.realm.id,
        recipient_id=channel.recipient,
        creator_id=None if channel.creator is None else channel.creator.id,
        date_created=at(channel.created),
        deactivated=channel.deactivated,
        description=plan.description,
        rendered_description=f"<p>{plan.description.replace('<', '&lt;')}</p>" if plan.description else "",
        invite_only=channel.private,
        history_public_to_subscribers=plan.kind != "protected",
        is_web_public=plan.kind == "web",
        is_recently_active=not channel.deactivated,
        can_remove_subscribers_group_id=groups["role:administrators"],
        can_administer_channel_group_id=managers,
        can_send_message_group_id=writers,
        can_add_subscribers_group_id=groups["role:nobody"],
        can_subscribe_group_id=groups["role:nobody"],
    )
    if channel.name == "general":
        world.book.add("zerver_defaultstream", realm_id=channel.realm.id, stream_id=channel.id)


def _make_direct_groups(world: World, realm: Realm, chance: Random) -> None:
    people = [p for p in realm.humans() if not p.mirror_dummy and not p.never_in and p.delivery_email != cast.MARIA]
    people.sort(key=lambda p: p.joined)
    early = people[: 2 * len(people) // 3]
    groups = [
        tuple(chance.sample(early if n % 4 else people, chance.choice((3, 3, 3, 4, 5, 8))))
        for n in range(len(people) // 3)
    ]
    by_address = {person.delivery_email: person for person in people}
    if cast.MARTA in by_address:
        marta = by_address[cast.MARTA]
        groups += [(marta, *(p for p in chance.sample(people, 3) if p is not marta)) for _ in range(12)]
    if cast.LENA in by_address:
        groups.append((by_address[cast.LENA], by_address[cast.OTTO], by_address[cast.MARC]))
    seen: set[str] = set()
    for members in groups:
        members = tuple(sorted(members, key=lambda p: p.id))
        digest = direct_group_hash([person.id for person in members])
        if digest not in seen:
            seen.add(digest)
            realm.direct_groups.append(_direct_group(world, members, digest))


def _direct_group(world: World, members: tuple[Person, ...], digest: str) -> DirectGroup:
    group_id = world.book.reserve("zerver_huddle")
    recipient = world.book.add("zerver_recipient", type=DIRECT_GROUP, type_id=group_id)
    world.book.put("zerver_huddle", id=group_id, huddle_hash=digest, recipient_id=recipient, group_size=len(members))
    return DirectGroup(group_id, recipient, members)


def direct_group_hash(user_ids: list[int]) -> str:
    """Zulip's key of a group conversation (zerver/models/recipients.py, get_direct_message_group_hash)."""
    return hashlib.sha1(",".join(map(str, sorted(set(user_ids)))).encode()).hexdigest()


def write_subscriptions(world: World) -> None:
    """Everyone's subscriptions: to themselves, to channels (also those they left) and to group conversations."""
    chance = world.chance("subscriptions")
    rows = world.book.sheet("zerver_subscription", SUBSCRIPTION_COLUMNS)

    def subscribe(person: Person, recipient: int, active: bool, *, muted: bool = False, pinned: bool = False) -> None:
        subscription = world.book.reserve("zerver_subscription")
        color = COLORS[recipient % len(COLORS)]
        choice = True if pinned else None
        rows.append(
            (subscription, person.id, recipient, active, person.is_active, muted, color, pinned, choice, None)
        )

    for person in world.everyone():
        subscribe(person, person.recipient, True)
    for realm in world.realms.values():
        for channel in realm.channels:
            last = {person.id: (came, person) for _, came, person in channel.comings}
            for came, person in last.values():
                odd = chance.random()
                subscribe(person, channel.recipient, came, muted=odd < 0.05, pinned=odd > 0.97)
        for group in realm.direct_groups:
            for person in group.members:
                subscribe(person, group.recipient, True)


def write_channel_groups(world: World) -> None:
    """Default channel groups (a retired feature whose tables are still there)."""
    acme = world.realms["acme"]
    group = world.book.add("zerver_defaultstreamgroup", realm_id=acme.id, name="newcomers", description="Start here")
    for name in ("general", "random"):
        world.book.add(
            "zerver_defaultstreamgroup_streams", defaultstreamgroup_id=group, stream_id=acme.channel(name).id
        )


def last_seen(person: Person) -> int:
    """When somebody was last around: a little after their last login, at most now."""
    return min(NOW_S, (person.last_login or person.joined) + HOUR) if person.is_active else ago(0)
