"""Editing one row: checked as Django would, saved in one transaction if it is still what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, transaction
from django.db.models import signals
from django.db.utils import DataError, IntegrityError

from zulip_bridge.api.browse import FieldChange, PlannedField, PreviewRowEdit, RowEditPreview, RowEditResult, SaveRow
from zulip_bridge.api.errors import ErrorKind, StewardError

from .. import compat
from ..context import Context
from ..people import index
from ..query.model_rows import find_model
from .advice import advice_for, bypass_notes
from .decoding import decoded, masked_text, raw_text
from .describing import why_not_edited
from .fields import field_named
from .keys import key_of, load
from .naming import title_of
from .row import fingerprint, person_of
from .typing_in import DoesNotFit, parsed

CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
"""Zulip's foreign keys are checked at the commit; here the refusal has to come while it can be told."""


@dataclass
class Plan:
    """What a row would become: ``row`` has the new values already, and is saved by nobody else."""

    row: Any
    items: list[PlannedField]
    refusals: list[str]
    changed: list[str]

    @property
    def refused(self) -> bool:
        """Whether anything speaks against it."""
        return bool(self.refusals) or any(item.refusals for item in self.items)


def preview_edit(request: PreviewRowEdit, context: Context) -> RowEditPreview:
    """Answer :class:`PreviewRowEdit`."""
    model = find_model(request.model)
    row = load(model, request.key)
    before = fingerprint(row)
    return _described(load(model, request.key), plan(model, row, request.changes), before)


def save_row(request: SaveRow, context: Context) -> RowEditResult:
    """Answer :class:`SaveRow`."""
    model = find_model(request.model)
    try:
        with transaction.atomic():
            row = load(model, request.key, lock=True)
            before = fingerprint(row)
            planned = plan(model, row, request.changes)
            if before != request.fingerprint:
                return RowEditResult("changed_since", preview=_described(load(model, request.key), planned, before))
            if planned.refused:
                return RowEditResult("refused", preview=_described(load(model, request.key), planned, before))
            if planned.changed:
                row.save(update_fields=planned.changed, force_update=True)
                check_constraints()
    except (IntegrityError, DataError) as error:
        return RowEditResult("refused", sentence=f"PostgreSQL refuses it: {compat.database_words(error).message}.")
    index.forget()
    return RowEditResult("done", _read_back(model, request.key, planned.items))


def check_constraints() -> None:
    """Have PostgreSQL look at the foreign keys now, inside the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(CHECK_NOW)


def plan(model: Any, row: Any, changes: list[FieldChange]) -> Plan:
    """Put the new values into ``row`` and let Django check them; nothing is written."""
    items: list[PlannedField] = []
    changed: list[Any] = []
    for change in changes:
        field = field_named(model, change.field)
        if field is None:
            raise StewardError(ErrorKind.INVALID, f"{model._meta.label} has no field {change.field}.")
        if any(field.name == item.field for item in items):
            raise StewardError(ErrorKind.INVALID, f"{field.name} is given twice.")
        item = _planned(field, row, change.value)
        items.append(item)
        if item.state == "change":
            changed.append(field)
    refusals = _check(row, changed, items) if changed else []
    return Plan(row, items, refusals, [field.name for field in changed])


def _planned(field: Any, row: Any, text: str | None) -> PlannedField:
    before = getattr(row, field.attname)
    raw_before, shown_before = masked_text(field, before), decoded(field, before).shown
    why_not = why_not_edited(field)
    if why_not:
        # A secret's meaning is not told either.
        return PlannedField(field.name, "refused", raw_before, text, refusals=[why_not])
    try:
        value = parsed(field, text)
    except DoesNotFit as error:
        return PlannedField(field.name, "refused", raw_before, text, shown_before, refusals=[str(error)])
    setattr(row, field.attname, value)
    after = getattr(row, field.attname)
    raw_after = raw_text(field, after)
    state = "unchanged" if raw_after == raw_before else "change"
    return PlannedField(
        field.name,
        "change" if state == "change" else "unchanged",
        raw_before,
        raw_after,
        shown_before,
        decoded(field, after).shown,
    )


def _check(row: Any, changed: list[Any], items: list[PlannedField]) -> list[str]:
    """Django's full_clean, but that of fields which nobody changes nothing is said: they are as they are.

    Nor of those that become NULL or their empty default: the column takes that, and ``blank`` is about forms.
    """
    checked = {field.name for field in changed if not _is_emptied(field, row)}
    untouched = {field.name for field in row._meta.fields} - checked
    general: list[str] = []
    checks = (
        lambda: row.clean_fields(exclude=untouched),
        row.clean,
        row.validate_unique,
        row.validate_constraints,
    )
    for check in checks:
        try:
            check()
        except ValidationError as error:
            general += _sorted_in(error, items)
    return general


def _is_emptied(field: Any, row: Any) -> bool:
    value = getattr(row, field.attname)
    return value is None or (value == "" and field.default == "")


def _sorted_in(error: ValidationError, items: list[PlannedField]) -> list[str]:
    """Put each message to the field that it is about; those about the row as a whole are given back."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    general: list[str] = []
    for name, messages in by_field.items():
        place = next((index for index, item in enumerate(items) if item.field == name), None)
        if place is None:
            general += messages if name == NON_FIELD_ERRORS else [f"{name}: {each}" for each in messages]
        else:
            item = items[place]
            sentences = [*item.refusals, *(each for each in messages if each not in item.refusals)]
            items[place] = PlannedField(
                item.field, "refused", item.before, item.after, item.before_shown, item.after_shown, sentences
            )
    return general


def _described(row: Any, planned: Plan, before: str) -> RowEditPreview:
    """``row`` is as it is now: it is called what it is called, and belongs to whom it belongs."""
    model = type(row)
    person = person_of(model, row)
    listens = bool(signals.post_save.has_listeners(model))
    return RowEditPreview(
        model=str(model._meta.label),
        key=key_of(model, row.pk),
        title=title_of(row),
        person=person,
        items=planned.items,
        refusals=planned.refusals,
        notes=bypass_notes(model, listens=listens),
        advice=advice_for(row, person, "edit"),
        fingerprint=before,
    )


def _read_back(model: Any, key: str, items: list[PlannedField]) -> list[PlannedField]:
    row = load(model, key)
    read = []
    for item in items:
        field = field_named(model, item.field)
        assert field is not None
        value = getattr(row, field.attname)
        shown = decoded(field, value).shown
        read.append(
            PlannedField(item.field, item.state, item.before, masked_text(field, value), item.before_shown, shown)
        )
    return read
