"""What erasing a person would do, table by table, before anything is done."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection

from zulip_bridge.api.edit import Refusal
from zulip_bridge.api.erase import (
    Collateral,
    ErasureCase,
    ErasureOptions,
    ErasurePreview,
    Fate,
    FileFate,
    OpenErasure,
    OwnedBot,
    PreviewErasure,
    RowFate,
)
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.edit.account import Account
from zulip_bridge.worker.indirect import Indirect, count_where, places
from zulip_bridge.worker.instants import iso
from zulip_bridge.worker.people import person_by_id
from zulip_bridge.worker.personal_data import category
from zulip_bridge.worker.references import references_to_people

from . import collateral, profile, rules
from .deletion import (
    OWN_RECIPIENT,
    condition_of,
    count,
    deleted_directly,
    deleted_with_them,
    names_the_person,
    on_delete,
    people,
)
from .remains import remains

BOUND = 2_000_000

REMAINDER = {
    "zerver_preregistrationuser",
    "zerver_preregistrationrealm",
    "zerver_scheduledemail",
    "zerver_imageattachment",
    "confirmation_confirmation",
    "social_auth_code",
}
"""Places without a foreign key whose rows are deleted after Zulip's action (facts.md 4.3)."""


def preview(request: PreviewErasure, context: Context) -> ErasurePreview:
    """Answer :class:`PreviewErasure`."""
    account = Account.load(request.person_id)
    options = request.options
    work = _Work(account, options, context)
    bots = owned_bots(request.person_id)
    rows = profile.fates(account) if options.strategy == "scrub-profile" else work.row_fates()
    return ErasurePreview(
        person=person_by_id(request.person_id),
        options=options,
        confirm=account.row.delivery_email,
        rows=[each for each in rows if each.rows],
        collateral=[] if options.strategy == "scrub-profile" else work.collateral(),
        files=work.files(),
        bots=bots,
        remains=remains(account, options),
        warnings=rules.warnings(account, options),
        refusals=rules.refusals(account, options, bots),
        fingerprint=fingerprint(account, options),
    )


def open_erasure(request: OpenErasure, context: Context) -> ErasureCase:
    """Answer :class:`OpenErasure`."""
    account = Account.load(request.person_id)
    found: list[Refusal] = rules.refusals(account, request.options, owned_bots(request.person_id))
    if found:
        raise StewardError(ErrorKind.REFUSED, " ".join(each.sentence for each in found))
    if fingerprint(account, request.options) != request.fingerprint:
        raise StewardError(ErrorKind.STALE, "The account has changed since it was shown; look at it again.")
    row = account.row
    return ErasureCase(
        person_id=row.id,
        realm_id=row.realm_id,
        realm=account.realm.string_id,
        addresses=sorted({row.delivery_email, row.email}),
        names=[row.full_name],
        date_joined=iso(row.date_joined) or "",
    )


def fingerprint(account: Account, options: ErasureOptions) -> str:
    """Changes when it is no longer the account that was looked at; its use does not count."""
    row = account.row
    seen = (row.id, row.delivery_email, row.email, row.full_name, row.role, row.is_mirror_dummy, repr(options))
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def owned_bots(person_id: int) -> list[OwnedBot]:
    """Bots of the person, active or not."""
    bots = people().objects.filter(bot_owner_id=person_id, is_bot=True).order_by("id")
    return [OwnedBot(bot.id, bot.full_name, bot.is_active, _sent(bot)) for bot in bots]


def _sent(row: Any) -> int:
    return count("zerver_message", "realm_id = %(realm_id)s AND sender_id = %(id)s", _parameters(row))


def _parameters(row: Any) -> dict[str, Any]:
    return {"id": row.id, "realm_id": row.realm_id}


