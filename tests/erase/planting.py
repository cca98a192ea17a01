"""Somebody with personal data in every place that Zulip's deletion leaves (facts.md 4.3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from tests.erase.keyless import OLD_ADDRESS, SUBJECT, plant_codes, plant_half_registered, plant_links
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.paths import Places

OLD_NAME = "Lena Formerly-Known"


@dataclass(frozen=True)
class Subject:
    """Who is going to be erased. ``pictures`` are all files of the avatar, ``archived`` is a deleted message's file;
    ``bot`` owns ``bot_files``.
    """

    id: int
    realm_id: int
    addresses: list[str]
    names: list[str]
    pictures: list[str]
    archived: str
    bot: int
    bot_files: list[str]


def plant(database: Database, install: DemoInstall) -> Subject:
    """Add what facts.md 4.3 lists to the demo's richest member."""
    ((person, realm, api_address, name),) = rows(
        database, "SELECT id, realm_id, email, full_name FROM zerver_userprofile WHERE delivery_email = %s", SUBJECT
    )
    _plant_invitations(database, person, realm)
    _plant_earlier_self(database, person, realm)
    _plant_in_others(database, person, realm)
    _plant_files(database, install, person, realm)
    plant_codes(database, person)
    archived = _plant_archived(database, install, person, realm)
    plant_half_registered(database, realm)
    plant_links(database, person, realm)
    bot, bot_files = _plant_bot(database, install, person, realm)
    addresses = list(dict.fromkeys([SUBJECT, api_address, OLD_ADDRESS]))
    pictures = [name for version in VERSIONS for name in plant_pictures(install, realm, person, version)]
    return Subject(person, realm, addresses, [name, OLD_NAME], pictures, archived, bot, bot_files)


INVITATION = """
    INSERT INTO zerver_preregistrationuser
    (email, full_name, full_name_validated, invited_at, realm_creation, notify_referrer_on_join, password_required,
     status, invited_as, include_realm_default_subscriptions, realm_id, referred_by_id)
    VALUES (%s, %s, false, now(), false, true, true, 0, 400, true, %s, %s)
"""


def _plant_invitations(database: Database, person: int, realm: int) -> None:
    database.execute(INVITATION, [OLD_ADDRESS.upper(), "Lena", realm, None])
    database.execute(INVITATION, ["invited@acme.example", "Somebody Else", realm, person])
    database.execute(
        """INSERT INTO confirmation_confirmation
           (content_type_id, object_id, date_sent, confirmation_key, type, realm_id)
           SELECT id, %s, now(), 'planted-unsubscribe', 4, %s FROM django_content_type
           WHERE app_label = 'zerver' AND model = 'userprofile'""",
        [person, realm],
    )
    for address, kind, data in (
        (SUBJECT, 1, {"template_prefix": "welcome"}),
        ("invited@acme.example", 3, {"context": {"referrer_email": SUBJECT}}),
    ):
        database.execute(
            """INSERT INTO zerver_scheduledemail (scheduled_timestamp, type, address, data, realm_id)
               VALUES (now(), %s, %s, %s, %s)""",
            [kind, address, json.dumps(data), realm],
        )


def _plant_earlier_self(database: Database, person: int, realm: int) -> None:
    database.execute(
        """INSERT INTO zerver_emailchangestatus (new_email, old_email, updated_at, status, realm_id, user_profile_id)
           VALUES (%s, %s, now(), 1, %s, %s)""",
        [SUBJECT, OLD_ADDRESS, realm, person],
    )
    database.execute(
        """INSERT INTO zerver_realmauditlog (event_time, backfilled, event_type, extra_data, realm_id, acting_user_id,
           modified_user_id) VALUES (now(), false, 124, %s, %s, %s, %s)""",
        [json.dumps({"1": OLD_NAME, "2": "Lena Leaver"}), realm, person, person],
    )


def _plant_in_others(database: Database, person: int, realm: int) -> None:
    other = value(
        database,
        """SELECT id FROM zerver_userprofile WHERE realm_id = %s AND id <> %s AND is_active AND NOT is_bot
           ORDER BY id LIMIT 1""",
        realm,
        person,
    )
    database.execute(
        """INSERT INTO zerver_realmauditlog (event_time, backfilled, event_type, extra_data, realm_id, acting_user_id,
           modified_user_id) VALUES (now(), false, 105, '{}', %s, %s, %s), (now(), false, 207, '{}', %s, %s, NULL)""",
        [realm, person, other, realm, person],
    )
    database.execute(
        "INSERT INTO zerver_muteduser (date_muted, muted_user_id, user_profile_id) VALUES (now(), %s, %s)"
        " ON CONFLICT DO NOTHING",
        [person, other],
    )
    field = column(database, "SELECT id FROM zerver_customprofilefield WHERE realm_id = %s AND field_type = 6", realm)
    for number in field[:1]:
        database.execute(
            """INSERT INTO zerver_customprofilefieldvalue (value, field_id, user_profile_id, rendered_value)
               VALUES (%s, %s, %s, NULL)
               ON CONFLICT (user_profile_id, field_id) DO UPDATE SET value = excluded.value""",
            [f"[{person}, {other}]", number, other],
        )
    database.execute(
        """INSERT INTO social_auth_usersocialauth (provider, uid, user_id, created, modified, extra_data)
           SELECT 'saml', %s, min(id), now(), now(), '{}' FROM zerver_userprofile WHERE realm_id <> %s""",
        [f"acme:{OLD_ADDRESS}", realm],
    )
    database.execute("UPDATE zerver_realmemoji SET author_id = %s WHERE realm_id = %s", [person, realm])


