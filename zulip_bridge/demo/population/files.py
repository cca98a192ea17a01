"""Uploaded files, avatars and custom emoji: what is on disk and what the database says about it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, MINUTE, NOW_S, ago, at
from zulip_bridge.demo.population.pictures import png
from zulip_bridge.demo.population.sent import Attachment, Sent
from zulip_bridge.demo.population.world import Person, Realm, Upload, World, avatar_hash, token

_URLSAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
PLAIN_NAMES = (
    "minutes.txt", "budget 2026.csv", "screenshot.png", "photo.png", "contract.pdf", "notes.md", "log.txt",
    "floor plan.png", "invoice 4711.pdf", "dump.json", "diagram.png", "sick note.pdf",
)  # fmt: skip
HOSTILE_NAMES = (
    "../../etc/passwd",
    "\x1b]52;c;SGVsbG8=\x07.txt",
    "\x9b2Jclear.csv",
    "annexe\u202egnp.exe",
    "zero\u200bwidth\ufeff.txt",
    "=cmd|' /C calc'!A0.csv",
    "<img src=x onerror=alert(1)>.png",
    "[bold]name[/bold] [/].txt",
    "a" * 180 + ".txt",
    "name\nwith newline\tand tab.txt",
    ".hidden",
    "..",
    "-rf.txt",
    "%2e%2e%2f%00.txt",
    "اسم الملف.png",
    "COM1",
    "e\u0301te\u0301 👩\u200d💻.png",
)
LOST_EVERY = 37
"""Every such attachment has no file on disk."""


def sanitized(file_name: str) -> str:
    """What remains of a file name in a path, after Zulip's rule (word characters, dots and dashes)."""
    kept = re.sub(r"[^\w\s.-]", "", unicodedata.normalize("NFKC", file_name)).strip()
    kept = re.sub(r"[-\s]+", "-", kept)
    return "uploaded-file" if kept in ("", ".", "..") else kept


def attach_files(world: World, sent: list[Sent]) -> None:
    """Give some messages files; one file is used twice, one by nobody (unclaimed)."""
    chance = world.chance("attachments")
    able = [m for m in sent if not m.sender.is_bot and not m.quotes and not m.options and not m.imported]
    marta = [m for m in able if m.sender.delivery_email == cast.MARTA]
    maria = [m for m in able if m.sender.delivery_email == cast.MARIA]
    chosen = chance.sample(able, 170) + chance.sample(marta, 60) + chance.sample(maria, 9)
    hostile = [m for m in able if m.sender.talk == 0.4]
    for n, message in enumerate({id(m): m for m in chosen}.values()):
        _attach(world, message, PLAIN_NAMES[n % len(PLAIN_NAMES)], chance)
    for n, name in enumerate(HOSTILE_NAMES):
        _attach(world, hostile[n], name, chance)
    otto = world.realms["acme"].person(cast.OTTO)
    for name in ("never sent.txt", "draft picture.png"):
        world.attachments.append(_attachment(world, otto, name, ago(3), chance))
    again = next(
        m for m in able if not m.files and m.when > NOW_S - 30 * DAY and m.sender.delivery_email == cast.MARTA
    )
    first = next(a for a in world.attachments if a.owner is again.sender)
    again.files.append(first)
    first.uses.append(again)


def _attach(world: World, message: Sent, name: str, chance: Random) -> None:
    attachment = _attachment(world, message.sender, name, message.when - MINUTE, chance)
    attachment.uses.append(message)
    message.files.append(attachment)
    world.attachments.append(attachment)


def _attachment(world: World, owner: Person, name: str, when: int, chance: Random) -> Attachment:
    number = world.book.reserve("zerver_attachment")
    directory = f"{owner.realm.id}/{int(chance.random() * 256):x}/{token(chance, 24, _URLSAFE)}"
    content, content_type, image = file_content(name, number)
    attachment = Attachment(number, owner, name, f"{directory}/{sanitized(name)}", content, content_type, when, image)
    attachment.lost = number % LOST_EVERY == 0
    return attachment


