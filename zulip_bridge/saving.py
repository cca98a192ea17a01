"""A file of JSON for the operator alone: whole or not there, never over another one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.errors import ErrorKind, StewardError


@dataclass(frozen=True)
class Saved:
    """A file that was written: where, its bytes, and their SHA-256 in hexadecimal."""

    path: Path
    size: int
    sha256: str


class Draft:
    """A file under a temporary name beside its place, readable by its owner only (0600).

    Make it with :meth:`write`; then :meth:`keep` gives it its name, or :meth:`drop` removes it. They block.
    """

    def __init__(self, temporary: Path, saved: Saved) -> None:
        self.saved = saved
        self._temporary = temporary

    @classmethod
    def write(cls, path: Path, value: Any) -> Draft:
        """Write a value of the contract; :class:`StewardError` (kind ``storage``) where that fails.

        Directories that are missing are made for the owner only (0700).
        """
        return cls.write_bytes(
            path, orjson.dumps(to_json(value), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )

    @classmethod
    def write_bytes(cls, path: Path, data: bytes) -> Draft:
        """The same, for what is bytes already."""
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
        try:
            if path.exists() or path.is_symlink():
                raise FileExistsError(17, "there is such a file already")
            _make_parents(path.parent)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise _trouble(path, error) from error
        return cls(temporary, Saved(path, len(data), hashlib.sha256(data).hexdigest()))

    def keep(self) -> Saved:
        """Give the file its name, unless another has it by now."""
        try:
            # A link, unlike a rename, does not replace what is there.
            os.link(self._temporary, self.saved.path, follow_symlinks=False)
        except FileExistsError as error:
            raise _trouble(self.saved.path, error) from error
        except OSError:
            self._rename()
        finally:
            self.drop()
        return self.saved

    def drop(self) -> None:
        """Remove what was written under the temporary name."""
        with contextlib.suppress(FileNotFoundError):
            self._temporary.unlink()

    def _rename(self) -> None:
        """Where the file system has no links."""
        try:
            if self.saved.path.exists():
                raise FileExistsError(17, "there is such a file already")
            self._temporary.rename(self.saved.path)
        except OSError as error:
            raise _trouble(self.saved.path, error) from error


def _make_parents(directory: Path) -> None:
    """Make a directory and those above it that are missing; each for the owner alone."""
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def _trouble(path: Path, error: OSError) -> StewardError:
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    return StewardError(ErrorKind.STORAGE, f"{name} cannot be written: {error.strerror or error}.")
