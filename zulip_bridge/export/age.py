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
from pathlib import Path
from typing import IO, Any, Protocol

from zulip_bridge.api.errors import ErrorKind, StewardError

from .packaging import Passphrase, Recipients

VERSION_LINE = b"age-encryption.org/v1\n"
SCRYPT_LABEL = b"age-encryption.org/v1/scrypt"
WORK_FACTOR = 18
"""log2 of scrypt's cost, as age has it: about a second and 256 MiB, once, for us and for whoever guesses."""
MOST_WORK = 20
CHUNK = 64 * 1024
TAG = 16
FILE_KEY_BYTES = 16
PIPE_BYTES = 1024 * 1024


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
        wrapping = ChaCha20Poly1305(_scrypt(passphrase.text, salt, WORK_FACTOR))
        wrapped = wrapping.encrypt(bytes(12), file_key, None)
        header = VERSION_LINE + b"-> scrypt %b %d\n%b\n---" % (_base64(salt), WORK_FACTOR, _base64(wrapped))
        output.write(header + b" " + _base64(_header_mac(file_key, header)) + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))

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
        self._output.write(self._cipher.encrypt(_chunk_nonce(self._number, last), chunk, None))
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


def parse_recipients(keys: Sequence[str]) -> list[Any]:
    """pyrage's recipients; :class:`StewardError`, kind ``invalid``, names the key that is none."""
    import pyrage

    found = []
    for key in keys:
        try:
            kind = pyrage.ssh if key.startswith("ssh-") else pyrage.x25519
            found.append(kind.Recipient.from_str(key))
        except pyrage.RecipientError as error:
            sentence = f"This is not a key to encrypt to: {_short(key)}. It should begin with age1, or be an SSH key."
            raise StewardError(ErrorKind.INVALID, sentence) from error
    return found


def read_recipients(words: Sequence[str]) -> Recipients:
    """Recipients from what an operator names: keys, or files with a key on each line (``#`` begins a comment).

    Raises :class:`StewardError`, kind ``invalid``, for what is neither.
    """
    keys: list[str] = []
    for word in words:
        if word.startswith(("age1", "ssh-")):
            keys.append(word)
        else:
            keys += _keys_in(Path(word).expanduser())
    recipients = Recipients(tuple(dict.fromkeys(keys)))
    parse_recipients(recipients.keys)
    return recipients


def _keys_in(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise StewardError(ErrorKind.INVALID, f"{path} is not a text file with keys.") from error
    except OSError as error:
        sentence = f"{path} is neither a key nor a file that can be read: {error.strerror}."
        raise StewardError(ErrorKind.INVALID, sentence) from error
    lines = (line.strip() for line in text.splitlines())
    keys = [line for line in lines if line and not line.startswith("#")]
    if any("SECRET-KEY" in key or "PRIVATE KEY" in key for key in keys):
        sentence = f"{path} holds a secret key. Encrypt to the public one, which begins with age1 or ssh-."
        raise StewardError(ErrorKind.INVALID, sentence)
    if not keys:
        raise StewardError(ErrorKind.INVALID, f"{path} holds no key.")
    return keys


def read_identities(paths: Sequence[Path]) -> list[Any]:
    """Secret keys from files: age's own (``AGE-SECRET-KEY-1…``) and SSH private keys without a passphrase.

    Raises :class:`StewardError`, kind ``invalid``.
    """
    import pyrage

    found: list[Any] = []
    for path in paths:
        try:
            data = path.expanduser().read_bytes()
        except OSError as error:
            raise StewardError(ErrorKind.INVALID, f"{path} cannot be read: {error.strerror}.") from error
        try:
            if b"PRIVATE KEY" in data:
                found.append(pyrage.ssh.Identity.from_buffer(data))
                continue
            lines = [line.strip() for line in data.decode("utf-8").splitlines()]
            secret = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
            found += [pyrage.x25519.Identity.from_str(line) for line in secret]
        except (pyrage.IdentityError, UnicodeDecodeError) as error:
            raise StewardError(ErrorKind.INVALID, f"{path} holds no secret key that can be used.") from error
    if not found:
        raise StewardError(ErrorKind.INVALID, "The files that were named hold no secret key.")
    return found


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
        self._cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
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
            nonce = _chunk_nonce(self._number, not self._next)
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


def is_encrypted(start: bytes) -> bool:
    """Whether these first bytes are those of an age file."""
    return start.startswith(VERSION_LINE)


def wants_passphrase(start: bytes) -> bool:
    """Whether an age file with these first bytes was encrypted to a passphrase."""
    return start.startswith(VERSION_LINE + b"-> scrypt ")


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
        key = _scrypt(passphrase, _unbase64(salt), int(work))
        file_key = ChaCha20Poly1305(key).decrypt(bytes(12), _unbase64(lines[2].strip()), None)
    except InvalidTag as error:
        raise DecryptError("This is not its passphrase.", wrong_key=True) from error
    except ValueError as error:
        raise DecryptError("It does not begin as an encrypted file does.") from error
    if not hmac.compare_digest(_unbase64(mac), _header_mac(file_key, b"".join(lines[:3]) + b"---")):
        raise DecryptError("Its header was changed after it was encrypted.")
    return file_key


def _scrypt(passphrase: str, salt: bytes, work: int) -> bytes:
    cost = 1 << work
    room = 128 * 8 * cost + (1 << 20)
    return hashlib.scrypt(passphrase.encode(), salt=SCRYPT_LABEL + salt, n=cost, r=8, p=1, maxmem=room, dklen=32)


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF with SHA-256 (RFC 5869), for 32 bytes."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def _header_mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_hkdf(file_key, b"", b"header"), header, "sha256")


def _chunk_nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unbase64(data: bytes) -> bytes:
    return base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)


def _read_fully(source: IO[bytes], size: int) -> bytes:
    parts = []
    while size and (data := source.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _short(key: str) -> str:
    return key if len(key) <= 40 else f"{key[:39]}…"
