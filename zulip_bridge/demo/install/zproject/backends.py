"""Ways to log in. The demo has no web server; the classes are here to be named in the settings."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend


def email_auth_enabled(realm: Any = None) -> bool:
    """Whether people log in with an address and a password."""
    return True


class EmailAuthBackend(ModelBackend):
    """By address and password."""
