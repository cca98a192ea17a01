"""What people keep for themselves: drafts, scheduled messages, snippets, muted people, followed topics, hints."""

from __future__ import annotations

from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, NOW_S, ago, at
from zulip_bridge.demo.population.sent import Attachment
from zulip_bridge.demo.population.texts import HOSTILE_BODIES, compose, paragraph
from zulip_bridge.demo.population.world import Person, World

ALERT_WORDS = ("invoice", "database", "certificate", "backup", "=alert", "[red]alert[/red]", "coffee machine")
MARIA_DRAFTS = 12
ONBOARDING = (
    "intro_inbox_view_modal", "intro_recent_view_modal", "first_stream_created_banner", "navigation_tour_video",
    "visibility_policy_banner", "intro_resolve_topic",
)  # fmt: skip


def choose_alert_words(world: World) -> None:
    """Who wants to be alerted on which words (before the messages, whose flags depend on it)."""
    chance = world.chance("alert words")
    named = [
        (world.realms["example"], cast.MARTA),
        (world.realms["acme"], cast.MARIA),
        (world.realms["acme"], cast.LENA),
    ]
    people = [realm.person(address) for realm, address in named]
    for key in ("acme", "example", "lumen"):
        people += chance.sample(world.realms[key].staff(), 8)
    for person in {p.id: p for p in people}.values():
        for word in chance.sample(ALERT_WORDS, 1 + person.id % 3):
            world.alert_words.append((person, word))


def write_personal(world: World) -> None:
    """All of it."""
    chance = world.chance("personal")
    for person, word in world.alert_words:
        world.book.add("zerver_alertword", user_profile_id=person.id, realm_id=person.realm.id, word=word)
    _drafts(world, chance)
    _scheduled_messages(world, chance)
    _snippets(world, chance)
    _muted_people(world, chance)
    _topics(world, chance)
    _onboarding(world, chance)


def writers(world: World) -> list[Person]:
    """People who use the product."""
    return [p for p in world.everyone() if not p.is_bot and not p.mirror_dummy and not p.never_in]


def _drafts(world: World, chance: Random) -> None:
    for person in writers(world):
        count = {cast.MARIA: MARIA_DRAFTS, cast.MARTA: 7, cast.LENA: 5}.get(person.delivery_email)
        if count is None:
            count = 1 + int(3 * chance.random()) if chance.random() < 0.2 else 0
        for n in range(count):
            _draft(world, person, n, chance)


