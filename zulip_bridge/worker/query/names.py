"""The names that code finds without importing anything."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import functions
from django.utils import timezone

HELPERS = ("Q", "F", "Count", "Sum", "Min", "Max", "Avg", "Exists", "OuterRef", "Subquery", "Value", "Case", "When")


def preloaded() -> dict[str, Any]:
    """Every model by its name (Zulip's own win over others of the same name), and what queries are made of."""
    names: dict[str, Any] = {"__name__": "__query__", "__builtins__": __builtins__}
    found = sorted(apps.get_models(), key=lambda model: model._meta.app_label == "zerver")
    names.update({model.__name__: model for model in found})
    names.update({name: getattr(models, name) for name in HELPERS})
    names.update(
        models=models,
        functions=functions,
        apps=apps,
        settings=settings,
        connection=connection,
        timezone=timezone,
        timezone_now=timezone.now,
        datetime=datetime.datetime,
        timedelta=datetime.timedelta,
        re=re,
    )
    return names
