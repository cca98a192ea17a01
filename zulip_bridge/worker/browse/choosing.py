"""Choosing rows by filters: Django's lookups, but never by a secret, which could be guessed at that way."""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import ModelRows

from ..query.model_rows import query_set
from ..query.secret_lookups import follow


def chosen(model: Any, filters: list[tuple[str, str]]) -> Any:
    """The rows that fit all filters, each once, in no order; :class:`StewardError` for one that does not fit."""
    filters = [(lookup.removesuffix("__exact"), value) for lookup, value in filters]
    many = [follow(model, lookup) for lookup, _ in filters]
    if any("\0" in value for _, value in filters):
        raise StewardError(ErrorKind.INVALID, "PostgreSQL's text has no NUL character.")
    rows = query_set(ModelRows(model._meta.label_lower, filters)).order_by()
    # A relation to many gives a row several times; paging wants each once.
    return model._default_manager.filter(pk__in=rows.values("pk")) if any(many) else rows
