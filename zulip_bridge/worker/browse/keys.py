"""Naming a row across the wire: its primary key as text, or a mark for one that is a secret itself.

The mark is a keyed hash: the same in every session on this server, and worth nothing elsewhere.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError

from .. import compat
from ..query.secret_lookups import holds_secrets

MARK = "secret-key-"
DIGITS = 32

FIND = """
SELECT {column} FROM {table}
WHERE left(encode(sha256(convert_to(%s || {column}::text, 'UTF8')), 'hex'), {digits}) = %s LIMIT 1
"""


@cache
def salt() -> str:
    """What keeps fingerprints and marks from being made elsewhere."""
    secret = f"zulip-steward rows {compat.setting('SECRET_KEY', '')}"
    return hashlib.sha256(secret.encode()).hexdigest()


def key_of(model: Any, pk: Any) -> str:
    """The key that names a row."""
    if not holds_secrets(model._meta.pk):
        return str(pk)
    return MARK + hashlib.sha256(f"{salt()}{pk}".encode()).hexdigest()[:DIGITS]


def pk_of(model: Any, key: str) -> Any:
    """The primary key that a key stands for; error kind ``not_found`` where there is none."""
    field = model._meta.pk
    if holds_secrets(field) and key.startswith(MARK):
        return _found(model, key.removeprefix(MARK))
    while field.is_relation:
        field = field.target_field
    try:
        if "\0" in key:
            raise ValueError
        value = field.to_python(key)
        field.run_validators(value)
    except (ValidationError, ValueError) as error:
        raise missing(model, key) from error
    return value


def load(model: Any, key: str, *, lock: bool = False) -> Any:
    """The row itself, locked if it is going to be changed; error kind ``not_found``."""
    rows = model._base_manager.select_for_update() if lock else model._base_manager
    row = rows.filter(pk=pk_of(model, key)).first()
    if row is None:
        raise missing(model, key)
    return row


def missing(model: Any, key: str) -> StewardError:
    """The error for a row that is not there."""
    return StewardError(ErrorKind.NOT_FOUND, f"There is no {model._meta.label} with the key {key[:80]}.")


def _found(model: Any, digest: str) -> Any:
    """Looked for in the whole table: only tables of keys are asked so, and they are small."""
    quote = connection.ops.quote_name
    statement = FIND.format(column=quote(model._meta.pk.column), table=quote(model._meta.db_table), digits=DIGITS)
    with connection.cursor() as cursor:
        cursor.execute(statement, [salt(), digest])
        found = cursor.fetchone()
    if found is None:
        raise missing(model, MARK + digest)
    return found[0]
