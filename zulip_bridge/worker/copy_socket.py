"""The rows of a COPY read from the connection's own socket, many at a time.

The drivers read 16 KB at once and make a call of each row; of a long COPY that is a third of the time. Here only the
answer to one statement is read: the driver has connected and begun the transaction, and afterwards finds its
connection as any statement leaves it. Nothing is encrypted on a Unix socket (libpq never does there), so what lies in
it is the protocol itself; see PostgreSQL's manual, "Message Formats".
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from . import compat

TakeRows = Callable[[list[bytes]], object]

RECEIVED_BYTES = 256 * 1024
"""More than a Unix socket holds."""
ENOUGH_BYTES = 64 * 1024
PAUSE_SECONDS = 0.0002
"""Where less than enough has come, PostgreSQL is left alone so long: it is faster when it need not wake anybody."""

MESSAGE = struct.Struct(">cI")
"""A message begins with its kind, and its length without the kind."""
QUERY, ROW, FAILED, READY = b"Q", b"d", b"E", b"Z"
READY_BEGINS = MESSAGE.pack(READY, 5)
SQLSTATE, SENTENCE = ord("C"), ord("M")


def socket_of(raw: Any) -> socket.socket | None:
    """The socket of a driver's connection, for the caller to close; None where its bytes may be encrypted."""
    found = socket.socket(fileno=os.dup(raw.fileno()))
    if found.family == socket.AF_UNIX:
        return found
    found.close()
    return None


class CopySocket:
    """Runs one ``COPY … TO STDOUT``; ``take`` is given the messages with rows, some of them at a time."""

    def __init__(self, connected: socket.socket, take: TakeRows) -> None:
        self._socket = connected
        self._take = take
        self._failure: Exception | None = None
        self._readable = select.poll()
        self._readable.register(connected, select.POLLIN)

    def run(self, sql: str) -> None:
        """Until PostgreSQL is ready for the next statement; raises the driver's error where this one failed."""
        statement = sql.encode() + b"\0"
        self._socket.setblocking(True)
        self._socket.sendall(MESSAGE.pack(QUERY, 4 + len(statement)) + statement)
        self._socket.setblocking(False)  # as libpq has it
        rest, ready = b"", False
        while not ready:
            data = self._receive(rest)
            rows, rest, ready = self._messages(data)
            if rows:
                self._take(rows)
        if self._failure is not None:
            raise self._failure

    def _messages(self, data: bytes) -> tuple[list[bytes], bytes, bool]:
        """The rows in ``data``, the message that is not there to its end, and whether the last one is."""
        rows, at, size, head = [], 0, len(data), MESSAGE.unpack_from
        ready = False
        while size - at >= MESSAGE.size:
            kind, length = head(data, at)
            end = at + 1 + length
            if end > size:
                break
            if kind == ROW:
                rows.append(data[at + 5 : end])
            elif kind == FAILED:
                self._failure = _failure(data[at + 5 : end])
            elif kind == READY:
                ready = True
            at = end
        return rows, data[at:], ready

    def _receive(self, begun: bytes) -> bytes:
        """``begun`` and what follows: enough to be worth the work on it, and at least a whole message."""
        pieces, size, wanted = [begun], len(begun), ENOUGH_BYTES
        if size >= MESSAGE.size:
            wanted = max(wanted, 1 + MESSAGE.unpack_from(begun)[1])
        while size < wanted:
            try:
                piece = self._socket.recv(RECEIVED_BYTES)
            except BlockingIOError:
                self._readable.poll()
                time.sleep(PAUSE_SECONDS)
                continue
            if not piece:
                raise compat.database_error("", "PostgreSQL closed the connection in the middle of a query.")
            pieces.append(piece)
            size += len(piece)
            if _may_be_last(piece):
                break
        return b"".join(pieces)


def _may_be_last(piece: bytes) -> bool:
    """Whether nothing need come after it: READY is a message of six bytes."""
    return len(piece) < MESSAGE.size + 1 or piece[-6:-1] == READY_BEGINS


def _failure(body: bytes) -> Exception:
    fields = {field[0]: field[1:].decode("utf-8", "replace") for field in body.split(b"\0") if field}
    return compat.database_error(fields.get(SQLSTATE, ""), fields.get(SENTENCE, "The query failed."))
