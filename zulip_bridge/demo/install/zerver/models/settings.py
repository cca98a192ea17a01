"""Preferences: what a person can set for themselves, and what a realm sets for those who join."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import CASCADE


class UserBaseSettings(models.Model):
    """The preferences, with the values of somebody who never changed one."""

    EMAIL_ADDRESS_VISIBILITY_EVERYONE = 1
    EMAIL_ADDRESS_VISIBILITY_MEMBERS = 2
    EMAIL_ADDRESS_VISIBILITY_ADMINS = 3
    EMAIL_ADDRESS_VISIBILITY_NOBODY = 4
    EMAIL_ADDRESS_VISIBILITY_MODERATORS = 5
    EMAIL_ADDRESS_VISIBILITY_TYPES = (1, 2, 3, 4, 5)

    AUTOMATICALLY_CHANGE_VISIBILITY_POLICY_CHOICES = (1, 2, 3, 4)
    AUTOMATICALLY_CHANGE_VISIBILITY_POLICY_ON_PARTICIPATION = 1
    AUTOMATICALLY_CHANGE_VISIBILITY_POLICY_ON_SEND = 2
    AUTOMATICALLY_CHANGE_VISIBILITY_POLICY_ON_INITIATION = 3
    AUTOMATICALLY_CHANGE_VISIBILITY_POLICY_NEVER = 4
    COLOR_SCHEME_CHOICES = (1, 2, 3)
    COLOR_SCHEME_AUTOMATIC = 1
    COLOR_SCHEME_DARK = 2
    COLOR_SCHEME_LIGHT = 3
    DEMOTE_STREAMS_CHOICES = (1, 2, 3)
    DEMOTE_STREAMS_AUTOMATIC = 1
    DEMOTE_STREAMS_ALWAYS = 2
    DEMOTE_STREAMS_NEVER = 3
    DESKTOP_ICON_COUNT_DISPLAY_CHOICES = (1, 2, 3, 4)
    DESKTOP_ICON_COUNT_DISPLAY_MESSAGES = 1
    DESKTOP_ICON_COUNT_DISPLAY_DM_MENTION_FOLLOWED_TOPIC = 2
    DESKTOP_ICON_COUNT_DISPLAY_DM_MENTION = 3
    DESKTOP_ICON_COUNT_DISPLAY_NONE = 4
    EMOJISET_CHOICES = (
        ("google", "Google"),
        ("twitter", "Twitter"),
        ("text", "Plain text"),
        ("google-blob", "Google blobs"),
    )
    REALM_NAME_IN_EMAIL_NOTIFICATIONS_POLICY_CHOICES = (1, 2, 3)
    REALM_NAME_IN_EMAIL_NOTIFICATIONS_POLICY_AUTOMATIC = 1
    REALM_NAME_IN_EMAIL_NOTIFICATIONS_POLICY_ALWAYS = 2
    REALM_NAME_IN_EMAIL_NOTIFICATIONS_POLICY_NEVER = 3
    USER_LIST_STYLE_CHOICES = (1, 2, 3)
    USER_LIST_STYLE_COMPACT = 1
    USER_LIST_STYLE_WITH_STATUS = 2
    USER_LIST_STYLE_WITH_AVATAR = 3
    WEB_CHANNEL_DEFAULT_VIEW_CHOICES = (1, 2)
    WEB_CHANNEL_DEFAULT_VIEW_FIRST_TOPIC = 1
    WEB_CHANNEL_DEFAULT_VIEW_CHANNEL_FEED = 2
    WEB_MARK_READ_ON_SCROLL_POLICY_CHOICES = (1, 2, 3)
    MARK_READ_ON_SCROLL_ALWAYS = 1
    MARK_READ_ON_SCROLL_CONVERSATION_ONLY = 2
    MARK_READ_ON_SCROLL_NEVER = 3
    WEB_STREAM_UNREADS_COUNT_DISPLAY_POLICY_CHOICES = (1, 2, 3)
    WEB_STREAM_UNREADS_COUNT_DISPLAY_POLICY_ALL_STREAMS = 1
    WEB_STREAM_UNREADS_COUNT_DISPLAY_POLICY_UNMUTED_STREAMS = 2
    WEB_STREAM_UNREADS_COUNT_DISPLAY_POLICY_NO_STREAMS = 3

    enter_sends = models.BooleanField(default=False)
    left_side_userlist = models.BooleanField(default=False)
    default_language = models.CharField(max_length=50, default="en")
    web_home_view = models.TextField(default="inbox")
    web_escape_navigates_to_home_view = models.BooleanField(default=True)
    fluid_layout_width = models.BooleanField(default=False)
    high_contrast_mode = models.BooleanField(default=False)
    translate_emoticons = models.BooleanField(default=False)
    display_emoji_reaction_users = models.BooleanField(default=True)
    twenty_four_hour_time = models.BooleanField(default=False)
    starred_message_counts = models.BooleanField(default=True)
    color_scheme = models.PositiveSmallIntegerField(default=1)
    web_font_size_px = models.PositiveSmallIntegerField(default=16)
    web_line_height_percent = models.PositiveSmallIntegerField(default=140)
    web_animate_image_previews = models.TextField(default="on_hover")
    demote_inactive_streams = models.PositiveSmallIntegerField(default=1)
    web_mark_read_on_scroll_policy = models.SmallIntegerField(default=1)
    web_channel_default_view = models.SmallIntegerField(default=1, db_default=1)
    emojiset = models.CharField(max_length=20, default="google")
    user_list_style = models.PositiveSmallIntegerField(default=3)
    web_stream_unreads_count_display_policy = models.PositiveSmallIntegerField(default=2)
    web_navigate_to_sent_message = models.BooleanField(default=True)
    email_notifications_batching_period_seconds = models.IntegerField(default=120)
    enable_stream_desktop_notifications = models.BooleanField(default=False)
    enable_stream_email_notifications = models.BooleanField(default=False)
    enable_stream_push_notifications = models.BooleanField(default=False)
    enable_stream_audible_notifications = models.BooleanField(default=False)
    notification_sound = models.CharField(max_length=20, default="zulip")
    wildcard_mentions_notify = models.BooleanField(default=True)
    enable_followed_topic_desktop_notifications = models.BooleanField(default=True)
    enable_followed_topic_email_notifications = models.BooleanField(default=True)
    enable_followed_topic_push_notifications = models.BooleanField(default=True)
    enable_followed_topic_audible_notifications = models.BooleanField(default=True)
    enable_followed_topic_wildcard_mentions_notify = models.BooleanField(default=True)
    enable_desktop_notifications = models.BooleanField(default=True)
    pm_content_in_desktop_notifications = models.BooleanField(default=True)
    enable_sounds = models.BooleanField(default=True)
    enable_offline_email_notifications = models.BooleanField(default=True)
    message_content_in_email_notifications = models.BooleanField(default=True)
    enable_offline_push_notifications = models.BooleanField(default=True)
    enable_online_push_notifications = models.BooleanField(default=True)
    desktop_icon_count_display = models.PositiveSmallIntegerField(default=1)
    enable_digest_emails = models.BooleanField(default=True)
    enable_login_emails = models.BooleanField(default=True)
    enable_marketing_emails = models.BooleanField(default=True)
    presence_enabled = models.BooleanField(default=True)
    realm_name_in_email_notifications_policy = models.PositiveSmallIntegerField(default=1)
    automatically_follow_topics_policy = models.PositiveSmallIntegerField(default=3)
    automatically_unmute_topics_in_muted_streams_policy = models.PositiveSmallIntegerField(default=2)
    automatically_follow_topics_where_mentioned = models.BooleanField(default=True)
    enable_drafts_synchronization = models.BooleanField(default=True)
    send_stream_typing_notifications = models.BooleanField(default=True)
    send_private_typing_notifications = models.BooleanField(default=True)
    send_read_receipts = models.BooleanField(default=True)
    receives_typing_notifications = models.BooleanField(default=True)
    email_address_visibility = models.PositiveSmallIntegerField(default=EMAIL_ADDRESS_VISIBILITY_EVERYONE)
    allow_private_data_export = models.BooleanField(default=False)
    web_suggest_update_timezone = models.BooleanField(default=True)
    hide_ai_features = models.BooleanField(default=False)

    property_types: ClassVar[dict[str, type]]
    """Type of each preference, by name."""

    class Meta:
        abstract = True


class RealmUserDefault(UserBaseSettings):
    """What a realm gives to those who join it."""

    realm = models.OneToOneField("zerver.Realm", CASCADE)


def _type(field: Any) -> type:
    if isinstance(field, models.BooleanField):
        return bool
    return str if isinstance(field, (models.CharField, models.TextField)) else int


UserBaseSettings.property_types = {field.name: _type(field) for field in UserBaseSettings._meta.local_fields}
