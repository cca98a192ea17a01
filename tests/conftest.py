"""What tests of several parts share: the demo, or a real install in its place."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from tests.plain_sql import Database
from tests.scratch import make_scratch, make_template
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall, ensure, stop
from zulip_bridge.demo.paths import DIRECTORY_VARIABLE
from zulip_bridge.launch import InstallTarget, open_door

SCRATCHES = {"scratch", "trial"}
REAL_DATABASE = os.environ.get("ZULIP_DATABASE", "zulip")
"""Name of a real install's database; `/etc/zulip/zulip.conf` may choose another."""

ENOUGH_BYTES = 4 << 30


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--install``: the tests of the bridge can be pointed at a real Zulip."""
    parser.addoption(
        "--install", type=Path, metavar="PATH", help="a Zulip deployment to test with instead of the demo"
    )
    parser.addoption(
        "--keep-demo",
        type=Path,
        metavar="DIR",
        help="with -n0: keep the demo in this directory (a short path), running; the next run starts at once",
    )


@pytest.fixture(scope="session")
def demo_directory(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A directory for this session's demos; the steward's own processes find it through the environment.

    Its path is short, because a socket's path must be; and where root runs the tests, the account that runs
    PostgreSQL can pass through it.
    """
    kept: Path | None = request.config.getoption("--keep-demo")
    directory = kept or Path(tempfile.mkdtemp(prefix="zs-", dir=_quick_place()))
    directory.mkdir(exist_ok=True)
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DIRECTORY_VARIABLE, str(directory))
        yield directory
    if kept is None:
        shutil.rmtree(directory, ignore_errors=True)


def _quick_place() -> str:
    """Memory, where there is enough that programs may be run from: each copy of a database is a thousand files."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK):
        status = os.statvfs(memory)
        if status.f_bavail * status.f_frsize >= ENOUGH_BYTES and not status.f_flag & os.ST_NOEXEC:
            return str(memory)
    return "/tmp"


@pytest.fixture(scope="session", autouse=True)
def own_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A journal of this session's own: nothing that a test does is written into the operator's."""
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZULIP_STEWARD_JOURNAL", str(path))
        yield path


@pytest.fixture(scope="session")
def demo(demo_directory: Path, request: pytest.FixtureRequest) -> Iterator[DemoInstall]:
    """The small demo, created for this session and stopped at its end. Tests leave it as they found it."""
    install = ensure("small")
    if any(SCRATCHES & set(getattr(item, "fixturenames", ())) for item in request.session.items):
        make_template(install)
    yield install
    if request.config.getoption("--keep-demo") is None:
        stop("small")


@pytest.fixture
def scratch(demo: DemoInstall) -> Iterator[DemoInstall]:
    """A copy of the demo, database and files, for one test to change as it likes."""
    with make_scratch(demo) as install:
        yield install


@pytest.fixture(scope="module")
def trial(demo: DemoInstall) -> Iterator[DemoInstall]:
    """A copy of the demo for a module's tests, one after the other."""
    with make_scratch(demo) as install:
        yield install


@pytest.fixture(scope="module")
def trial_db(trial: DemoInstall) -> Iterator[Database]:
    """The database of that copy as superuser, each statement committed, for plain SQL."""
    with psycopg.connect(trial.url, user="postgres", autocommit=True) as connection:
        connection.execute("SET search_path TO zulip, public")
        yield connection


@pytest.fixture(scope="session")
def install(request: pytest.FixtureRequest) -> Path:
    """The install to test with: that of ``--install``, or the demo's."""
    chosen: Path | None = request.config.getoption("--install")
    if chosen is not None:
        return chosen
    made: DemoInstall = request.getfixturevalue("demo")
    return made.path


@pytest.fixture
def database(demo: DemoInstall) -> Iterator[psycopg.Connection[Any]]:
    """The demo's database as superuser, each statement committed, for plain SQL."""
    with psycopg.connect(demo.url, user="postgres", autocommit=True) as connection:
        yield connection


@pytest.fixture
def install_database(request: pytest.FixtureRequest, install: Path) -> Iterator[Database]:
    """The database of the install under test, for plain SQL that reads: the demo's, or the real one's, read-only."""
    if request.config.getoption("--install") is None:
        yield request.getfixturevalue("database")
        return
    with owner_of(install) as name:
        options = "-c default_transaction_read_only=on"
        connection: Database = psycopg.connect(
            host="/var/run/postgresql", dbname=REAL_DATABASE, user=name, options=options, autocommit=True
        )
    with connection:
        yield connection


@contextmanager
def owner_of(install: Path) -> Iterator[str]:
    """Be the owner of an install while this holds (peer authentication looks at the effective user)."""
    owner = pwd.getpwuid((install / "manage.py").stat().st_uid)
    before = os.geteuid()
    os.seteuid(owner.pw_uid)
    try:
        yield owner.pw_name
    finally:
        os.seteuid(before)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bridge(install: Path) -> AsyncIterator[Bridge]:
    """A bridge to the install under test, open for a module's tests."""
    opened = await Bridge.open(open_door(InstallTarget(install)))
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo_bridge(demo: DemoInstall) -> AsyncIterator[Bridge]:
    """A bridge to the demo, for tests that know who is in it."""
    opened = await Bridge.open(open_door(InstallTarget(demo.path)))
    yield opened
    await opened.close()
