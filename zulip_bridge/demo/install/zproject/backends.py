"""Ways to log in. The demo has no web server; the classes are here to be named in the settings."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend


class EmailAuthBackend(ModelBackend):
    """By address and password."""
