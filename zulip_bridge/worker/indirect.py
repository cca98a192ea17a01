"""What concerns a person without a foreign key: by address, by id inside JSON, by path (facts.md part 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from zulip_bridge.api.people import Person

from . import compat

SESSIONS_READ = 20_000
"""Sessions must be decoded one by one to know whose they are; more than this are not looked at."""

BY_ADDRESS = """lower({column}) IN (
    SELECT lower(delivery_email) FROM zerver_userprofile WHERE id = %(id)s
    UNION SELECT lower(email) FROM zerver_userprofile WHERE id = %(id)s)"""

NAMED_IN_PROFILES = """field_id IN (SELECT id FROM zerver_customprofilefield WHERE field_type = 6)
    AND user_profile_id <> %(id)s AND value ~ ('[[, ]' || %(id)s::text || '[], ]')"""
OF_IMAGES = "path_id IN (SELECT path_id FROM zerver_attachment WHERE owner_id = %(id)s)"
CONFIRMATIONS = """(content_type_id, object_id) IN (
    SELECT c.id, %(id)s FROM django_content_type c WHERE c.app_label = 'zerver' AND c.model = 'userprofile'
    UNION SELECT c.id, e.id FROM django_content_type c, zerver_emailchangestatus e
      WHERE c.app_label = 'zerver' AND c.model = 'emailchangestatus' AND e.user_profile_id = %(id)s
    UNION SELECT c.id, p.id FROM django_content_type c, zerver_preregistrationuser p
      WHERE c.app_label = 'zerver' AND c.model = 'preregistrationuser'
        AND (p.created_user_id = %(id)s OR lower(p.email) = (
          SELECT lower(delivery_email) FROM zerver_userprofile WHERE id = %(id)s))
    UNION SELECT c.id, m.id FROM django_content_type c, zerver_multiuseinvite m
      WHERE c.app_label = 'zerver' AND c.model = 'multiuseinvite' AND m.referred_by_id = %(id)s)"""
"""Conditions that others use as well."""


@dataclass(frozen=True)
class Indirect:
    """A place known without a foreign key, and how its rows are found."""

    model: tuple[str, str]
    column: str
    category: str
    description: str
    condition: str

    @property
    def model_class(self) -> Any | None:
        """The model, or None where this version has none of that name."""
        return compat.model(*self.model)


INDIRECT = [
    Indirect(
        ("zerver", "Recipient"), "type_id", "derived", "recipient of direct messages to the person",
        "type = 1 AND type_id = %(id)s",
    ),
    Indirect(
        ("zerver", "PreregistrationUser"), "email", "identity", "invitations and registrations of this address",
        BY_ADDRESS.format(column="email"),
    ),
    Indirect(
        ("zerver", "PreregistrationRealm"), "email", "identity", "address of an organization's creator",
        BY_ADDRESS.format(column="email"),
    ),
    Indirect(
        ("zerver", "ScheduledEmail"), "address", "identity", "e-mail queued to this address",
        BY_ADDRESS.format(column="address"),
    ),
    Indirect(
        ("social_django", "Code"), "email", "identity", "e-mail validation codes of social logins",
        BY_ADDRESS.format(column="email"),
    ),
    Indirect(
        ("zerver", "CustomProfileFieldValue"), "value", "identity", "other people's profiles that name the person",
        NAMED_IN_PROFILES,
    ),
    Indirect(
        ("zerver", "ImageAttachment"), "path_id", "content", "dimensions and thumbnails of the person's images",
        OF_IMAGES,
    ),
    Indirect(
        ("zerver", "UserMessage"), "flags", "content", "messages that mention the person by name",
        "user_profile_id = %(id)s AND flags & 8 <> 0",
    ),
    Indirect(
        ("zerver", "Message"), "edit_history", "content", "own messages that keep earlier texts",
        "realm_id = %(realm_id)s AND sender_id = %(id)s AND edit_history IS NOT NULL",
    ),
    Indirect(
        ("confirmation", "Confirmation"), "object_id", "credentials", "secret links: unsubscribe, invitation",
        CONFIRMATIONS,
    ),
]  # fmt: skip


def direct_message_group_table() -> Indirect | None:
    """Groups of direct messages (``zerver_huddle``; the model was renamed in 9.0)."""
    condition = """id IN (SELECT r.type_id FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id
                          WHERE s.user_profile_id = %(id)s AND r.type = 3)"""
    for name in ("DirectMessageGroup", "Huddle"):
        if compat.model("zerver", name) is not None:
            return Indirect(
                ("zerver", name), "huddle_hash", "derived", "groups of direct messages with the person", condition
            )
    return None


def places() -> Iterable[Indirect]:
    """Every place of this kind that the running server has."""
    group = direct_message_group_table()
    return [each for each in [*INDIRECT, *filter(None, [group])] if each.model_class is not None]


def count_sessions(person: Person, check: Callable[[], None]) -> tuple[int, bool]:
    """The person's unexpired sessions, and whether all sessions of the server were looked at.

    Zulip's own ``user_sessions`` decodes every row too; there is no column that names the person.
    """
    store_class = import_module(settings.SESSION_ENGINE).SessionStore
    model = store_class.get_model_class()
    count = 0
    read = 0
    stored = model.objects.filter(expire_date__gt=timezone.now()).values_list("session_data", flat=True)
    for data in stored[: SESSIONS_READ + 1].iterator(chunk_size=1000):
        read += 1
        if read > SESSIONS_READ:
            break
        if read % 500 == 0:
            check()
        count += str(store_class().decode(data).get("_auth_user_id")) == str(person.id)
    return count, read <= SESSIONS_READ


def count_where(table: str, condition: str, person: Person, bound: int) -> int:
    """Rows of ``table`` that fulfil ``condition`` (written here, never by a user), counted up to ``bound``."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM (SELECT 1 FROM "{table}" WHERE {condition} LIMIT {bound}) bounded',
            {"id": person.id, "realm_id": person.realm_id},
        )
        return int(cursor.fetchone()[0])
