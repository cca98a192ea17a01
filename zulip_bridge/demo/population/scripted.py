"""Messages with a purpose: those that an export must find, those that it drops, polls, reports, hostile ones."""

from __future__ import annotations

from random import Random

from zulip_bridge.demo.population import cast, flags
from zulip_bridge.demo.population.clock import DAY, HOUR, MINUTE, NOW_S, ago, on
from zulip_bridge.demo.population.conversation import mention
from zulip_bridge.demo.population.sent import Sent, to_channel, to_group, to_person
from zulip_bridge.demo.population.texts import HOSTILE_BODIES, HOSTILE_TOPICS, Text, compose, paragraph
from zulip_bridge.demo.population.world import Realm, World

MARIA_SENT = 1204
MARIA_MENTIONED = 14


def scripted(world: World) -> list[Sent]:
    """All scripted messages, in no particular order."""
    chance = world.chance("scripted")
    acme, example = world.realms["acme"], world.realms["example"]
    return [
        *_maria(acme, chance),
        *_marta(example, chance),
        *_by_bots(acme, chance),
        *_imported(acme, chance),
        *_from_outside(acme, chance),
        *_by_system_bots(world, chance),
        *_hostile(acme, chance),
        *_polls(acme, chance),
        *_polls(example, chance),
        *_group_mentions(acme, chance),
    ]


def _some(chance: Random, since: int, until: int, count: int) -> list[int]:
    return [since + int((until - since) * chance.random()) for _ in range(count)]


def _maria(acme: Realm, chance: Random) -> list[Sent]:
    """Maria Lopez, a guest: exactly MARIA_SENT messages of hers and MARIA_MENTIONED that name her."""
    maria, marc, otto = acme.person(cast.MARIA), acme.person(cast.MARC), acme.person(cast.OTTO)
    partners, general = acme.channel("partners"), acme.channel("general")
    sent = []
    for n, when in enumerate(_some(chance, ago(720), ago(3), MARIA_SENT)):
        text = compose(chance)
        if n % 4 == 0:
            sent.append(to_person(when, maria, (marc, otto)[n % 8 == 0], text, "ZulipMobile"))
        else:
            channel = general if n % 8 == 1 else partners
            sent.append(to_channel(when, channel, channel.topics[n % len(channel.topics)], maria, text))
    for n, when in enumerate(_some(chance, ago(600), ago(10), MARIA_MENTIONED)):
        sender, channel, topic = ((marc, partners, "handover"), (otto, general, "introductions"))[n % 2]
        message = to_channel(when, channel, topic, sender, compose(chance))
        mention(message, maria)
        sent.append(message)
    for when in _some(chance, ago(700), ago(5), 180):
        sent.append(to_person(when, marc, maria, compose(chance)))
    return sent


def _marta(example: Realm, chance: Random) -> list[Sent]:
    """Marta Heavy writes to herself and to everybody."""
    marta = example.person(cast.MARTA)
    others = [p for p in example.staff() if p is not marta]
    sent = []
    for n, when in enumerate(_some(chance, ago(700), NOW_S - 4 * HOUR, 900)):
        other = chance.choice(others)
        if n % 15 == 0:
            sent.append(to_person(when, marta, marta, compose(chance), "ZulipMobile"))
        elif other.here(when):
            pair = (marta, other) if n % 2 else (other, marta)
            sent.append(to_person(when, *pair, compose(chance)))
    return sent


def _by_bots(acme: Realm, chance: Random) -> list[Sent]:
    """Bots write to channels in which they are not: these messages have no row of the sender in UserMessage."""
    plans = (
        ("github", "build", "nightly", "ZulipGitHubWebhook", 240, "octo pushed 3 commits to branch main."),
        ("monitoring", "infrastructure", "alerts", "ZulipMonitoring", 160, "CRITICAL: disk usage on db1 is 91 %."),
        ("jira", "support", "hard tickets", "ZulipJiraWebhook", 90, "ACME-4711 was resolved by Marc Admin."),
        ("hubert", "random", "weekend", "ZulipPython", 60, "Today's lunch: soup."),
        ("irc-mirror", "irc-bridge", "#acme", "irc_mirror", 40, "zoe joined #acme."),
    )
    sent = []
    for local, channel_name, topic, client, count, words in plans:
        bot = acme.person(f"{local}-bot@{acme.host}")
        for n, when in enumerate(_some(chance, ago(720), ago(0.1), count)):
            text = paragraph(f"{words} ({n})")
            sent.append(to_channel(when, acme.channel(channel_name), topic, bot, text, client))
    answers = acme.person(f"answers-bot@{acme.host}")
    for when in _some(chance, ago(500), ago(1), 60):
        person = acme.person((cast.MARC, cast.OTTO, "zora@acme.example")[when % 3])
        if person.here(when):
            sent.append(to_person(when, person, answers, paragraph("How many days of leave do I have?")))
            sent.append(to_person(when + 2, answers, person, paragraph("Computing..."), "ZulipPython"))
    return sent


