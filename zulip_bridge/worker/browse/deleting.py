"""Deleting one row: what Django's collector takes along as a tree, a confirmation, and then exactly that."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import signals
from django.db.utils import IntegrityError

from zulip_bridge.api.browse import DeleteRow, DeletionPreview, DeletionResult, PreviewRowDeletion
from zulip_bridge.api.errors import ErrorKind, StewardError

from .. import compat
from ..context import Context
from ..people import index
from ..query.model_rows import find_model
from .advice import advice_for, bypass_notes
from .cascade import Watched
from .editing import check_constraints
from .keys import key_of, load
from .naming import title_of
from .row import fingerprint, masked_values, person_of


def preview_deletion(request: PreviewRowDeletion, context: Context) -> DeletionPreview:
    """Answer :class:`PreviewRowDeletion`."""
    model = find_model(request.model)
    row = load(model, request.key)
    return _described(model, row, Watched(row, context.check))


def delete_row(request: DeleteRow, context: Context) -> DeletionResult:
    """Answer :class:`DeleteRow`."""
    model = find_model(request.model)
    try:
        with transaction.atomic():
            row = load(model, request.key, lock=True)
            collector = Watched(row, context.check)
            preview = _described(model, row, collector)
            if request.confirm != preview.confirm:
                raise StewardError(ErrorKind.REFUSED, f"To delete it, confirm with: {preview.confirm}")
            if preview.fingerprint != request.fingerprint:
                return DeletionResult("changed_since", preview=preview)
            if preview.refusals:
                return DeletionResult("refused", preview=preview)
            _, gone = collector.delete()
            check_constraints()
    except IntegrityError as error:
        return DeletionResult("refused", sentence=f"PostgreSQL refuses it: {compat.database_words(error).message}.")
    index.forget()
    return DeletionResult("done", {label: count for label, count in sorted(gone.items()) if count})


def _described(model: Any, row: Any, collector: Watched) -> DeletionPreview:
    person = person_of(model, row)
    tree, deleted = collector.tree(), {} if collector.protected else collector.deleted()
    listens = bool(signals.post_delete.has_listeners(model) or signals.pre_delete.has_listeners(model))
    state = f"{fingerprint(row)}{[(each.depth, each.table, each.via, each.kind, each.rows) for each in tree]}"
    key = key_of(model, row.pk)
    return DeletionPreview(
        model=str(model._meta.label),
        key=key,
        title=title_of(row),
        person=person,
        tree=tree,
        deleted=deleted,
        refusals=_refusals(collector),
        notes=bypass_notes(model, listens=listens),
        advice=advice_for(row, person, "delete"),
        before=masked_values(row),
        confirm=f"delete {model._meta.object_name} {key}",
        fingerprint=hashlib.sha256(state.encode()).hexdigest(),
    )


def _refusals(collector: Watched) -> list[str]:
    counts: dict[str, int] = {}
    for row in collector.protected:
        counts[row._meta.label] = counts.get(row._meta.label, 0) + 1
    return [
        f"{count:,} of {label} refer to what would be deleted, and their model forbids that (PROTECT). "
        "Delete or change those first."
        for label, count in sorted(counts.items())
    ]
