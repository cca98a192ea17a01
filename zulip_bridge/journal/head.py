"""The head file: how many entries the journal has, the last one's hash, and where the file ended.

Without it, cutting entries off the end would leave a shorter chain that is whole. It is replaced after every
append; a crash between the two is seen and repaired by the next append (see store).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import orjson

from zulip_bridge.api.codec import ShapeError, from_json, to_json
from zulip_bridge.journal.chain import GENESIS
from zulip_bridge.journal.place import JournalError, head_path


@dataclass(frozen=True)
class Head:
    """Entries written, hash of the last one, and the journal's size in bytes after it."""

    entries: int
    hash: str
    bytes: int


EMPTY = Head(0, GENESIS, 0)


def read_head(path: Path) -> Head | None:
    """The head of the journal at `path`; None where there is none or it cannot be read as one."""
    try:
        data = head_path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(f"Cannot read the journal's head {head_path(path)}: {error.strerror}.") from error
    try:
        found = from_json(Head, orjson.loads(data))
    except (orjson.JSONDecodeError, ShapeError):
        return None
    return found if found.entries >= 0 and found.bytes >= 0 and _encode(found) == data else None


def write_head(path: Path, head: Head) -> None:
    """Replace the head, so that a crash leaves the old one or the new one (0600, synced, renamed, synced)."""
    target = head_path(path)
    temporary = target.with_name(target.name + ".new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(temporary, flags, 0o600)
        try:
            os.write(descriptor, _encode(head))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(target)
        sync_directory(target.parent)
    except OSError as error:
        raise JournalError(f"Cannot write the journal's head {target}: {error.strerror}.") from error


def sync_directory(directory: Path) -> None:
    """Make new names in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _encode(head: Head) -> bytes:
    return orjson.dumps(to_json(head), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
