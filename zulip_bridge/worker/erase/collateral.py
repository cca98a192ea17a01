"""Other people's rows that the cascade would take, and how those are saved that can be (facts.md 4.2).

Zulip has no action for any of it: the rows are changed one model at a time with its own models, so that its caches
hear of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zulip_bridge.api.erase import Collateral
from zulip_bridge.worker import compat

from .deletion import people

OWNER = 100


@dataclass(frozen=True)
class Saving:
    """How the rows of one table are kept. ``rows`` finds them; ``heir`` chooses who takes the person's place, or
    nobody.
    """

    model: str
    column: str
    words: str
    rows: Callable[[Any, int], Any]
    heir: Callable[[int, int], Any] = lambda person_id, realm_id: None


def _others_entries(model: Any, person_id: int) -> Any:
    return model.objects.filter(acting_user_id=person_id).exclude(modified_user_id=person_id)


def _first_owner(person_id: int, realm_id: int) -> Any:
    owners = people().objects.filter(realm_id=realm_id, role=OWNER, is_active=True, is_bot=False)
    return owners.exclude(id=person_id).order_by("id").first()


SAVINGS = (
    Saving(
        "RealmEmoji",
        "author",
        "custom emoji stay, without an author",
        lambda model, person_id: model.objects.filter(author_id=person_id),
    ),
    Saving(
        "RealmAuditLog",
        "acting_user",
        "audit entries about others and the organization stay, without who acted",
        _others_entries,
    ),
    Saving(
        "PreregistrationUser",
        "referred_by",
        "registrations of invited people stay, without who invited",
        lambda model, person_id: model.objects.filter(referred_by_id=person_id),
    ),
    Saving(
        "MultiuseInvite",
        "referred_by",
        "invitation links stay, in the name of the organization's first owner",
        lambda model, person_id: model.objects.filter(referred_by_id=person_id),
        _first_owner,
    ),
    Saving(
        "ChannelEmailAddress",
        "creator",
        "e-mail addresses of channels stay, without who made them",
        lambda model, person_id: model.objects.filter(creator_id=person_id).exclude(sender_id=person_id),
    ),
)
"""In this order; tables that this version does not have are passed over."""

AT_ONCE = 500


def savable(person_id: int, realm_id: int) -> list[Collateral]:
    """What is going to be saved, counted."""
    found = []
    for saving, model in savings(person_id):
        rows = saving.rows(model, person_id).count()
        if rows:
            found.append(
                Collateral(model._meta.db_table, rows, _can_save(saving, model, person_id, realm_id), saving.words)
            )
    return found


def save(person_id: int, realm_id: int, check: Callable[[], None]) -> dict[str, int]:
    """Save them; how many, by table. Each batch is committed by itself, and what is saved is not found again."""
    counts: dict[str, int] = {}
    for saving, model in savings(person_id):
        if not _can_save(saving, model, person_id, realm_id):
            continue
        heir = saving.heir(person_id, realm_id)
        while rows := list(saving.rows(model, person_id)[:AT_ONCE]):
            check()
            _hand_over(saving, model, rows, heir)
            counts[model._meta.db_table] = counts.get(model._meta.db_table, 0) + len(rows)
    return counts


def _hand_over(saving: Saving, model: Any, rows: list[Any], heir: Any) -> None:
    if saving.model == "RealmEmoji":
        # Zulip's signal empties the organization's cache of emoji.
        for row in rows:
            setattr(row, saving.column, heir)
            row.save(update_fields=[saving.column])
        return
    model.objects.filter(pk__in=[row.pk for row in rows]).update(**{saving.column: heir})


def savings(person_id: int) -> list[tuple[Saving, Any]]:
    """Those whose table this version has."""
    found = [(each, compat.model("zerver", each.model)) for each in SAVINGS]
    return [
        (saving, model) for saving, model in found if model is not None and compat.has_field(model, saving.column)
    ]


def _can_save(saving: Saving, model: Any, person_id: int, realm_id: int) -> bool:
    nullable = bool(model._meta.get_field(saving.column).null)
    return nullable or saving.heir(person_id, realm_id) is not None
