"""Describing a model: fields, types, choices, lookups, and what its rows can be sorted by."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from zulip_bridge.api.browse import DescribeModel, ModelDescription, ModelField
from zulip_bridge.api.edit import Option

from .. import compat_values
from ..context import Context
from ..query.catalogue import ESTIMATES
from ..query.model_rows import find_model
from ..query.secret_lookups import holds_secrets
from .fields import fields_of, kind_of, person_field

LEADING_COLUMNS = """
SELECT DISTINCT a.attname, COALESCE(c.reltuples * (s.most_common_freqs)[1], 0)::bigint
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
    AND NOT s.inherited
WHERE c.relname = %s AND pg_table_is_visible(c.oid) AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree'
"""
"""Columns that an index begins with, and in how many rows PostgreSQL expects their commonest value."""

MOST_ALIKE = 20_000
"""Rows with the same value: to put them in order by key, PostgreSQL would read all of them first."""

LOOKUPS: dict[str, list[str]] = {
    "text": ["exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "regex", "in"],
    "number": ["exact", "gt", "gte", "lt", "lte", "range", "in"],
    "moment": ["exact", "gt", "gte", "lt", "lte", "range", "date", "year"],
    "date": ["exact", "gt", "gte", "lt", "lte", "range", "year"],
    "reference": ["exact", "in"],
    "choice": ["exact", "in"],
    "yes_no": ["exact"],
    "flags": ["exact", "gt", "lt"],
    "json": ["has_key"],
}
LOOKUPS["long_text"] = LOOKUPS["text"]
"""By kind, in the order in which they are offered; a field that may be NULL has ``isnull`` as well."""

NOT_INDEXED = "No index begins with {column}: sorting by it would read the whole table."
TOO_MANY_ALIKE = (
    "About {count:,} rows have the same {column}: PostgreSQL would sort all of them. Filter by it instead."
)
SECRET = "It holds secrets."
FROM_PARENT = "It is a column of another table ({table})."


def describe_model(request: DescribeModel, context: Context) -> ModelDescription:
    """Answer :class:`DescribeModel`."""
    model = find_model(request.model)
    meta = model._meta
    indexed = sortable_columns(model)
    return ModelDescription(
        label=str(meta.label),
        table=str(meta.db_table),
        key=str(meta.pk.name),
        rows=_estimate(meta.db_table),
        person_field=person_field(model),
        fields=[described(field, model, indexed) for field in fields_of(model)],
    )


def described(field: Any, model: Any, indexed: dict[str, int] | None = None) -> ModelField:
    """A field as the contract has it; whether it can be sorted by only where ``indexed`` is given."""
    secret = holds_secrets(field)
    why_not_sorted = "" if indexed is None else why_not_sorted_by(field, model, indexed)
    lookups = ["isnull"] if secret else [*LOOKUPS.get(kind_of(field), []), *(["isnull"] if field.null else [])]
    return ModelField(
        name=str(field.name),
        column=str(field.column),
        type=type(field).__name__,
        kind=kind_of(field),
        null=bool(field.null),
        secret=secret,
        related=str(field.related_model._meta.label) if field.is_relation and field.related_model else "",
        sortable=indexed is not None and not why_not_sorted,
        why_not_sorted=why_not_sorted,
        why_not_edited=why_not_edited(field),
        options=_options(field),
        lookups=lookups,
    )


def sortable_columns(model: Any) -> dict[str, int]:
    """The columns of a model's table that an index begins with, with the rows that have their commonest value."""
    with connection.cursor() as cursor:
        cursor.execute(LEADING_COLUMNS, [model._meta.db_table])
        return {str(name): max(0, int(count)) for name, count in cursor.fetchall()}


def why_not_sorted_by(field: Any, model: Any, indexed: dict[str, int]) -> str:
    """Why rows cannot be sorted by a field; "" where they can."""
    table = field.model._meta.db_table
    if field.primary_key:
        return ""
    if table != model._meta.db_table:
        return FROM_PARENT.format(table=table)
    if holds_secrets(field):
        return SECRET
    if field.column not in indexed:
        return NOT_INDEXED.format(column=field.column)
    count = indexed[field.column]
    return TOO_MANY_ALIKE.format(count=count, column=field.column) if count > MOST_ALIKE else ""


def why_not_edited(field: Any) -> str:
    """Why a field's value cannot be edited here; "" where it can."""
    if field.primary_key:
        return "The primary key names the row; it is never changed."
    if holds_secrets(field):
        return "Secrets are not edited here: Zulip makes new ones with its own actions."
    if getattr(field, "generated", False):
        return "PostgreSQL computes it."
    if kind_of(field) == "other":
        return f"There is no way to type a {type(field).__name__}."
    return ""


def _options(field: Any) -> list[Option]:
    if isinstance(field, models.BooleanField):
        return [Option("yes", "yes"), Option("no", "no")]
    if kind_of(field) != "choice":
        return []
    pairs = field.flatchoices or compat_values.constants(field.model, field.name).items()
    return [Option(str(value), str(words)) for value, words in pairs]


def _estimate(table: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rows FROM ({ESTIMATES}) AS e (name, rows) WHERE name = %s", [table])
        found = cursor.fetchone()
    return None if found is None or found[0] is None else int(found[0])
