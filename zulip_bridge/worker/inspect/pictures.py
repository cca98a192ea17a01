"""Avatars that the storage has of a person, also of earlier versions, and the custom emoji that they uploaded."""

from __future__ import annotations

from datetime import datetime, timezone

from django.db import connection

from zulip_bridge.api.files import AvatarFile, EmojiFile, Pictures, ReadPictures
from zulip_bridge.api.people import Person

from .. import compat
from ..context import Context
from ..instants import iso
from ..people import person_by_id
from ..person import AVATARS
from .stored import Looking

ENDINGS = (".original", ".png", "-medium.png", "")
"""As uploaded, as shown, larger; without an ending in a bucket."""

MOST_VERSIONS = 200
MOST_EMOJI = 500


def read_pictures(request: ReadPictures, context: Context) -> Pictures:
    """Answer :class:`ReadPictures`."""
    person = person_by_id(request.person_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT avatar_source, avatar_version FROM zerver_userprofile WHERE id = %s", [person.id])
        source, version = cursor.fetchone()
    looking = Looking(context.check)
    avatars, unchecked = _avatars(person, version, looking)
    return Pictures(AVATARS.get(source, source), version, avatars, unchecked, _emoji(person, looking))


def _avatars(person: Person, current: int, looking: Looking) -> tuple[list[AvatarFile], int]:
    found: list[AvatarFile] = []
    looked_for: set[str] = set()
    versions = range(current, max(0, current - MOST_VERSIONS), -1)
    for done, version in enumerate(versions):
        if looking.is_over:
            return found, len(versions) - done
        base, versioned = compat.avatar_base(person.id, version, person.realm_id)
        if base in looked_for:
            break
        looked_for.add(base)
        for key in (f"{base}{ending}" for ending in ENDINGS):
            answer = looking.at("avatars", key)
            if answer.size is not None:
                modified = _moment(answer.modified)
                found.append(
                    AvatarFile(key, version if versioned else None, version == current, answer.size, modified)
                )
    return found, 0


def _emoji(person: Person, looking: Looking) -> list[EmojiFile]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, name, realm_id, file_name, deactivated, is_animated FROM zerver_realmemoji
            WHERE author_id = %s ORDER BY id LIMIT %s
            """,
            [person.id, MOST_EMOJI],
        )
        rows = cursor.fetchall()
    emoji = []
    for emoji_id, name, realm_id, file_name, deactivated, animated in rows:
        key = compat.emoji_path(realm_id, file_name) if file_name else ""
        answer = looking.at("avatars", key)
        emoji.append(
            EmojiFile(emoji_id, name, key, deactivated, animated, answer.stored, answer.size, answer.trouble)
        )
    return emoji


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else iso(datetime.fromtimestamp(seconds, timezone.utc))
