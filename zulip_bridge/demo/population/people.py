"""Everyone: the cast, people with hostile names, and the many; and their zerver_userprofile rows."""

from __future__ import annotations

import base64
from random import Random
from uuid import UUID

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, NOW, NOW_S, ago, at
from zulip_bridge.demo.population.names import HOSTILE, LANGUAGES, TIMEZONES, full_names, local_part
from zulip_bridge.demo.population.world import (
    ADMIN,
    GENERIC,
    GUEST,
    INCOMING_WEBHOOK,
    MEMBER,
    MODERATOR,
    OWNER,
    PERSONAL,
    Person,
    Realm,
    World,
    token,
)

SIZES = {"acme": 130, "example": 46, "lumen": 24, "sunset": 9}
"""People without a part, by organization."""
SETTINGS: dict[str, object] = {
    "web_home_view": "inbox", "web_escape_navigates_to_home_view": True, "display_emoji_reaction_users": True,
    "starred_message_counts": True, "color_scheme": 1, "web_font_size_px": 16, "web_line_height_percent": 140,
    "web_animate_image_previews": "on_hover", "demote_inactive_streams": 1, "web_mark_read_on_scroll_policy": 1,
    "emojiset": "google", "user_list_style": 3, "web_stream_unreads_count_display_policy": 2,
    "web_navigate_to_sent_message": True, "email_notifications_batching_period_seconds": 120,
    "notification_sound": "zulip", "wildcard_mentions_notify": True,
    "enable_followed_topic_desktop_notifications": True, "enable_followed_topic_email_notifications": True,
    "enable_followed_topic_push_notifications": True, "enable_followed_topic_audible_notifications": True,
    "enable_followed_topic_wildcard_mentions_notify": True, "enable_desktop_notifications": True,
    "pm_content_in_desktop_notifications": True, "enable_sounds": True, "enable_offline_email_notifications": True,
    "message_content_in_email_notifications": True, "enable_offline_push_notifications": True,
    "enable_online_push_notifications": True, "desktop_icon_count_display": 1, "enable_digest_emails": True,
    "enable_login_emails": True, "enable_marketing_emails": True, "presence_enabled": True,
    "realm_name_in_email_notifications_policy": 1, "automatically_follow_topics_policy": 3,
    "automatically_unmute_topics_in_muted_streams_policy": 2, "automatically_follow_topics_where_mentioned": True,
    "enable_drafts_synchronization": True, "send_stream_typing_notifications": True,
    "send_private_typing_notifications": True, "send_read_receipts": True, "receives_typing_notifications": True,
    "web_suggest_update_timezone": True,
}  # fmt: skip
"""Zulip's defaults of the personal settings (UserBaseSettings)."""
SPECIAL = ("can_forge_sender", "can_create_users", "can_change_user_emails", "default_all_public_streams")


def recruit(world: World) -> None:
    """Make everybody, give them their ids and personal recipients."""
    realms = world.realms
    realms["zulipinternal"].people = cast.system_bots(realms["zulipinternal"])
    _recruit_acme(realms["acme"])
    _recruit_example(realms["example"])
    realms["lumen"].people = cast.lumen_people(realms["lumen"])
    realms["sunset"].people = [
        Person(
            realms["sunset"], "Sol Closed", "sol@sunset.example", OWNER, realms["sunset"].created, last_login=ago(400)
        )
    ]
    for key, size in SIZES.items():
        realms[key].people += _the_many(realms[key], world.chance(f"people {key}"), size)
    _number(world)


def _recruit_acme(realm: Realm) -> None:
    realm.people = cast.acme_people(realm)
    owner, leaver, importer = (realm.person(a) for a in (cast.OTTO, cast.LENA, "importer@acme.example"))
    realm.people += cast.acme_bots(realm, owner, leaver, importer) + cast.mirror_dummies(realm)
    for n, (what, name) in enumerate(HOSTILE):
        joined = ago(900 - 17 * n)
        realm.people.append(
            Person(realm, name, f"{what}@acme.example", MEMBER, joined, last_login=ago(1 + n), talk=0.4)
        )
    for n in range(3):
        gone = Person(realm, "Deleted User", "", MEMBER, ago(1000 - n), left=ago(100 - n), mirror_dummy=True, talk=0)
        gone.deleted = True
        realm.people.append(gone)


def _recruit_example(realm: Realm) -> None:
    realm.people = cast.example_people(realm)
    marta = realm.person(cast.MARTA)
    for name, local, kind in (("Marta's Clipboard", "clip", GENERIC), ("Build Light", "build", INCOMING_WEBHOOK)):
        address = f"{local}-bot@{realm.host}"
        realm.people.append(Person(realm, name, address, MEMBER, ago(700), bot_type=kind, owner=marta))


