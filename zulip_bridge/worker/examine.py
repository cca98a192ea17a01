"""What ``doctor`` finds from inside the server."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError

from zulip_bridge.api.server import Examine, Finding

from . import compat
from .context import Context
from .personal_data import category
from .references import references_to_people


def examine(request: Examine, context: Context) -> list[Finding]:
    """Answer :class:`Examine`: each finding is looked at by itself, so that one failure does not hide the rest."""
    return [_writes_refused(), _people(), _tables(), _uploads(), _queue(), _reports()]


def _writes_refused() -> Finding:
    """Try a write that would do no harm; PostgreSQL must refuse it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE zerver_realm SET id = id WHERE FALSE")
    except DatabaseError as error:
        if compat.is_read_only_violation(error):
            return Finding("reading", "ok", "PostgreSQL refuses writes on the connections that read.")
        return Finding("reading", "problem", f"The trial write failed for another reason: {type(error).__name__}.")
    return Finding("reading", "problem", "PostgreSQL accepted a write on a connection that reads.")


def _people() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT realm_id) FROM zerver_userprofile")
        people, realms = cursor.fetchone()
    return Finding("people", "ok", f"{people:,} accounts in {realms:,} realms.")


def _tables() -> Finding:
    references = references_to_people()
    unknown = sorted({each.table for each in references if not category(each.table, each.column)[1]})
    sentence = f"{len(references)} columns in {len({each.table for each in references})} tables refer to a person"
    if unknown:
        return Finding("tables", "note", f"{sentence}; not categorized yet: {', '.join(unknown)}.")
    return Finding("tables", "ok", f"{sentence}; all of them are categorized.")


def _uploads() -> Finding:
    folder = compat.setting("LOCAL_UPLOADS_DIR")
    if folder is None:
        bucket = compat.setting("S3_AUTH_UPLOADS_BUCKET", "")
        return Finding("files", "note", f"Files are in S3-compatible storage, bucket {bucket}.")
    if os.access(folder, os.R_OK | os.X_OK):
        return Finding("files", "ok", f"Files are on this machine, in {Path(folder)}.")
    return Finding("files", "problem", f"The upload directory {Path(folder)} cannot be read.")


def _queue() -> Finding:
    if compat.setting("USING_RABBITMQ", False):
        return Finding("queue", "ok", "Events go to clients through RabbitMQ.")
    return Finding("queue", "note", "RabbitMQ is not in use: connected clients hear of changes on reload only.")


def _reports() -> Finding:
    recipients = [name for name in ("SENTRY_DSN", "ADMINS") if getattr(settings, name, None)]
    if not recipients:
        return Finding("reports", "ok", "The server sends error reports to nobody.")
    return Finding("reports", "note", f"The server reports errors ({', '.join(recipients)}); this session does not.")
