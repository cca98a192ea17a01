"""``demo reset|stop|path|url``, on a demo of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.process import run
from zulip_bridge.demo.paths import DIRECTORY_VARIABLE


@pytest.fixture
def own_demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for a demo that nobody else uses; short, as a socket's path must be."""
    directory = Path(tempfile.mkdtemp(prefix="zs-", dir="/tmp"))
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(directory))
    yield directory
    run("demo", "stop")
    shutil.rmtree(directory, ignore_errors=True)


def test_a_demo_is_made_found_and_stopped(own_demo: Path) -> None:
    assert run("demo", "stop").status == 0  # there is none, and none runs
    assert list(own_demo.glob("*/install")) == []

    made = run("demo", "reset")
    assert (made.status, made.stdout) == (0, "")
    (install,) = own_demo.glob("*/install")
    assert run("demo", "path").stdout == f"{install}\n"
    url = run("--demo", "demo", "url").stdout.rstrip("\n")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM zulip.zerver_userprofile").fetchone() == (True,)

    stopped = run("demo", "stop")
    assert (stopped.status, stopped.stdout) == (0, "")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    assert run("search", "maria", "--demo").stdout  # it starts again when it is wanted
