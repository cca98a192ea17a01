"""Categories of personal data: for each column that refers to a person, what kind of data its table holds.

A table that is not in here is shown all the same, as ``uncategorized``: the footprint comes from the running server's
own models, this only names what is known about them.
"""

from __future__ import annotations

UNCATEGORIZED = "uncategorized"

KNOWN: dict[str, dict[str, str]] = {
    "behaviour": {
        "analytics_usercount.user_id": "daily and hourly counts: messages sent, read, mobile pushes",
        "zerver_archivedreaction.user_profile_id": "archived reactions",
        "zerver_archivedusermessage.user_profile_id": "archived per-user message flags",
        "zerver_muteduser.muted_user_id": "people who muted this user (third-party data)",
        "zerver_muteduser.user_profile_id": "people this user muted, with date",
        "zerver_navigationview.user_id": "left-sidebar views: fragment, name, is_pinned",
        "zerver_onboardingstep.user_id": "which product hints were seen and when",
        "zerver_reaction.user_profile_id": "emoji reactions to messages of anybody",
        "zerver_scheduledmessagenotificationemail.user_profile_id": "pending missed-message e-mail",
        "zerver_useractivity.user_profile_id": "endpoint name, client, count, last visit",
        "zerver_useractivityinterval.user_profile_id": "intervals of activity (start, end)",
        "zerver_usermessage.user_profile_id": "one row per received message: read, starred, mentioned, collapsed",
        "zerver_userpresence.user_profile_id": "last active and last connected time",
        "zerver_usertopic.user_profile_id": "topics muted, unmuted or followed",
    },
    "content": {
        "zerver_archivedattachment.owner_id": "metadata of attachments of archived messages",
        "zerver_archivedmessage.sender_id": "deleted/expired message text kept until vacuum (default 30 days)",
        "zerver_archivedsubmessage.sender_id": "archived widget actions",
        "zerver_attachment.owner_id": "uploaded file metadata: original file name, path_id, size, type",
        "zerver_botstoragedata.bot_profile_id": "key/value state stored by a bot; may hold anything",
        "zerver_draft.user_profile_id": "unsent message drafts incl. recipient and topic",
        "zerver_message.sender_id": "every message sent: content, rendered_content, topic, date, client",
        "zerver_realmemoji.author_id": "custom emoji uploaded by the user (image file on disk/S3)",
        "zerver_savedsnippet.user_profile_id": "saved text snippets (10+)",
        "zerver_scheduledemail_users.userprofile_id": "queued welcome, digest or invitation e-mail, with names",
        "zerver_scheduledmessage.sender_id": "messages to be sent later incl. failed and delivered ones",
        "zerver_submessage.sender_id": "widget actions: poll votes/options, todo items",
    },
    "credentials": {
        "otp_static_staticdevice.user_id": "backup code device; codes in otp_static_statictoken",
        "otp_totp_totpdevice.user_id": "TOTP secret key",
        "social_auth_usersocialauth.user_id": "external identity: uid, provider and extra_data (tokens)",
        "two_factor_phonedevice.user_id": "phone number and secret key for 2FA",
        "zerver_botconfigdata.bot_profile_id": "configuration of an embedded bot; often API keys",
        "zerver_channelemailaddress.creator_id": "per-user channel e-mail address token (10+)",
        "zerver_channelemailaddress.sender_id": "same, the account that posts",
        "zerver_device.user_id": "push key (secret) and token id (12+)",
        "zerver_externalauthid.user_id": "external_auth_method_name + external_auth_id (LDAP unique_account_id)",
        "zerver_missedmessageemailaddress.user_profile_id": "reply-by-email token for a notification",
        "zerver_pushdevice.user_id": "end-to-end encrypted push registration (11.x only)",
        "zerver_pushdevicetoken.user_id": "mobile push token (kind APNs/FCM, token, ios_app_id)",
        "zerver_service.user_profile_id": "outgoing webhook or embedded bot service of a bot account",
    },
    "identity": {
        "zerver_alertword.user_profile_id": "words the user wants to be alerted on; free text",
        "zerver_customprofilefieldvalue.user_profile_id": "profile field values (phone, birthday, links, pronouns)",
        "zerver_emailchangestatus.user_profile_id": "old and new e-mail of each address change request",
        "zerver_preregistrationrealm.created_user_id": "e-mail of the person who created the organization",
        "zerver_preregistrationuser.created_user_id": "invitation or registration row: e-mail, full name, time",
        "zerver_preregistrationuser.referred_by_id": "who invited whom; row holds invitee e-mail and name",
        "zerver_subscription.user_profile_id": "channel and DM subscriptions with colour, mute and notification",
        "zerver_usergroupmembership.user_profile_id": "which user groups the person belongs to",
        "zerver_userprofile.bot_owner_id": "owner of a bot account",
        "zerver_userstatus.user_profile_id": "status text and emoji with time and client",
    },
    "security_log": {
        "zerver_channelfolder.creator_id": "who created a channel folder (11+)",
        "zerver_multiuseinvite.referred_by_id": "reusable invitation links made by the user",
        "zerver_namedusergroup.creator_id": "who created a group (10+)",
        "zerver_realmauditlog.acting_user_id": "actions the user did, incl. on others",
        "zerver_realmauditlog.modified_user_id": "actions done to the user; may hold old names and settings",
        "zerver_realmexport.acting_user_id": "who requested an organization export (10+)",
        "zerver_stream.creator_id": "who created a channel (9+)",
        "zerver_userprofile_groups.userprofile_id": "django.contrib.auth groups; unused",
        "zerver_userprofile_user_permissions.userprofile_id": "django.contrib.auth permissions; unused",
    },
}
"""Category to (``table.column`` to what the table holds)."""


def category(table: str, column: str) -> tuple[str, str]:
    """Category and description of a column that refers to a person."""
    name = f"{table}.{column}"
    return next(((key, places[name]) for key, places in KNOWN.items() if name in places), (UNCATEGORIZED, ""))
