"""The form of a line: canonical JSON that carries its number, the hash of the entry before, and its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

import orjson

from zulip_bridge.api.codec import ShapeError, from_json, to_json
from zulip_bridge.journal.entry import Entry, RecordedEntry
from zulip_bridge.journal.place import JournalError

GENESIS = "0" * 64
"""What the first entry names as the hash before it."""

LINE_START = b'{"action":'
"""How every line begins: keys are sorted, and "action" is the first."""

MAX_LINE_BYTES = 1024 * 1024
_ENTRY_KEYS = frozenset(field.name for field in fields(Entry))
_LINK_KEYS = ("seq", "prev", "hash")


@dataclass(frozen=True)
class Link:
    """What a line says of its place in the chain, and whether its content still has the hash it names."""

    seq: int
    prev: str
    hash: str
    intact: bool
    body: dict[str, Any]


def seal(entry: Entry, seq: int, prev: str) -> tuple[bytes, RecordedEntry]:
    """The line (with its newline) for `entry` as number `seq` after the entry whose hash is `prev`."""
    body = {**_plain(to_json(entry)), "seq": seq, "prev": prev}
    try:
        digest = _digest(body)
        line = _canonical({**body, "hash": digest}) + b"\n"
    except orjson.JSONEncodeError as error:
        raise JournalError(f"What was to be recorded is not a JSON value: {error}.") from error
    if len(line) > MAX_LINE_BYTES:
        raise JournalError(f"A journal entry is at most {MAX_LINE_BYTES} bytes; this one has {len(line)}.")
    return line, RecordedEntry(seq, prev, digest, entry)


def read_link(line: bytes) -> Link | None:
    """The link that a line (without its newline) is, or None where it is no entry at all."""
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(whole, dict):
        return None
    seq, prev, digest = (whole.get(key) for key in _LINK_KEYS)
    if type(seq) is not int or seq < 1 or not isinstance(prev, str) or not isinstance(digest, str):
        return None
    body = {key: value for key, value in whole.items() if key != "hash"}
    return Link(seq, prev, digest, _is_intact(line, whole, body, digest), body)


def recorded(link: Link) -> RecordedEntry | None:
    """The entry of a link; None where it is not one (a line that somebody else wrote)."""
    if not link.body.keys() >= _ENTRY_KEYS:  # what is missing would be filled with what is true here and now
        return None
    try:
        entry = from_json(Entry, link.body)
    except ShapeError:
        return None
    return RecordedEntry(link.seq, link.prev, link.hash, entry)


def looks_torn(line: bytes) -> bool:
    """Whether an unreadable line is the beginning of an entry whose writing was interrupted."""
    return LINE_START.startswith(line[: len(LINE_START)])


def _is_intact(line: bytes, whole: dict[str, Any], body: dict[str, Any], digest: str) -> bool:
    try:
        # The bytes themselves must be canonical: other spacing or doubled keys parse to the same values.
        return _canonical(whole) == line and _digest(body) == digest
    except orjson.JSONEncodeError:  # deeper nested than can be written: not a line of ours
        return False


def _canonical(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _plain(value: Any) -> Any:
    """Strings without lone surrogates (paths that are not UTF-8 have them), which JSON cannot carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value
