"""Deleted messages, which a server keeps for thirty days in its archive tables."""

from __future__ import annotations

from random import Random

from zulip_bridge.demo.population import cast, flags
from zulip_bridge.demo.population.clock import DAY, HOUR, ago, at
from zulip_bridge.demo.population.files import file_content, sanitized
from zulip_bridge.demo.population.texts import HOSTILE_BODIES, compose, paragraph
from zulip_bridge.demo.population.world import Person, Realm, Upload, World, token

ARCHIVED = 180
"""How many messages were deleted of late."""
RETENTION, MANUAL = 1, 2
"""ArchiveTransaction.type"""


def write_archive(world: World) -> None:
    """Five archive transactions with messages, receivers, reactions, votes and files."""
    chance = world.chance("archive")
    acme, example = world.realms["acme"], world.realms["example"]
    senders = [acme.person(a) for a in (cast.MARIA, cast.LENA, cast.MARC)] + [example.person(cast.MARTA)]
    transactions = []
    for n, (kind, realm) in enumerate(
        ((MANUAL, None), (RETENTION, acme), (MANUAL, None), (RETENTION, example), (MANUAL, None))
    ):
        transactions.append((_transaction(world, kind, realm, ago(2 + 5 * n), protected=n == 2), ago(2 + 5 * n)))
    for n, message_id in enumerate(world.deleted_ids):
        transaction, deleted = transactions[n % len(transactions)]
        sender = senders[n % len(senders)]
        _archived(world, n, message_id, sender, transaction, deleted, chance)


def _transaction(world: World, kind: int, realm: Realm | None, when: int, *, protected: bool) -> int:
    return world.book.add(
        "zerver_archivetransaction",
        timestamp=at(when),
        restored=False,
        restored_timestamp=None,
        type=kind,
        realm_id=None if realm is None else realm.id,
        protect_from_deletion=protected,
    )


def _archived(
    world: World, n: int, message_id: int, sender: Person, transaction: int, deleted: int, chance: Random
) -> None:
    realm = sender.realm
    channel = realm.channel("general") if n % 3 else None
    text = paragraph(HOSTILE_BODIES[n]) if n < len(HOSTILE_BODIES) else compose(chance)
    reader = realm.staff()[n % 7]
    with_file = n % 12 == 5
    world.book.put(
        "zerver_archivedmessage",
        id=message_id,
        sender_id=sender.id,
        recipient_id=channel.recipient if channel else reader.recipient,
        realm_id=realm.id,
        sending_client_id=world.clients["website"],
        subject=channel.topics[0] if channel else "",
        content=text.content,
        rendered_content=text.rendered,
        rendered_content_version=1,
        date_sent=at(_sent_before(world, message_id, deleted)),
        has_attachment=with_file,
        has_image=False,
        has_link=with_file,
        is_channel_message=channel is not None,
        archive_transaction_id=transaction,
        edit_history=None,
    )
    private = 0 if channel else flags.IS_PRIVATE
    for person in {sender.id: sender, reader.id: reader}.values():
        _add(
            world,
            "usermessage",
            message_id=message_id,
            user_profile_id=person.id,
            flags=flags.READ | private,
        )
    if n % 6 == 1:
        _add(
            world,
            "reaction",
            message_id=message_id,
            user_profile_id=(reader if n % 12 == 1 else sender).id,
            emoji_name="eyes",
            emoji_code="1f440",
            reaction_type="unicode_emoji",
        )
    if n % 20 == 4:
        content = '{"type": "vote", "key": "canned,0", "vote": 1}'
        _add(
            world,
            "submessage",
            message_id=message_id,
            sender_id=sender.id,
            msg_type="widget",
            content=content,
        )
    if with_file:
        _archived_file(world, n, message_id, sender, deleted, chance)


def _add(world: World, table: str, **values: object) -> int:
    """Add a row to the archive of a table; like the row that was deleted, its id is one of that table's."""
    row_id = world.book.reserve(f"zerver_{table}")
    world.book.put(f"zerver_archived{table}", id=row_id, **values)
    return row_id


def _sent_before(world: World, message_id: int, deleted: int) -> int:
    """The time between those of the neighbouring ids, at the latest an hour before the deletion."""
    low, high = 0, len(world.sent) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if world.sent[middle].id < message_id else (low, middle)
    return min(world.sent[low].when, deleted - HOUR)


def _archived_file(world: World, n: int, message_id: int, sender: Person, deleted: int, chance: Random) -> None:
    name = f"deleted {n}.txt"
    path = f"{sender.realm.id}/{n % 256:x}/{token(chance, 24)}/{sanitized(name)}"
    content, content_type, _ = file_content(name, n)
    attachment = _add(
        world,
        "attachment",
        file_name=name,
        path_id=path,
        create_time=at(deleted - 2 * DAY),
        size=len(content),
        content_type=content_type,
        is_realm_public=True,
        is_web_public=False,
        owner_id=sender.id,
        realm_id=sender.realm.id,
    )
    _add(world, "attachment_messages", archivedattachment_id=attachment, archivedmessage_id=message_id)
    world.uploads.append(Upload(f"files/{path}", content))
