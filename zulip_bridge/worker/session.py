"""One session with the steward: says hello, reads requests, gives them to lanes, and goes when the steward goes."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

import django
import orjson
from django.db.utils import DatabaseError, InterfaceError

from zulip_bridge.api.calls import PROTOCOL, Hello, WorkerOptions
from zulip_bridge.api.codec import ShapeError, from_json, to_json
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.wire import HEADER, JSON_KIND, WireError, parse_header

from . import compat, registry
from .context import Context
from .lanes import Lane, Lanes
from .output import Output, keep_reports_here, take_over_stdio

GRACE_SECONDS = 2.0
"""After the steward has gone, how long cancelled queries get to end before the process does."""

FINISH_SECONDS = 30.0
"""The same for one of Zulip's actions, which is not to be cut off between its commit and what follows it."""

ERROR_CODES = {ErrorKind.INVALID: -32602, ErrorKind.PROTOCOL: -32601}
SERVER_ERROR = -32000


def serve(nonce: str, options: dict[str, Any]) -> None:
    """Run the session until stdin ends, then end the process. Never returns."""
    reading, writing = take_over_stdio()
    keep_reports_here()
    output = Output(writing)
    output.magic(nonce)
    session = Session(output, from_json(WorkerOptions, options))
    try:
        session.run(os.fdopen(reading, "rb", buffering=1 << 16))
    finally:
        os._exit(0)


class Session:
    """Requests in, results out."""

    def __init__(self, output: Output, options: WorkerOptions) -> None:
        self._output = output
        self._options = options
        self._lanes = Lanes(options)
        self._running: dict[int, Context] = {}
        self._lock = threading.Lock()

    def run(self, stdin: BinaryIO) -> None:
        """Say hello (from a reading lane, which proves it read-only), then serve until the steward goes."""
        self._lanes.submit("read", Context(0, self._output), self._hello)
        try:
            while (message := _read_message(stdin)) is not None:
                self._receive(message)
        except (OSError, WireError, ValueError) as error:
            self._output.message({"method": "broken", "params": {"sentence": str(error)}})
        self._end()

    def _receive(self, message: dict[str, Any]) -> None:
        method, request_id = message.get("method"), message.get("id")
        if method == "cancel":
            with self._lock:
                context = self._running.get(message["params"]["id"])
            if context is not None:
                self._lanes.cancel(context)
        elif method == "ping":
            self._output.message({"id": request_id, "result": True})
        elif isinstance(method, str) and isinstance(request_id, int):
            self._start(request_id, method, message.get("params", {}))

    def _start(self, request_id: int, method: str, params: Any) -> None:
        context = Context(request_id, self._output, self._options.read_only)
        with self._lock:
            self._running[request_id] = context
        try:
            kind, handler = registry.find(method)
            request = from_json(kind, params)
        except StewardError as error:
            self._answer(context, error=error.problem)
            return
        except ShapeError as error:
            self._answer(context, error=Problem(ErrorKind.INVALID, f"The request does not fit: {error}."))
            return
        if kind.LANE == "write" and self._options.read_only:
            self._answer(context, error=Problem(ErrorKind.READ_ONLY, "This session was opened read-only."))
            return
        self._lanes.submit(kind.LANE, context, lambda context, lane: self._serve(context, lane, handler, request))

    def _serve(self, context: Context, lane: Lane, handler: registry.Handler, request: Any) -> None:
        outcome = attempt(context, lambda: (lane.connection(), handler(request, context))[1])
        if isinstance(outcome, Problem):
            self._answer(context, error=outcome)
        else:
            self._answer(context, result=outcome)
        for work in context.take_afterwards():
            attempt(context, work)

    def _answer(self, context: Context, *, result: Any = None, error: Problem | None = None) -> None:
        with self._lock:
            self._running.pop(context.request_id, None)
        message: dict[str, Any] = {"id": context.request_id}
        if error is None:
            try:
                self._output.message({**message, "result": result})
            except (TypeError, WireError) as unsendable:
                # Nothing of it was written: the frame is made before its first byte goes out.
                error = Problem(ErrorKind.FAILED, f"The answer cannot be sent: {unsendable}.")
        if error is not None:
            code = ERROR_CODES.get(error.kind, SERVER_ERROR)
            self._output.message(
                {**message, "error": {"code": code, "message": error.sentence, "data": to_json(error)}}
            )

    def _hello(self, context: Context, lane: Lane) -> None:
        outcome = attempt(context, lambda: hello(lane.connection(), self._options))
        if isinstance(outcome, Problem):
            self._output.message({"method": "failed", "params": to_json(outcome)})
        else:
            self._output.message({"method": "hello", "params": outcome})

    def _end(self) -> None:
        with self._lock:
            running = list(self._running.values())
        for context in running:
            self._lanes.cancel(context)
        finishing = any(not context.cancels_statements for context in running)
        deadline = time.monotonic() + (FINISH_SECONDS if finishing else GRACE_SECONDS)
        while self._still_running() and time.monotonic() < deadline:
            time.sleep(0.01)

    def _still_running(self) -> bool:
        with self._lock:
            return bool(self._running)


