"""All models of the app ``zerver``, under the names that Zulip's own code imports them by."""

from zerver.models.archive import (
    ArchivedAttachment,
    ArchivedMessage,
    ArchivedReaction,
    ArchivedSubMessage,
    ArchivedUserMessage,
    ArchiveTransaction,
)
from zerver.models.attachments import AbstractAttachment, Attachment, ImageAttachment
from zerver.models.bots import BotConfigData, BotStorageData, ExternalAuthID, Service
from zerver.models.clients import Client, get_client
from zerver.models.custom_profile_fields import CustomProfileField, CustomProfileFieldValue
from zerver.models.groups import GroupGroupMembership, NamedUserGroup, UserGroup, UserGroupMembership
from zerver.models.messages import AbstractMessage, AbstractUserMessage, Message, OnboardingUserMessage, UserMessage
from zerver.models.muted_users import MutedUser, UserTopic
from zerver.models.personal import AlertWord, Draft, NavigationView, OnboardingStep, SavedSnippet
from zerver.models.prereg_users import (
    EmailChangeStatus,
    MultiuseInvite,
    PreregistrationRealm,
    PreregistrationUser,
    RealmReactivationStatus,
)
from zerver.models.presence import PresenceSequence, UserActivity, UserActivityInterval, UserPresence, UserStatus
from zerver.models.push_notifications import AbstractPushDeviceToken, PushDevice, PushDeviceToken
from zerver.models.reactions import AbstractEmoji, AbstractReaction, AbstractSubMessage, Reaction, SubMessage
from zerver.models.realm_audit_logs import AbstractRealmAuditLog, AuditLogEventType, RealmAuditLog
from zerver.models.realm_extras import RealmEmoji, RealmFilter, RealmPlayground
from zerver.models.realms import Realm, RealmAuthenticationMethod, RealmDomain, RealmExport, get_realm
from zerver.models.recipients import DirectMessageGroup, Recipient
from zerver.models.scheduled_jobs import (
    AbstractScheduledJob,
    MissedMessageEmailAddress,
    ScheduledEmail,
    ScheduledMessage,
    ScheduledMessageNotificationEmail,
)
from zerver.models.settings import RealmUserDefault, UserBaseSettings
from zerver.models.streams import (
    ChannelEmailAddress,
    ChannelFolder,
    DefaultStream,
    DefaultStreamGroup,
    Stream,
    Subscription,
)
from zerver.models.users import (
    UserProfile,
    get_system_bot,
    get_user,
    get_user_by_delivery_email,
    get_user_profile_by_id,
    get_user_profile_by_id_in_realm,
)

__all__ = [
    "AbstractAttachment",
    "AbstractEmoji",
    "AbstractMessage",
    "AbstractPushDeviceToken",
    "AbstractReaction",
    "AbstractRealmAuditLog",
    "AbstractScheduledJob",
    "AbstractSubMessage",
    "AbstractUserMessage",
    "AlertWord",
    "ArchiveTransaction",
    "ArchivedAttachment",
    "ArchivedMessage",
    "ArchivedReaction",
    "ArchivedSubMessage",
    "ArchivedUserMessage",
    "Attachment",
    "AuditLogEventType",
    "BotConfigData",
    "BotStorageData",
    "ChannelEmailAddress",
    "ChannelFolder",
    "Client",
    "CustomProfileField",
    "CustomProfileFieldValue",
    "DefaultStream",
    "DefaultStreamGroup",
    "DirectMessageGroup",
    "Draft",
    "EmailChangeStatus",
    "ExternalAuthID",
    "GroupGroupMembership",
    "ImageAttachment",
    "Message",
    "MissedMessageEmailAddress",
    "MultiuseInvite",
    "MutedUser",
    "NamedUserGroup",
    "NavigationView",
    "OnboardingStep",
    "OnboardingUserMessage",
    "PreregistrationRealm",
    "PreregistrationUser",
    "PresenceSequence",
    "PushDevice",
    "PushDeviceToken",
    "Reaction",
    "Realm",
    "RealmAuditLog",
    "RealmAuthenticationMethod",
    "RealmDomain",
    "RealmEmoji",
    "RealmExport",
    "RealmFilter",
    "RealmPlayground",
    "RealmReactivationStatus",
    "RealmUserDefault",
    "Recipient",
    "SavedSnippet",
    "ScheduledEmail",
    "ScheduledMessage",
    "ScheduledMessageNotificationEmail",
    "Service",
    "Stream",
    "SubMessage",
    "Subscription",
    "UserActivity",
    "UserActivityInterval",
    "UserBaseSettings",
    "UserGroup",
    "UserGroupMembership",
    "UserMessage",
    "UserPresence",
    "UserProfile",
    "UserStatus",
    "UserTopic",
    "get_client",
    "get_realm",
    "get_system_bot",
    "get_user",
    "get_user_by_delivery_email",
    "get_user_profile_by_id",
    "get_user_profile_by_id_in_realm",
]
