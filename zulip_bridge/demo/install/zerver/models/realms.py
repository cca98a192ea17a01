"""Organizations."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import CASCADE, RESTRICT, SET_NULL
from django.utils.timezone import now


def new_owner_secret() -> str:
    """What proves to the push service that a realm's uuid is this server's."""
    return f"zuliprealm_{secrets.token_urlsafe(24)}"


class Realm(models.Model):
    """An organization: people, channels and settings; its address is ``string_id`` under the server's host."""

    MAX_REALM_NAME_LENGTH = 40
    MAX_REALM_SUBDOMAIN_LENGTH = 40
    SUBDOMAIN_FOR_ROOT_DOMAIN = ""
    STREAM_EVENTS_NOTIFICATION_TOPIC_NAME = "channel events"

    PLAN_TYPE_SELF_HOSTED = 1
    PLAN_TYPE_LIMITED = 2
    PLAN_TYPE_STANDARD = 3
    PLAN_TYPE_STANDARD_FREE = 4
    PLAN_TYPE_PLUS = 10

    ICON_FROM_GRAVATAR = "G"
    ICON_UPLOADED = "U"

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=40)
    description = models.TextField(default="")
    string_id = models.CharField(max_length=40, unique=True)
    uuid = models.UUIDField(default=uuid4, unique=True)
    uuid_owner_secret = models.TextField(default=new_owner_secret)
    push_notifications_enabled = models.BooleanField(default=False, db_index=True)
    push_notifications_enabled_end_timestamp = models.DateTimeField(null=True)
    date_created = models.DateTimeField(default=now)
    demo_organization_scheduled_deletion_date = models.DateTimeField(null=True)
    deactivated = models.BooleanField(default=False)
    deactivated_redirect = models.CharField(max_length=128, null=True)
    emails_restricted_to_domains = models.BooleanField(default=False)
    invite_required = models.BooleanField(default=True)
    _max_invites = models.IntegerField(null=True, db_column="max_invites")
    disallow_disposable_email_addresses = models.BooleanField(default=True)
    enable_spectator_access = models.BooleanField(default=False)
    want_advertise_in_communities_directory = models.BooleanField(default=False, db_index=True)
    inline_image_preview = models.BooleanField(default=True)
    inline_url_embed_preview = models.BooleanField(default=False)
    digest_emails_enabled = models.BooleanField(default=False)
    digest_weekday = models.SmallIntegerField(default=1)
    send_welcome_emails = models.BooleanField(default=True)
    message_content_allowed_in_email_notifications = models.BooleanField(default=True)
    mandatory_topics = models.BooleanField(default=False)
    require_unique_names = models.BooleanField(default=False)
    name_changes_disabled = models.BooleanField(default=False)
    email_changes_disabled = models.BooleanField(default=False)
    avatar_changes_disabled = models.BooleanField(default=False)
    move_messages_within_stream_limit_seconds = models.PositiveIntegerField(null=True, default=7 * 24 * 3600)
    move_messages_between_streams_limit_seconds = models.PositiveIntegerField(null=True, default=7 * 24 * 3600)
    waiting_period_threshold = models.PositiveIntegerField(default=0)
    message_content_delete_limit_seconds = models.PositiveIntegerField(null=True, default=600)
    allow_message_editing = models.BooleanField(default=True)
    message_content_edit_limit_seconds = models.PositiveIntegerField(null=True, default=600)
    default_language = models.CharField(max_length=50, default="en")
    zulip_update_announcements_level = models.PositiveIntegerField(null=True)
    message_retention_days = models.IntegerField(default=-1)
    message_visibility_limit = models.IntegerField(null=True)
    first_visible_message_id = models.IntegerField(default=0)
    org_type = models.PositiveSmallIntegerField(default=0)
    plan_type = models.PositiveSmallIntegerField(default=PLAN_TYPE_SELF_HOSTED)
    custom_upload_quota_gb = models.IntegerField(null=True)
    video_chat_provider = models.PositiveSmallIntegerField(default=1)
    jitsi_server_url = models.URLField(null=True)
    giphy_rating = models.PositiveSmallIntegerField(default=2)
    default_code_block_language = models.TextField(default="")
    enable_read_receipts = models.BooleanField(default=False)
    enable_guest_user_indicator = models.BooleanField(default=True)
    icon_source = models.CharField(max_length=1, default="G")
    icon_version = models.PositiveSmallIntegerField(default=1)
    logo_source = models.CharField(max_length=1, default="D")
    logo_version = models.PositiveSmallIntegerField(default=1)
    night_logo_source = models.CharField(max_length=1, default="D")
    night_logo_version = models.PositiveSmallIntegerField(default=1)
    can_access_all_users_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_create_private_channel_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_create_public_channel_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_create_web_public_channel_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_delete_any_message_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    create_multiuse_invite_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    direct_message_initiator_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    direct_message_permission_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    new_stream_announcements_stream = models.ForeignKey("zerver.Stream", SET_NULL, null=True, related_name="+")
    signup_announcements_stream = models.ForeignKey("zerver.Stream", SET_NULL, null=True, related_name="+")
    zulip_update_announcements_stream = models.ForeignKey("zerver.Stream", SET_NULL, null=True, related_name="+")
    can_delete_own_message_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_create_groups = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_manage_all_groups = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_add_custom_emoji_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_move_messages_between_channels_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_move_messages_between_topics_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_invite_users_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    moderation_request_channel = models.ForeignKey("zerver.Stream", SET_NULL, null=True, related_name="+")
    scheduled_deletion_date = models.DateTimeField(null=True, db_index=True)
    can_add_subscribers_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_create_bots_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_create_write_only_bots_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    enable_guest_user_dm_warning = models.BooleanField(default=True)
    can_summarize_topics_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_mention_many_users_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    message_edit_history_visibility_policy = models.PositiveSmallIntegerField(default=1)
    can_manage_billing_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_resolve_topics_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")

    def __str__(self) -> str:
        return f"{self.string_id} {self.id}"

    @property
    def subdomain(self) -> str:
        """The first part of the realm's host name; empty for the root domain's realm."""
        return str(self.string_id)

    @property
    def host(self) -> str:
        """The realm's host name."""
        host: str = settings.EXTERNAL_HOST
        return f"{self.subdomain}.{host}" if self.subdomain else host

    @property
    def url(self) -> str:
        """Where the realm's people log in."""
        return f"{settings.EXTERNAL_URI_SCHEME}{self.host}"

    def get_admin_users_and_bots(self, include_realm_owners: bool = True) -> Any:
        """Active administrators, and owners unless told otherwise."""
        roles = [200, 100] if include_realm_owners else [200]
        return self.userprofile_set.filter(is_active=True, role__in=roles)