def attempt(context: Context, work: Callable[[], Any]) -> Any:
    """Do the work of one request; whatever is raised becomes a :class:`Problem`."""
    try:
        context.check()
        return work()
    except StewardError as error:
        return error.problem
    except BaseException as error:  # noqa: BLE001 (a boundary: every exception crosses it as a value)
        return _problem(context, error)


def _problem(context: Context, error: BaseException) -> Problem:
    cause = "".join(traceback.format_exception(error))
    if compat.is_query_cancelled(error):
        if context.cancelled:
            return Problem(ErrorKind.CANCELLED, "Cancelled.")
        return Problem(ErrorKind.TIMEOUT, "PostgreSQL ended the query: it took longer than allowed.", cause)
    if compat.is_read_only_violation(error):
        return Problem(ErrorKind.READ_ONLY, "PostgreSQL refused a write on a read-only connection.", cause)
    if compat.sqlstate(error) is not None or isinstance(error, DatabaseError | InterfaceError):
        sentence = f"The database answered with an error ({type(error).__name__})."
        return Problem(ErrorKind.DATABASE, sentence, cause)
    sentence = f"Something failed inside Zulip's shell ({type(error).__name__})."
    return Problem(ErrorKind.FAILED, sentence, cause)


def hello(wrapper: Any, options: WorkerOptions) -> Hello:
    """Who and what is reached; asked on a reading lane whose connection has proved read-only."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_database()")
        postgres_version, database = cursor.fetchone()
    version, level = compat.zulip_version()
    return Hello(
        protocol=PROTOCOL,
        zulip_version=version,
        feature_level=level,
        python_version=platform.python_version(),
        django_version=django.get_version(),
        driver=compat.driver(),
        postgres_version=postgres_version.split()[0],
        database=database,
        server=str(compat.setting("EXTERNAL_HOST", "")),
        unix_user=_unix_user(),
        host=socket.gethostname(),
        install=str(compat.setting("DEPLOY_ROOT", "")),
        pid=os.getpid(),
        read_only=options.read_only,
        reads_proved_read_only=True,
    )


def _unix_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _read_message(stdin: BinaryIO) -> dict[str, Any] | None:
    """The next JSON message, or None at the end of the stream; only JSON frames come this way."""
    header = stdin.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    try:
        length, kind = parse_header(header)
    except struct.error as error:
        raise WireError(str(error)) from error
    payload = stdin.read(length)
    if len(payload) < length:
        return None
    if kind != JSON_KIND:
        raise WireError("the steward sends JSON frames only")
    message = orjson.loads(payload)
    if not isinstance(message, dict):
        raise WireError("a message is a JSON object")
    return message
