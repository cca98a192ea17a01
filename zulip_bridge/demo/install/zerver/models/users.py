"""Accounts."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models
from django.db.models import CASCADE, SET_NULL
from django.db.models.functions import Upper
from django.utils.timezone import now
from zerver.models.settings import RealmUserDefault, UserBaseSettings

if TYPE_CHECKING:
    from zerver.models.realms import Realm

__all__ = [
    "PasswordTooWeakError",
    "RealmUserDefault",
    "UserBaseSettings",
    "UserProfile",
    "generate_api_key",
    "get_system_bot",
    "get_user",
    "get_user_by_delivery_email",
    "get_user_profile_by_id",
    "get_user_profile_by_id_in_realm",
]

KEY_LETTERS = string.ascii_letters + string.digits


class PasswordTooWeakError(Exception):
    """A password that is refused."""


def generate_api_key() -> str:
    """A new API key."""
    return "".join(secrets.choice(KEY_LETTERS) for _ in range(UserProfile.API_KEY_LENGTH))


class UserProfile(AbstractBaseUser, PermissionsMixin, UserBaseSettings):
    """A person's, or a bot's, account in one realm."""

    USERNAME_FIELD = "email"
    MAX_NAME_LENGTH = 100
    MIN_NAME_LENGTH = 2
    API_KEY_LENGTH = 32
    NAME_INVALID_CHARS = ("*", "`", "\\", ">", '"', "@")
    TOS_VERSION_BEFORE_FIRST_LOGIN = "-1"

    DEFAULT_BOT = 1
    INCOMING_WEBHOOK_BOT = 2
    OUTGOING_WEBHOOK_BOT = 3
    EMBEDDED_BOT = 4
    BOT_TYPES: ClassVar[dict[int, str]] = {
        1: "Generic bot",
        2: "Incoming webhook",
        3: "Outgoing webhook",
        4: "Embedded bot",
    }

    ROLE_REALM_OWNER = 100
    ROLE_REALM_ADMINISTRATOR = 200
    ROLE_MODERATOR = 300
    ROLE_MEMBER = 400
    ROLE_GUEST = 600
    ROLE_TYPES = (100, 200, 300, 400, 600)
    ROLE_ID_TO_NAME_MAP: ClassVar[dict[int, str]] = {
        ROLE_REALM_OWNER: "Organization owner",
        ROLE_REALM_ADMINISTRATOR: "Organization administrator",
        ROLE_MODERATOR: "Moderator",
        ROLE_MEMBER: "Member",
        ROLE_GUEST: "Guest",
    }

    AVATAR_FROM_GRAVATAR = "G"
    AVATAR_FROM_USER = "U"

    id = models.AutoField(primary_key=True)
    delivery_email = models.EmailField(db_index=True)
    email = models.EmailField(db_index=True)
    full_name = models.CharField(max_length=100)
    date_joined = models.DateTimeField(default=now)
    tos_version = models.CharField(max_length=10, null=True)
    api_key = models.CharField(max_length=32, default=generate_api_key, unique=True)
    uuid = models.UUIDField(default=uuid4, unique=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True, db_index=True)
    is_bot = models.BooleanField(default=False, db_index=True)
    bot_type = models.PositiveSmallIntegerField(null=True, db_index=True)
    role = models.PositiveSmallIntegerField(default=ROLE_MEMBER, db_index=True)
    long_term_idle = models.BooleanField(default=False, db_index=True)
    last_active_message_id = models.IntegerField(null=True)
    is_mirror_dummy = models.BooleanField(default=False)
    can_forge_sender = models.BooleanField(default=False, db_index=True)
    can_create_users = models.BooleanField(default=False, db_index=True)
    last_reminder = models.DateTimeField(null=True)
    rate_limits = models.CharField(max_length=100, default="")
    default_all_public_streams = models.BooleanField(default=False)
    timezone = models.CharField(max_length=40, default="")
    avatar_source = models.CharField(max_length=1, default=AVATAR_FROM_GRAVATAR)
    avatar_version = models.PositiveSmallIntegerField(default=1)
    avatar_hash = models.CharField(max_length=64, null=True)
    zoom_token = models.JSONField(null=True)
    bot_owner = models.ForeignKey("self", SET_NULL, null=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    recipient = models.ForeignKey("zerver.Recipient", SET_NULL, null=True)
    default_events_register_stream = models.ForeignKey("zerver.Stream", SET_NULL, null=True, related_name="+")
    default_sending_stream = models.ForeignKey("zerver.Stream", SET_NULL, null=True, related_name="+")
    can_change_user_emails = models.BooleanField(default=False, db_index=True)

    objects = UserManager()

    class Meta:
        constraints = (
            models.UniqueConstraint("realm", Upper("email"), name="zerver_userprofile_realm_id_email_uniq"),
            models.UniqueConstraint(
                "realm", Upper("delivery_email"), name="zerver_userprofile_realm_id_delivery_email_uniq"
            ),
        )
        indexes = (models.Index(Upper("email"), name="upper_userprofile_email_idx"),)

    def __str__(self) -> str:
        return f"{self.email} {self.realm}"

    @property
    def is_realm_owner(self) -> bool:
        """Whether the account owns its organization."""
        return bool(self.role == self.ROLE_REALM_OWNER)

    @property
    def is_realm_admin(self) -> bool:
        """Whether the account administers its organization; owners do."""
        return self.role in (self.ROLE_REALM_OWNER, self.ROLE_REALM_ADMINISTRATOR)

    @property
    def is_moderator(self) -> bool:
        """Whether the role is exactly that of a moderator."""
        return bool(self.role == self.ROLE_MODERATOR)

    @property
    def is_guest(self) -> bool:
        """Whether the account is a guest."""
        return bool(self.role == self.ROLE_GUEST)

    @property
    def is_provisional_member(self) -> bool:
        """Whether the account is younger than the realm's waiting period."""
        young = (now() - self.date_joined).days < self.realm.waiting_period_threshold
        return young and not self.is_moderator

    def get_role_name(self) -> str:
        """The role in words."""
        return self.ROLE_ID_TO_NAME_MAP[self.role]

    def email_address_is_realm_public(self) -> bool:
        """Whether everybody in the realm sees the real address."""
        return bool(self.email_address_visibility == self.EMAIL_ADDRESS_VISIBILITY_EVERYONE)

    def format_requester_for_logs(self) -> str:
        """How Zulip's logs name the account."""
        return f"{self.id}@{self.realm.string_id or 'root'}"

    def set_password(self, raw_password: str | None) -> None:
        """Set the password; None makes logging in with one impossible."""
        if raw_password is None:
            self.set_unusable_password()
        else:
            super().set_password(raw_password)

    def profile_data(self) -> list[dict[str, Any]]:
        """The realm's custom profile fields in order, each with this person's value or None."""
        from zerver.models.custom_profile_fields import CustomProfileField, CustomProfileFieldValue

        values = {each.field_id: each for each in CustomProfileFieldValue.objects.filter(user_profile=self)}
        data = []
        for field in CustomProfileField.objects.filter(realm_id=self.realm_id).order_by("order"):
            held = values.get(field.id)
            value = None if held is None else field.convert(held.value)
            rendered = None if held is None else held.rendered_value
            data.append({**field.as_dict(), "value": value, "rendered_value": rendered})
        return data


def get_user_by_delivery_email(email: str, realm: Realm) -> UserProfile:
    """By real address in a realm, regardless of case; raises DoesNotExist."""
    return _account(delivery_email__iexact=email.strip(), realm=realm)


def get_user(email: str, realm: Realm) -> UserProfile:
    """By API address in a realm, regardless of case; raises DoesNotExist."""
    return _account(email__iexact=email.strip(), realm=realm)


def get_user_profile_by_id(user_profile_id: int) -> UserProfile:
    """By id; raises DoesNotExist."""
    return _account(id=user_profile_id)


def get_user_profile_by_id_in_realm(uid: int, realm: Realm) -> UserProfile:
    """By id, in this realm only; raises DoesNotExist."""
    return _account(id=uid, realm=realm)


def get_system_bot(email: str, realm_id: int) -> UserProfile:
    """One of the server's own bots; ``realm_id`` is the realm in whose name it acts."""
    return _account(email__iexact=email.strip())


def _account(**conditions: Any) -> UserProfile:
    found: UserProfile = UserProfile.objects.select_related("realm", "bot_owner").get(**conditions)
    return found