def get_realm(string_id: str) -> Realm:
    """By address; raises DoesNotExist."""
    found: Realm = Realm.objects.get(string_id=string_id)
    return found


class DomainNotAllowedForRealmError(Exception):
    """The realm takes addresses of its own domains only."""


class DisposableEmailError(Exception):
    """The address is one of those that anybody gets for an hour."""


class EmailContainsPlusError(Exception):
    """A realm that restricts domains takes no addresses with a plus sign."""


def get_fake_email_domain(realm_host: str) -> str:
    """The domain of addresses that stand for hidden ones."""
    return realm_host if "." in realm_host else settings.FAKE_EMAIL_DOMAIN


def name_changes_disabled(realm: Realm | None) -> bool:
    """Whether people may not change their own names."""
    return bool(settings.NAME_CHANGES_DISABLED or (realm is not None and realm.name_changes_disabled))


def require_unique_names(realm: Realm | None) -> bool:
    """Whether two people of a realm may not bear the same name."""
    return realm is not None and bool(realm.require_unique_names)


class RealmDomain(models.Model):
    """An e-mail domain whose holders may join."""

    domain = models.CharField(max_length=80, db_index=True)
    allow_subdomains = models.BooleanField(default=False)
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        unique_together = ("realm", "domain")


class RealmAuthenticationMethod(models.Model):
    """A way to log in that the realm allows."""

    name = models.CharField(max_length=80)
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        unique_together = ("realm", "name")


class RealmExport(models.Model):
    """An export of the whole organization, asked for by an administrator."""

    EXPORT_PUBLIC = 1
    EXPORT_FULL_WITH_CONSENT = 2
    EXPORT_FULL_WITHOUT_CONSENT = 3

    REQUESTED = 1
    STARTED = 2
    SUCCEEDED = 3
    FAILED = 4
    DELETED = 5

    type = models.PositiveSmallIntegerField(default=EXPORT_PUBLIC)
    status = models.PositiveSmallIntegerField(default=REQUESTED)
    date_requested = models.DateTimeField()
    date_started = models.DateTimeField(null=True)
    date_succeeded = models.DateTimeField(null=True)
    date_failed = models.DateTimeField(null=True)
    date_deleted = models.DateTimeField(null=True)
    export_path = models.TextField(null=True)
    sha256sum_hex = models.CharField(max_length=64, null=True)
    tarball_size_bytes = models.PositiveBigIntegerField(null=True)
    stats = models.JSONField(null=True)
    acting_user = models.ForeignKey("zerver.UserProfile", SET_NULL, null=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
