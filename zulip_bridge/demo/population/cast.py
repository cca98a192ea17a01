"""The people of the demo who have a part to play: each stands for a case that a data steward meets."""

from __future__ import annotations

from zulip_bridge.demo.population.clock import HOUR, NOW_S, ago, on
from zulip_bridge.demo.population.world import (
    ADMIN,
    EMBEDDED,
    GENERIC,
    GUEST,
    INCOMING_WEBHOOK,
    MEMBER,
    MODERATOR,
    OUTGOING_WEBHOOK,
    OWNER,
    Person,
    Realm,
)

MARTA = "marta@example.org"
MARIA = "maria@acme.example"
MARC = "marc@acme.example"
OTTO = "otto@acme.example"
LENA = "lena@acme.example"
SAM = "sam@shared.example"
PETRA = "petra@shared.example"


def system_bots(realm: Realm) -> list[Person]:
    """Zulip's own accounts in the internal organization."""
    names = (
        ("Notification Bot", "notification-bot"),
        ("Email Gateway", "emailgateway"),
        ("Welcome Bot", "welcome-bot"),
    )
    return [
        Person(realm, name, f"{local}@zulip.com", joined=realm.created, bot_type=GENERIC, last_login=None)
        for name, local in names
    ]


def acme_people(realm: Realm) -> list[Person]:
    """The named people of the main organization."""
    start = realm.created
    seen = NOW_S - 26 * HOUR
    return [
        Person(realm, "Otto Owner", OTTO, OWNER, start, last_login=seen, timezone="Europe/Vienna", avatar=True),
        Person(realm, "Odile Second-Owner", "odile@acme.example", OWNER, start + HOUR, last_login=ago(40)),
        Person(
            realm, "Marc Admin", MARC, ADMIN, start + 2 * HOUR, last_login=seen, language="de", avatar=True, talk=2
        ),
        Person(realm, "Mona Moderator", "mona@acme.example", MODERATOR, on(2021, 10, 1), last_login=ago(2), talk=2),
        Person(
            realm,
            "Maria Lopez",
            MARIA,
            GUEST,
            on(2022, 3, 7),
            last_login=ago(3),
            language="es",
            avatar=True,
            timezone="America/Bogota",
            visibility=3,
            talk=0,
            wanted_id=66,
            avatar_version=3,
        ),
        Person(realm, "Maria Lopez", "maria.lopez@acme.example", MEMBER, on(2024, 2, 1), last_login=ago(9)),
        Person(
            realm, "Lena Leaver", LENA, MEMBER, on(2021, 11, 8), left=ago(45), last_login=ago(46), talk=4, avatar=True
        ),
        Person(
            realm, "Ivy Idle", "ivy@acme.example", MEMBER, on(2022, 1, 10), idle_since=ago(300), last_login=ago(360)
        ),
        Person(realm, "Noel Never", "noel@acme.example", MEMBER, on(2026, 9, 1), never_in=True, talk=0),
        Person(realm, "Hanna Hidden", "hanna@acme.example", MEMBER, on(2022, 6, 1), visibility=4, last_login=ago(1)),
        Person(
            realm, "Hiro Members-Only", "hiro@acme.example", MEMBER, on(2022, 6, 2), visibility=2, last_login=ago(1)
        ),
        Person(realm, "Sam Double", SAM, MEMBER, on(2023, 5, 1), last_login=ago(4)),
        Person(realm, "Petra Twice", PETRA, MEMBER, on(2022, 4, 1), left=ago(200), last_login=ago(201)),
        Person(
            realm,
            "Zora Zoom",
            "zora@acme.example",
            MEMBER,
            on(2023, 1, 1),
            last_login=ago(1),
            special={"zoom_token": {"access_token": "demo-zoom-access", "refresh_token": "demo-zoom-refresh"}},
        ),
        Person(
            realm,
            "Ivo Importer",
            "importer@acme.example",
            ADMIN,
            on(2022, 2, 2),
            last_login=ago(12),
            special={"can_create_users": True, "can_change_user_emails": True},
        ),
        Person(
            realm,
            "Rhea Ratelimited",
            "rhea@acme.example",
            MEMBER,
            on(2023, 2, 2),
            last_login=ago(6),
            special={"rate_limits": "60:20,3600:100"},
        ),
        Person(realm, "Gone Soon", "gone.soon@acme.example", MEMBER, on(2025, 1, 1), last_login=ago(20)),
    ]


