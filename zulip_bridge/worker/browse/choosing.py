"""Choosing rows by filters: Django's lookups, but never by a secret, which could be guessed at that way."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import ModelRows

from ..query.model_rows import query_set
from .fields import holds_secrets


def chosen(model: Any, filters: list[tuple[str, str]]) -> Any:
    """The rows that fit all filters, each once, in no order; :class:`StewardError` for one that does not fit."""
    filters = [(lookup.removesuffix("__exact"), value) for lookup, value in filters]
    many = [_follow(model, lookup) for lookup, _ in filters]
    if any("\0" in value for _, value in filters):
        raise StewardError(ErrorKind.INVALID, "PostgreSQL's text has no NUL character.")
    rows = query_set(ModelRows(model._meta.label_lower, filters)).order_by()
    # A relation to many gives a row several times; paging wants each once.
    return model._default_manager.filter(pk__in=rows.values("pk")) if any(many) else rows


def _follow(model: Any, lookup: str) -> bool:
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


def _by_attname(model: Any, name: str) -> Any | None:
    return next((field for field in model._meta.concrete_fields if field.attname == name), None)