def _plant_files(database: Database, install: DemoInstall, person: int, realm: int) -> None:
    uploads = Places(install.base).uploads
    path = f"{realm}/aa/planted/photo.png"
    database.execute(
        """INSERT INTO zerver_attachment (file_name, path_id, create_time, size, is_realm_public, is_web_public,
           owner_id, realm_id, content_type) VALUES ('photo.png', %s, now(), 4, false, false, %s, %s, 'image/png')""",
        [path, person, realm],
    )
    database.execute(
        """INSERT INTO zerver_imageattachment (path_id, original_width_px, original_height_px, frames,
           thumbnail_metadata, content_type, realm_id) VALUES (%s, 1, 1, 1, '[]', 'image/png', %s)""",
        [path, realm],
    )
    for name in (path, f"thumbnail/{path}/840x560.webp"):
        _write(uploads / "files" / name)
    database.execute("UPDATE zerver_userprofile SET avatar_source = 'U', avatar_version = 3 WHERE id = %s", [person])


VERSIONS = (1, 2, 3)
ENDINGS = (".original", ".png", "-medium.png")


def plant_pictures(install: DemoInstall, realm: int, person: int, version: int) -> list[str]:
    """The files of one version of an avatar, named as Zulip names them from 9.0 on (facts.md 2.4)."""
    places = Places(install.base)
    salt = json.loads(places.secrets.read_text())["avatar_salt"]
    name = hashlib.sha256(f"{person}:{version}:{salt}".encode()).hexdigest()[:40]
    found = [f"avatars/{realm}/{name}{ending}" for ending in ENDINGS]
    for each in found:
        _write(places.uploads / each)
    return found


def _plant_archived(database: Database, install: DemoInstall, person: int, realm: int) -> str:
    """A message that was deleted last week, with a file that only it used."""
    path = f"{realm}/ab/planted/archived.pdf"
    transaction = value(
        database,
        """INSERT INTO zerver_archivetransaction (timestamp, restored, type, realm_id, protect_from_deletion)
           VALUES (now(), false, 2, %s, false) RETURNING id""",
        realm,
    )
    message = value(
        database,
        """INSERT INTO zerver_archivedmessage (id, type, subject, content, date_sent, has_attachment, has_image,
           has_link, sender_id, archive_transaction_id, sending_client_id, realm_id, recipient_id, is_channel_message)
           SELECT max(id) + 1000000, 1, 'planted', 'mine, ' || %s, now(), true, false, true, %s, %s,
           min(sending_client_id), %s, (SELECT min(recipient_id) FROM zerver_stream WHERE realm_id = %s), true
           FROM zerver_message RETURNING id""",
        SUBJECT,
        person,
        transaction,
        realm,
        realm,
    )
    file = value(
        database,
        """INSERT INTO zerver_archivedattachment (file_name, path_id, create_time, size, is_realm_public,
           is_web_public, owner_id, realm_id) VALUES ('archived.pdf', %s, now(), 4, false, false, %s, %s)
           RETURNING id""",
        path,
        person,
        realm,
    )
    database.execute(
        "INSERT INTO zerver_archivedattachment_messages (archivedattachment_id, archivedmessage_id) VALUES (%s, %s)",
        [file, message],
    )
    _write(Places(install.base).uploads / "files" / path)
    return path


def _plant_bot(database: Database, install: DemoInstall, person: int, realm: int) -> tuple[int, list[str]]:
    """A bot of the person's with a file, a picture, and somebody's reaction to what it sent."""
    bot = value(database, "SELECT min(id) FROM zerver_userprofile WHERE bot_owner_id = %s", person)
    path = f"{realm}/ac/planted/of-a-bot.png"
    for query in (
        """INSERT INTO zerver_attachment (file_name, path_id, create_time, size, is_realm_public, is_web_public,
           owner_id, realm_id) VALUES ('of-a-bot.png', %(path)s, now(), 4, false, false, %(bot)s, %(realm)s)""",
        """INSERT INTO zerver_imageattachment (path_id, original_width_px, original_height_px, frames,
           thumbnail_metadata, content_type, realm_id)
           VALUES (%(path)s, 1, 1, 1, '[]', 'image/png', %(realm)s)""",
        """INSERT INTO zerver_message (type, subject, content, date_sent, has_attachment, has_image, has_link,
           sender_id, sending_client_id, realm_id, recipient_id, is_channel_message, search_tsvector)
           SELECT 1, 'planted', 'from a bot', now(), false, false, false, %(bot)s, min(sending_client_id), %(realm)s,
             (SELECT min(recipient_id) FROM zerver_stream WHERE realm_id = %(realm)s), true, NULL
           FROM zerver_message""",
        """INSERT INTO zerver_reaction (emoji_name, reaction_type, emoji_code, message_id, user_profile_id)
           SELECT 'tada', 'unicode_emoji', '1f389', max(m.id), (SELECT min(id) FROM zerver_userprofile
             WHERE realm_id = %(realm)s AND id NOT IN (%(person)s, %(bot)s) AND NOT is_bot)
           FROM zerver_message m WHERE m.sender_id = %(bot)s""",
    ):
        database.execute(query, {"path": path, "bot": bot, "realm": realm, "person": person})
    database.execute("UPDATE zerver_userprofile SET avatar_source = 'U', avatar_version = 1 WHERE id = %s", [bot])
    names = [f"files/{path}", f"files/thumbnail/{path}/840x560.webp"]
    for name in names:
        _write(Places(install.base).uploads / name)
    return bot, [*names, *plant_pictures(install, realm, bot, 1)]


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"data")
