"""A model's columns as Zulip's export names and shapes them, found from the running server's own models.

``django.forms.model_to_dict`` decides there: editable fields only, foreign keys under the field's name (without
``_id``), many-to-many fields as lists of ids, in the order of the model. Times become unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, models

from .withheld import is_withheld

Converter = Callable[[Any], Any]
UNEXPORTED_TYPES = ("SearchVectorField",)
"""Derived from other columns: the search index of a message."""
PEOPLE = "zerver_userprofile"


class Columns:
    """The exported columns of one model: names, SQL for the select list, and what turns values into JSON's.

    As Zulip's export has them; with ``every``, for tables that it has not, also those that Zulip does not let be
    edited (such as the time of the last change), and of a model that extends another its own table's only.
    """

    def __init__(self, model: Any, every: bool = False) -> None:
        meta = model._meta
        self.table = str(meta.db_table)
        self.primary_key = str(meta.pk.column)
        self.primary_key_name = str(meta.pk.name)
        fields = [
            each for each in (meta.local_concrete_fields if every else meta.concrete_fields) if _is(each, every)
        ]
        self.withheld = [each for each in fields if is_withheld(self.table, each)]
        self.fields = [each for each in fields if each not in self.withheld]
        self.many_to_many = [
            each for each in meta.many_to_many if _is(each, every) and (not every or _plain_list(each))
        ]
        self.names = [str(each.name) for each in self.fields]
        self.converters = [
            (index, convert) for index, each in enumerate(self.fields) if (convert := converter(each)) is not None
        ]

    def select_list(self, alias: str) -> str:
        """SQL of the columns, in the order of :attr:`names`."""
        return ", ".join(_expression(alias, each) for each in self.fields)

    def index(self, name: str) -> int:
        """Where a field is in a row."""
        return self.names.index(name)

    def pointing_at(self, table: str) -> list[int]:
        """Where in a row the foreign keys to a table are."""
        return [
            index
            for index, each in enumerate(self.fields)
            if each.remote_field is not None and each.remote_field.model._meta.db_table == table
        ]

    def record(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """A row as it is written; columns beyond this model's are ignored."""
        record = dict(zip(self.names, row, strict=False))
        for index, convert in self.converters:
            if row[index] is not None:
                record[self.names[index]] = convert(row[index])
        return record


def lists_of(field: Any, row_ids: Iterable[Any]) -> dict[Any, list[Any]]:
    """For each of the rows, the ids at the other side of a many-to-many field, in order."""
    through = field.remote_field.through._meta
    here, there = (through.get_field(name()).column for name in (field.m2m_field_name, field.m2m_reverse_field_name))
    found: dict[Any, list[Any]] = {each: [] for each in row_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{here}", "{there}" FROM "{through.db_table}" WHERE "{here}" = ANY(%s) ORDER BY "{there}"',
            [list(found)],
        )
        for row_id, other in cursor.fetchall():
            found[row_id].append(other)
    return found


def _is(field: Any, every: bool) -> bool:
    return (every or bool(field.editable)) and type(field).__name__ not in UNEXPORTED_TYPES


def _plain_list(field: Any) -> bool:
    """Whether a many-to-many field has no model of its own between, and does not list people."""
    through = field.remote_field.through
    return bool(through._meta.auto_created) and field.remote_field.model._meta.db_table != PEOPLE


def _expression(alias: str, field: Any) -> str:
    column = f'{alias}."{field.column}"'
    if isinstance(field, models.DateTimeField):
        # Bit for bit what datetime.timestamp() gives, and cheaper on both sides (extract() computes a numeric).
        return f"date_part('epoch', {column})"
    return column


def converter(field: Any) -> Converter | None:
    """What Django does to a column's value when it loads an instance; None where it does nothing."""
    steps = [] if isinstance(field, models.DateTimeField) else field.get_db_converters(connection)
    if not steps:
        return None

    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, None, connection)
        return value

    return convert
