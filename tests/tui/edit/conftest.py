"""A copy of the demo for each module, whose accounts the screens may change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.edit.place import Place
from tests.scratch import make_scratch
from zulip_bridge.demo import DemoInstall
from zulip_bridge.journal import Journal

REALM = "acme"


@pytest.fixture(scope="module")
def scratch(demo: DemoInstall) -> Iterator[DemoInstall]:
    """The copy."""
    with make_scratch(demo) as install:
        yield install


@pytest.fixture(scope="module")
def place(scratch: DemoInstall) -> Iterator[Place]:
    """Where to edit, whom, and the database by plain SQL."""
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        yield Place(scratch.path, connection, REALM)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """A journal of the test's own."""
    path = tmp_path / "journal.jsonl"
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(path))
    return Journal(path)
