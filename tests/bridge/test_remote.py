"""Deployments elsewhere: through a real ssh to a real SSH server, and with the words that docker is given."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path, PurePosixPath

import pytest
import pytest_asyncio

from tests.bridge.ssh_server import HOST, SshServer, ssh_server
from tests.cli.process import SCRIPT
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import SearchPeople
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import BOOT, DockerTarget, SshTarget, open_door
from zulip_bridge.steward import Steward

needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh on this machine")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for programs that are found first, with a short path for ssh's socket."""
    with tempfile.TemporaryDirectory(prefix="zs-", dir="/tmp") as name:
        monkeypatch.setenv("PATH", f"{name}:{os.environ['PATH']}")
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        yield Path(name)


@pytest_asyncio.fixture
async def server(folder: Path) -> AsyncIterator[SshServer]:
    """A machine that can be reached by ssh: this one."""
    async with ssh_server(folder) as running:
        yield running


@needs_ssh
async def test_a_deployment_on_another_machine_is_opened_as_one_here(server: SshServer, demo: DemoInstall) -> None:
    bridge = await Bridge.open(open_door(SshTarget(HOST, PurePosixPath(demo.path))))
    page = await bridge.call(SearchPeople("marta@example.org"))
    assert [person.delivery_email for person in page.people] == ["marta@example.org"]
    await bridge.close()
    (child,) = server.children
    assert await asyncio.wait_for(child.wait(), 10) == 0, "the worker there has ended with the bridge"
    assert server.terminals == 0, "no terminal there, whatever the configuration says"


@needs_ssh
async def test_a_second_worker_needs_no_second_log_in(server: SshServer, demo: DemoInstall) -> None:
    door = open_door(SshTarget(HOST, PurePosixPath(demo.path)))
    await asyncio.to_thread(door.ask_password)
    first, second = await Bridge.open(door), await Bridge.open(door)
    assert server.connections == 1
    for each in (first, second):
        await each.close()


@needs_ssh
async def test_what_is_said_there_is_short_and_always_the_same(server: SshServer, demo: DemoInstall) -> None:
    steward = await Steward.open(SshTarget(HOST, PurePosixPath(demo.path)))
    await steward.search(SearchPeople("marta@example.org"))
    await steward.close()
    assert BOOT.split(";")[0] in server.commands[0]
    assert "marta" not in "".join(server.commands)


@needs_ssh
async def test_a_line_that_breaks_loses_the_worker_and_says_so(server: SshServer, demo: DemoInstall) -> None:
    bridge = await Bridge.open(open_door(SshTarget(HOST, PurePosixPath(demo.path))))
    server.children[0].kill()
    with pytest.raises(StewardError) as caught:
        await bridge.call(SearchPeople("marta"))
    assert caught.value.kind is ErrorKind.WORKER_LOST
    await bridge.close()


@needs_ssh
async def test_no_deployment_there_is_one_sentence(server: SshServer) -> None:
    with pytest.raises(StewardError, match=r"there is no /nowhere/manage\.py on "):
        await Bridge.open(open_door(SshTarget(HOST, PurePosixPath("/nowhere"))))


@needs_ssh
async def test_a_host_that_cannot_be_reached_is_one_sentence(server: SshServer, folder: Path) -> None:
    (folder / "known_hosts").write_text("")
    door = open_door(SshTarget(HOST))
    with pytest.raises(StewardError, match="Host key verification failed"):
        await Bridge.open(door)


@needs_ssh
async def test_the_command_line_searches_there(server: SshServer, demo: DemoInstall) -> None:
    words = ["search", "marta@example.org", "--json", "--ssh", HOST, "--install", str(demo.path)]
    process = await asyncio.create_subprocess_exec(
        SCRIPT, *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, b'"marta@example.org"' in out) == (0, True), err


@needs_ssh
def test_the_shared_connection_is_behind_a_folder_of_ones_own(folder: Path) -> None:
    open_door(SshTarget(HOST))
    (made,) = [each for each in folder.iterdir() if each.is_dir()]
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.chmod(0o755)
    with pytest.raises(StewardError, match="not yours alone"):
        open_door(SshTarget(HOST))


@needs_ssh
@pytest.mark.parametrize("host", ["-oProxyCommand=touch /tmp/owned", ""])
def test_a_host_is_never_an_option(host: str) -> None:
    with pytest.raises(StewardError, match="--ssh HOST needs a name"):
        open_door(SshTarget(host))


def test_a_container_is_entered_as_zulip_with_the_same_short_words(folder: Path) -> None:
    """There is no docker engine to test with: what it is told is what its manual says."""
    (folder / "docker").write_text("#!/bin/sh\n")
    (folder / "docker").chmod(0o755)
    door = open_door(DockerTarget("zulip-1"))
    manage = "/home/zulip/deployments/current/manage.py"
    assert door.argv[:-1] == ("docker", "exec", "-i", "-u", "zulip", "zulip-1", manage, "shell", "-v", "0", "-c")
    assert door.argv[-1] == BOOT
    with pytest.raises(StewardError, match="--docker NAME needs a name"):
        open_door(DockerTarget("--privileged"))


async def test_what_docker_runs_is_a_bridge(folder: Path, demo: DemoInstall) -> None:
    """Stands in for the engine: enters nothing, and runs the rest of the words."""
    (folder / "docker").write_text('#!/bin/sh\n[ "$1 $2 $3" = "exec -i -u" ] || exit 9\nshift 5\nexec "$@"\n')
    (folder / "docker").chmod(0o755)
    bridge = await Bridge.open(open_door(DockerTarget("zulip-1", PurePosixPath(demo.path))))
    assert (await bridge.call(SearchPeople("marta@example.org"))).people
    await bridge.close()


def test_no_program_for_it_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(StewardError, match="There is no docker on this machine"):
        open_door(DockerTarget("zulip-1"))
