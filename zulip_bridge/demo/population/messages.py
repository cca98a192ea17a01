"""Numbers the messages and writes their rows: zerver_message, zerver_usermessage, edit history."""

from __future__ import annotations

import html
import json
from random import Random

from zulip_bridge.demo.population import flags
from zulip_bridge.demo.population.clock import DAY, MINUTE, NOW_S, at
from zulip_bridge.demo.population.roster import Roster
from zulip_bridge.demo.population.sent import Sent
from zulip_bridge.demo.population.texts import paragraph
from zulip_bridge.demo.population.world import Realm, World

_MESSAGE_COLUMNS = (
    "id", "sender_id", "recipient_id", "realm_id", "sending_client_id", "type", "subject", "content",
    "rendered_content", "rendered_content_version", "date_sent", "last_edit_time", "edit_history",
    "has_attachment", "has_image", "has_link", "is_channel_message",
)  # fmt: skip
_USER_MESSAGE_COLUMNS = ("id", "flags", "message_id", "user_profile_id")


def number(world: World, sent: list[Sent], gaps: int) -> None:
    """Give ids in order of time; `gaps` ids in between are left to messages that were deleted since."""
    sent.sort(key=lambda message: message.when)
    every = len(sent) // (gaps + 1) if gaps else len(sent) + 1
    for n, message in enumerate(sent, 1):
        message.id = world.book.reserve("zerver_message")
        if gaps and n % every == 0:
            world.deleted_ids.append(world.book.reserve("zerver_message"))
    for realm in world.realms.values():
        for person in realm.people:
            if person.idle_since is not None:
                person.special["last_active_message_id"] = _last_before(sent, person.idle_since)


def _last_before(sent: list[Sent], when: int) -> int | None:
    low, high = 0, len(sent)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if sent[middle].when <= when else (low, middle)
    return sent[low - 1].id if low else None


def write_messages(world: World, sent: list[Sent]) -> None:
    """The zerver_message rows of numbered messages."""
    rows = world.book.sheet("zerver_message", _MESSAGE_COLUMNS)
    for message in sent:
        _finish(message)
        history, edited = _history(message)
        in_channel = message.channel is not None
        rows.append((
            message.id, message.sender.id, message.recipient, message.realm.id, world.clients[message.client], 1,
            message.topic, message.content, message.rendered, 1, at(message.when),
            None if edited is None else at(edited), history, bool(message.files),
            any(file.image for file in message.files), message.text.link or bool(message.files), in_channel,
        ))  # fmt: skip


def _finish(message: Sent) -> None:
    """Put the quote, which needs the quoted message's id, in front, and the files behind."""
    content, rendered = message.text.content, message.text.rendered
    if message.quotes is not None:
        lead, rendered_lead = _quote(message.quotes)
        content, rendered = f"{lead}\n{content}", f"{rendered_lead}\n{rendered}"
    for file in message.files:
        url = f"/user_uploads/{file.path_id}"
        name = file.path_id.rsplit("/", 1)[1]
        content += f"\n[{name}]({url})"
        rendered += f'\n<p><a href="{url}">{html.escape(name)}</a></p>'
        if file.image:
            rendered += f'\n<div class="message_inline_image"><a href="{url}"><img src="{url}"></a></div>'
    message.content, message.rendered = content, rendered


def _quote(quoted: Sent) -> tuple[str, str]:
    who = quoted.sender
    name = html.escape(who.full_name, quote=False)
    channel = 0 if quoted.channel is None else quoted.channel.id
    link = f"https://{quoted.realm.host}/#narrow/channel/{channel}/near/{quoted.id}"
    fence = "````" if "```" in quoted.content else "```"
    content = f"@_**{who.full_name}|{who.id}** [said]({link}):\n{fence}quote\n{quoted.content}\n{fence}"
    rendered = (
        f'<p><span class="user-mention silent" data-user-id="{who.id}">{name}</span> <a href="{link}">said</a>:</p>\n'
        f"<blockquote>\n{quoted.rendered}\n</blockquote>"
    )
    return content, rendered


