"""Where Zulip has an action of its own for what somebody is about to do to a row, and this tool a command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from zulip_bridge.api.browse import Advice, Offer
from zulip_bridge.api.people import Person

from .. import compat

Purpose = Literal["look", "edit", "delete"]


@dataclass(frozen=True)
class Proper:
    """A proper way: a sentence, the actions of Zulip that it is about (those there are in this version are named),
    and what this tool offers, whatever somebody is about to do, and to delete it."""

    sentence: str
    actions: tuple[str, ...]
    offer: Offer | None = None
    to_delete: Offer | None = None
    subject: str = ""


OF_NOBODY: tuple[Offer, ...] = ("channel",)
"""What is done to something that need not be anybody's."""

_USERS, _STREAMS, _GROUPS = "zerver.actions.users", "zerver.actions.streams", "zerver.actions.user_groups"

WAYS: dict[str, Proper] = {
    "zerver_userprofile": Proper(
        "Accounts are changed and erased with Zulip's own actions, which tell clients, flush caches and write the "
        "audit log. This tool does it so: edit, deactivate, erase.",
        (
            "zerver.actions.user_settings.do_change_full_name",
            f"{_USERS}.do_deactivate_user",
            f"{_USERS}.do_delete_user",
        ),
        "edit",
        "erase",
    ),
    "zerver_message": Proper(
        "Messages are edited and deleted with Zulip's own actions, which keep the history, archive what is deleted, "
        "and take it from everybody's screen. This tool deletes them so.",
        ("zerver.actions.message_edit.do_update_message", "zerver.actions.message_delete.do_delete_messages"),
        to_delete="messages",
        subject="id",
    ),
    "zerver_usermessage": Proper(
        "Read, starred and other flags are set with Zulip's own action.",
        ("zerver.actions.message_flags.do_update_message_flags",),
    ),
    "zerver_stream": Proper(
        "Channels are renamed, described, archived and unarchived with Zulip's own actions, which tell clients and "
        "write the audit log. This tool does it so. Who may read and write is set in Zulip.",
        (
            f"{_STREAMS}.do_rename_stream",
            f"{_STREAMS}.do_change_stream_description",
            f"{_STREAMS}.do_deactivate_stream",
            f"{_STREAMS}.do_unarchive_stream",
        ),
        "channel",
        "channel",
        subject="id",
    ),
    "zerver_subscription": Proper(
        "Subscriptions are added and removed with Zulip's own actions; this tool's edit of the person does it "
        "(channel:+NAME, channel:-NAME).",
        (f"{_STREAMS}.bulk_add_subscriptions", f"{_STREAMS}.bulk_remove_subscriptions"),
        "edit",
    ),
    "zerver_usergroupmembership": Proper(
        "Members are added and removed with Zulip's own actions; this tool's edit of the person does it "
        "(group:+NAME, group:-NAME).",
        (f"{_GROUPS}.bulk_add_members_to_user_groups", f"{_GROUPS}.bulk_remove_members_from_user_groups"),
        "edit",
    ),
    "zerver_customprofilefieldvalue": Proper(
        "Profile values are changed with Zulip's own actions; this tool's edit of the person does it "
        "(profile:FIELD=…).",
        ("zerver.actions.custom_profile_fields.do_update_user_custom_profile_data_if_changed",),
        "edit",
    ),
    "zerver_realm": Proper(
        "Organizations are changed and deactivated with Zulip's own actions.",
        ("zerver.actions.realm_settings.do_set_realm_property", "zerver.actions.realm_settings.do_deactivate_realm"),
    ),
    "zerver_reaction": Proper(
        "Reactions are removed with Zulip's own action.", ("zerver.actions.reactions.do_remove_reaction",)
    ),
    "zerver_attachment": Proper(
        "Files are deleted with Zulip's own action, which removes the file as well. This tool deletes them so.",
        ("zerver.actions.uploads.do_delete_old_unclaimed_attachments", "zerver.lib.attachments.remove_attachment"),
        to_delete="files",
        subject="path_id",
    ),
    "zerver_draft": Proper("Drafts are deleted with Zulip's own action.", ("zerver.lib.drafts.do_delete_draft",)),
    "zerver_scheduledmessage": Proper(
        "Scheduled messages are deleted with Zulip's own action.",
        ("zerver.actions.scheduled_messages.delete_scheduled_message",),
    ),
    "zerver_muteduser": Proper("Unmuting is an action of Zulip's.", ("zerver.actions.muted_users.do_unmute_user",)),
    "zerver_alertword": Proper(
        "Alert words are removed with Zulip's own action.", ("zerver.actions.alert_words.do_remove_alert_words",)
    ),
    "zerver_realmemoji": Proper(
        "Custom emoji are deactivated with Zulip's own action.", ("zerver.actions.realm_emoji.do_remove_realm_emoji",)
    ),
    "django_session": Proper(
        "Sessions are ended with Zulip's own functions, which also take them from the cache; this tool's edit of the "
        "person does it (end-sessions).",
        ("zerver.lib.sessions.delete_user_sessions", "zerver.lib.sessions.delete_session"),
        "edit",
    ),
    "zerver_pushdevicetoken": Proper(
        "Devices are unregistered with Zulip's own function, which tells the push service; this tool's edit of the "
        "person does it (unregister-push-devices).",
        ("zerver.lib.push_notifications.clear_push_device_tokens",),
        "edit",
    ),
    "zerver_preregistrationuser": Proper(
        "Invitations are revoked with Zulip's own action; this tool's edit of the person does it "
        "(revoke-invitations).",
        ("zerver.actions.invites.do_revoke_user_invite",),
        "edit",
    ),
    "zerver_multiuseinvite": Proper(
        "Invitation links are revoked with Zulip's own action; this tool's edit of the person does it "
        "(revoke-invitations).",
        ("zerver.actions.invites.do_revoke_multi_use_invite",),
        "edit",
    ),
    "zerver_realmauditlog": Proper("Zulip never changes or deletes entries of its audit log.", ()),
}
"""By table."""


