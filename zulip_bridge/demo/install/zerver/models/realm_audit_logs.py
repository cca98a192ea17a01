"""What was done to accounts, organizations and channels, when, and by whom."""

from __future__ import annotations

from enum import IntEnum, unique

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import CASCADE, Q


@unique
class AuditLogEventType(IntEnum):
    """What happened. The numbers are the same in all versions of Zulip; gaps are events the demo never writes."""

    USER_CREATED = 101
    USER_ACTIVATED = 102
    USER_DEACTIVATED = 103
    USER_REACTIVATED = 104
    USER_ROLE_CHANGED = 105
    USER_DELETED = 106
    USER_DELETED_PRESERVING_MESSAGES = 107
    USER_SPECIAL_PERMISSION_CHANGED = 108
    USER_SOFT_ACTIVATED = 120
    USER_SOFT_DEACTIVATED = 121
    USER_PASSWORD_CHANGED = 122
    USER_AVATAR_SOURCE_CHANGED = 123
    USER_FULL_NAME_CHANGED = 124
    USER_EMAIL_CHANGED = 125
    USER_TERMS_OF_SERVICE_VERSION_CHANGED = 126
    USER_API_KEY_CHANGED = 127
    USER_BOT_OWNER_CHANGED = 128
    USER_DEFAULT_SENDING_STREAM_CHANGED = 129
    USER_DEFAULT_REGISTER_STREAM_CHANGED = 130
    USER_DEFAULT_ALL_PUBLIC_STREAMS_CHANGED = 131
    USER_SETTING_CHANGED = 132
    USER_DIGEST_EMAIL_CREATED = 133
    REALM_DEACTIVATED = 201
    REALM_REACTIVATED = 202
    REALM_SCRUBBED = 203
    REALM_PLAN_TYPE_CHANGED = 204
    REALM_LOGO_CHANGED = 205
    REALM_EXPORTED = 206
    REALM_PROPERTY_CHANGED = 207
    REALM_ICON_SOURCE_CHANGED = 208
    REALM_DISCOUNT_CHANGED = 209
    REALM_SPONSORSHIP_APPROVED = 210
    REALM_BILLING_MODALITY_CHANGED = 211
    REALM_REACTIVATION_EMAIL_SENT = 212
    REALM_SPONSORSHIP_PENDING_STATUS_CHANGED = 213
    REALM_SUBDOMAIN_CHANGED = 214
    REALM_CREATED = 215
    REALM_DEFAULT_USER_SETTINGS_CHANGED = 216
    REALM_ORG_TYPE_CHANGED = 217
    REALM_DOMAIN_ADDED = 218
    REALM_DOMAIN_CHANGED = 219
    REALM_DOMAIN_REMOVED = 220
    REALM_PLAYGROUND_ADDED = 221
    REALM_PLAYGROUND_REMOVED = 222
    REALM_LINKIFIER_ADDED = 223
    REALM_LINKIFIER_CHANGED = 224
    REALM_LINKIFIER_REMOVED = 225
    REALM_EMOJI_ADDED = 226
    REALM_EMOJI_REMOVED = 227
    REALM_LINKIFIERS_REORDERED = 228
    REALM_IMPORTED = 229
    REALM_EXPORT_DELETED = 230
    SUBSCRIPTION_CREATED = 301
    SUBSCRIPTION_ACTIVATED = 302
    SUBSCRIPTION_DEACTIVATED = 303
    SUBSCRIPTION_PROPERTY_CHANGED = 304
    USER_MUTED = 350
    USER_UNMUTED = 351
    CHANNEL_CREATED = 601
    CHANNEL_DEACTIVATED = 602
    CHANNEL_NAME_CHANGED = 603
    CHANNEL_REACTIVATED = 604
    CHANNEL_MESSAGE_RETENTION_DAYS_CHANGED = 605
    CHANNEL_PROPERTY_CHANGED = 607
    CHANNEL_GROUP_BASED_SETTING_CHANGED = 608
    USER_GROUP_CREATED = 701
    USER_GROUP_DELETED = 702
    USER_GROUP_DIRECT_USER_MEMBERSHIP_ADDED = 703
    USER_GROUP_DIRECT_USER_MEMBERSHIP_REMOVED = 704
    USER_GROUP_DIRECT_SUBGROUP_MEMBERSHIP_ADDED = 705
    USER_GROUP_DIRECT_SUBGROUP_MEMBERSHIP_REMOVED = 706
    USER_GROUP_DIRECT_SUPERGROUP_MEMBERSHIP_ADDED = 707
    USER_GROUP_DIRECT_SUPERGROUP_MEMBERSHIP_REMOVED = 708
    USER_GROUP_NAME_CHANGED = 720
    USER_GROUP_DESCRIPTION_CHANGED = 721
    USER_GROUP_GROUP_BASED_SETTING_CHANGED = 722
    USER_GROUP_DEACTIVATED = 723
    SAVED_SNIPPET_CREATED = 800


class AbstractRealmAuditLog(models.Model):
    """An event; before and after are in ``extra_data`` under :attr:`OLD_VALUE` and :attr:`NEW_VALUE`."""

    OLD_VALUE = "1"
    NEW_VALUE = "2"
    ROLE_COUNT = "10"
    ROLE_COUNT_HUMANS = "11"
    ROLE_COUNT_BOTS = "12"

    event_time = models.DateTimeField(db_index=True)
    backfilled = models.BooleanField(default=False)
    extra_data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    event_type = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True


def _of(*events: AuditLogEventType) -> Q:
    return Q(event_type__in=[int(event) for event in events])


class RealmAuditLog(AbstractRealmAuditLog):
    """An event in an organization."""

    event_last_message_id = models.IntegerField(null=True)
    acting_user = models.ForeignKey("zerver.UserProfile", CASCADE, null=True, related_name="+")
    modified_user = models.ForeignKey("zerver.UserProfile", CASCADE, null=True, related_name="+")
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    modified_stream = models.ForeignKey("zerver.Stream", CASCADE, null=True)
    modified_user_group = models.ForeignKey("zerver.NamedUserGroup", CASCADE, null=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=["realm", "event_type", "event_time"],
                name="zerver_realmauditlog_realm__event_type__event_time",
            ),
            models.Index(
                fields=["modified_user", "modified_stream"],
                condition=_of(
                    AuditLogEventType.SUBSCRIPTION_CREATED,
                    AuditLogEventType.SUBSCRIPTION_ACTIVATED,
                    AuditLogEventType.SUBSCRIPTION_DEACTIVATED,
                ),
                name="zerver_realmauditlog_user_subscriptions_idx",
            ),
            models.Index(
                fields=["modified_user", "event_time"],
                condition=_of(
                    AuditLogEventType.USER_CREATED,
                    AuditLogEventType.USER_ACTIVATED,
                    AuditLogEventType.USER_DEACTIVATED,
                    AuditLogEventType.USER_REACTIVATED,
                ),
                name="zerver_realmauditlog_user_activations_idx",
            ),
        )
