"""Rows by the page: keyset paging on an index, values shortened in PostgreSQL, secrets not even selected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, F, Q, TextField, Value, When
from django.db.models.functions import Left

from zulip_bridge.api.browse import CountRows, ListedRow, PageOfRows, RowCount, RowsPage
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import MASK

from ..context import Context
from ..query.model_rows import find_model
from ..query.secret_lookups import holds_secrets
from .choosing import chosen
from .decoding import decoded, raw_text
from .describing import sortable_columns, why_not_sorted_by
from .fields import field_named, fields_of, kind_of, person_field
from .keys import key_of, pk_of
from .naming import Names, names_of_targets

LONGEST_CELL = 200
"""Characters of a value in a list."""

MOST_ROWS = 1_000
PREFIX = "steward_"
"""In front of what is computed; no field of Zulip's begins so."""


@dataclass(frozen=True)
class Position:
    """Where a page ended: the sorted field's value (None for those without one) and the primary key."""

    value: Any
    pk: Any


@dataclass(frozen=True)
class Order:
    """What rows are sorted by; rows with the same value go by primary key, those without one come last."""

    model: Any
    field: Any
    descending: bool

    @property
    def by_key(self) -> bool:
        """Whether the primary key alone decides."""
        return bool(self.field.primary_key)

    def sorted(self, rows: Any) -> Any:
        """The rows in order, as far as they have a value."""
        sign = "-" if self.descending else ""
        return (
            rows.order_by(f"{sign}pk") if self.by_key else rows.order_by(f"{sign}{self.field.attname}", f"{sign}pk")
        )

    def beyond(self, rows: Any, position: Position) -> Any:
        """Those behind a position that has a value."""
        side = "lt" if self.descending else "gt"
        if self.by_key:
            return rows.filter(**{f"pk__{side}": position.pk})
        name = self.field.attname
        # The first condition is what an index is entered with; the second leaves out those already shown.
        return rows.filter(**{f"{name}__{side}e": position.value}).filter(
            Q(**{f"{name}__{side}": position.value}) | Q(**{f"pk__{side}": position.pk})
        )

    def without_value(self, rows: Any, position: Position | None) -> Any:
        """Those without a value, behind a position among them."""
        sign, side = ("-", "lt") if self.descending else ("", "gt")
        rows = rows.filter(**{f"{self.field.attname}__isnull": True}).order_by(f"{sign}pk")
        return rows if position is None else rows.filter(**{f"pk__{side}": position.pk})


def page_of_rows(request: PageOfRows, context: Context) -> RowsPage:
    """Answer :class:`PageOfRows`."""
    model = find_model(request.model)
    order = _order(model, request.order)
    wanted = max(1, min(request.rows, MOST_ROWS))
    columns = listed_fields(model)
    rows = _selected(chosen(model, request.filters), columns, order)
    position = _read_position(order, request.after)
    found = _read(order, rows, position, wanted + 1)
    page = found[:wanted]
    after = _write_position(order, page[-1]) if len(found) > wanted else ""
    names = names_of_targets(columns, page)
    return RowsPage(
        [field.name for field in columns],
        [_listed(model, columns, row, names) for row in page],
        more=bool(after),
        after=after,
    )


def count_rows(request: CountRows, context: Context) -> RowCount:
    """Answer :class:`CountRows`."""
    rows = chosen(find_model(request.model), request.filters)
    if request.bound == 0:
        rows.explain()  # PostgreSQL understands it, which takes no time; nothing is counted
        return RowCount(0, exact=False)
    count = rows[: request.bound + 1].count()
    return RowCount(min(count, request.bound), count <= request.bound)


def listed_fields(model: Any) -> list[Any]:
    """A list's columns: the key, the person, then what tells most, what is long or the same, at last the secrets."""
    owner = person_field(model)

    def rank(field: Any) -> int:
        if field.primary_key or field.name == owner:
            return 0 if field.primary_key else 1
        if holds_secrets(field):
            return 4
        last = kind_of(field) == "json" or field.name == "realm" or field.name.startswith("rendered_")
        return 3 if last else 2

    return sorted(fields_of(model), key=rank)


