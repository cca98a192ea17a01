"""The names that questions are made of, from the running server."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection

from zulip_bridge.api.names import DescribeNames, ModelNames, Names
from zulip_bridge.api.query import DescribeTables

from ..context import Context
from .catalogue import describe_tables
from .names import preloaded

FUNCTIONS = """
SELECT DISTINCT p.proname FROM pg_proc p
WHERE pg_function_is_visible(p.oid) AND p.prokind IN ('f', 'a', 'w')
    AND p.proname !~ '^(_|pg_stat_get|binary_upgrade)'
    AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype, 'event_trigger'::regtype)
    AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[])
ORDER BY 1
"""
SUFFIXES = ("send", "recv", "in", "out", "eq", "ne", "lt", "le", "gt", "ge", "cmp", "sel", "joinsel", "transfn")
"""Ends of the names of functions that types and operators are made of: nobody calls them."""


def describe_names(request: DescribeNames, context: Context) -> Names:
    """Answer :class:`DescribeNames`."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        functions = [name for (name,) in cursor.fetchall() if not name.endswith(SUFFIXES)]
    models = [_model(model) for model in apps.get_models()]
    lookups: dict[str, list[str]] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            lookups.setdefault(type(field).__name__, sorted(field.get_lookups()))
    python = sorted(name for name in preloaded() if not name.startswith("_"))
    return Names(describe_tables(DescribeTables(), context), functions, models, lookups, python)


def _model(model: Any) -> ModelNames:
    fields, related = {}, {}
    for field in model._meta.get_fields():
        if field.is_relation and field.related_model is not None:
            related[field.name] = field.related_model.__name__
        if getattr(field, "concrete", False):
            fields[field.name] = type(field).__name__
            if getattr(field, "attname", field.name) != field.name:
                fields[field.attname] = "IntegerField"
    return ModelNames(model.__name__, fields, related)
