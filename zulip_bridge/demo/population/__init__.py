"""Fills the demo install with a made-up organization that is the same each time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import psycopg

from zulip_bridge.demo.paths import Places
from zulip_bridge.demo.population.indexes import drop_indexes, make_indexes
from zulip_bridge.demo.population.large import compose_large
from zulip_bridge.demo.population.large_messages import write_large_messages
from zulip_bridge.demo.population.load import load_book, reset_sequences, run
from zulip_bridge.demo.population.small import compose
from zulip_bridge.demo.population.world import AVATAR_SALT, SECRET_KEY, Upload

__all__ = ["populate"]

BULK_TABLES = ("zerver_message", "zerver_usermessage")
"""Tables with so many rows that their indexes, where there are any, are better made afterwards."""
FILL_SEARCH = """
UPDATE zerver_message SET search_tsvector = to_tsvector('english', subject || ' ' || rendered_content)
WHERE search_tsvector IS NULL
"""


def populate(
    connection: psycopg.Connection[Any],
    uploads: Path,
    size: Literal["small", "large"],
    progress: Callable[[str], None],
) -> None:
    """Fill empty Zulip-shaped tables, found through the search_path, and write the files below `uploads`.

    All rows come in one transaction, which is committed: after an error the tables are as empty as before.
    Needs a superuser, because foreign keys and triggers rest meanwhile. `progress` is told what is being done,
    in a few words. Sessions and avatars fit the install whose secrets stand beside `uploads`. ValueError when
    the tables are not empty, KeyError when they are not Zulip's.
    """
    secrets = _secrets(uploads)
    world = compose(
        progress,
        avatar_salt=secrets.get("avatar_salt", AVATAR_SALT),
        secret_key=secrets.get("secret_key", SECRET_KEY),
    )
    large = None
    if size == "large":
        progress("Making up 20,000 more people")
        large = compose_large(world)
    with connection.transaction():
        if connection.execute("SELECT EXISTS (SELECT FROM zerver_realm)").fetchone() != (False,):
            raise ValueError("The demo database is not empty.")
        run(connection, "SET LOCAL session_replication_role = replica")
        run(connection, "SET LOCAL synchronous_commit = off")
        run(connection, "SET LOCAL maintenance_work_mem = '256MB'")
        dropped = drop_indexes(connection, BULK_TABLES)
        progress("Filling the tables")
        load_book(connection, world.book)
        run(connection, FILL_SEARCH)
        if large is not None:
            write_large_messages(connection, world, large, progress)
        make_indexes(connection, dropped)
        reset_sequences(connection)
        run(connection, "ANALYZE")
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        connection.commit()
    progress("Writing the uploaded files")
    write_uploads(uploads, world.uploads)


def _secrets(uploads: Path) -> dict[str, str]:
    """The install's secrets; none where there are only tables."""
    path = Places(uploads.parent).secrets
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def write_uploads(uploads: Path, files: list[Upload]) -> None:
    """Write files below a directory."""
    for file in files:
        path = uploads / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
