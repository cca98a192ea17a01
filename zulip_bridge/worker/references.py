"""Which columns of the running server refer to a person: from Django's own models, not from a list that ages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from . import compat


@dataclass(frozen=True)
class Reference:
    """A foreign key (``fk``, ``o2o``) or a side of a join table (``m2m``) that points at a person."""

    model: Any
    column: str
    kind: str

    @property
    def table(self) -> str:
        """The table's name in PostgreSQL."""
        return str(self.model._meta.db_table)

    @property
    def model_name(self) -> str:
        """``app.Model``; a join table is named after its two sides."""
        return f"{self.model._meta.app_label}.{self.model._meta.object_name}"


def references_to_people() -> list[Reference]:
    """Every column with a foreign key to a person, by table and column."""
    person = compat.model("zerver", "UserProfile")
    found = [
        Reference(model, field.column, _kind(model, field))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in _own_fields(model)
        if field.is_relation and field.remote_field is not None and field.remote_field.model is person
    ]
    return sorted(found, key=lambda each: (each.table, each.column))


def _own_fields(model: Any) -> Iterator[Any]:
    return (field for field in model._meta.local_concrete_fields if field.column is not None)


def _kind(model: Any, field: Any) -> str:
    if model._meta.auto_created:
        return "m2m"
    return "o2o" if field.one_to_one else "fk"
