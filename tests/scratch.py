"""Copies of the demo for tests that change it: a database and files of their own, on the demo's server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import psycopg
from psycopg import sql

from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.launcher import write_private, write_stub
from zulip_bridge.demo.paths import OWNER_ONLY, Places, make_directory

TEMPLATE = "pristine"
_numbers = count(1)


def make_template(demo: DemoInstall) -> None:
    """Keep the database as it is now; nobody may be connected to it yet."""
    with _server(demo) as server:
        # Nothing on this server outlives the tests.
        server.execute("ALTER SYSTEM SET fsync = off")
        server.execute("SELECT pg_reload_conf()")
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE zulip").format(sql.Identifier(TEMPLATE)))


@contextmanager
def make_scratch(demo: DemoInstall) -> Iterator[DemoInstall]:
    """An install like the demo's, as it was when the session began, to do with as one likes."""
    name = f"scratch{next(_numbers)}"
    copy = Places(demo.base.parent / name)
    with _server(demo) as server:
        words = "CREATE DATABASE {} TEMPLATE {} OWNER zulip STRATEGY file_copy"
        server.execute(sql.SQL(words).format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        # Settings of a database are not part of the template.
        server.execute(sql.SQL("ALTER DATABASE {} SET search_path TO zulip, public").format(sql.Identifier(name)))
    make_directory(copy.base, OWNER_ONLY)
    original = Places(demo.base)
    shutil.copy2(original.secrets, copy.secrets)
    shutil.copytree(original.uploads, copy.uploads)
    connection = json.loads(original.connection.read_text())
    write_private(copy.connection, json.dumps({**connection, "database": name}))
    write_stub(copy)
    yield replace(demo, path=copy.install, url=demo.url.replace("@/zulip?", f"@/{name}?"), base=copy.base)
    with _server(demo) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    shutil.rmtree(copy.base)


def _server(demo: DemoInstall) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(demo.url, user="postgres", dbname="postgres", autocommit=True)
