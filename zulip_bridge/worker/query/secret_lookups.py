"""Lookups that would tell something about secrets: a filter, or an order, by which they could be guessed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import ModelRows

from ..secret_columns import is_secret
from .model_rows import find_model


def refuse_secret_lookups(question: ModelRows) -> None:
    """Raise :class:`StewardError`, kind ``refused``, where rows are chosen or put in order by a secret."""
    model = find_model(question.model)
    for lookup in [lookup for lookup, _ in question.filters] + [name.lstrip("-+") for name in question.order]:
        follow(model, lookup)


def follow(model: Any, lookup: str) -> bool:
    """Whether a lookup leads through a relation to many; refuses one that looks into secrets."""
    parts, many = lookup.split("__"), False
    for index, part in enumerate(parts):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            field = _by_attname(model, part)
        if field is None:
            break
        if getattr(field, "concrete", False) and holds_secrets(field) and parts[index + 1 :] != ["isnull"]:
            allowed = "__".join([*parts[: index + 1], "isnull"])
            sentence = f"{lookup} would tell something about secrets; only {allowed} can be asked."
            raise StewardError(ErrorKind.REFUSED, sentence)
        many |= bool(field.one_to_many or field.many_to_many)
        model = field.related_model
        if model is None:
            break
    return many


def holds_secrets(field: Any) -> bool:
    """Whether a field's values stay on the server; those of a parent model too."""
    return is_secret(field.model._meta.db_table, field.column, field.db_type(connection) or "")


def _by_attname(model: Any, name: str) -> Any | None:
    return next((field for field in model._meta.concrete_fields if field.attname == name), None)
