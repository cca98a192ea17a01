"""Where the journal lies, and the checks that nobody else can write there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from platformdirs import user_state_path

from zulip_bridge.api.errors import ErrorKind, StewardError

PATH_VARIABLE = "ZULIP_STEWARD_JOURNAL"


class JournalError(StewardError):
    """The journal cannot be written or read; the act that was to be recorded must not happen."""

    def __init__(self, sentence: str) -> None:
        super().__init__(ErrorKind.STORAGE, sentence)


def default_path() -> Path:
    """`ZULIP_STEWARD_JOURNAL`, or journal.jsonl in the user's state directory."""
    chosen = os.environ.get(PATH_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    return user_state_path("zulip-steward", appauthor=False) / "journal.jsonl"


def head_path(path: Path) -> Path:
    """The head file that belongs to the journal at `path`: journal.head beside journal.jsonl."""
    return path.with_suffix(".head")


def open_for_append(path: Path) -> int:
    """A descriptor for appending to the journal, made (0600, in a 0700 directory) where it does not exist.

    Raises `JournalError` where the file or its directory could be written by somebody else.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_directory(path.parent)
        descriptor = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    except OSError as error:
        raise JournalError(_cannot("write", path, error)) from error
    try:
        _check_file(path, os.fstat(descriptor))
    except JournalError:
        os.close(descriptor)
        raise
    return descriptor


def open_for_reading(path: Path) -> int | None:
    """A descriptor for reading, or None where there is no journal yet; it may belong to somebody else."""
    try:
        return _open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(_cannot("read", path, error)) from error


def _open(path: Path, flags: int) -> int:
    # O_NONBLOCK: a FIFO put in the journal's place must not hang us; it means nothing for a regular file.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)


def _check_directory(directory: Path) -> None:
    status = directory.stat()
    if status.st_uid not in (os.geteuid(), 0):
        raise JournalError(f"The journal's directory {directory} belongs to another user.")
    if status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX:
        raise JournalError(f"The journal's directory {directory} can be written by others: chmod go-w it.")


def _check_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise JournalError(f"The journal {path} is not a regular file.")
    if status.st_uid != os.geteuid():
        raise JournalError(f"The journal {path} belongs to another user.")
    if status.st_mode & 0o022:
        raise JournalError(f"The journal {path} can be written by others: chmod go-w it, then verify it.")


def _cannot(verb: str, path: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return f"The journal {path} is a symbolic link, which could lead anywhere."
    return f"Cannot {verb} the journal {path}: {error.strerror or error}."