def _history(message: Sent) -> tuple[str | None, int | None]:
    """edit_history as Zulip keeps it, newest first, and the time of the newest entry."""
    entries: list[dict[str, object]] = []
    when = message.when
    if message.moved_from is not None and message.moved_from != message.topic:
        when += 9 * MINUTE
        entries.insert(
            0,
            {
                "user_id": message.sender.id,
                "timestamp": when,
                "prev_topic": message.moved_from,
                "topic": message.topic,
            },
        )
        if message.id % 3 == 0 and message.channel not in (None, message.realm.channels[0]):
            assert message.channel is not None
            entries[0] |= {"prev_stream": message.realm.channels[0].id, "stream": message.channel.id}
    if message.edited is not None:
        when += 5 * MINUTE
        entry = {
            "user_id": message.sender.id,
            "timestamp": when,
            "prev_content": message.edited,
            "prev_rendered_content": paragraph(message.edited).rendered,
            "prev_rendered_content_version": 1,
        }
        entries.insert(0, entry)
    return (json.dumps(entries), when) if entries else (None, None)


def write_user_messages(world: World, sent: list[Sent]) -> None:
    """One row per message and receiver, with its flags."""
    rows = world.book.sheet("zerver_usermessage", _USER_MESSAGE_COLUMNS)
    chance = world.chance("flags")
    rosters = {c.id: Roster(c) for realm in world.realms.values() for c in realm.channels}
    alerts = {realm.id: _alerts(world, realm) for realm in world.realms.values()}
    last = 0
    for message in sent:
        if message.imported:
            continue
        received = _received(message, rosters, chance)
        for word, people in alerts[message.realm.id].items():
            if word in message.content:
                for user_id in people & received.keys():
                    received[user_id] |= flags.HAS_ALERT_WORD
        message_id = message.id
        for user_id, bits in received.items():
            last += 1
            rows.append((last, bits, message_id, user_id))
    last = world.book.reserve("zerver_usermessage", last) + last - 1
    _write_historical(world, sent, chance)


def _received(message: Sent, rosters: dict[int, Roster], chance: Random) -> dict[int, int]:
    """The flags of everybody who gets a row for the message."""
    when = message.when
    if message.channel is None:
        received = {
            p.id: flags.IS_PRIVATE | (when < p.read_until and flags.READ)
            for p in message.people
            if p.left is None or when < p.left
        }
        _push(message, received, when)
    else:
        roster = rosters[message.channel.id]
        received = {user: int(when < until) for user, until in roster.advance(when).items()}
        if message.wildcard:
            received = {user: bits | message.wildcard for user, bits in received.items()}
        for person in message.mentions:
            if person.id in received or (person.idle_since is not None and person.idle_since <= when):
                received[person.id] = received.get(person.id, int(when < person.read_until)) | flags.MENTIONED
    sender = message.sender.id
    if sender in received:
        received[sender] |= flags.READ
    odd = chance.random()
    if odd < 0.05 and received:
        lucky = list(received)[int(chance.random() * len(received))]
        received[lucky] |= flags.STARRED | flags.READ if odd < 0.04 else flags.COLLAPSED
    return received


def _push(message: Sent, received: dict[int, int], when: int) -> None:
    """Unread direct messages of the last days still have a notification on some phones."""
    if when > NOW_S - 10 * DAY:
        for user_id, bits in received.items():
            if not bits & flags.READ and user_id != message.sender.id and user_id % 3 == 0:
                received[user_id] = bits | flags.ACTIVE_PUSH


def _alerts(world: World, realm: Realm) -> dict[str, set[int]]:
    words: dict[str, set[int]] = {}
    for person, word in world.alert_words:
        if person.realm is realm:
            words.setdefault(word, set()).add(person.id)
    return words


def _write_historical(world: World, sent: list[Sent], chance: Random) -> None:
    """Rows of people who were not in a public channel but starred one of its messages later."""
    rows = world.book.sheet("zerver_usermessage", _USER_MESSAGE_COLUMNS)
    public = [m for m in sent if m.channel is not None and not m.channel.private]
    for message in chance.sample(public, 80):
        assert message.channel is not None
        ever = {person.id for _, _, person in message.channel.comings} | {p.id for p in message.mentions}
        outside = [p for p in message.realm.staff() if p.id not in ever and p is not message.sender]
        if outside:
            person = outside[int(chance.random() * len(outside))]
            bits = flags.READ | flags.STARRED | flags.HISTORICAL
            rows.append((world.book.reserve("zerver_usermessage"), bits, message.id, person.id))
