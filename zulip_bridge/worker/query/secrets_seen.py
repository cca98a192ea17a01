"""Keeping secrets out of what code prints and shows, without giving the code anything but the true values.

A value that is changed when it is loaded would end up in Zulip's caches, or be saved. So values are loaded as they
are and remembered; what comes back is searched for them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection

from zulip_bridge.api.query import MASK

from ..secret_columns import is_secret

SHORTEST = 6
"""Characters; replacing shorter ones would tear up the text around them."""

MOST = 200_000


class Seen:
    """The secrets that one piece of code has loaded through Django's models."""

    def __init__(self, unmask: bool) -> None:
        self._unmask = unmask
        self.values: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While inside, what this thread loads is remembered."""
        if self._unmask:
            yield
            return
        _install()
        _current.seen = self
        try:
            yield
        finally:
            _current.seen = None

    def without_secrets(self, text: str) -> str:
        """The text with each secret in it masked."""
        if self._unmask or not text:
            return text
        for value in self.values:
            if value in text:
                text = text.replace(value, MASK)
        return text


_current = threading.local()
_installed = threading.Lock()
_fields: set[int] = set()


def _install() -> None:
    """Let each secret field of Django's models tell what it has loaded; it gives back what it was given."""
    with _installed:
        if _fields:
            return
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.local_concrete_fields:
                if is_secret(model._meta.db_table, field.column, field.db_type(connection) or ""):
                    _watch(field)
                    _fields.add(id(field))


def _watch(field: Any) -> None:
    earlier = getattr(field, "from_db_value", None)

    def from_db_value(value: Any, expression: Any, wrapper: Any) -> Any:
        seen: Seen | None = getattr(_current, "seen", None)
        if seen is not None and value is not None and len(seen.values) < MOST and len(str(value)) >= SHORTEST:
            seen.values.add(str(value))
        return value if earlier is None else earlier(value, expression, wrapper)

    field.from_db_value = from_db_value
