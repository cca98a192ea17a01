"""The organizations: their rows, settings and small realm-level tables."""

from __future__ import annotations

from uuid import UUID

from zulip_bridge.demo.population.clock import DAY, at, on
from zulip_bridge.demo.population.world import Realm, World, token

REALMS: tuple[tuple[str, str, int, bool], ...] = (
    ("zulipinternal", "System use only", on(2021, 9, 1), False),
    ("acme", "Acme Works", on(2021, 9, 6), False),
    ("example", "Example Cooperative", on(2022, 2, 20), False),
    ("lumen", "Lumen Institute", on(2023, 1, 9), False),
    ("sunset", "Sunset Events (closed)", on(2022, 5, 2), True),
)
"""(string_id, name, created, deactivated)"""

CLIENTS = (
    "website", "ZulipMobile", "ZulipElectron", "internal", "ZulipGitHubWebhook", "ZulipJiraWebhook",
    "ZulipPython", "zulip-terminal", "ZulipScheduledMessages", "populate_analytics_db", "irc_mirror",
    "ZulipMonitoring", "curl", "\x1b]52;c;SGVsbG8=\x07agent", "=HYPERLINK(agent)\x9b2J",
)  # fmt: skip
"""Client names (they are taken from the user agent); the last two try to write to the operator's terminal."""

ADMINISTRATORS_SETTINGS = ("create_multiuse_invite_group", "can_delete_any_message_group", "can_manage_billing_group")
EVERYONE_SETTINGS = (
    "can_access_all_users_group", "can_delete_own_message_group", "can_move_messages_between_topics_group",
    "can_resolve_topics_group", "can_summarize_topics_group", "direct_message_initiator_group",
    "direct_message_permission_group",
)  # fmt: skip
MODERATORS_SETTINGS = ("can_mention_many_users_group", "can_create_web_public_channel_group")
OWNERS_SETTINGS = ("can_manage_all_groups",)
MEMBERS_SETTINGS = (
    "can_add_custom_emoji_group", "can_add_subscribers_group", "can_create_bots_group", "can_create_groups",
    "can_create_private_channel_group", "can_create_public_channel_group", "can_create_write_only_bots_group",
    "can_move_messages_between_channels_group",
)  # fmt: skip

AUTHENTICATION = {
    "acme": ("Email", "LDAP", "GitHub", "SAML"),
    "example": ("Email", "Google"),
    "lumen": ("Email", "OpenID Connect"),
}


def make_realms(world: World) -> None:
    """Make the organizations and clients; their rows come later, when the groups are known."""
    for string_id, name, created, deactivated in REALMS:
        realm_id = world.book.reserve("zerver_realm")
        world.realms[string_id] = Realm(realm_id, string_id, name, created, deactivated)
    for name in CLIENTS:
        world.clients[name] = world.book.add("zerver_client", name=name)


def write_realm(world: World, realm: Realm, invite_group: int | None = None) -> None:
    """The row of an organization; `invite_group` is who may invite, its members when not given."""
    chance = world.chance(f"realm {realm.string_id}")
    groups = {f"{s}_id": realm.groups["role:administrators"] for s in ADMINISTRATORS_SETTINGS}
    groups |= {f"{s}_id": realm.groups["role:everyone"] for s in EVERYONE_SETTINGS}
    groups |= {f"{s}_id": realm.groups["role:moderators"] for s in MODERATORS_SETTINGS}
    groups |= {f"{s}_id": realm.groups["role:owners"] for s in OWNERS_SETTINGS}
    groups |= {f"{s}_id": realm.groups["role:members"] for s in MEMBERS_SETTINGS}
    announcements = {
        f"{setting}_id": realm.channel(name).id if realm.channels else None
        for setting, name in (
            ("new_stream_announcements_stream", "general"),
            ("signup_announcements_stream", "general"),
            ("zulip_update_announcements_stream", "general"),
        )
    }
    moderation = [channel.id for channel in realm.channels if channel.name == "moderation"]
    world.book.put(
        "zerver_realm",
        id=realm.id,
        name=realm.name,
        string_id=realm.string_id,
        description=f"{realm.name}: a made-up organization of the demo install.",
        uuid=UUID(int=chance.getrandbits(128), version=4),
        uuid_owner_secret="zuliprealm_" + token(chance, 32),
        date_created=at(realm.created),
        deactivated=realm.deactivated,
        org_type=10 if realm.string_id == "acme" else 60,
        can_invite_users_group_id=invite_group or realm.groups["role:members"],
        **groups,
        **announcements,
        moderation_request_channel_id=moderation[0] if moderation else None,
    )
    world.book.add("zerver_realmuserdefault", realm_id=realm.id)


def write_realm_constants(world: World) -> None:
    """Zulip's defaults for the settings that the demo does not vary."""
    world.book.constants(
        "zerver_realm",
        push_notifications_enabled=False,
        emails_restricted_to_domains=False,
        invite_required=True,
        disallow_disposable_email_addresses=True,
        inline_image_preview=True,
        digest_weekday=1,
        send_welcome_emails=True,
        message_content_allowed_in_email_notifications=True,
        move_messages_within_stream_limit_seconds=7 * DAY,
        move_messages_between_streams_limit_seconds=7 * DAY,
        waiting_period_threshold=3,
        message_content_delete_limit_seconds=600,
        allow_message_editing=True,
        message_content_edit_limit_seconds=600,
        default_language="en",
        message_retention_days=-1,
        plan_type=1,
        video_chat_provider=1,
        giphy_rating=2,
        enable_read_receipts=True,
        enable_guest_user_indicator=True,
        enable_guest_user_dm_warning=True,
        message_edit_history_visibility_policy=1,
        icon_source="G",
        icon_version=1,
        logo_source="D",
        logo_version=1,
        night_logo_source="D",
        night_logo_version=1,
    )


def write_realm_tables(world: World) -> None:
    """Domains, authentication methods, linkifiers, playgrounds, presence sequences, reactivation."""
    book = world.book
    for realm in world.realms.values():
        for name in AUTHENTICATION.get(realm.string_id, ("Email",)):
            book.add("zerver_realmauthenticationmethod", realm_id=realm.id, name=name)
        book.add("zerver_realmdomain", realm_id=realm.id, domain=f"{realm.string_id}.example", allow_subdomains=False)
        book.add("zerver_presencesequence", realm_id=realm.id, last_update_id=len(realm.people))
    acme = world.realms["acme"].id
    book.add(
        "zerver_realmfilter",
        realm_id=acme,
        pattern="#(?P<id>[0-9]+)",
        url_template="https://tickets.acme.example/{id}",
    )
    book.add(
        "zerver_realmplayground",
        realm_id=acme,
        name="Python playground",
        pygments_language="Python",
        url_template="https://play.acme.example/?code={code}",
    )
    book.add("zerver_realmreactivationstatus", realm_id=world.realms["sunset"].id)
