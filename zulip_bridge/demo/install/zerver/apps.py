"""The application's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class ZerverConfig(AppConfig):
    """``zerver``."""

    name = "zerver"
    default_auto_field = "django.db.models.BigAutoField"
