"""A copy of the demo for each module whose channels are changed, and plain SQL to look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.channels.rows import used
from zulip_bridge.channels import Channels
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward


@pytest.fixture(scope="module", autouse=True)
def unused_again(trial: DemoInstall) -> None:
    """Each module has a copy of its own, where all channels are as they were."""
    used.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steward(trial: DemoInstall) -> AsyncIterator[Steward]:
    """A session that may write."""
    opened = await Steward.open(InstallTarget(trial.path))
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def channels(steward: Steward) -> Channels:
    """The channels of that session."""
    return steward.channels
