"""The one module that knows that Zulip versions (and database drivers) differ.

It looks at what is there (``hasattr``, ``inspect.signature``, ``apps.get_model``, introspection), never at a
version number.
"""

from __future__ import annotations

import hashlib
import importlib
from typing import Any

from django.apps import apps
from django.db import connection as default_connection
from django.db.utils import DatabaseError, InterfaceError

MODULES_WITH_RESET_QUERIES = ("zerver.lib.db_connections", "zerver.lib.db")
"""``reset_queries`` moved between 9.0-dev and 9.0."""


def zulip_version() -> tuple[str, int | None]:
    """Version string and API feature level; ``version.py`` lies beside ``manage.py``."""
    version = importlib.import_module("version")
    level = getattr(version, "API_FEATURE_LEVEL", None)
    return str(version.ZULIP_VERSION), level


def driver() -> str:
    """Name and version of the PostgreSQL driver that Django uses here."""
    from django.db.backends.postgresql.base import Database

    name = "psycopg" if Database.__name__ == "psycopg" else "psycopg2"
    return f"{name} {Database.__version__.split()[0]}"


def reset_queries() -> None:
    """Forget the statements that this thread's connection remembers (Zulip's keeps each one)."""
    default_connection.queries_log.clear()
    for name in MODULES_WITH_RESET_QUERIES:
        try:
            reset = getattr(importlib.import_module(name), "reset_queries", None)
        except ModuleNotFoundError:
            continue
        if reset is not None:
            reset()
            return


def is_read_only(wrapper: Any) -> bool:
    """Whether PostgreSQL itself says that this connection's transactions cannot write."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT current_setting('default_transaction_read_only')")
        return bool(cursor.fetchone()[0] == "on")


def cancel_query(wrapper: Any) -> None:
    """Ask PostgreSQL to end the query that runs on this connection; safe from another thread."""
    raw = wrapper.connection
    if raw is not None:
        raw.cancel()


def absorb_cancel(wrapper: Any) -> bool:
    """Wait out a cancel request that may arrive late, so that it does not hit the next request's query.

    Returns whether the connection is usable.
    """
    for _ in range(2):
        try:
            with wrapper.cursor() as cursor:
                cursor.execute("SELECT 1")
        except (DatabaseError, InterfaceError):
            continue
        return True
    return False


def is_query_cancelled(error: BaseException) -> bool:
    """Whether PostgreSQL ended the statement on request or for its time limit (SQLSTATE 57014)."""
    return sqlstate(error) == "57014"


def is_read_only_violation(error: BaseException) -> bool:
    """Whether PostgreSQL refused a write on a read-only connection (SQLSTATE 25006)."""
    return sqlstate(error) == "25006"


def sqlstate(error: BaseException) -> str | None:
    """SQLSTATE of a database error, through Django's wrapping, from either driver."""
    cause = error.__cause__ or error
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)


def model(app: str, name: str) -> Any | None:
    """A model of the running server, or None where this version has none of that name."""
    try:
        return apps.get_model(app, name)
    except LookupError:
        return None


def has_field(model_class: Any, name: str) -> bool:
    """Whether a model has a field of that name in this version."""
    return any(field.name == name for field in model_class._meta.get_fields())


def setting(name: str, default: Any = None) -> Any:
    """A Django setting that not every version has."""
    from django.conf import settings

    return getattr(settings, name, default)


def named_groups() -> Any:
    """Query set of the groups that have a name: a model of its own from 9.0, all groups before."""
    named = model("zerver", "NamedUserGroup")
    if named is None:
        named = model("zerver", "UserGroup")
    assert named is not None
    return named.objects


def message_flags(mask: int) -> list[str]:
    """Names of the flags in ``UserMessage.flags``, without those that only Zulip itself uses."""
    rows = model("zerver", "UserMessage")
    assert rows is not None
    return [str(name) for name in rows.flags_list_for_flags(mask)]


def avatar_base(person_id: int, avatar_version: int, realm_id: int) -> tuple[str, bool]:
    """Key of an avatar without its ending, and whether its version is part of it (from 9.0)."""
    try:
        hashes = importlib.import_module("zerver.lib.avatar_hash")
    except ModuleNotFoundError:
        # The rule that 9.0 and later have, for a version that keeps it elsewhere.
        key = f"{person_id}:{avatar_version}:{setting('AVATAR_SALT')}"
        return f"{realm_id}/{hashlib.sha256(key.encode()).hexdigest()[:40]}", True
    if hasattr(hashes, "user_avatar_base_path_from_ids"):
        return str(hashes.user_avatar_base_path_from_ids(person_id, avatar_version, realm_id)), True
    return str(hashes.user_avatar_path_from_ids(person_id, realm_id)), False


def emoji_path(realm_id: int, file_name: str) -> str:
    """Key of a custom emoji's picture."""
    emoji = model("zerver", "RealmEmoji")
    assert emoji is not None
    return str(emoji.PATH_ID_TEMPLATE.format(realm_id=realm_id, emoji_file_name=file_name))


def bucket(name: str) -> Any:
    """A bucket of the storage that Zulip is set up for, with Zulip's credentials."""
    return importlib.import_module("zerver.lib.upload.s3").get_bucket(name)
