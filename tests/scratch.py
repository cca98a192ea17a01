"""Copies of the demo for tests that change it: a database and files of their own, on the demo's server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.launcher import write_private, write_stub
from zulip_bridge.demo.paths import OWNER_ONLY, Places, make_directory

TEMPLATE = "pristine"
_numbers = count(1)


def make_template(demo: DemoInstall) -> None:
    """Keep the database as it is now; nobody may be connected to it yet. A kept demo has its template already."""
    with _server(demo) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            return
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
        _drop(server, name)
        shutil.rmtree(copy.base, ignore_errors=True)
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
        _drop(server, name)
    shutil.rmtree(copy.base)


def with_settings(install: DemoInstall, **settings: object) -> Path:
    """A second door to an install, behind which some settings of Django's are others: the path to open."""
    beside = Places(install.base / "other-settings")
    make_directory(beside.base, OWNER_ONLY)
    make_directory(beside.install, OWNER_ONLY)
    manage, start = (install.path / "manage.py").read_text(), "    from django.core.management"
    lines = [f"    settings.{name} = {value!r}\n" for name, value in settings.items()]
    text = manage.replace(start, f"    from django.conf import settings\n\n{''.join(lines)}{start}")
    write_private(beside.install / "manage.py", text, mode=OWNER_ONLY)
    return beside.install


def _drop(server: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _server(demo: DemoInstall) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(demo.url, user="postgres", dbname="postgres", autocommit=True)
