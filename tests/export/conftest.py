"""A bridge for exports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget, open_door

EXPORTING = WorkerOptions(role="export", read_only=True, statement_timeout_ms=0)


@pytest.fixture
async def bridge(demo: DemoInstall) -> AsyncIterator[Bridge]:
    """A worker on the demo, for one test."""
    opened = await Bridge.open(open_door(InstallTarget(demo.path)), EXPORTING)
    yield opened
    await opened.close()


@pytest.fixture
async def install_bridge(install: Path) -> AsyncIterator[Bridge]:
    """A worker on the install that the tests were pointed at."""
    opened = await Bridge.open(open_door(InstallTarget(install)), EXPORTING)
    yield opened
    await opened.close()


@pytest.fixture
def uploads(demo: DemoInstall) -> Path:
    """The demo's directory of uploaded files."""
    return demo.base / "uploads" / "files"
