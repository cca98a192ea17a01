"""The bridge: one worker, opened, called, watched and closed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal, TypeVar

import orjson

from zulip_bridge.api.calls import PROTOCOL, Hello, Progress, Request, WorkerOptions
from zulip_bridge.api.codec import ShapeError, from_json, to_json
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.launch import Door, shipment
from zulip_bridge.wire import WireError, json_frame

from .child import Child
from .frames import CutOff, Piece, frames, skip_to_magic
from .shell import Shell, start_child
from .stream import Chunk, Finished, Stream

R = TypeVar("R")
Stage = Literal["worker", "ready"]
"""Connecting, step by step, once the shell has been started: it runs our worker; that has said hello."""

HELLO_SECONDS = 60.0
PING_SECONDS = 5.0
SILENCE_SECONDS = 20.0
"""A worker that has sent nothing for so long, not even the answer to a ping, is taken for lost."""

GIVE_UP_SECONDS = 8.0
"""How long a killed worker's stream gets to end: a grandchild may hold it open."""


def _ignore_stage(stage: Stage) -> None:
    """Nobody watches the connecting."""


class Bridge:
    """A connection to one worker. Make it with :meth:`open`, end it with :meth:`close`.

    Calls may be made at the same time; cancelling the awaiting task cancels the call in PostgreSQL.
    """

    def __init__(self, door: Door, child: Child, hello: Hello) -> None:
        self.door = door
        self.hello = hello
        self.silence_seconds = SILENCE_SECONDS
        self._child = child
        self._ids = itertools.count(1)
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._progress: dict[int, Callable[[Progress], None]] = {}
        self._streams: dict[int, Stream[Any]] = {}
        self._lost: StewardError | None = None
        self._given_up = ""
        self._closing = False
        self._last_frame = 0.0
        self._reader = asyncio.create_task(self._read())
        self._watcher = asyncio.create_task(self._watch())

    @classmethod
    async def open(cls, door: Door, options: WorkerOptions | None = None) -> Bridge:
        """Start the worker behind ``door`` and wait for its hello.

        Raises :class:`StewardError`, kind ``launch`` or ``protocol``, with what the shell said as the cause.
        """
        return await cls.greet(Shell(door, await start_child(door)), options or WorkerOptions())

    @classmethod
    async def greet(
        cls, shell: Shell, options: WorkerOptions, on_stage: Callable[[Stage], None] = _ignore_stage
    ) -> Bridge:
        """The same with a shell that has been started; it is ended where it does not become a worker."""
        try:
            hello = await asyncio.wait_for(_greet(shell.child, shell.door, options, on_stage), timeout=HELLO_SECONDS)
        except BaseException as error:
            raise await _launch_failure(shell.child, error) from error
        on_stage("ready")
        return cls(shell.door, shell.child, hello)

    @property
    def diagnostics(self) -> list[str]:
        """The last lines that Zulip and the worker wrote to stderr; untrusted text."""
        return list(self._child.last_words)

    @property
    def alive(self) -> bool:
        """Whether calls can be made."""
        return self._lost is None and not self._closing

    async def call(self, request: Request[R], on_progress: Callable[[Progress], None] | None = None) -> R:
        """Send ``request`` and wait for its answer; raises :class:`StewardError`."""
        request_id = self._next_id()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._calls[request_id] = future
        if on_progress is not None:
            self._progress[request_id] = on_progress
        try:
            await self._send({"id": request_id, "method": request.METHOD, "params": to_json(request)})
            answer: R = _answer(request, await future)
            return answer
        except asyncio.CancelledError:
            await self._cancel(request_id)
            raise
        finally:
            self._calls.pop(request_id, None)
            self._progress.pop(request_id, None)

    @contextlib.asynccontextmanager
    async def stream(self, request: Request[R]) -> AsyncIterator[Stream[R]]:
        """Send ``request`` and receive its events and bytes as they come; leaving early cancels it."""
        request_id = self._next_id()
        stream: Stream[R] = Stream(request)
        self._streams[request_id] = stream
        ended = False
        try:
            await self._send({"id": request_id, "method": request.METHOD, "params": to_json(request)})
            yield stream
            ended = True
        finally:
            stream.abandon()
            if not ended:
                await self._cancel(request_id)

    async def close(self) -> None:
        """End the worker: its stdin is closed, then it is told to end, then made to."""
        self._closing = True
        self._watcher.cancel()
        for stream in self._streams.values():
            stream.abandon()
        self._reader.cancel()
        await asyncio.gather(self._reader, self._watcher, return_exceptions=True)
        await self._child.end()
        self._fail(StewardError(ErrorKind.WORKER_LOST, "The connection was closed."))

    def _next_id(self) -> int:
        if self._lost is not None:
            raise self._lost
        return next(self._ids)

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            self._child.stdin.write(json_frame(orjson.dumps({"jsonrpc": "2.0", **message})))
            await self._child.stdin.drain()
        except (OSError, RuntimeError) as error:
            lost = self._lost or StewardError(ErrorKind.WORKER_LOST, "The worker has gone.", cause=str(error))
            raise lost from error

    async def _cancel(self, request_id: int) -> None:
        if self.alive:
            with contextlib.suppress(StewardError):
                await asyncio.shield(self._send({"method": "cancel", "params": {"id": request_id}}))

    async def _read(self) -> None:
        """Take frames until the worker goes; then every call under way fails with what is known."""
        loop = asyncio.get_running_loop()
        try:
            async for frame in frames(self._child.incoming):
                self._last_frame = loop.time()
                await self._take(frame)
            await self._lose(self._given_up or "The worker ended")
        except CutOff as error:
            await self._lose(self._given_up or "The worker ended", cause=str(error))
        except (WireError, ShapeError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            self._child.kill()
            await self._lose("The worker sent what is not ours", ErrorKind.PROTOCOL, str(error))

    async def _take(self, frame: bytes | Piece) -> None:
        if isinstance(frame, Piece):
            if stream := self._streams.get(frame.request_id):
                await stream.put(Chunk(frame.data))
            return
        message = orjson.loads(frame)
        if "method" in message:
            await self._take_notification(message["method"], message.get("params", {}))
        else:
            await self._take_answer(message)

    async def _take_notification(self, method: str, params: dict[str, Any]) -> None:
        if method == "broken":
            raise WireError(str(params.get("sentence", "")))
        request_id, value = params["id"], params["value"]
        stream = self._streams.get(request_id)
        if method == "progress":
            progress = from_json(Progress, value)
            if stream is not None:
                await stream.put(progress)
            elif request_id in self._progress:
                self._progress[request_id](progress)
        elif method == "event" and stream is not None:
            await stream.put(value)

    async def _take_answer(self, message: dict[str, Any]) -> None:
        request_id = message["id"]
        error = None
        if "error" in message:
            error = StewardError.of(from_json(Problem, message["error"]["data"]))
        stream = self._streams.pop(request_id, None)
        if stream is not None:
            result = None if error else _answer(stream.request, message["result"])
            await stream.put(Finished(result, error))
            return
        future = self._calls.get(request_id)
        if future is not None and not future.done():
            future.set_exception(error) if error else future.set_result(message["result"])

    async def _watch(self) -> None:
        """Ask for a sign of life while calls are under way; end a worker that gives none."""
        loop = asyncio.get_running_loop()
        self._last_frame = loop.time()
        while True:
            waited_from = loop.time()
            await asyncio.sleep(min(PING_SECONDS, self.silence_seconds / 4))
            if not self._calls and not self._streams:
                self._last_frame = loop.time()
                continue
            if self._reader_waits() or self._last_frame >= waited_from:
                self._last_frame = max(self._last_frame, waited_from)
                continue
            if loop.time() - self._last_frame > self.silence_seconds:
                await self._give_up()
                return
            with contextlib.suppress(StewardError):
                await asyncio.wait_for(self._send({"id": 0, "method": "ping"}), PING_SECONDS)

    async def _give_up(self) -> None:
        """Kill a silent worker. The reader sees the stream end and tells everybody why, unless it does not end."""
        self._given_up = f"The worker gave no sign of life for {self.silence_seconds:g} s"
        self._child.kill()
        _, pending = await asyncio.wait({self._reader}, timeout=GIVE_UP_SECONDS)
        if pending:
            self._reader.cancel()
            await self._lose(self._given_up)

    def _reader_waits(self) -> bool:
        """Whether it is us who pause the worker, because a stream's consumer is slow."""
        return any(stream.full for stream in self._streams.values())

    async def _lose(self, what: str, kind: ErrorKind = ErrorKind.WORKER_LOST, cause: str = "") -> None:
        status = await self._child.end()
        words = "\n".join(self.diagnostics[-20:])
        sentence = f"{what} ({_describe_status(status)})." if kind is ErrorKind.WORKER_LOST else f"{what}."
        self._fail(StewardError(kind, sentence, cause="\n".join(filter(None, [cause, words]))))

    def _fail(self, error: StewardError) -> None:
        if self._lost is None:
            self._lost = error
        for future in self._calls.values():
            if not future.done():
                future.set_exception(self._lost)
        for stream in self._streams.values():
            stream.break_off(self._lost)
        self._streams.clear()


def _answer(request: Request[R], value: Any) -> R:
    try:
        answer: R = from_json(request.RESULT, value)
    except ShapeError as error:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker's answer does not fit: {error}.") from error
    return answer


def _describe_status(status: int) -> str:
    return f"ended by signal {-status}" if status < 0 else f"exit status {status}"


async def _greet(child: Child, door: Door, options: WorkerOptions, on_stage: Callable[[Stage], None]) -> Hello:
    nonce = secrets.token_hex(8)
    child.stdin.write(shipment(nonce, options, distant=door.distant))
    # Not waited for: a shell that talks before it listens would never take all of it.
    await skip_to_magic(child.incoming, nonce)
    on_stage("worker")
    frame = await anext(frames(child.incoming), None)
    if frame is None:
        raise StewardError(ErrorKind.LAUNCH, "")
    if isinstance(frame, Piece):
        raise WireError("bytes before the worker's hello")
    message = orjson.loads(frame)
    if message.get("method") == "failed":
        raise StewardError.of(from_json(Problem, message["params"]))
    hello = from_json(Hello, message["params"])
    if hello.protocol != PROTOCOL:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker speaks protocol {hello.protocol}, not {PROTOCOL}.")
    return hello


async def _launch_failure(child: Child, error: BaseException) -> BaseException:
    """End a child that did not come to its hello; say why as well as it can be known."""
    if isinstance(error, asyncio.TimeoutError):
        child.kill()
    status = await child.end()
    if isinstance(error, asyncio.CancelledError | KeyboardInterrupt | SystemExit):
        return error
    words = "\n".join([*list(child.last_words)[-20:]])
    if isinstance(error, StewardError) and error.sentence:
        return StewardError(error.kind, error.sentence, cause="\n".join(filter(None, [error.problem.cause, words])))
    said = error.problem.cause if isinstance(error, StewardError) else ""
    if isinstance(error, asyncio.TimeoutError):
        sentence = f"Zulip's shell did not answer within {HELLO_SECONDS:g} s."
    else:
        sentence = _explain(said, words) or f"Zulip's shell ended before it was ready ({_describe_status(status)})."
    return StewardError(ErrorKind.LAUNCH, sentence, cause="\n".join(filter(None, [said, words, str(error)])))


def _explain(said: str, words: str) -> str:
    """A sentence from what the shell printed: Zulip's refusals come on stdout, sudo's and Python's on stderr."""
    lines = [line.strip() for line in f"{said}\n{words}".splitlines() if line.strip()]
    if not lines:
        return ""
    last = lines[-1].rstrip(".")
    return f"Zulip's shell said: {last}."
