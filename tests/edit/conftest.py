"""An install whose accounts may be edited: a copy of the demo for each module, or a real one.

``--install PATH`` names the real one, and ``ZULIP_TEST_REALM`` the organization there whose last accounts the tests
may change for good.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator

import psycopg
import pytest
import pytest_asyncio

from tests.cli.process import Ended
from tests.cli.process import run as command
from tests.conftest import REAL_DATABASE, owner_of
from tests.edit.place import Place
from tests.scratch import make_scratch
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

DEMO_REALM = "acme"


@pytest.fixture(scope="module")
def scratch(request: pytest.FixtureRequest) -> Iterator[DemoInstall | None]:
    """A copy of the demo, for a module's tests to change as they like; None where a real install is tested."""
    if request.config.getoption("--install") is not None:
        yield None
        return
    with make_scratch(request.getfixturevalue("demo")) as install:
        yield install


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, scratch: DemoInstall | None) -> Iterator[Place]:
    """Where to edit, and whom."""
    if scratch is not None:
        with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
            yield Place(scratch.path, connection, DEMO_REALM)
        return
    chosen = request.config.getoption("--install")
    realm = os.environ.get("ZULIP_TEST_REALM")
    if realm is None:
        pytest.skip("ZULIP_TEST_REALM names no organization whose accounts may be changed")
    with owner_of(chosen) as name:
        real = psycopg.connect(host="/var/run/postgresql", dbname=REAL_DATABASE, user=name, autocommit=True)
    with real:
        real.execute("SET default_transaction_read_only = on")
        yield Place(chosen, real, realm, last=60)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steward(place: Place) -> AsyncIterator[Steward]:
    """A session that may write."""
    opened = await Steward.open(InstallTarget(place.path))
    yield opened
    await opened.close()


@pytest.fixture
def run(place: Place) -> Callable[..., Ended]:
    """Run a command on the install that is edited, without a terminal."""
    return lambda *words, stdin="": command(*words, "--install", str(place.path), stdin=stdin)
