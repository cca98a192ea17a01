"""Decrypting the age format front to back: the reading half of :mod:`age`."""

from __future__ import annotations

import base64
import hmac
import os
import threading
from collections.abc import Sequence
from typing import IO, Any

from .age import CHUNK, TAG, chunk_nonce, header_mac, hkdf, scrypt_key
from .keys import VERSION_LINE

MOST_WORK = 20
PIPE_BYTES = 1024 * 1024


class DecryptError(Exception):
    """It cannot be decrypted; ``wrong_key`` where another key would do. The text is a sentence."""

    def __init__(self, sentence: str, *, wrong_key: bool = False) -> None:
        super().__init__(sentence)
        self.wrong_key = wrong_key


class DecryptingWithPassphrase:
    """Reads what :class:`EncryptingToPassphrase`, age or rage wrote."""

    def __init__(self, passphrase: str, source: IO[bytes]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        file_key = _unwrap(passphrase, source)
        nonce = source.read(16)
        self._cipher = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload"))
        self._source = source
        self._number = 0
        self._next = _read_fully(source, CHUNK + TAG)
        self._ready = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, at least one before the end; raises :class:`DecryptError`."""
        while not self._ready and self._next:
            self._open_chunk()
        taken = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(taken) :]
        return bytes(taken)

    def close(self) -> None:
        """Nothing is under way."""

    def _open_chunk(self) -> None:
        from cryptography.exceptions import InvalidTag

        sealed, self._next = self._next, _read_fully(self._source, CHUNK + TAG)
        try:
            nonce = chunk_nonce(self._number, not self._next)
            self._ready = memoryview(self._cipher.decrypt(nonce, sealed, None))
        except (InvalidTag, ValueError) as error:
            raise DecryptError("It was changed, or cut off, after it was encrypted.") from error
        self._number += 1


class DecryptingWithIdentities:
    """Reads what was encrypted to recipients, through a thread of pyrage's."""

    def __init__(self, identities: Sequence[Any], source: IO[bytes]) -> None:
        reading, writing = os.pipe()
        self._pipe = os.fdopen(reading, "rb", buffering=PIPE_BYTES)
        self._error: BaseException | None = None
        self._wrong_key = False
        self._thread = threading.Thread(
            target=self._run, args=(writing, identities, source), name="decrypt", daemon=True
        )
        self._thread.start()

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, at least one before the end; raises :class:`DecryptError`."""
        data = self._pipe.read(size)
        if size < 0 or len(data) < size:
            self._thread.join()
            if self._error is not None:
                raise _decrypt_error(self._error)
        return data

    def close(self) -> None:
        """End the thread."""
        self._pipe.close()
        self._thread.join()

    def _run(self, writing: int, identities: Sequence[Any], source: IO[bytes]) -> None:
        import pyrage

        try:
            with os.fdopen(writing, "wb", buffering=0) as output:
                pyrage.decrypt_io(source, output, list(identities))
        except BaseException as error:  # noqa: BLE001 (raised again where the bytes are read)
            self._error = error


def _decrypt_error(error: BaseException) -> DecryptError:
    if "No matching keys" in str(error):
        return DecryptError("It was encrypted to other keys than these.", wrong_key=True)
    return DecryptError("It was changed, or cut off, after it was encrypted.")


def _unwrap(passphrase: str, source: IO[bytes]) -> bytes:
    """The file's key, from its header."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    lines = [source.readline(200) for _ in range(4)]
    try:
        _, kind, salt, work = lines[1].split()[:4]
        _, mac = lines[3].split()
        if lines[0] != VERSION_LINE or kind != b"scrypt" or not 1 <= int(work) <= MOST_WORK:
            raise DecryptError("It was not encrypted to a passphrase, or in a way that asks for too much memory.")
        key = scrypt_key(passphrase, _unbase64(salt), int(work))
        file_key = ChaCha20Poly1305(key).decrypt(bytes(12), _unbase64(lines[2].strip()), None)
    except InvalidTag as error:
        raise DecryptError("This is not its passphrase.", wrong_key=True) from error
    except ValueError as error:
        raise DecryptError("It does not begin as an encrypted file does.") from error
    if not hmac.compare_digest(_unbase64(mac), header_mac(file_key, b"".join(lines[:3]) + b"---")):
        raise DecryptError("Its header was changed after it was encrypted.")
    return file_key


def _unbase64(data: bytes) -> bytes:
    return base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)


def _read_fully(source: IO[bytes], size: int) -> bytes:
    parts = []
    while size and (data := source.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