class _Work:
    """One preview under way."""

    def __init__(self, account: Account, options: ErasureOptions, context: Context) -> None:
        self._account = account
        self._options = options
        self._context = context
        self._parameters = _parameters(account.row)
        self._person = person_by_id(account.row.id)
        self._directly = {(each.table, each.column) for each in deleted_directly(options.strategy)}
        self._saved = {
            (model._meta.db_table, model._meta.get_field(saving.column).column)
            for saving, model in collateral.savings(account.row.id)
        }

    def row_fates(self) -> list[RowFate]:
        """The account, each reference to it, and the places without a foreign key."""
        found = [RowFate("zerver_userprofile", "id", "identity", 1, "reassigned", PLACEHOLDER)]
        references = references_to_people()
        for done, reference in enumerate(references):
            self._context.progress("preview", done, len(references))
            key = (reference.table, reference.column)
            rows = count(reference.table, condition_of(reference), self._parameters)
            name, _ = category(*key)
            fate, sentence = self._fate(reference.model, *key)
            if key == ("zerver_subscription", "user_profile_id"):
                found += self._subscriptions(name, rows)
            elif key == ("zerver_realmauditlog", "acting_user_id"):
                own = count(
                    reference.table, "acting_user_id = %(id)s AND modified_user_id = %(id)s", self._parameters
                )
                found.append(RowFate(*key, name, rows - own, "detached", sentence))
                found.append(RowFate(*key, name, own, "deleted", "about themselves"))
            else:
                found.append(RowFate(*key, name, rows, fate, sentence))
        return [*found, *map(self._indirect, places())]

    def collateral(self) -> list[Collateral]:
        """Rows of others: those that are saved, and those that go."""
        row = self._account.row
        found = collateral.savable(row.id, row.realm_id)
        if self._options.strategy == "delete":
            condition = f"realm_id = %(realm_id)s AND {OWN_RECIPIENT} AND sender_id <> %(id)s"
            found.append(self._lost("zerver_message", condition, "direct messages that others wrote to the person"))
        for table, conditions in deleted_with_them(self._options.strategy, self._saved).items():
            mine = " OR ".join(f"({each})" for each in names_the_person(table))
            going = " OR ".join(f"({each})" for each in conditions)
            condition = f"({going}) AND NOT coalesce({mine}, false)" if mine else going
            self._context.check()
            found.append(self._lost(table, condition, _lost_words(table)))
        mutes = "muted_user_id = %(id)s AND user_profile_id <> %(id)s"
        found.append(self._lost("zerver_muteduser", mutes, "others' mutes of the person, which mute nobody any more"))
        return [each for each in found if each.rows]

    def files(self) -> list[FileFate]:
        """Uploads and pictures."""
        found = []
        if self._options.strategy != "scrub-profile":
            found += self._uploads()
        kind = self._account.row.avatar_source
        if kind != "G":
            versions = self._account.row.avatar_version
            found.append(FileFate("avatars", versions, 0, "all versions of the avatar, in every size"))
        return found

    def _uploads(self) -> list[FileFate]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), coalesce(sum(size), 0)::bigint FROM zerver_attachment WHERE owner_id = %(id)s",
                self._parameters,
            )
            files, size = cursor.fetchone()
            cursor.execute(
                """SELECT count(DISTINCT m.message_id) FROM zerver_attachment_messages m
                   JOIN zerver_attachment a ON a.id = m.attachment_id WHERE a.owner_id = %(id)s""",
                self._parameters,
            )
            (used,) = cursor.fetchone()
        left = f"; {used:,} messages refer to them" if used else ""
        words = f"deleted from storage, with thumbnails{left}"
        return [FileFate("uploads", files, size, words)] if files else []

    def _fate(self, model: Any, table: str, column: str) -> tuple[Fate, str]:
        if (table, column) in self._saved:
            return "detached", "stays, without the person"
        if (table, column) in self._directly:
            return "deleted", ""
        if table == "zerver_message":
            return "reassigned", "signed by the placeholder"
        if on_delete(model, column) == "SET_NULL":
            return "detached", "stays, without the person"
        return "kept", ""

    def _subscriptions(self, name: str, rows: int) -> list[RowFate]:
        condition = """user_profile_id = %(id)s AND recipient_id IN
            (SELECT id FROM zerver_recipient WHERE type = 3)"""
        groups = count("zerver_subscription", condition, self._parameters)
        key = ("zerver_subscription", "user_profile_id", name)
        words = "groups of direct messages keep the placeholder as a member"
        return [RowFate(*key, rows - groups, "deleted"), RowFate(*key, groups, "reassigned", words)]

    def _indirect(self, place: Indirect) -> RowFate:
        model = place.model_class
        assert model is not None
        table = model._meta.db_table
        rows = count_where(table, place.condition, self._person, BOUND)
        fate: Fate = "deleted" if table in REMAINDER else "kept"
        words = place.description
        if table == "zerver_customprofilefieldvalue":
            fate, words = "cleared", "the person is taken out of others' profiles"
        if table == "zerver_recipient" and self._options.strategy == "delete":
            fate = "deleted"
        return RowFate(table, place.column, place.category, rows, fate, words)

    def _lost(self, table: str, condition: str, words: str) -> Collateral:
        return Collateral(table, count(table, condition, self._parameters), False, words)


PLACEHOLDER = "replaced by a placeholder with the same id: “Deleted User”"


def _lost_words(table: str) -> str:
    known = {
        "zerver_usermessage": "others' copies (read marks, stars) of messages that go",
        "zerver_reaction": "others' reactions to messages that go",
        "zerver_submessage": "others' votes on messages that go",
        "zerver_archivedusermessage": "others' archived copies of archived messages that go",
        "zerver_archivedreaction": "others' archived reactions",
        "zerver_attachment_messages": "uses of files in messages that go",
    }
    return known.get(table, "goes with rows that go")
