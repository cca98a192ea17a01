"""Reactions and the actions on polls and to-do lists."""

from __future__ import annotations

import json

from zulip_bridge.demo.population.conversation import stays_in
from zulip_bridge.demo.population.files import EMOJI
from zulip_bridge.demo.population.sent import Sent
from zulip_bridge.demo.population.world import Person, World

UNICODE = (
    ("+1", "1f44d"), ("heart", "2764"), ("tada", "1f389"), ("eyes", "1f440"), ("joy", "1f602"), ("rocket", "1f680"),
    ("working_on_it", "1f6e0"), ("check", "2705"), ("family_man_woman_girl", "1f468-200d-1f469-200d-1f467"),
)  # fmt: skip
_COLUMNS = ("id", "user_profile_id", "message_id", "reaction_type", "emoji_name", "emoji_code")


def write_reactions(world: World, sent: list[Sent]) -> None:
    """Reactions of people who could see the message: unicode, custom and Zulip's own emoji."""
    chance = world.chance("reactions")
    rows = world.book.sheet("zerver_reaction", _COLUMNS)
    stays = {c.id: stays_in(c) for realm in world.realms.values() for c in realm.channels}
    deactivated = {name for _, name, _, gone in EMOJI if gone}
    for message in sent:
        if chance.random() > 0.14:
            continue
        if message.channel is not None:
            there = stays[message.channel.id]
            picks = [there[int(chance.random() * len(there))] for _ in range(1 + int(4 * chance.random() ** 3))]
            people = [p for came, gone, p in picks if came <= message.when < gone]
        else:
            people = [p for p in message.people if p is not message.sender and p.here(message.when)][:1]
        custom = [(name, code) for name, code in message.realm.emoji.items() if name not in deactivated]
        for person in {p.id: p for p in people if not p.never_in and not p.is_bot}.values():
            kind = chance.random()
            if kind < 0.05:
                reaction: tuple[str, str, str] = ("zulip_extra_emoji", "zulip", "zulip")
            elif kind < 0.15 and custom:
                name, code = custom[int(chance.random() * len(custom))]
                reaction = ("realm_emoji", name, str(code))
            else:
                reaction = ("unicode_emoji", *UNICODE[int(chance.random() ** 2 * len(UNICODE))])
            rows.append((world.book.reserve("zerver_reaction"), person.id, message.id, *reaction))


def write_submessages(world: World, sent: list[Sent]) -> None:
    """What makes a message a poll: its widget, options added later, votes."""
    chance = world.chance("polls")
    for message in sent:
        if not message.options:
            continue
        question, *options = message.options
        extra = {"question": question, "options": options}
        _act(world, message, message.sender, {"widget_type": "poll", "extra_data": extra})
        assert message.channel is not None
        voters = [p for p in message.channel.members(message.when) if p.here(message.when) and not p.never_in]
        for n, person in enumerate(chance.sample(voters, min(len(voters), 9))):
            if n == 4:
                option = "something else \x1b[31mentirely"
                _act(world, message, person, {"type": "new_option", "idx": 1, "option": option})
                _act(world, message, person, {"type": "vote", "key": f"{person.id},1", "vote": 1})
            else:
                _act(world, message, person, {"type": "vote", "key": f"canned,{n % len(options)}", "vote": 1})


def _act(world: World, message: Sent, sender: Person, content: dict[str, object]) -> None:
    world.book.add(
        "zerver_submessage",
        msg_type="widget",
        content=json.dumps(content),
        message_id=message.id,
        sender_id=sender.id,
    )
