"""The worker's way out: frames on a private descriptor, and stray prints kept off it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Any

import orjson

from zulip_bridge.api.codec import to_json
from zulip_bridge.wire import chunk_header, json_frame, magic_line

MOST_PARTS = 64
"""Written at once; the kernel takes a thousand and something."""


class Output:
    """Writes whole frames, from any thread. Blocks while the steward does not read: that is the back-pressure."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def magic(self, nonce: str) -> None:
        """The line before the first frame."""
        self._write(magic_line(nonce))

    def message(self, message: dict[str, Any]) -> None:
        """One JSON-RPC message; contract dataclasses inside it are encoded."""
        self._write(json_frame(orjson.dumps({"jsonrpc": "2.0", **message}, default=to_json, option=OPTIONS)))

    def chunk(self, request_id: int, *parts: bytes | memoryview) -> None:
        """Raw bytes belonging to a request, in parts that need not be put together."""
        self._write(chunk_header(request_id, sum(map(len, parts))), *parts)

    def _write(self, *parts: bytes | memoryview) -> None:
        views = [memoryview(each) for each in parts if len(each)]
        with self._lock:
            while views:
                written = os.writev(self._descriptor, views[:MOST_PARTS])
                while views and written >= len(views[0]):
                    written -= len(views.pop(0))
                if written:
                    views[0] = views[0][written:]


OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS


def take_over_stdio() -> tuple[int, int]:
    """Set stdin and stdout aside for frames and return their private descriptors.

    Afterwards descriptor 0 reads nothing and 1 is stderr, so that a print by Zulip's code, or by a child of it,
    cannot break the stream.
    """
    reading, writing = os.dup(0), os.dup(1)
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reading, writing


def keep_reports_here() -> None:
    """Keep this session's errors off Sentry and out of mails to the administrators.

    Zulip's own ``ZulipBaseCommand.execute`` does the former for humans (9.0 and later); ``shell`` does not.
    """
    if "sentry_sdk" in sys.modules:
        sys.modules["sentry_sdk"].init()
    named = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    for logger in [logging.root, *named]:
        for handler in list(logger.handlers):
            if type(handler).__name__ in ("AdminEmailHandler", "AdminNotifyHandler"):
                logger.removeHandler(handler)
