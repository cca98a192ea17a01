"""Keeping secrets out of what code prints and shows, without giving the code anything but the true values.

A value that is changed when it is loaded would end up in Zulip's caches, or be saved. So values are loaded as they
are and remembered; what comes back is searched for them.
"""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.utils import DatabaseError

from zulip_bridge.api.query import MASK

from .. import compat
from ..secret_columns import SECRETS, is_named_like_a_secret, is_secret
from .leaks import mentions_secrets, quoted_in

SHORTEST = 6
"""Characters; replacing shorter ones would tear up the text around them."""

MOST = 200_000

TEXTS = frozenset({25, 1042, 1043, 1009, 1015, 2950})
JSON = frozenset({114, 3802})
"""text, char, varchar, text[], varchar[], uuid; json, jsonb (pg_type.dat)."""

NAMED = re.compile(
    rf"\b({'|'.join(name for names in SECRETS.values() for name in names if is_named_like_a_secret(name, ''))})\b",
    re.IGNORECASE,
)

COLUMNS = """
SELECT a.attrelid::bigint, a.attnum::int, c.relname::text, a.attname::text, format_type(a.atttypid, NULL)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE c.relname = ANY (%s) AND a.attnum > 0
"""


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
            with connection.execute_wrapper(self._look_at_rows):
                yield
        finally:
            _current.seen = None

    def remember(self, value: Any) -> None:
        """A secret that the code has now, several, or JSON with secrets in it."""
        if isinstance(value, list):
            for inner in value:
                self.remember(inner)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, dict) or is_named_like_a_secret(str(key), ""):
                    self.remember(inner)
        elif isinstance(value, str) and value[:1] == "{":
            self.remember(_parsed(value))
        elif value is not None and len(self.values) < MOST and len(str(value)) >= SHORTEST:
            self.values.add(str(value))

    def _look_at_rows(self, execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        """Django's execute wrapper: what the code asks past the models is looked through before it gets it."""
        text = str(sql)
        if not mentions_secrets(text):
            return execute(sql, parameters, many, context)
        try:
            result = execute(sql, parameters, many, context)
        except DatabaseError as error:
            self.remember(quoted_in(str(error)))
            raise
        named = NAMED.search(text) is not None
        self.remember(compat.peek(context["cursor"], lambda column: _may_be_secret(column, named)))
        return result

    def without_secrets(self, text: str) -> str:
        """The text with each secret in it masked."""
        if self._unmask or not text:
            return text
        for value in self.values:
            if value in text:
                text = text.replace(value, MASK)
        return text


def _parsed(text: str) -> Any:
    """JSON as Django hands it to code that asks for it past the models: as text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return [text.removeprefix("{")]


def _may_be_secret(column: compat.ResultColumn, named: bool) -> bool:
    """Of a table: as its column is. Computed, in a statement that names a secret (``named``): in doubt it is one."""
    if column.table_oid:
        return (column.table_oid, column.number) in _secret_columns()
    return column.type_oid in JSON or (named and column.type_oid in TEXTS) or is_named_like_a_secret(column.name, "")


@functools.cache
def _secret_columns() -> frozenset[tuple[int, int]]:
    """Tables and columns by PostgreSQL's numbers."""
    with compat.plain_cursor(connection.connection) as cursor:
        cursor.execute(COLUMNS, [list(SECRETS)])
        found = cursor.fetchall()
    return frozenset((oid, number) for oid, number, *names in found if is_secret(*names))


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
        if seen is not None:
            seen.remember(value)
        return value if earlier is None else earlier(value, expression, wrapper)

    field.from_db_value = from_db_value