def _the_many(realm: Realm, chance: Random, size: int) -> list[Person]:
    people = []
    for n, name in enumerate(full_names(chance, size)):
        role = MEMBER
        if n % 11 == 5:
            role = GUEST
        elif n % 29 == 7:
            role = (ADMIN, MODERATOR)[n % 2]
        joined = realm.created + int((NOW_S - 20 * DAY - realm.created) * chance.random() ** 1.6)
        person = Person(
            realm,
            name,
            f"{local_part(name)}@{realm.string_id}.example",
            role,
            joined,
            last_login=min(NOW_S, max(joined, NOW_S - int(30 * DAY * chance.random() ** 3))),
            visibility=chance.choice((1, 1, 1, 1, 2, 3, 4, 5)),
            language=chance.choice(LANGUAGES),
            timezone=chance.choice(TIMEZONES),
            avatar=chance.random() < 0.3,
            avatar_version=chance.choice((1, 1, 1, 2, 5)),
            talk=0.2 + 3 * chance.random() ** 3,
        )
        person.read_until = NOW_S - int(HOUR * (1 + 200 * chance.random() ** 3))
        _strike(person, n, chance)
        people.append(person)
    return people


def _strike(person: Person, n: int, chance: Random) -> None:
    """Give some of the many a state other than "active"."""
    if n % 7 == 3:
        person.left = person.joined + int((NOW_S - person.joined) * (0.4 + 0.6 * chance.random()))
        person.last_login = max(person.joined, person.left - DAY)
    elif n % 13 == 6:
        person.idle_since = max(person.joined, ago(500 * chance.random() + 60))
        person.last_login = max(person.joined, person.idle_since - 30 * DAY)
        person.read_until = person.last_login
        person.talk = 0.3
    elif n % 17 == 9:
        person.never_in, person.last_login, person.read_until, person.talk = True, None, 0, 0


def _number(world: World) -> None:
    people = [person for realm in world.realms.values() for person in realm.people]
    people.sort(key=lambda person: (person.realm.string_id != "zulipinternal", person.joined))
    taken = {person.wanted_id for person in people}
    for person in people:
        if person.wanted_id is not None:
            person.id = person.wanted_id
            continue
        while (free := world.book.reserve("zerver_userprofile")) in taken:
            pass
        person.id = free
    for realm in world.realms.values():
        realm.people.sort(key=lambda person: person.id)
    for person in world.everyone():
        person.recipient = world.book.add("zerver_recipient", type=PERSONAL, type_id=person.id)
        if person.deleted:
            person.full_name = f"Deleted User {person.id}"
            person.delivery_email = f"deleteduser{person.id}@{person.realm.host}"


def write_people(world: World) -> None:
    """The zerver_userprofile rows (after the messages, of which the soft-deactivated keep the last id)."""
    chance = world.chance("accounts")
    world.book.constants("zerver_userprofile", **SETTINGS)
    world.book.constants("zerver_realmuserdefault", **SETTINGS, default_language="en", email_address_visibility=1)
    for person in world.everyone():
        write_person(world, person, chance)


def write_person(world: World, person: Person, chance: Random) -> None:
    """One zerver_userprofile row."""
    last_login = person.last_login
    world.book.put(
        "zerver_userprofile",
        id=person.id,
        realm_id=person.realm.id,
        recipient_id=person.recipient,
        full_name=person.full_name,
        delivery_email=person.delivery_email,
        email=person.email,
        email_address_visibility=person.visibility,
        role=person.role,
        date_joined=at(person.joined),
        last_login=None if last_login is None else at(last_login),
        password=password(chance, usable=not (person.is_bot or person.never_in or person.mirror_dummy)),
        tos_version="-1" if person.never_in else None,
        api_key=token(chance, 32),
        uuid=UUID(int=chance.getrandbits(128), version=4),
        is_active=person.is_active,
        is_bot=person.is_bot,
        bot_type=person.bot_type,
        bot_owner_id=None if person.owner is None else person.owner.id,
        is_mirror_dummy=person.mirror_dummy,
        long_term_idle=person.idle_since is not None,
        last_active_message_id=person.special.get("last_active_message_id"),
        default_language=person.language,
        timezone=person.timezone,
        avatar_source="U" if person.avatar else "G",
        avatar_version=person.avatar_version,
        avatar_hash=f"{chance.getrandbits(256):064x}" if person.avatar and person.id % 5 == 0 else None,
        enter_sends=chance.random() < 0.2,
        twenty_four_hour_time=person.language != "en",
        allow_private_data_export=chance.random() < 0.3,
        last_reminder=NOW if person.bot_type == INCOMING_WEBHOOK else None,
        rate_limits=person.special.get("rate_limits", ""),
        zoom_token=person.special.get("zoom_token"),
        default_sending_stream_id=person.special.get("default_sending_stream_id"),
        **{name: bool(person.special.get(name, False)) for name in SPECIAL},
    )


def password(chance: Random, *, usable: bool) -> str:
    """What Django keeps of a password: an Argon2 hash (of nothing), or the mark of an unusable one."""
    if not usable:
        return "!" + token(chance, 40)
    salt, digest = (
        base64.b64encode(chance.getrandbits(8 * size).to_bytes(size, "big")).decode().rstrip("=") for size in (16, 32)
    )
    return f"argon2$argon2id$v=19$m=102400,t=2,p=8${salt}${digest}"
