"""Encryption in the age format (https://age-encryption.org/v1), so that ``age -d`` and ``rage -d`` decrypt it.

To recipients by pyrage, the Python face of the Rust implementation. It cannot encrypt to a passphrase without holding
everything in memory, so that is done here, with the primitives of ``cryptography`` and ``hashlib``; tests hold it
against pyrage in both directions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Sequence
from typing import Any, Protocol

from zulip_bridge.api.errors import ErrorKind, StewardError

from .keys import VERSION_LINE, parse_recipients
from .packaging import Passphrase, Recipients

SCRYPT_LABEL = b"age-encryption.org/v1/scrypt"
WORK_FACTOR = 18
"""log2 of scrypt's cost, as age has it: about a second and 256 MiB, once, for us and for whoever guesses."""
CHUNK = 64 * 1024
TAG = 16


class Output(Protocol):
    """Where encrypted bytes go."""

    def write(self, data: bytes, /) -> int:
        """Take all of ``data``."""
        ...

    def flush(self) -> None:
        """Asked for by pyrage."""
        ...


class EncryptingToPassphrase:
    """A stream that encrypts what is written, and hands it on."""

    def __init__(self, passphrase: Passphrase, output: Output) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        self._output = output
        self._waiting = bytearray()
        self._number = 0
        file_key, salt, nonce = (secrets.token_bytes(16) for _ in range(3))
        wrapping = ChaCha20Poly1305(scrypt_key(passphrase.text, salt, WORK_FACTOR))
        wrapped = wrapping.encrypt(bytes(12), file_key, None)
        header = VERSION_LINE + b"-> scrypt %b %d\n%b\n---" % (_base64(salt), WORK_FACTOR, _base64(wrapped))
        output.write(header + b" " + _base64(header_mac(file_key, header)) + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload"))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """More input."""
        self._waiting += data
        # A full chunk is held back: which one is the last is part of how it is sealed.
        whole = (len(self._waiting) - 1) // CHUNK * CHUNK
        if whole > 0:
            ready = bytes(self._waiting[:whole])
            del self._waiting[:whole]
            for start in range(0, whole, CHUNK):
                self._seal(ready[start : start + CHUNK], last=False)

    def close(self) -> None:
        """The last chunk."""
        self._seal(bytes(self._waiting), last=True)

    def discard(self) -> None:
        """Nothing is under way."""

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._output.write(self._cipher.encrypt(chunk_nonce(self._number, last), chunk, None))
        self._number += 1


class EncryptingToRecipients:
    """A stream that encrypts what is written, in a thread of pyrage's, and hands it on.

    Raises what the output raised, at the next :meth:`write` or at :meth:`close`.
    """

    def __init__(self, recipients: Recipients, output: Output) -> None:
        keys = parse_recipients(recipients.keys)
        reading, self._writing = os.pipe()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(reading, keys, output), name="encrypt", daemon=True)
        self._thread.start()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """More input."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._writing, rest) :]
        except BrokenPipeError:
            self._finish()
            raise

    def close(self) -> None:
        """Wait until everything has been handed on."""
        self._finish()

    def discard(self) -> None:
        """End the thread; what it still says does not matter."""
        self._end()

    def _run(self, reading: int, keys: Sequence[Any], output: Output) -> None:
        import pyrage

        kept = _Remembering(output)
        try:
            with os.fdopen(reading, "rb") as source:
                pyrage.encrypt_io(source, kept, keys)
        except BaseException as error:  # noqa: BLE001 (raised again where the bytes come from)
            self._error = kept.error or error

    def _finish(self) -> None:
        self._end()
        if self._error is not None:
            raise self._error

    def _end(self) -> None:
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1
        self._thread.join()


class _Remembering:
    """Keeps the error of an output: pyrage puts one of its own in its place."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Hand on."""
        try:
            return self._output.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Nothing is kept back."""


def scrypt_key(passphrase: str, salt: bytes, work: int) -> bytes:
    """The key that wraps the file's key; :class:`StewardError` where there is not the memory for it."""
    cost = 1 << work
    room = 128 * 8 * cost
    try:
        return hashlib.scrypt(
            passphrase.encode(), salt=SCRYPT_LABEL + salt, n=cost, r=8, p=1, maxmem=room + (1 << 20), dklen=32
        )
    except MemoryError as error:
        sentence = (
            f"A passphrase needs {room >> 20} MiB of memory for a moment, and there are not as many. Use a key."
        )
        raise StewardError(ErrorKind.FAILED, sentence) from error


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF with SHA-256 (RFC 5869), for 32 bytes."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def header_mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, b"", b"header"), header, "sha256")


def chunk_nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
