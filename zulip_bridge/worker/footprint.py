"""The footprint of a person: counts for every reference that the running server's models know, and the known rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from zulip_bridge.api.footprint import FootprintRow, ReadFootprint
from zulip_bridge.api.people import Person

from . import compat
from .context import Context
from .indirect import Indirect, count_sessions, count_where, places
from .people import person_by_id
from .personal_data import category
from .realms import INTERNAL_REALM
from .references import Reference, references_to_people

COUNT_BOUND = 2_000_000
"""Rows counted at the most in one table; then the count is marked as not exact."""

BY_REALM_FIRST = {"zerver_message", "zerver_archivedmessage"}
"""Tables whose sender column is indexed together with the realm only."""


def read_footprint(request: ReadFootprint, context: Context) -> list[FootprintRow]:
    """Answer :class:`ReadFootprint`; progress counts tables."""
    person = person_by_id(request.person_id)
    work: list[Callable[[], FootprintRow]] = [
        partial(_own_row, person),
        *[partial(_count_reference, each, person) for each in references_to_people()],
        *[partial(_count_indirect, each, person) for each in places()],
        partial(_sessions, person, context),
    ]
    rows = []
    for done, count in enumerate(work):
        context.progress("footprint", done, len(work))
        rows.append(count())
    context.progress("footprint", len(work), len(work))
    return rows


def _own_row(person: Person) -> FootprintRow:
    model = compat.model("zerver", "UserProfile")
    assert model is not None
    return FootprintRow(
        table=model._meta.db_table,
        column="id",
        category="identity",
        rows=1,
        model="zerver.UserProfile",
        kind="self",
        exact=True,
        description="the account itself: name, addresses, role, settings",
    )


def _count_reference(reference: Reference, person: Person) -> FootprintRow:
    condition = f'"{reference.column}" = %(id)s'
    if reference.table in BY_REALM_FIRST and person.realm != INTERNAL_REALM:
        condition += " AND realm_id = %(realm_id)s"
    count = count_where(reference.table, condition, person, COUNT_BOUND)
    name, description = category(reference.table, reference.column)
    return FootprintRow(
        table=reference.table,
        column=reference.column,
        category=name,
        rows=count,
        model=reference.model_name,
        kind=reference.kind,
        exact=count < COUNT_BOUND,
        description=description,
    )


def _count_indirect(place: Indirect, person: Person) -> FootprintRow:
    model = place.model_class
    assert model is not None
    count = count_where(model._meta.db_table, place.condition, person, COUNT_BOUND)
    return FootprintRow(
        table=model._meta.db_table,
        column=place.column,
        category=place.category,
        rows=count,
        model=f"{model._meta.app_label}.{model._meta.object_name}",
        kind="indirect",
        exact=count < COUNT_BOUND,
        description=place.description,
    )


def _sessions(person: Person, context: Context) -> FootprintRow:
    count, exact = count_sessions(person, context.check)
    return FootprintRow(
        table="django_session",
        column="session_data",
        category="credentials",
        rows=count,
        model="sessions.Session",
        kind="indirect",
        exact=exact,
        description="web sessions that have not expired",
    )
