"""An SSH server on the loopback address for tests: it lets one key in, and runs what it is told as ``/bin/sh`` would.

The client is the machine's own ``ssh``, behind a script of the same name that reads a configuration of the tests'.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

HOST = "server"
CONFIGURATION = f"""
Host {HOST}
    HostName 127.0.0.1
    Port {{port}}
    User operator
    IdentityFile {{folder}}/key
    IdentitiesOnly yes
    UserKnownHostsFile {{folder}}/known_hosts
    RequestTTY yes
    ForwardAgent yes
"""


@dataclass
class SshServer:
    """``commands`` are those that were run; ``folder`` holds the ``ssh`` to be found first."""

    folder: Path
    port: int = 0
    commands: list[str] = field(default_factory=list)
    children: list[asyncio.subprocess.Process] = field(default_factory=list)
    connections: int = 0
    terminals: int = 0

    async def run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run a command, its streams joined to the client's."""
        self.commands.append(process.command or "")
        self.terminals += process.term_type is not None
        child = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", process.command or "exit 0",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.children.append(child)
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        inwards = asyncio.create_task(_pump(process.stdin, child.stdin))
        await asyncio.gather(_pump(child.stdout, process.stdout), _pump(child.stderr, process.stderr))
        inwards.cancel()
        process.exit(await child.wait())

    def connected(self, _: asyncssh.SSHServerConnection) -> None:
        """Somebody has logged in."""
        self.connections += 1


async def _pump(source: Any, sink: Any) -> None:
    """Pass bytes on until they end; a side that has gone ends it too. The channel's own end comes with the status."""
    with contextlib.suppress(OSError, asyncssh.Error):
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()
        if isinstance(sink, asyncio.StreamWriter):
            sink.close()


@asynccontextmanager
async def ssh_server(folder: Path) -> AsyncIterator[SshServer]:
    """A server, and an ``ssh`` in ``folder`` that knows it as ``server``."""
    real = shutil.which("ssh")
    assert real is not None
    server = SshServer(folder)
    key, host_key = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / "key"))
    (folder / "key").chmod(0o600)
    (folder / "authorized_keys").write_bytes(key.export_public_key())
    listening = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[host_key],
        authorized_client_keys=str(folder / "authorized_keys"),
        process_factory=server.run,
        acceptor=server.connected,
        encoding=None,
    )
    server.port = listening.get_port()
    public = host_key.export_public_key().decode().strip()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {public}\n")
    (folder / "config").write_text(CONFIGURATION.format(port=server.port, folder=folder))
    (folder / "ssh").write_text(f'#!/bin/sh\nexec {real} -F {folder}/config "$@"\n')
    (folder / "ssh").chmod(0o755)
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