def example_people(realm: Realm) -> list[Person]:
    """The named people of the smaller organization."""
    return [
        Person(realm, "Edda Chair", "edda@example.org", OWNER, realm.created, last_login=ago(1), avatar=True),
        Person(
            realm, "Emil Steward", "emil@example.org", ADMIN, realm.created + HOUR, last_login=ago(0.2), avatar=True
        ),
        Person(
            realm,
            "Marta Heavy",
            MARTA,
            MEMBER,
            on(2022, 3, 1),
            last_login=NOW_S - 3 * HOUR,
            language="de",
            avatar=True,
            timezone="Europe/Berlin",
            talk=25,
            wanted_id=65,
            avatar_version=4,
        ),
        Person(realm, "Maria Lopez", "maria.lopez@example.org", MEMBER, on(2023, 8, 1), last_login=ago(5)),
        Person(realm, "Sam Double", SAM, MEMBER, on(2024, 5, 1), last_login=ago(14)),
    ]


def lumen_people(realm: Realm) -> list[Person]:
    """The named people of the institute."""
    return [
        Person(realm, "Ludo Director", "ludo@lumen.example", OWNER, realm.created, last_login=ago(2)),
        Person(realm, "Sam D.", SAM, GUEST, on(2025, 3, 1), last_login=ago(60)),
        Person(realm, "Petra Again", PETRA, MEMBER, on(2024, 1, 8), last_login=ago(1)),
    ]


def acme_bots(realm: Realm, owner: Person, leaver: Person, importer: Person) -> list[Person]:
    """Bots of all four kinds; two belong to someone who left, and one of these is still active."""
    host = realm.host

    def bot(name: str, local: str, kind: int, of: Person | None, **more: object) -> Person:
        person = Person(realm, name, f"{local}-bot@{host}", MEMBER, on(2022, 1, 3), bot_type=kind, owner=of)
        person.special.update(more)
        return person

    forger = bot("IRC Mirror", "irc-mirror", GENERIC, importer, can_forge_sender=True)
    stopped = bot("Lena's Old Script", "old-script", GENERIC, leaver)
    stopped.left = leaver.left
    return [
        bot("Hubert Helper", "hubert", GENERIC, owner, default_all_public_streams=True),
        bot("GitHub", "github", INCOMING_WEBHOOK, owner),
        bot("Jira", "jira", INCOMING_WEBHOOK, importer),
        bot("Monitoring", "monitoring", INCOMING_WEBHOOK, leaver),
        bot("Answering Machine", "answers", OUTGOING_WEBHOOK, importer),
        bot("Ticket Relay", "tickets", OUTGOING_WEBHOOK, owner),
        bot("Converter", "converter", EMBEDDED, owner),
        bot("Virtual Fridge", "fridge", EMBEDDED, importer),
        bot("[blink]Bot[/blink]", "markup", GENERIC, None),
        forger,
        stopped,
    ]


def mirror_dummies(realm: Realm) -> list[Person]:
    """Placeholders for people of another network, made by an import; their messages have no UserMessage rows."""
    names = ("zoe (IRC)", "nick_from_irc (IRC)", "imported.stub", "\u202erorrim (IRC)")
    return [
        Person(realm, name, f"irc-{n}@irc.invalid", joined=on(2022, 1, 15), mirror_dummy=True, never_in=True, talk=0)
        for n, name in enumerate(names, 1)
    ]
