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
    """How the rows of one table are kept. ``rows`` finds them by the ids of those who go; ``heir`` chooses who takes
    their place, or nobody. ``lost`` is what is said where it cannot be done.
    """

    model: str
    column: str
    words: str
    rows: Callable[[Any, list[int]], Any]
    heir: Callable[[list[int], int], Any] = lambda going, realm_id: None
    lost: str = "go with the person"


def _others_entries(model: Any, going: list[int]) -> Any:
    return model.objects.filter(acting_user_id__in=going).exclude(modified_user_id__in=going)


def _first_owner(going: list[int], realm_id: int) -> Any:
    owners = people().objects.filter(realm_id=realm_id, role=OWNER, is_active=True, is_bot=False)
    return owners.exclude(id__in=going).order_by("id").first()


SAVINGS = (
    Saving(
        "RealmEmoji",
        "author",
        "custom emoji stay, without an author",
        lambda model, going: model.objects.filter(author_id__in=going),
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
        lambda model, going: model.objects.filter(referred_by_id__in=going),
    ),
    Saving(
        "MultiuseInvite",
        "referred_by",
        "invitation links stay, in the name of the organization's first owner",
        lambda model, going: model.objects.filter(referred_by_id__in=going),
        _first_owner,
        "invitation links go: the organization has no other owner who could take them",
    ),
    Saving(
        "ChannelEmailAddress",
        "creator",
        "e-mail addresses of channels stay, without who made them",
        lambda model, going: model.objects.filter(creator_id__in=going).exclude(sender_id__in=going),
    ),
)
"""In this order; tables that this version does not have are passed over."""

AT_ONCE = 500


def savable(going: list[int], realm_id: int) -> list[Collateral]:
    """What is going to be saved, and what cannot be, counted."""
    found = []
    for saving, model in savings():
        rows = saving.rows(model, going).count()
        if rows:
            saved = can_save(saving, model, going, realm_id)
            found.append(Collateral(model._meta.db_table, rows, saved, saving.words if saved else saving.lost))
    return found


def save(going: list[int], realm_id: int, check: Callable[[], None]) -> dict[str, int]:
    """Save them; how many, by table. Each batch is committed by itself, and what is saved is not found again."""
    counts: dict[str, int] = {}
    for saving, model in savings():
        if not can_save(saving, model, going, realm_id):
            continue
        heir = saving.heir(going, realm_id)
        while rows := list(saving.rows(model, going)[:AT_ONCE]):
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


def savings() -> list[tuple[Saving, Any]]:
    """Those whose table this version has."""
    found = [(each, compat.model("zerver", each.model)) for each in SAVINGS]
    return [
        (saving, model) for saving, model in found if model is not None and compat.has_field(model, saving.column)
    ]


def can_save(saving: Saving, model: Any, going: list[int], realm_id: int) -> bool:
    """Whether the rows can do without a name, or there is somebody else to bear it."""
    nullable = bool(model._meta.get_field(saving.column).null)
    return nullable or saving.heir(going, realm_id) is not None
