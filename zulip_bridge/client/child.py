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

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SYSTEMROOT", "ZULIP_STEWARD_DEMO_DIR")
"""The child's environment is an allow-list: an inherited DJANGO_SETTINGS_MODULE or PYTHONPATH would win over
Zulip's own."""

USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

STDERR_LINES = 500
STDERR_LINE_BYTES = 4_000
PIPE_BYTES = 1 << 20
READ_LIMIT = 1 << 20
"""What the reader buffers, in bytes: a reader that pauses stops the worker soon."""

END_SECONDS = 2.0
F_SETPIPE_SZ = 1031


class Child:
    """A management shell under way; owns its pipes and its last words."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        self.process = process
        self.stdin = process.stdin
        self.stdout = process.stdout
        self.last_words: collections.deque[str] = collections.deque(maxlen=STDERR_LINES)
        self._stderr = asyncio.create_task(self._keep_stderr(process.stderr))
        self._draining: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, door: Door) -> Child:
        """Start the shell in a session (or, where sudo is needed, in a process group) of its own.

        Its stderr never reaches the terminal.
        """
        apart = BACKGROUND if door.on_terminal else {"start_new_session": True}
        process = await asyncio.create_subprocess_exec(
            *door.argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=READ_LIMIT,
            cwd="/",
            env=_environment(door.environment),
            **apart,
        )
        _widen_pipe(process)
        return cls(process)

    async def _keep_stderr(self, stderr: asyncio.StreamReader) -> None:
        rest = b""
        while data := await stderr.read(65_536):
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[:STDERR_LINE_BYTES]
            self.last_words.extend(line[:STDERR_LINE_BYTES].decode("utf-8", "replace") for line in lines)
        if rest:
            self.last_words.append(rest.decode("utf-8", "replace"))

    async def _drain(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await self.stdout.read(READ_LIMIT):
                pass

    async def end(self) -> int:
        """Close its stdin, wait, then insist; returns its exit status.

        stdout is drained meanwhile: waiting for a killed child with undrained output hangs on CPython 3.11 to 3.13.
        """
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
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
        _, pending = await asyncio.wait({self._stderr, self._draining or self._stderr}, timeout=0.5)
        for task in pending:
            task.cancel()
        transport = getattr(self.process, "_transport", None)
        if transport is not None:
            transport.close()


def _environment(more: tuple[str, ...]) -> dict[str, str]:
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


def _widen_pipe(process: asyncio.subprocess.Process) -> None:
    transport = getattr(process, "_transport", None)
    pipe = transport.get_pipe_transport(1).get_extra_info("pipe") if transport is not None else None
    if pipe is None:
        return
    # A child that has ended already has a pipe that is closed: what it said is read all the same.
    with contextlib.suppress(OSError, ValueError):
        fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
