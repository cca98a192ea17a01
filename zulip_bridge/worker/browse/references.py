"""Who refers to a row: every foreign key and join table that leads to it, with counts that cannot run away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from django.db import connection, transaction
from django.db.utils import DatabaseError

from zulip_bridge.api.browse import REFERENCES_BOUND, CountReferences, Reference

from .. import compat
from ..context import Context
from ..query.model_rows import find_model
from .keys import load

COUNT_MS = 2_000
"""For each count; a table without a fitting index is then said to be uncounted."""


def count_references(request: CountReferences, context: Context) -> list[Reference]:
    """Answer :class:`CountReferences`; each count is an event as soon as it is known."""
    model = find_model(request.model)
    row = load(model, request.key)
    relations = list(_relations(model))
    found = []
    for done, field in enumerate(relations):
        context.progress("references", done, len(relations))
        reference = _count(field, row)
        context.check()
        context.event(reference)
        found.append(reference)
    return found


def on_delete_name(field: Any) -> str:
    """``CASCADE``, ``PROTECT``, ``SET_NULL`` …"""
    return str(getattr(field.remote_field.on_delete, "__name__", field.remote_field.on_delete))


def _relations(model: Any) -> Iterator[Any]:
    """The foreign keys of other tables, those of join tables among them, that lead to a model or its parents."""
    for related in model._meta.get_fields(include_hidden=True):
        if related.auto_created and not related.concrete and (related.one_to_one or related.one_to_many):
            yield related.field


def _count(field: Any, row: Any) -> Reference:
    meta = field.model._meta
    value = getattr(row, field.target_field.attname)
    rows = field.model._base_manager.filter(**{field.name: value})
    count = _bounded(rows)
    kind: Literal["fk", "o2o", "m2m"] = "m2m" if meta.auto_created else "o2o" if field.one_to_one else "fk"
    return Reference(
        model=str(meta.label),
        table=str(meta.db_table),
        lookup=str(field.name),
        rows=None if count is None else min(count, REFERENCES_BOUND),
        exact=count is not None and count <= REFERENCES_BOUND,
        on_delete=on_delete_name(field),
        kind=kind,
    )


def _bounded(rows: Any) -> int | None:
    """So many rows, one more than the bound at the most; None where that took too long."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {COUNT_MS}")
            return int(rows.order_by()[: REFERENCES_BOUND + 1].count())
    except DatabaseError as error:
        if compat.is_query_cancelled(error):
            return None
        raise
