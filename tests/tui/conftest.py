"""The screens are tested on the demo, whatever install the bridge's tests are pointed at: they know its people."""

from __future__ import annotations

from pathlib import Path

import pytest

from zulip_bridge.demo import DemoInstall


@pytest.fixture(scope="session")
def install(demo: DemoInstall) -> Path:
    """The small demo."""
    return demo.path
