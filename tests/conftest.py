"""What tests of several parts share: the demo, or a real install in its place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from zulip_bridge.demo import DemoInstall, ensure, stop
from zulip_bridge.demo.paths import DIRECTORY_VARIABLE


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--install``: the tests of the bridge can be pointed at a real Zulip."""
    parser.addoption(
        "--install", type=Path, metavar="PATH", help="a Zulip deployment to test with instead of the demo"
    )


@pytest.fixture(scope="session")
def demo_directory() -> Iterator[Path]:
    """A directory for this session's demos; the steward's own processes find it through the environment.

    Its path is short, because a socket's path must be; and where root runs the tests, the account that runs
    PostgreSQL can pass through it.
    """
    directory = Path(tempfile.mkdtemp(prefix="zs-", dir="/tmp"))
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DIRECTORY_VARIABLE, str(directory))
        yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def own_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A journal of this session's own: nothing that a test does is written into the operator's."""
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZULIP_STEWARD_JOURNAL", str(path))
        yield path


@pytest.fixture(scope="session")
def demo(demo_directory: Path) -> Iterator[DemoInstall]:
    """The small demo, created for this session and stopped at its end. Tests leave it as they found it."""
    install = ensure("small")
    yield install
    stop("small")


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
