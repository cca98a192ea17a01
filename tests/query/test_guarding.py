"""Python in a read-only session: PostgreSQL guards the database, the worker files, processes and sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.query.asking import python
from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.client import Bridge
from zulip_bridge.launch import InstallTarget, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader(install: Path) -> AsyncIterator[Bridge]:
    """A worker that was told to change nothing."""
    opened = await Bridge.open(open_door(InstallTarget(install)), WorkerOptions(read_only=True))
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "code",
    [
        "open({path!r}, 'w')",
        "open({path!r}, 'ab')",
        "from pathlib import Path\nPath({path!r}).touch()",
        "import os\nos.open({path!r}, os.O_CREAT | os.O_RDWR)",
        "import os\nos.mkdir({path!r})",
        "import os\nos.system('touch {path}')",
        "import subprocess\nsubprocess.run(['touch', {path!r}])",
        "import shutil\nshutil.copyfile('/etc/hostname', {path!r})",
        "import socket\nsocket.create_connection(('127.0.0.1', 9))",
        "import threading\nthreading.Thread(target=open, args=({path!r}, 'w')).start()",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "ThreadPoolExecutor(1).submit(open, {path!r}, 'w').result()",
    ],
)
async def test_python_in_a_read_only_session_changes_nothing(reader: Bridge, tmp_path: Path, code: str) -> None:
    tmp_path.chmod(0o777)
    answer = await python(reader, code.format(path=str(tmp_path / "made")))
    assert "PermissionError: This session was opened read-only" in answer.failure
    assert not (tmp_path / "made").exists()


async def test_python_in_a_read_only_session_still_reads(reader: Bridge) -> None:
    assert (await python(reader, "Draft.objects.count() > 0")).shown == "True"
    assert (await python(reader, "len(open('/etc/hostname').read()) > 0")).shown == "True"
    assert (await python(reader, "import colorsys\ncolorsys.__name__")).shown == "'colorsys'"
    failing = await python(reader, "Draft.objects.all().delete()")
    assert "read-only transaction" in failing.failure
