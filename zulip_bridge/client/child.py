"""The child process: its environment, its stderr, and its end."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import fcntl
import os
import signal
from pathlib import Path

from zulip_bridge.launch import BACKGROUND, Door

from .incoming import Incoming

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SYSTEMROOT", "ZULIP_STEWARD_DEMO_DIR")
"""The child's environment is an allow-list: an inherited DJANGO_SETTINGS_MODULE or PYTHONPATH would win over
Zulip's own."""

USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

STDERR_LINES = 500
STDERR_LINE_BYTES = 4_000
PIPE_BYTES = 1 << 20

END_SECONDS = 2.0
F_SETPIPE_SZ = 1031


class Child:
    """A management shell under way; owns its pipes and its last words."""

    def __init__(self, process: asyncio.subprocess.Process, incoming: Incoming) -> None:
        assert process.stdin is not None and process.stderr is not None
        self.process = process
        self.stdin = process.stdin
        self.incoming = incoming
        self.last_words: collections.deque[str] = collections.deque(maxlen=STDERR_LINES)
        self._stderr = asyncio.create_task(self._keep_stderr(process.stderr))

    @classmethod
    async def start(cls, door: Door) -> Child:
        """Start the shell in a session (or, where sudo is needed, in a process group) of its own.

        Its stderr never reaches the terminal.
        """
        apart = BACKGROUND if door.on_terminal else {"start_new_session": True}
        reading, writing = os.pipe()
        incoming = None
        try:
            incoming = await _listen(reading)
            process = await asyncio.create_subprocess_exec(
                *door.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=writing,
                stderr=asyncio.subprocess.PIPE,
                cwd="/",
                env=child_environment(door.environment),
                **apart,
            )
        except BaseException:
            if incoming is not None:
                incoming.close()
            raise
        finally:
            os.close(writing)
        return cls(process, incoming)

    async def _keep_stderr(self, stderr: asyncio.StreamReader) -> None:
        rest = b""
        while data := await stderr.read(65_536):
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[:STDERR_LINE_BYTES]
            self.last_words.extend(line[:STDERR_LINE_BYTES].decode("utf-8", "replace") for line in lines)
        if rest:
            self.last_words.append(rest.decode("utf-8", "replace"))

    async def end(self) -> int:
        """Close its stdin, wait, then insist; returns its exit status. What it still writes is dropped."""
        self.incoming.drop()
        with contextlib.suppress(OSError, RuntimeError, asyncio.TimeoutError):
            self.stdin.close()
            # Waited for, as what it raises would otherwise be reported by the event loop, on the terminal.
            await asyncio.wait_for(self.stdin.wait_closed(), END_SECONDS)
        for insist in (None, signal.SIGTERM, signal.SIGKILL):
            if insist is not None:
                self._signal(insist)
            with contextlib.suppress(asyncio.TimeoutError):
                status = await asyncio.wait_for(self.process.wait(), END_SECONDS)
                await self._close()
                return status
        await self._close()
        return self.process.returncode if self.process.returncode is not None else -signal.SIGKILL

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    async def _close(self) -> None:
        # A grandchild may hold the pipes open; the transport's end frees the readers.
        _, pending = await asyncio.wait({self._stderr}, timeout=0.5)
        for task in pending:
            task.cancel()
        self.incoming.close()
        transport = getattr(self.process, "_transport", None)
        if transport is not None:
            transport.close()


def child_environment(more: tuple[str, ...]) -> dict[str, str]:
    """What the shell is given of this process's environment; ``more`` names what its door wants besides."""
    kept = {name: os.environ[name] for name in (*KEPT_VARIABLES, *more) if name in os.environ}
    kept["PATH"] = _path_without_virtual_environments(kept.get("PATH", "")) or USUAL_PATH
    # Without a UTF-8 locale Python would decode arguments and file names as ASCII.
    kept.setdefault("LC_ALL", "C.UTF-8")
    return kept


def _path_without_virtual_environments(path: str) -> str:
    """``manage.py`` starts with the first ``python3`` there is, and puts Zulip's packages before that one's own.

    Where an environment is active (the steward's, say), that would be its Python, with packages that Django prefers
    to Zulip's: psycopg 3.
    """
    folders = path.split(os.pathsep)
    return os.pathsep.join(each for each in folders if not (Path(each).parent / "pyvenv.cfg").exists())


async def _listen(descriptor: int) -> Incoming:
    """Have the event loop read a pipe, of a size that keeps both sides busy."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, F_SETPIPE_SZ, PIPE_BYTES)
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    _, incoming = await asyncio.get_running_loop().connect_read_pipe(Incoming, pipe)
    return incoming
