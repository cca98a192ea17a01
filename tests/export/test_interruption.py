"""An export that is interrupted, at any moment and in any way, leaves nothing that looks complete."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.export.support import export, leftovers
from tests.plain_sql import Database, value
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export_scope import choose
from zulip_bridge.client import Bridge
from zulip_bridge.export import Keys, Packaging, Passphrase, abandoned_exports, verify_export

SOMEBODY = "marta@example.org"
PHASES = ["account", "messages", "files"]


@pytest.mark.parametrize("phase", PHASES)
async def test_cancelling_leaves_nothing_and_the_worker_goes_on(bridge: Bridge, tmp_path: Path, phase: str) -> None:
    def watch(progress: Progress) -> None:
        if progress.phase == phase:
            task.cancel()

    task = asyncio.create_task(export(bridge, SOMEBODY, tmp_path / "out", watch))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert leftovers(tmp_path) == []
    await export(bridge, SOMEBODY, tmp_path / "out")
    assert verify_export(tmp_path / "out") == []


@pytest.mark.parametrize("phase", ["account", "messages", "archived", "flags", "files"])
async def test_a_complete_and_redacted_export_can_be_cancelled_in_every_phase(
    bridge: Bridge, tmp_path: Path, phase: str
) -> None:
    def watch(progress: Progress) -> None:
        if progress.phase == phase:
            task.cancel()

    scope = choose("access", others="redact")
    task = asyncio.create_task(export(bridge, SOMEBODY, tmp_path / "out", watch, scope))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert leftovers(tmp_path) == []


async def test_cancelling_again_and_again_leaves_nothing(bridge: Bridge, tmp_path: Path) -> None:
    started = asyncio.Event()
    task = asyncio.create_task(export(bridge, SOMEBODY, tmp_path / "out", lambda progress: started.set()))
    await started.wait()
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert task.cancelled()
    assert leftovers(tmp_path) == []


async def test_cancelling_at_the_very_start_leaves_nothing(bridge: Bridge, tmp_path: Path) -> None:
    for turns in range(30):
        task = asyncio.create_task(export(bridge, SOMEBODY, tmp_path / "out"))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert leftovers(tmp_path) == []


@pytest.mark.parametrize("phase", PHASES)
async def test_a_worker_that_is_killed_leaves_nothing(bridge: Bridge, tmp_path: Path, phase: str) -> None:
    (tmp_path / "out").mkdir()

    def watch(progress: Progress) -> None:
        if progress.phase == phase and bridge.hello.pid not in killed:
            killed.append(bridge.hello.pid)
            os.kill(bridge.hello.pid, signal.SIGKILL)

    killed: list[int] = []
    with pytest.raises(StewardError) as caught:
        await export(bridge, SOMEBODY, tmp_path / "out", watch)
    assert caught.value.kind is ErrorKind.WORKER_LOST
    assert leftovers(tmp_path) == ["out"]


async def test_a_listener_that_fails_leaves_nothing(bridge: Bridge, tmp_path: Path) -> None:
    def watch(progress: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await export(bridge, SOMEBODY, tmp_path / "out", watch)
    assert leftovers(tmp_path) == []


async def test_a_destination_that_is_filled_meanwhile_is_left_alone(bridge: Bridge, tmp_path: Path) -> None:
    def watch(progress: Progress) -> None:
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / "theirs").touch()

    with pytest.raises(StewardError) as caught:
        await export(bridge, SOMEBODY, tmp_path / "out", watch)
    assert caught.value.kind is ErrorKind.STORAGE
    assert leftovers(tmp_path) == ["out", "out/theirs"]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.export.support import export
from zulip_bridge.client import Bridge
from zulip_bridge.launch import InstallTarget, open_door

async def main(install, user, destination, phase):
    def watch(progress):
        if progress.phase == phase:
            os.kill(os.getpid(), signal.SIGKILL)
    bridge = await Bridge.open(open_door(InstallTarget(Path(install))))
    await export(bridge, user, Path(destination), watch)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("phase", PHASES)
async def test_a_steward_that_is_killed_leaves_only_what_is_plainly_unfinished(
    bridge: Bridge, install: Path, tmp_path: Path, phase: str
) -> None:
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", KILLED, str(install), SOMEBODY, str(out), phase], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not out.exists()
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".out.partial-")
    assert left.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.rglob("manifest.json"))
    assert [each.kind for each in verify_export(left)] == ["manifest"]
    assert abandoned_exports(out) == [left]
    await export(bridge, SOMEBODY, out)
    assert verify_export(out) == []
    assert abandoned_exports(out) == [left]


async def test_an_export_under_way_is_not_called_abandoned(bridge: Bridge, tmp_path: Path) -> None:
    seen: list[list[Path]] = []
    under_way: list[int] = []

    def watch(progress: Progress) -> None:
        under_way.append(len(list(tmp_path.glob(".out.partial-*"))))
        seen.append(abandoned_exports(tmp_path / "out"))

    await export(bridge, SOMEBODY, tmp_path / "out", watch)
    assert set(under_way) == {1}
    assert not any(seen)


async def test_a_message_that_comes_meanwhile_is_not_in_it(
    bridge: Bridge, database: Database, tmp_path: Path
) -> None:
    """The worker is held up, by a lock on a table of the account, until the message is there."""
    person = value(database, "SELECT id FROM zulip.zerver_userprofile WHERE delivery_email = %s", SOMEBODY)
    insert = """
        INSERT INTO zulip.zerver_message (
            realm_id, sender_id, recipient_id, type, subject, content, rendered_content, rendered_content_version,
            date_sent, sending_client_id, has_attachment, has_image, has_link, is_channel_message)
        SELECT realm_id, sender_id, recipient_id, type, subject, 'too late', '<p>too late</p>', 1,
            now(), sending_client_id, false, false, false, is_channel_message
        FROM zulip.zerver_message WHERE sender_id = %s ORDER BY id LIMIT 1 RETURNING id
    """
    late: list[int] = []

    def watch(progress: Progress) -> None:
        if not late:
            late.append(value(database, insert, person))
            database.execute("COMMIT")

    database.execute("BEGIN")
    database.execute("LOCK TABLE zulip.zerver_usertopic IN ACCESS EXCLUSIVE MODE")
    try:
        result = await export(bridge, person, tmp_path / "out", watch)
    finally:
        database.execute("ROLLBACK")
        database.execute("DELETE FROM zulip.zerver_message WHERE id = ANY(%s)", [late])
    assert late
    texts = b"".join(file.read_bytes() for file in (tmp_path / "out").glob("messages-*.json"))
    assert b"too late" not in texts
    assert result.messages > 0


ARCHIVED = Packaging("tar.zst", Passphrase("correct horse battery"))


@pytest.mark.parametrize("phase", PHASES)
async def test_cancelling_an_archive_leaves_nothing(bridge: Bridge, tmp_path: Path, phase: str) -> None:
    def watch(progress: Progress) -> None:
        if progress.phase == phase:
            task.cancel()

    task = asyncio.create_task(export(bridge, SOMEBODY, tmp_path / "out.age", watch, packaging=ARCHIVED))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert leftovers(tmp_path) == []
    await export(bridge, SOMEBODY, tmp_path / "out.age", packaging=ARCHIVED)
    assert verify_export(tmp_path / "out.age", Keys("correct horse battery")) == []


async def test_cancelling_an_archive_at_the_very_start_leaves_nothing(bridge: Bridge, tmp_path: Path) -> None:
    for turns in range(0, 30, 3):
        task = asyncio.create_task(export(bridge, SOMEBODY, tmp_path / "out", packaging=Packaging("zip")))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert leftovers(tmp_path) == []


async def test_a_worker_that_is_killed_leaves_no_archive(bridge: Bridge, tmp_path: Path) -> None:
    def watch(progress: Progress) -> None:
        if progress.phase == "messages":
            os.kill(bridge.hello.pid, signal.SIGKILL)

    with pytest.raises(StewardError) as caught:
        await export(bridge, SOMEBODY, tmp_path / "out", watch, packaging=Packaging("tar.gz"))
    assert caught.value.kind is ErrorKind.WORKER_LOST
    assert leftovers(tmp_path) == []


KILLED_ARCHIVE = KILLED.replace("watch)", "watch, packaging=Packaging('tar.gz'))", 1).replace(
    "from zulip_bridge.launch", "from zulip_bridge.export import Packaging\nfrom zulip_bridge.launch"
)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("nameless", [True, False])
def test_a_steward_that_is_killed_leaves_no_archive(
    install: Path, tmp_path: Path, phase: str, nameless: bool
) -> None:
    script = KILLED_ARCHIVE if nameless else f"import os\ndel os.O_TMPFILE\n{KILLED_ARCHIVE}"
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", script, str(install), SOMEBODY, str(out), phase], check=False)
    assert done.returncode == -signal.SIGKILL
    left = list(tmp_path.iterdir())
    assert abandoned_exports(out) == left
    assert len(left) == (0 if nameless else 1)
    for each in left:
        assert each.stat().st_mode & 0o077 == 0
        assert verify_export(each)