def _draft(world: World, person: Person, n: int, chance: Random) -> None:
    channel = person.realm.channels[int(chance.random() * len(person.realm.channels))]
    direct = n % 3 == 1
    # The first three hostile bodies of one person are of different kinds.
    content = HOSTILE_BODIES[(0, 2, 5)[n // 4 % 3]] if n % 4 == 3 else compose(chance).content
    world.book.add(
        "zerver_draft",
        user_profile_id=person.id,
        recipient_id=(None if n % 3 == 2 else person.recipient) if direct or n % 3 == 2 else channel.recipient,
        topic="" if direct or n % 3 == 2 else channel.topics[0],
        content=content,
        last_edit_time=at(NOW_S - int(90 * DAY * chance.random())),
    )


def _scheduled_messages(world: World, chance: Random) -> None:
    """Waiting, failed and delivered ones; one with a file."""
    people = [p for p in writers(world) if p.is_active]
    chosen = chance.sample(people, 25) + [p for p in people if p.delivery_email in (cast.MARTA, cast.MARIA)] * 2
    chosen.append(world.realms["acme"].person(cast.LENA))
    unclaimed = [file for file in world.attachments if not file.uses]
    for n, person in enumerate(chosen):
        _scheduled(world, person, n, unclaimed, chance)


def _scheduled(world: World, person: Person, n: int, unclaimed: list[Attachment], chance: Random) -> None:
    channel = person.realm.channel("general") if n % 2 else None
    own = [m for m in world.sent if m.sender is person and m.channel is channel] if n % 5 == 4 else []
    text = paragraph(HOSTILE_BODIES[n]) if n < 4 else compose(chance)
    files = [file for file in unclaimed if file.owner.realm is person.realm] if n == 1 else []
    failed = not own and (n % 7 == 3 or not person.is_active)
    scheduled = world.book.add(
        "zerver_scheduledmessage",
        sender_id=person.id,
        recipient_id=channel.recipient if channel else person.recipient,
        stream_id=channel.id if channel else None,
        realm_id=person.realm.id,
        subject=channel.topics[0] if channel else "",
        content=text.content,
        rendered_content=text.rendered,
        sending_client_id=world.clients["website"],
        scheduled_timestamp=at(own[-1].when if own else NOW_S + (-DAY if failed else n * 3 * HOUR + HOUR)),
        read_by_sender=True,
        delivered=bool(own),
        delivered_message_id=own[-1].id if own else None,
        has_attachment=bool(files),
        failed=failed,
        failure_message="Message could not be sent at the scheduled time." if failed else None,
        delivery_type=1,
    )
    if files or n == 0:
        for file in unclaimed[:1]:
            world.book.add(
                "zerver_attachment_scheduled_messages", attachment_id=file.id, scheduledmessage_id=scheduled
            )


def _snippets(world: World, chance: Random) -> None:
    for person in writers(world):
        named = person.delivery_email in (cast.MARTA, cast.MARIA, cast.LENA)
        if named or chance.random() < 0.12:
            for title in ("Greeting", "=Signature", "Reply [b]no[/b]")[: 1 + person.id % 3]:
                world.book.add(
                    "zerver_savedsnippet",
                    user_profile_id=person.id,
                    realm_id=person.realm.id,
                    title=title,
                    content=compose(chance).content,
                    date_created=at(NOW_S - int(200 * DAY * chance.random())),
                )


def _muted_people(world: World, chance: Random) -> None:
    lena = world.realms["acme"].person(cast.LENA)
    pairs = {(world.realms["acme"].person(cast.MARIA), lena), (lena, world.realms["acme"].person(cast.OTTO))}
    muted = sorted(pairs, key=lambda pair: pair[0].id)
    for key in ("acme", "example"):
        people = world.realms[key].staff()
        muted += [(first, second) for first, second in (chance.sample(people, 2) for _ in range(12))]
    marta = world.realms["example"].person(cast.MARTA)
    muted += [(p, marta) for p in chance.sample(world.realms["example"].staff(), 3) if p is not marta]
    for first, second in {(a.id, b.id): (a, b) for a, b in muted}.values():
        world.book.add(
            "zerver_muteduser",
            user_profile_id=first.id,
            muted_user_id=second.id,
            date_muted=at(ago(5 + 300 * chance.random())),
        )


def _topics(world: World, chance: Random) -> None:
    """Muted (1), unmuted (2) and followed (3) topics."""
    for person in writers(world):
        if chance.random() > 0.45 and person.delivery_email not in (cast.MARTA, cast.MARIA):
            continue
        channels = chance.sample(person.realm.channels, min(4, len(person.realm.channels)))
        for n, channel in enumerate(channels):
            world.book.add(
                "zerver_usertopic",
                user_profile_id=person.id,
                stream_id=channel.id,
                recipient_id=channel.recipient,
                topic_name=channel.topics[0],
                last_updated=at(ago(300 * chance.random())),
                visibility_policy=(3, 1, 3, 2)[n],
            )


def _onboarding(world: World, chance: Random) -> None:
    for person in writers(world):
        for step in ONBOARDING[: int(chance.random() * 4)] or (ONBOARDING[:1] if person.id % 5 == 0 else ()):
            world.book.add(
                "zerver_onboardingstep",
                user_id=person.id,
                onboarding_step=step,
                timestamp=at(person.joined + int(DAY * chance.random())),
            )
    welcome = [m for m in world.sent if m.client == "internal" and m.channel is None]
    for message in welcome[:3]:
        world.book.add("zerver_onboardingusermessage", realm_id=message.realm.id, message_id=message.id, flags=0)
