"""The first page of a person: identity, state, contact, profile, groups, bots, and what exists beside them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Sum

from zulip_bridge.api.people import CountWeekly, NamedCount, OwnedBot, Person, PersonDetail, ShowPerson

from . import compat
from .context import Context
from .people import person_by_id
from .profile import group_names, profile_values

BOT_KINDS = {1: "generic bot", 2: "incoming webhook", 3: "outgoing webhook", 4: "embedded bot"}
VISIBILITY = {1: "everyone", 2: "members", 3: "administrators", 4: "nobody", 5: "moderators"}
AVATARS = {"G": "Gravatar", "U": "uploaded", "J": "Jdenticon"}
PERMISSIONS = {
    "can_forge_sender": "may send as somebody else",
    "can_create_users": "may create accounts",
    "can_change_user_emails": "may change addresses of others",
    "is_billing_admin": "billing administrator",
    "is_superuser": "superuser",
    "is_staff": "staff",
}
SECOND_FACTORS = [
    ("otp_totp", "TOTPDevice"),
    ("otp_static", "StaticDevice"),
    ("two_factor", "PhoneDevice"),
    ("phonenumber", "PhoneDevice"),
]
PUSH_DEVICES = [("zerver", "PushDeviceToken", "user_id"), ("zerver", "PushDevice", "user_id")]

COUNT_BOUND = 100_000
WEEKS = 104


def show(request: ShowPerson, context: Context) -> PersonDetail:
    """Answer :class:`ShowPerson`."""
    person = person_by_id(request.person_id)
    model = compat.model("zerver", "UserProfile")
    assert model is not None
    account = model.objects.select_related("realm").get(id=person.id)
    context.check()
    return PersonDetail(
        person=person,
        realm_name=account.realm.name,
        realm_url=str(getattr(account.realm, "url", "") or getattr(account.realm, "uri", "")),
        realm_deactivated=account.realm.deactivated,
        email_visibility=VISIBILITY.get(getattr(account, "email_address_visibility", 0), "unknown"),
        timezone=account.timezone,
        language=account.default_language,
        avatar=AVATARS.get(account.avatar_source, account.avatar_source),
        avatar_version=account.avatar_version,
        permissions=[words for name, words in PERMISSIONS.items() if getattr(account, name, False)],
        bot_kind=BOT_KINDS.get(account.bot_type) if account.is_bot else None,
        bot_owner=person_by_id(account.bot_owner_id) if account.bot_owner_id else None,
        states=_states(account, person),
        profile=profile_values(person),
        groups=group_names(person),
        bots_owned=_bots(model, person),
        credentials=_credentials(account),
        counts=_counts(person, context),
        status_text=_status(person),
        tos_version=account.tos_version,
        weekly_messages=_weekly_messages(person) if request.weekly else None,
    )


def count_weekly(request: CountWeekly, context: Context) -> list[int]:
    """Answer :class:`CountWeekly`."""
    return _weekly_messages(person_by_id(request.person_id))


def _states(account: Any, person: Person) -> list[str]:
    facts = [
        (account.is_active, "active"),
        (not account.is_active, "deactivated"),
        (account.is_mirror_dummy, "mirror dummy (a placeholder: deleted, imported or mirrored)"),
        (account.long_term_idle, "long-term idle (soft-deactivated: message rows are made on return)"),
        (account.last_login is None and not account.is_bot, "never logged in"),
        (account.tos_version == "-1", "imported, terms not seen"),
        (getattr(account, "is_imported_stub", False), "imported stub (nobody has claimed the account)"),
        (_is_deleted(account), "deleted (only a placeholder with the id is left)"),
        (person.state == "system", "system bot"),
    ]
    return [words for holds, words in facts if holds]


def _is_deleted(account: Any) -> bool:
    """From 12.0 there is a flag; before, it is the name and the address that Zulip gives (facts.md 2.1)."""
    placeholder = account.is_mirror_dummy and not account.is_active
    return bool(
        getattr(account, "is_deleted", False)
        or (placeholder and account.delivery_email.startswith(f"deleteduser{account.id}@"))
    )


def _bots(model: Any, person: Person) -> list[OwnedBot]:
    return [
        OwnedBot(bot.id, bot.full_name, BOT_KINDS.get(bot.bot_type, "bot"), bot.is_active)
        for bot in model.objects.filter(bot_owner_id=person.id, is_bot=True).order_by("id")
    ]


def _credentials(account: Any) -> list[str]:
    """Secrets are told to exist, never shown."""
    factors = sum(_count_of(app, name, "user_id", account.id) for app, name in SECOND_FACTORS)
    devices = sum(_count_of(*push, account.id) for push in PUSH_DEVICES)
    return [
        f"password: {'set' if account.has_usable_password() else 'none'}",
        f"API key: {'set' if account.api_key else 'none'}",
        f"second factors: {factors}",
        f"push devices: {devices}",
        f"Zoom token: {'set' if getattr(account, 'zoom_token', None) else 'none'}",
    ]


def _count_of(app: str, name: str, column: str, value: int) -> int:
    model = compat.model(app, name)
    return 0 if model is None else int(model.objects.filter(**{column: value}).count())


def _counts(person: Person, context: Context) -> list[NamedCount]:
    sent = _bounded(
        "SELECT 1 FROM zerver_message WHERE realm_id = %(realm_id)s AND sender_id = %(id)s", person, COUNT_BOUND
    )
    context.check()
    attachment = compat.model("zerver", "Attachment")
    assert attachment is not None
    files = attachment.objects.filter(owner_id=person.id)
    size = files.aggregate(total=Sum("size"))["total"] or 0
    channels = _bounded(
        """SELECT 1 FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id
           WHERE s.user_profile_id = %(id)s AND s.active AND r.type = 2""",
        person,
        COUNT_BOUND,
    )
    return [
        NamedCount("messages sent", min(sent, COUNT_BOUND), sent <= COUNT_BOUND),
        NamedCount("files", files.count()),
        NamedCount("bytes in files", size),
        NamedCount("channels", min(channels, COUNT_BOUND), channels <= COUNT_BOUND),
    ]


def _bounded(query: str, person: Person, bound: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({query} LIMIT {bound + 1}) bounded",
            {"id": person.id, "realm_id": person.realm_id},
        )
        return int(cursor.fetchone()[0])


def _status(person: Person) -> str:
    model = compat.model("zerver", "UserStatus")
    assert model is not None
    row = model.objects.filter(user_profile_id=person.id).first()
    return row.status_text if row else ""


def _weekly_messages(person: Person) -> list[int]:
    """Messages sent in each of the last two years' weeks, the current one last, from the newest sent ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT floor(extract(epoch FROM now() - date_sent) / 604800)::int AS weeks_ago, count(*)
            FROM zerver_message
            WHERE realm_id = %s AND sender_id = %s AND date_sent > now() - make_interval(weeks => %s)
              AND date_sent <= now()
            GROUP BY 1
            """,
            [person.realm_id, person.id, WEEKS],
        )
        counted: dict[int, int] = dict(cursor.fetchall())
    return [counted.get(weeks_ago, 0) for weeks_ago in range(WEEKS - 1, -1, -1)]
