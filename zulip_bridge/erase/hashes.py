"""Keyed hashes of addresses and names: with them a later scan can recognize what was erased, and nobody can read it.

The key is made once and lies beside the journal, owner-only. Without it the hashes of addresses could be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from zulip_bridge.api.errors import ErrorKind, StewardError

KEY_BYTES = 32


class Hashes:
    """Hashes under the key in a directory; the key is made where there is none."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "hash.key"

    def of(self, text: str) -> str:
        """HMAC-SHA256 of a text without regard to case, as hexadecimal digits."""
        return hmac.new(self.key, _normal(text), hashlib.sha256).hexdigest()

    @property
    def key(self) -> bytes:
        """The key. Raises :class:`StewardError` where it can be neither read nor made."""
        try:
            found = self._path.read_bytes() if self._path.exists() else self._make()
        except OSError as error:
            sentence = f"The key of the erasures {self._path} cannot be read: {error.strerror or error}."
            raise StewardError(ErrorKind.STORAGE, sentence) from error
        if len(found) != KEY_BYTES:
            raise StewardError(ErrorKind.STORAGE, f"The key of the erasures {self._path} is damaged.")
        return found

    def _make(self) -> bytes:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(KEY_BYTES)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return key


def _normal(text: str) -> bytes:
    return unicodedata.normalize("NFC", text.casefold().strip()).encode()