def _imported(acme: Realm, chance: Random) -> list[Sent]:
    """An import: nobody has UserMessage rows for these, so export_single_user drops them."""
    bridge = acme.channel("irc-bridge")
    dummies = [p for p in acme.people if p.mirror_dummy and not p.deleted]
    known = [acme.person(address) for address in (cast.OTTO, cast.MARC, cast.LENA)]
    sent = []
    for n, when in enumerate(_some(chance, ago(729), ago(640), 240)):
        sender = known[n % 3] if n % 4 == 0 else dummies[n // 4 % len(dummies)]
        message = to_channel(when, bridge, bridge.topics[n % 2], sender, compose(chance), "irc_mirror")
        message.imported = True
        sent.append(message)
    return sent


def _from_outside(acme: Realm, chance: Random) -> list[Sent]:
    """People write to public channels which they are not in: no UserMessage row of the sender either."""
    sent = []
    for address, channel_name, count in (
        (cast.MARC, "sales", 23),
        (cast.LENA, "design", 17),
        (cast.OTTO, "mobile", 5),
    ):
        for when in _some(chance, ago(600), ago(60), count):
            channel = acme.channel(channel_name)
            sent.append(to_channel(when, channel, channel.topics[0], acme.person(address), compose(chance)))
    return sent


def _by_system_bots(world: World, chance: Random) -> list[Sent]:
    """Welcome messages, notifications of resolved topics, reports to the moderators."""
    internal = {p.delivery_email.split("@")[0]: p for p in world.realms["zulipinternal"].people}
    sent = []
    for realm in world.realms.values():
        for person in realm.humans():
            if person.joined > ago(720) and not person.mirror_dummy:
                text = paragraph("Hello, and welcome!\n\nThis is a direct message from me, Welcome Bot.")
                sent.append(to_person(person.joined + MINUTE, internal["welcome-bot"], person, text, "internal"))
    acme = world.realms["acme"]
    for n, when in enumerate(_some(chance, ago(500), ago(2), 25)):
        bad, reporter = acme.person(cast.LENA), acme.person("mona@acme.example")
        text = Text(
            f"@_**{reporter.full_name}|{reporter.id}** reported a message sent by @_**{bad.full_name}|{bad.id}**."
            "\n- Reason: **other**\n```quote\nThis is what was said.\n```",
            f'<p><span class="user-mention silent" data-user-id="{reporter.id}">{reporter.full_name}</span> reported'
            f' a message of <span class="user-mention silent" data-user-id="{bad.id}">{bad.full_name}</span></p>',
        )
        topic = "reports" if n % 2 else f"{bad.full_name}'s moderation requests"
        sent.append(
            to_channel(when, acme.channel("moderation"), topic, internal["notification-bot"], text, "internal")
        )
    return sent


def _hostile(acme: Realm, chance: Random) -> list[Sent]:
    """Every hostile body once in a channel, once as a direct message to Marc; every hostile topic."""
    general, otto, marc = acme.channel("general"), acme.person(cast.OTTO), acme.person(cast.MARC)
    senders = [p for p in acme.people if p.talk == 0.4]
    sent = []
    for n, body in enumerate(HOSTILE_BODIES):
        sender = senders[n % len(senders)]
        when = ago(90) + n * 2 * DAY
        sent.append(to_channel(when, general, HOSTILE_TOPICS[n % len(HOSTILE_TOPICS)], sender, paragraph(body)))
        sent.append(to_person(when + HOUR, sender, marc, paragraph(body)))
        sent.append(to_person(when + 2 * HOUR, otto, sender, paragraph("Please stop testing in production.")))
    for sender in senders:
        greeting = to_channel(ago(80) + sender.id * HOUR, general, "introductions", otto, compose(chance))
        mention(greeting, sender, "Welcome ")
        sent.append(greeting)
    return sent


def _polls(realm: Realm, chance: Random) -> list[Sent]:
    """Polls and a to-do list; the votes are submessages."""
    general = realm.channel("general")
    people = [p for p in general.members() if p.is_active and p.talk > 0]
    questions = (
        ("Where do we eat?", ("Pizza", "Soup", "[bold]Salad[/bold]")),
        ("Office on Friday?", ("yes", "no", "=1+1")),
        ("Name of the new meeting room?", ("Ada", "Grace", "\x1b[2JEmmy", "<b>Hedy</b>")),
    )
    sent = []
    for n, when in enumerate(_some(chance, ago(400), ago(3), 24)):
        question, options = questions[n % 3]
        sender = chance.choice([p for p in people if p.here(when)])
        message = to_channel(
            when, general, "lunch" if realm.string_id == "acme" else "kitchen", sender,
            paragraph("\n".join((f"/poll {question}", *options))),
        )  # fmt: skip
        message.options = (question, *options)
        sent.append(message)
    return sent


def _group_mentions(acme: Realm, chance: Random) -> list[Sent]:
    """Mentions of a user group, and a group conversation about Lena before she left."""
    sent = []
    marc, engineering = acme.person(cast.MARC), acme.channel("engineering")
    group = acme.named_groups["engineering"]
    for when in _some(chance, ago(700), ago(1), 20):
        message = to_channel(when, engineering, "questions", marc, compose(chance))
        message.text = Text(
            f"@*engineering* {message.text.content}",
            f'<p><span class="user-group-mention" data-user-group-id="{group}">@engineering</span></p>\n'
            + message.text.rendered,
        )
        message.wildcard = flags.GROUP_MENTIONED
        sent.append(message)
    lena, otto = acme.person(cast.LENA), acme.person(cast.OTTO)
    trio = next(g for g in acme.direct_groups if {lena, otto, marc} == set(g.members))
    for n, when in enumerate(_some(chance, on(2026, 6, 1), ago(50), 40)):
        sent.append(to_group(when, trio, trio.members[n % 3], compose(chance)))
    return sent
