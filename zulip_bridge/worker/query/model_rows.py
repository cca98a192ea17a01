"""A model's rows, chosen by Django's lookups with values typed as text."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db import models

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import ModelRows

WORDS = {"true": True, "yes": True, "on": True, "t": True, "1": True, "false": False, "no": False, "off": False}
WORDS |= {"f": False, "0": False}
LISTED = ("in", "range")


def query_set(question: ModelRows) -> Any:
    """The rows as a query set; :class:`StewardError` where a name or a value does not fit."""
    model = find_model(question.model)
    try:
        chosen = model._default_manager.all()
        for lookup, text in question.filters:
            chosen = chosen.filter(**{lookup: _value(model, lookup, text)})
        return chosen.order_by(*(question.order or ["pk"]))
    except FieldError as error:
        raise StewardError(ErrorKind.INVALID, f"{model._meta.object_name}: {error}") from error
    except ValidationError as error:
        raise StewardError(ErrorKind.INVALID, " ".join(error.messages)) from error
    except (ValueError, TypeError) as error:
        raise StewardError(ErrorKind.INVALID, f"The value does not fit: {error}.") from error


def find_model(name: str) -> Any:
    """The model of that name, label or table, whatever its case."""
    wanted = name.lower()
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if wanted in (model._meta.model_name, model._meta.label_lower, model._meta.db_table.lower())
    ]
    if len(found) == 1:
        return found[0]
    if found:
        labels = sorted(model._meta.label for model in found)
        sentence = f"Several models are called {name}: {', '.join(labels)}."
        raise StewardError(ErrorKind.AMBIGUOUS, sentence, candidates=labels)
    raise StewardError(ErrorKind.NOT_FOUND, f"The server has no model {name}.")


def _value(model: Any, lookup: str, text: str) -> Any:
    last = lookup.rpartition("__")[2]
    if last in LISTED:
        return text.split(",") if text else []
    if last == "isnull" or isinstance(_field(model, lookup), models.BooleanField):
        if text.lower() not in WORDS:
            raise StewardError(ErrorKind.INVALID, f"{lookup} is true or false, not {text}.")
        return WORDS[text.lower()]
    return text


def _field(model: Any, lookup: str) -> Any:
    """The field that a lookup without a transform ends in; None for others."""
    field = None
    for name in lookup.split("__"):
        if model is None:
            return None
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = field.related_model
    return field
