"""The database: roles, text search, the tables of the install's models, and the population in them."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from zulip_bridge.demo.errors import DemoError
from zulip_bridge.demo.paths import Size
from zulip_bridge.demo.postgres import PORT, SUPERUSER

DATABASE = "zulip"
ROLE = "zulip"
SCHEMA = "zulip"
POPULATION = "zulip_bridge.demo.population"

AROUND_THE_DATABASE = f"""
CREATE ROLE {ROLE} LOGIN;
ALTER ROLE {ROLE} SET search_path TO {SCHEMA}, public;
"""

INSIDE_THE_DATABASE = f"""
CREATE SCHEMA {SCHEMA} AUTHORIZATION {ROLE};
SET search_path TO {SCHEMA}, public;
SET ROLE {ROLE};
CREATE TEXT SEARCH CONFIGURATION {SCHEMA}.english_us_search (COPY = pg_catalog.english);
"""


@dataclass(frozen=True)
class TableScripts:
    """SQL for the models' tables: what is needed before rows come, and what is cheaper after."""

    tables: str
    indexes: str


class TableWriter:
    """A child process that writes the tables' SQL from the models, while PostgreSQL makes its files.

    A process of its own, because Django's settings are for a whole process and ours must stay free of them.
    """

    def __init__(self, manage: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, str(manage), "write_tables"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
        )

    def scripts(self) -> TableScripts:
        """Wait for the SQL; raises :class:`DemoError` when the models cannot be read."""
        output, errors = self._child.communicate()
        if self._child.returncode != 0:
            reason = errors.decode(errors="replace").strip().splitlines() or ["no reason was given"]
            raise DemoError(f"The demo's tables could not be written: {reason[-1]}")
        return TableScripts(**json.loads(output))

    def abandon(self) -> None:
        """End the child where its SQL is not wanted any more."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.communicate()


def connect(sockets: Path, user: str = ROLE, database: str = DATABASE) -> psycopg.Connection[Any]:
    """A connection that commits each statement, over the server's socket."""
    return psycopg.connect(
        host=str(sockets),
        port=PORT,
        user=user,
        dbname=database,
        autocommit=True,
        application_name="zulip-steward demo",
    )


def create_database(sockets: Path) -> None:
    """Make the role and the empty database."""
    with connect(sockets, SUPERUSER, "postgres") as connection:
        run(connection, AROUND_THE_DATABASE)
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
        )


def fill_database(
    sockets: Path, scripts: TableScripts, uploads: Path, size: Size, say: Callable[[str], None]
) -> None:
    """Create the tables, the people and what they wrote, then the indexes and the foreign keys."""
    with connect(sockets, SUPERUSER) as connection:
        run(connection, INSIDE_THE_DATABASE)
        run(connection, scripts.tables)
        run(connection, f"RESET ROLE; ALTER DATABASE {DATABASE} SET search_path TO {SCHEMA}, public")
        populate = _population()
        if populate is not None:
            populate(connection, uploads, size, say)
        say("Building the indexes")
        run(connection, f"RESET ALL; SET search_path TO {SCHEMA}, public; SET ROLE {ROLE}")
        run(connection, scripts.indexes)
        run(connection, "RESET ROLE")
        connection.execute("VACUUM (ANALYZE)")


def finish_loading(sockets: Path, configure: Callable[[], None]) -> None:
    """Give everything to the system to write, then let the server read its configuration again.

    In this order nobody waits for the disk. If the machine loses power in the next half minute the demo may be
    damaged, and a reset makes it anew.
    """
    with connect(sockets, SUPERUSER, "postgres") as connection:
        connection.execute("CHECKPOINT")
        configure()
        connection.execute("SELECT pg_reload_conf()")


def run(connection: psycopg.Connection[Any], script: str) -> None:
    """Run SQL that this package or Django wrote (never data)."""
    connection.execute(script)


def _population() -> Callable[..., None] | None:
    module = importlib.import_module(POPULATION)
    return getattr(module, "populate", None)