def advice_for(row: Any, person: Person | None, purpose: Purpose) -> list[Advice]:
    """The proper ways there are for a row; with the names of Zulip's functions, which imports them, where somebody is
    about to go past them.
    """
    way = WAYS.get(row._meta.db_table)
    if way is None:
        return []
    names = [] if purpose == "look" else _existing(way.actions)
    subject = str(getattr(row, way.subject)) if way.subject else ""
    offers = [each for each in _offers(way, purpose) if person is not None or each in OF_NOBODY]
    return [Advice(_with_names(way, names), offers, person.id if person is not None else None, subject)]


def _offers(way: Proper, purpose: Purpose) -> list[Offer]:
    """The best for the purpose first: an account that is to be deleted should rather be erased than edited."""
    wanted = {"look": (way.offer, way.to_delete), "edit": (way.offer,), "delete": (way.to_delete, way.offer)}[purpose]
    return list(dict.fromkeys(each for each in wanted if each is not None))


def _with_names(way: Proper, names: list[str]) -> str:
    return f"{way.sentence} ({', '.join(names)})" if names else way.sentence


def _existing(places: Sequence[str]) -> list[str]:
    return [place.rpartition(".")[2] for place in places if compat.find_function(place) is not None]


def bypass_notes(model: Any, *, listens: bool) -> list[str]:
    """What writing to a row past Zulip's actions means. ``listens``: the model's signals have handlers."""
    cache = (
        "Zulip flushes the caches that hang on this model's signals; others may stay as they were for up to days."
        if listens
        else "No cache is flushed: what Zulip keeps in memcached may stay as it was for up to days."
    )
    return [
        "This goes past Zulip's actions: clients get no event and see it when they are reloaded, and the audit log "
        "gets no entry.",
        cache,
    ]
