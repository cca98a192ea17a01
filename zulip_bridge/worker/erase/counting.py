"""The figures of a preview: what happens to each row about those who go, and which rows of others go along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from zulip_bridge.api.erase import Collateral, ErasureCase, ErasureOptions, Fate, FileFate, RowFate
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.edit.account import Account
from zulip_bridge.worker.indirect import Indirect, count_where, places
from zulip_bridge.worker.people import person_by_id
from zulip_bridge.worker.personal_data import category
from zulip_bridge.worker.references import Reference, references_to_people

from . import collateral
from .deletion import (
    Hanging,
    Leaving,
    condition_of,
    count,
    deleted_directly,
    hanging,
    names,
    number,
    on_delete,
    own_recipient,
    people,
)
from .remainder import leftovers

BOUND = 2_000_000

INVITATIONS = ("zerver_multiuseinvite", "referred_by_id")
PLACEHOLDER = "replaced by a placeholder with the same id: “Deleted User”"
THEIR_BOTS = "of the bots that are deleted"


class Counting:
    """One preview under way. ``case`` is what the erasure would note before it begins."""

    def __init__(self, account: Account, options: ErasureOptions, case: ErasureCase, context: Context) -> None:
        bots = case.bots
        self._row = account.row
        self._case = case
        self._options = options
        self._context = context
        self._person = person_by_id(account.row.id)
        self._going = [account.row.id, *bots]
        self._parameters: dict[str, Any] = {
            "realm_id": account.row.realm_id,
            "person": [account.row.id],
            "bots": bots,
            "all": self._going,
        }
        self._groups = [Leaving(options.strategy, "person"), *([Leaving("delete", "bots")] if bots else [])]
        self._savings = {
            (model._meta.db_table, model._meta.get_field(saving.column).column): saving
            for saving, model in collateral.savings()
            if collateral.can_save(saving, model, self._going, account.row.realm_id)
        }
        self._hanging = list(hanging(self._groups, set(self._savings)))

    def rows(self) -> list[RowFate]:
        """The accounts, each reference to them, what hangs on those rows, and the places without a foreign key."""
        found: list[RowFate] = []
        for group in self._groups:
            each_of = list(self._of_group(group))
            found += (
                each_of if group.who == "person" else [replace(each, sentence=_of_bots(each)) for each in each_of]
            )
        found += [self._hangs(each) for each in self._hanging if each.own]
        leftover = leftovers(self._case, invitations_stay=INVITATIONS in self._savings)
        found += [RowFate(e.table, e.column, e.category, e.rows.count(), "deleted", e.words) for e in leftover]
        tables = {each.table for each in leftover}
        return found + [fate for place in places() if (fate := self._indirect(place)).table not in tables]

    def _of_group(self, group: Leaving) -> Iterator[RowFate]:
        accounts = len(self._parameters[group.who])
        yield RowFate("zerver_userprofile", "id", "identity", accounts, "reassigned", PLACEHOLDER)
        directly = {(each.table, each.column) for each in deleted_directly(group.strategy)}
        references = references_to_people()
        for done, reference in enumerate(references):
            self._context.progress("preview", done, len(references))
            yield from self._of_reference(reference, group, directly)

    def _of_reference(
        self, reference: Reference, group: Leaving, directly: set[tuple[str, str]]
    ) -> Iterator[RowFate]:
        key = (reference.table, reference.column)
        name, _ = category(*key)
        condition = condition_of(reference, group.who)
        rows = count(reference.table, condition, self._parameters)
        fate, sentence = self._fate(reference.model, key, directly)
        if not rows:
            return
        if key == ("zerver_subscription", "user_profile_id"):
            of_groups = f"{condition} AND recipient_id IN (SELECT id FROM zerver_recipient WHERE type = 3)"
            groups = count(reference.table, of_groups, self._parameters)
            words = "groups of direct messages keep the placeholder as a member"
            yield RowFate(*key, name, rows - groups, "deleted")
            yield RowFate(*key, name, groups, "reassigned", words)
        elif key == ("zerver_realmauditlog", "acting_user_id"):
            own = count(reference.table, f"{condition} AND modified_user_id = ANY(%(all)s)", self._parameters)
            yield RowFate(*key, name, rows - own, fate, sentence)
            yield RowFate(*key, name, own, "deleted", "about themselves")
        elif key == ("zerver_userprofile", "bot_owner_id"):
            staying = count(reference.table, f"{condition} AND id <> ALL(%(all)s)", self._parameters)
            transferred: tuple[Fate, str] = ("reassigned", "bots that go to another owner")
            yield RowFate(
                *key, name, staying, *(transferred if self._options.bots == "transfer" else (fate, sentence))
            )
        else:
            yield RowFate(*key, name, rows, fate, sentence)

    def _fate(self, model: Any, key: tuple[str, str], directly: set[tuple[str, str]]) -> tuple[Fate, str]:
        if (saving := self._savings.get(key)) is not None:
            heir = saving.heir(self._going, self._row.realm_id)
            return ("detached", "stays, without the person") if heir is None else ("reassigned", saving.words)
        if key in directly:
            return "deleted", ""
        if key[0] == "zerver_message":
            return "reassigned", "signed by the placeholder"
        if on_delete(model, key[1]) == "SET_NULL":
            return "detached", "stays, without the person"
        return "kept", ""

    def _hangs(self, hangs: Hanging) -> RowFate:
        rows = count(hangs.table, hangs.condition, self._parameters)
        name, _ = category(hangs.table, hangs.column)
        return RowFate(hangs.table, hangs.column, name, rows, "deleted", "goes with the person's rows")

    def _indirect(self, place: Indirect) -> RowFate:
        model = place.model_class
        assert model is not None
        table = model._meta.db_table
        rows = count_where(table, place.condition, self._person, BOUND)
        fate: Fate = "kept"
        words = place.description
        if table == "zerver_customprofilefieldvalue":
            fate, words = "cleared", "the person is taken out of others' profiles"
        if table == "zerver_recipient" and self._options.strategy == "delete":
            fate = "deleted"
        return RowFate(table, place.column, place.category, rows, fate, words)

    def collateral(self) -> list[Collateral]:
        """Rows of others: those that are saved, and those that go."""
        found = collateral.savable(self._going, self._row.realm_id)
        for group in self._groups:
            if group.strategy == "delete":
                whom = "the person" if group.who == "person" else "the bots"
                condition = f"realm_id = %(realm_id)s AND {own_recipient(group.who)} AND sender_id <> ALL(%(all)s)"
                found.append(self._lost("zerver_message", condition, f"direct messages that others wrote to {whom}"))
        for table, going in self._others_that_hang().items():
            mine = " OR ".join(f"({each})" for each in names(table, "all"))
            condition = f"({going}) AND NOT coalesce({mine}, false)" if mine else going
            self._context.check()
            found.append(self._lost(table, condition, LOST.get(table, "goes with rows that go")))
        mutes = "muted_user_id = ANY(%(all)s) AND user_profile_id <> ALL(%(all)s)"
        found.append(self._lost("zerver_muteduser", mutes, "others' mutes of the person, which mute nobody any more"))
        return [each for each in found if each.rows]

    def _others_that_hang(self) -> dict[str, str]:
        """A condition by table: a row that hangs on two rows that go is one row."""
        found: dict[str, list[str]] = {}
        for each in self._hanging:
            if not each.own:
                found.setdefault(each.table, []).append(f"({each.condition})")
        return {table: " OR ".join(conditions) for table, conditions in found.items()}

    def _lost(self, table: str, condition: str, words: str) -> Collateral:
        return Collateral(table, count(table, condition, self._parameters), False, words)

    def files(self) -> list[FileFate]:
        """Uploads and pictures."""
        found = []
        for group in self._groups:
            of_bots = "" if group.who == "person" else f" {THEIR_BOTS}"
            if group.strategy != "scrub-profile":
                found += self._uploads(group, of_bots)
            for row in people().objects.filter(id__in=self._parameters[group.who]).exclude(avatar_source="G"):
                words = f"all versions of the avatar, in every size{of_bots}"
                found.append(FileFate("avatars", row.avatar_version, 0, words))
        return found

    def _uploads(self, group: Leaving, of_bots: str) -> list[FileFate]:
        who = f"owner_id = ANY(%({group.who})s)"
        owned = f"""(SELECT path_id, size FROM zerver_attachment WHERE {who}
            UNION SELECT path_id, size FROM zerver_archivedattachment WHERE {who}) owned"""
        files = number(f"SELECT count(*) FROM {owned}", self._parameters)
        if not files:
            return []
        size = number(f"SELECT sum(size) FROM {owned}", self._parameters)
        uses = f"attachment_id IN (SELECT id FROM zerver_attachment WHERE {who})"
        used = number(
            f"SELECT count(DISTINCT message_id) FROM zerver_attachment_messages WHERE {uses}", self._parameters
        )
        left = f"; {used:,} messages refer to them" if used else ""
        return [FileFate("uploads", files, size, f"deleted from storage, with thumbnails{of_bots}{left}")]


def _of_bots(fate: RowFate) -> str:
    return f"{THEIR_BOTS}: {fate.sentence}" if fate.sentence else THEIR_BOTS


LOST = {
    "zerver_usermessage": "others' copies (read marks, stars) of messages that go",
    "zerver_reaction": "others' reactions to messages that go",
    "zerver_submessage": "others' votes on messages that go",
    "zerver_archivedusermessage": "others' archived copies of archived messages that go",
    "zerver_archivedreaction": "others' archived reactions",
    "zerver_archivedattachment_messages": "uses of files in archived messages that go",
    "zerver_attachment_scheduled_messages": "uses of files in scheduled messages that go",
    "zerver_missedmessageemailaddress": "others' addresses for answering by e-mail to messages that go",
    "zerver_attachment_messages": "uses of files in messages that go",
}