def file_content(name: str, number: int) -> tuple[bytes, str, tuple[int, int] | None]:
    """Bytes, content type and, for an image, its size."""
    if name.endswith(".png"):
        side = 24 + 8 * (number % 9)
        return png(side, number * 2_654_435), "image/png", (side, side)
    if name.endswith(".pdf"):
        body = (
            f"%PDF-1.4\n% made-up document {number}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        )
        return body.encode(), "application/pdf", None
    if name.endswith(".csv"):
        return b"name,amount\n=1+1,2\n" + b"Maria,3\n" * (number % 50), "text/csv", None
    if name.endswith(".json"):
        return b'{"made up": true}\n', "application/json", None
    return (f"A made-up file, number {number}.\n" * (1 + number % 90)).encode(), "text/plain", None


def write_attachments(world: World) -> None:
    """Rows of attachments and images, their links to messages, and the files."""
    book = world.book
    for file in world.attachments:
        channels = [m.channel for m in file.uses if m.channel is not None]
        book.put(
            "zerver_attachment",
            id=file.id,
            file_name=file.file_name,
            path_id=file.path_id,
            create_time=at(file.when),
            size=len(file.content),
            content_type=file.content_type,
            is_realm_public=any(not channel.private for channel in channels),
            is_web_public=any(channel.name == "website" for channel in channels),
            owner_id=file.owner.id,
            realm_id=file.owner.realm.id,
        )
        for message in file.uses:
            book.add("zerver_attachment_messages", attachment_id=file.id, message_id=message.id)
        if file.image is not None:
            write_image(world, file)
        if not file.lost:
            world.uploads.append(Upload(f"files/{file.path_id}", file.content))


def write_image(world: World, file: Attachment) -> None:
    """The zerver_imageattachment row of an image; its thumbnails were not made yet."""
    assert file.image is not None
    world.book.add(
        "zerver_imageattachment",
        realm_id=file.owner.realm.id,
        path_id=file.path_id,
        original_width_px=file.image[0],
        original_height_px=file.image[1],
        frames=1,
        thumbnail_metadata=[],
        content_type=file.content_type,
    )


def write_avatars(world: World) -> None:
    """Avatar files of everybody who uploaded one; of some, those of the versions before as well."""
    for person in world.everyone():
        if person.avatar:
            oldest = 1 if person.id % 3 == 0 else person.avatar_version
            for version in range(oldest, person.avatar_version + 1):
                _avatar(world, person, version)


def _avatar(world: World, person: Person, version: int) -> None:
    base = f"avatars/{person.realm.id}/{avatar_hash(person.id, version, world.avatar_salt)}"
    seed = person.id * 7_919 + version * 104_729
    for suffix, side in ((".original", 30), (".png", 20), ("-medium.png", 50)):
        world.uploads.append(Upload(base + suffix, png(side, seed)))


EMOJI = (
    ("acme", "shipit", cast.MARC, False),
    ("acme", "party-llama", cast.MARIA, False),
    ("acme", "lena-approves", cast.LENA, False),
    ("acme", "old-logo", cast.OTTO, True),
    ("example", "carrot-plus", cast.MARTA, False),
    ("lumen", "photon", "ludo@lumen.example", False),
)
"""(organization, name, author's address, deactivated)"""


def write_emoji(world: World) -> None:
    """Custom emoji and their images."""
    for key, name, author, deactivated in EMOJI:
        realm = world.realms[key]
        _emoji(world, realm, name, realm.person(author), deactivated)


def _emoji(world: World, realm: Realm, name: str, author: Person, deactivated: bool) -> None:
    number = world.book.reserve("zerver_realmemoji")
    file_name = hashlib.sha256(f"{world.avatar_salt}:{number}".encode()).hexdigest()[:8] + ".png"
    world.book.put(
        "zerver_realmemoji",
        id=number,
        realm_id=realm.id,
        name=name,
        file_name=file_name,
        author_id=author.id,
        deactivated=deactivated,
        is_animated=False,
    )
    realm.emoji[name] = number
    for suffix in ("", ".original"):
        path = f"avatars/{realm.id}/emoji/images/{file_name}{suffix}"
        world.uploads.append(Upload(path, png(32, number * 15_485_863)))


def claimed_at(file: Attachment) -> int:
    """When a file was first used."""
    return min((m.when for m in file.uses), default=file.when + HOUR)
