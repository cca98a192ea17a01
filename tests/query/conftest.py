"""A bridge for questions, and short words for asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.client import Bridge
from zulip_bridge.launch import InstallTarget, open_door


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bridge(install: Path) -> AsyncIterator[Bridge]:
    """A worker for the tests of one module."""
    opened = await Bridge.open(open_door(InstallTarget(install)), WorkerOptions())
    yield opened
    await opened.close()