def _order(model: Any, order: str) -> Order:
    if not order:
        return Order(model, model._meta.pk, descending=True)
    name = order.removeprefix("-")
    field = model._meta.pk if name == "pk" else field_named(model, name)
    if field is None:
        raise StewardError(ErrorKind.INVALID, f"{model._meta.label} has no field {name}.")
    why_not = why_not_sorted_by(field, model, sortable_columns(model))
    if why_not:
        raise StewardError(ErrorKind.REFUSED, f"Rows are not sorted by {field.name}. {why_not}")
    return Order(model, field, order.startswith("-"))


def _read(order: Order, rows: Any, position: Position | None, wanted: int) -> list[dict[str, Any]]:
    nullable = order.field.null and not order.by_key
    found: list[dict[str, Any]] = []
    if position is None or order.by_key or position.value is not None:
        valued = rows.filter(**{f"{order.field.attname}__isnull": False}) if nullable else rows
        valued = order.sorted(valued)
        if position is not None:
            valued = order.beyond(valued, position)
        found = list(valued[:wanted])
        position = None
    if nullable and len(found) < wanted:
        found += list(order.without_value(rows, position)[: wanted - len(found)])
    return found


def _selected(rows: Any, fields: list[Any], order: Order) -> Any:
    """What a list shows of each row, as dictionaries; and whole what it is sorted by, for the next page."""
    computed: dict[str, Any] = {}
    plain = [] if order.by_key else [order.field.attname]
    for field in fields:
        if holds_secrets(field):
            is_text = isinstance(field, CharField | TextField)
            empty = Q(**{field.attname: ""}) if is_text else Q(pk__in=[])
            absent = When(Q(**{f"{field.attname}__isnull": True}) | empty, then=Value(None))
            computed[PREFIX + field.attname] = Case(absent, default=Value(MASK), output_field=CharField())
        elif kind_of(field) == "long_text":
            computed[PREFIX + field.attname] = Left(F(field.attname), LONGEST_CELL)
        elif field.attname not in plain:
            plain.append(field.attname)
    # The key is needed also where it is not to be shown.
    return rows.values("pk", *plain, **computed)


def _listed(model: Any, fields: list[Any], row: dict[str, Any], names: Names) -> ListedRow:
    return ListedRow(key_of(model, row["pk"]), [_cell(field, row, names) for field in fields])


def _cell(field: Any, row: dict[str, Any], names: Names) -> str | None:
    if PREFIX + field.attname in row:
        value = row[PREFIX + field.attname]
        return None if value is None else str(value)
    value = row[field.attname]
    if field.is_relation and value is not None:
        name = names.get((field.related_model, value), "")
        return f"{value} · {name}"[:LONGEST_CELL] if name else str(value)
    meaning = decoded(field, value)
    text = meaning.shown if meaning.how in ("flags", "choice", "event type", "Unix time") else raw_text(field, value)
    return None if text is None else text[:LONGEST_CELL]


def _write_position(order: Order, row: dict[str, Any]) -> str:
    value = None if order.by_key else row[order.field.attname]
    return json.dumps([raw_text(order.field, value), key_of(order.model, row["pk"])])


def _read_position(order: Order, text: str) -> Position | None:
    if not text:
        return None
    try:
        written, key = json.loads(text)
        field = order.field
        while field.is_relation:
            field = field.target_field
        value = None if written is None else field.to_python(_yes_no(field, written))
        return Position(value, pk_of(order.model, str(key)))
    except (ValueError, TypeError, ValidationError) as error:
        raise StewardError(ErrorKind.STALE, "This is no place in the list; read it again.") from error


def _yes_no(field: Any, written: str) -> Any:
    return written == "yes" if field.get_internal_type() == "BooleanField" else written
