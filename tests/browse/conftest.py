"""Sessions for the browser: one that only reads, shared, and one on a scratch install that may write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from tests.plain_sql import Database
from zulip_bridge.browse import Browser
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reading(install: Path) -> AsyncIterator[Steward]:
    """A read-only session on the install under test, for the tests of one module."""
    steward = await Steward.open(InstallTarget(install), read_only=True)
    yield steward
    await steward.close()


@pytest.fixture
def browser(reading: Steward) -> Browser:
    """The browser of that session."""
    return reading.browser


@pytest_asyncio.fixture
async def writing(scratch: DemoInstall) -> AsyncIterator[Browser]:
    """A browser that may write, on a copy of the demo."""
    steward = await Steward.open(InstallTarget(scratch.path))
    yield steward.browser
    await steward.close()


@pytest.fixture
def sql(scratch: DemoInstall) -> Iterator[Database]:
    """The scratch install's database for plain SQL."""
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        connection.execute("SET search_path TO zulip, public")
        yield connection
