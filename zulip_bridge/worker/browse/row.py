"""One row: every field as it is and as it reads, what it refers to, whose it is."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from zulip_bridge.api.browse import FieldValue, RowDetail, ShowRow
from zulip_bridge.api.people import Person
from zulip_bridge.api.query import MASK

from ..context import Context
from ..people import people_by_id
from ..query.model_rows import find_model
from ..query.secret_lookups import holds_secrets
from .advice import advice_for
from .decoding import decoded, raw_text
from .describing import described
from .fields import fields_of, person_field
from .keys import key_of, load, salt
from .naming import names_of_targets, title_of

LONGEST_VALUE = 256 * 1024


def show_row(request: ShowRow, context: Context) -> RowDetail:
    """Answer :class:`ShowRow`."""
    model = find_model(request.model)
    row = load(model, request.key)
    values = {field.attname: getattr(row, field.attname) for field in fields_of(model)}
    names = names_of_targets(fields_of(model), [values], addresses=True)
    person = person_of(model, row)
    return RowDetail(
        model=str(model._meta.label),
        table=str(model._meta.db_table),
        key=key_of(model, row.pk),
        title=title_of(row),
        values=[_value(field, model, row, names, request.unmask) for field in fields_of(model)],
        person=person,
        fingerprint=fingerprint(row),
        advice=advice_for(row, person, "look"),
    )


def person_of(model: Any, row: Any) -> Person | None:
    """The person whom the row belongs to."""
    name = person_field(model)
    if not name:
        return None
    person_id = getattr(row, model._meta.get_field(name).attname)
    return None if person_id is None else people_by_id([person_id]).get(person_id)


def fingerprint(row: Any) -> str:
    """Stands for all values of a row; tells nothing about them to who has not got the server's key."""
    values = [[field.attname, raw_text(field, getattr(row, field.attname))] for field in fields_of(type(row))]
    return hashlib.sha256(f"{salt()}{json.dumps(values)}".encode()).hexdigest()


def masked_values(row: Any) -> dict[str, str | None]:
    """All values of a row as text, secrets masked: for the journal."""
    return {
        field.attname: MASK if holds_secrets(field) and value not in (None, "") else raw_text(field, value)
        for field in fields_of(type(row))
        for value in [getattr(row, field.attname)]
    }


def _value(field: Any, model: Any, row: Any, names: dict[tuple[Any, Any], str], unmask: list[str]) -> FieldValue:
    about = described(field, model)
    value = getattr(row, field.attname)
    if about.secret and field.name not in unmask and value not in (None, ""):
        return FieldValue(about, MASK, masked=True)
    raw = raw_text(field, value)
    meaning = decoded(field, value)
    target = shown = ""
    if field.is_relation and value is not None:
        target, shown = key_of(field.related_model, value), names.get((field.related_model, value), "")
    length = len(raw) if raw is not None and len(raw) > LONGEST_VALUE else 0
    return FieldValue(
        about,
        raw[:LONGEST_VALUE] if raw is not None else None,
        (shown or meaning.shown)[:LONGEST_VALUE],
        "name" if shown else meaning.how,
        target,
        length=length,
    )
