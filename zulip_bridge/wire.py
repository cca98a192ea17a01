"""The wire: a magic line, then frames of four bytes length, one byte kind, and the payload.

Kinds: ``J`` one JSON object with JSON-RPC 2.0 names; ``B`` four bytes request id and raw bytes (files). Both
directions use the same frames. Used by the steward and, inside Zulip's interpreter, by the worker; standard
library only.
"""

from __future__ import annotations

import struct

HEADER = struct.Struct(">IB")
CHUNK_ID = struct.Struct(">I")
JSON_KIND = ord("J")
CHUNK_KIND = ord("B")
MAX_FRAME = 16 * 1024 * 1024
"""Longest payload in bytes; a longer one means that the other side is not ours or has lost its mind."""
MAX_PREAMBLE = 64 * 1024
"""How much a login banner or a chatty shell may print before the magic line."""


class WireError(Exception):
    """The bytes on the wire are not frames."""


def magic_line(nonce: str) -> bytes:
    """The line that starts the stream; the nonce, made by the steward, shows that it is our own worker's."""
    return f"zulip-steward-wire/1 {nonce}\n".encode("ascii")


def parse_header(header: bytes) -> tuple[int, int]:
    """Length and kind from the five header bytes; :class:`WireError` where they cannot be a frame's."""
    length, kind = HEADER.unpack(header)
    if kind not in (JSON_KIND, CHUNK_KIND):
        raise WireError(f"unknown frame kind 0x{kind:02x}")
    if length > MAX_FRAME:
        raise WireError(f"frame of {length} bytes is over the limit of {MAX_FRAME}")
    if kind == CHUNK_KIND and length < CHUNK_ID.size:
        raise WireError("chunk frame without a request id")
    return length, kind


def json_frame(payload: bytes) -> bytes:
    """A JSON frame around an encoded object."""
    if len(payload) > MAX_FRAME:
        raise WireError(f"message of {len(payload)} bytes is over the limit of {MAX_FRAME}")
    return HEADER.pack(len(payload), JSON_KIND) + payload


def chunk_header(request_id: int, size: int) -> bytes:
    """Header of a chunk frame whose ``size`` raw bytes follow (sent apart, so that they are not copied)."""
    if size + CHUNK_ID.size > MAX_FRAME:
        raise WireError(f"chunk of {size} bytes is over the limit of {MAX_FRAME}")
    return HEADER.pack(size + CHUNK_ID.size, CHUNK_KIND) + CHUNK_ID.pack(request_id)
