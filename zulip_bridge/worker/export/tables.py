"""Which tables hold rows of a person, and in which section they are: found from the running server's models.

Zulip's own export has nineteen tables, chosen as ``get_single_user_config`` in zerver/lib/export.py does; every other
table with a foreign key to a person comes besides. Conditions are SQL, with ``{who}`` for the comparison with the
person (``= %(id)s``) or with the person's bots (``IN (…)``).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from zulip_bridge.api.export_scope import ExportScope, sections_of

from .. import compat
from ..personal_data import category
from ..references import Reference, references_to_people
from .columns import PEOPLE

THE_PERSON = "= %(id)s"
OWNED_BOTS = f"IN (SELECT id FROM {PEOPLE} WHERE bot_owner_id = %(id)s AND is_bot)"

CHANNEL_RECIPIENT = 2
SUBSCRIBED = "SELECT recipient_id FROM zerver_subscription WHERE user_profile_id {who}"
SUBSCRIBED_CHANNELS = (
    f"SELECT type_id FROM zerver_recipient WHERE type = {CHANNEL_RECIPIENT} AND id IN ({SUBSCRIBED})"
)
OWN = ""
"""In place of a condition: rows whose foreign key ``user_profile`` or ``user`` is the person."""


@dataclass(frozen=True)
class TableOfZulip:
    """A table of Zulip's own export."""

    app: str
    model_name: str
    section: str
    condition: str = OWN


OF_ZULIP = [
    TableOfZulip("zerver", "UserProfile", "profile", "id {who}"),
    TableOfZulip("zerver", "Subscription", "memberships"),
    TableOfZulip("zerver", "Recipient", "memberships", f"id IN ({SUBSCRIBED})"),
    TableOfZulip("zerver", "Stream", "memberships", f"id IN ({SUBSCRIBED_CHANNELS})"),
    TableOfZulip("analytics", "UserCount", "activity"),
    TableOfZulip("zerver", "RealmAuditLog", "audit", "modified_user_id {who} OR acting_user_id {who}"),
    TableOfZulip("zerver", "Reaction", "contributions"),
    TableOfZulip("zerver", "AlertWord", "contributions"),
    TableOfZulip("zerver", "CustomProfileFieldValue", "profile"),
    TableOfZulip("zerver", "ExternalAuthID", "profile"),
    TableOfZulip("zerver", "MutedUser", "activity"),
    TableOfZulip("zerver", "NavigationView", "activity"),
    TableOfZulip("zerver", "OnboardingStep", "activity"),
    TableOfZulip("zerver", "SavedSnippet", "contributions"),
    TableOfZulip("zerver", "UserActivity", "activity"),
    TableOfZulip("zerver", "UserActivityInterval", "activity"),
    TableOfZulip("zerver", "UserPresence", "activity"),
    TableOfZulip("zerver", "UserStatus", "profile"),
    TableOfZulip("zerver", "UserTopic", "activity"),
]
"""A version that has not got one skips it."""

OF_MESSAGES = {"zerver_message", "zerver_usermessage", "zerver_archivedmessage", "zerver_archivedusermessage"}
"""Written by the sections of messages."""

SECTION_OF = {
    "zerver_draft": "drafts",
    "zerver_scheduledmessage": "scheduled",
    "zerver_archivedreaction": "messages.archived",
    "zerver_archivedsubmessage": "messages.archived",
    "zerver_archivedattachment": "messages.archived",
    "zerver_usergroupmembership": "memberships",
    "zerver_preregistrationuser": "invitations",
    "zerver_preregistrationrealm": "invitations",
    "zerver_scheduledemail_users": "invitations",
    "zerver_multiuseinvite": "invitations",
    "zerver_userprofile_groups": "memberships",
    "zerver_userprofile_user_permissions": "memberships",
    "zerver_botstoragedata": "bots",
    "zerver_botconfigdata": "bots",
    "zerver_service": "bots",
}
SECTION_OF_CATEGORY = {
    "identity": "profile",
    "content": "contributions",
    "behaviour": "activity",
    "credentials": "access",
    "security_log": "elsewhere",
}
"""For the tables that are not named above, by what kind of data they hold; a table nobody knows is ``elsewhere``."""

TIMES = {
    "zerver_draft": "last_edit_time",
    "zerver_scheduledmessage": "scheduled_timestamp",
    "zerver_realmauditlog": "event_time",
    "zerver_useractivity": "last_visit",
    "zerver_useractivityinterval": "start",
    "zerver_onboardingstep": "timestamp",
    "analytics_usercount": "end_time",
    "zerver_missedmessageemailaddress": "timestamp",
}
"""Table to the column that the dates of a scope apply to; other tables are written whatever the dates."""


@dataclass(frozen=True)
class Table:
    """Rows of one table: a model, which of its rows, and the section that they belong to."""

    model: Any
    condition: str
    section: str
    as_zulip: bool
    """Whether it is one of Zulip's export, and written with that one's columns."""

    @property
    def name(self) -> str:
        """The table's name in PostgreSQL."""
        return str(self.model._meta.db_table)

    @property
    def time(self) -> str | None:
        """The column that dates apply to."""
        return TIMES.get(self.name)

    def where(self, who: str) -> str:
        """The condition for the person, or for the bots."""
        return self.condition.format(who=who)


def tables_of_zulip() -> list[Table]:
    """The tables of Zulip's own export, in its order."""
    found = []
    for each in OF_ZULIP:
        model = compat.model(each.app, each.model_name)
        if model is not None:
            found.append(Table(model, each.condition or _own(model), each.section, as_zulip=True))
    return found


def other_tables() -> list[Table]:
    """Every other table of the running server with a foreign key to a person, by name."""
    known = {each.name for each in tables_of_zulip()} | OF_MESSAGES
    references: dict[str, list[Reference]] = defaultdict(list)
    for each in references_to_people():
        if each.table not in known:
            references[each.table].append(each)
    return [
        Table(found[0].model, " OR ".join(f'"{each.column}" {{who}}' for each in found), _section(found[0]), False)
        for _, found in sorted(references.items())
    ]


def tables_in(scope: ExportScope) -> list[Table]:
    """The tables of ``user.json``."""
    others = [] if scope.sections == sections_of("same") and scope.as_zulip else other_tables()
    if scope.as_zulip:
        same = sections_of("same")
        others = [each for each in others if each.section not in same]
    return [each for each in [*tables_of_zulip(), *others] if scope.has(each.section)]


def uncovered_references() -> list[Reference]:
    """Columns that refer to a person in tables of Zulip's own export, but are no part of that export's conditions."""
    covered = {each.name: each.condition for each in tables_of_zulip()}
    return [
        each
        for each in references_to_people()
        if each.table in covered and f"{each.column} " not in covered[each.table].replace('"', "")
    ]


def _section(reference: Reference) -> str:
    kind, _ = category(reference.table, reference.column)
    return SECTION_OF.get(reference.table) or SECTION_OF_CATEGORY.get(kind, "elsewhere")


def _own(model: Any) -> str:
    field = next(name for name in ("user_profile", "user") if compat.has_field(model, name))
    return f'"{model._meta.get_field(field).column}" {{who}}'
