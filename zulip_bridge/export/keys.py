"""Keys: public ones to encrypt to, and what opens an encrypted archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zulip_bridge.api.errors import ErrorKind, StewardError

from .packaging import Recipients

VERSION_LINE = b"age-encryption.org/v1\n"
PEEK_BYTES = 512

Encrypted = Literal["passphrase", "recipients"]


@dataclass(frozen=True)
class Keys:
    """What opens an encrypted archive: a passphrase, or secret keys (:func:`read_identities`)."""

    passphrase: str | None = None
    identities: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return "Keys()"


def encryption_of(path: Path) -> Encrypted | None:
    """How a file is encrypted; None where it is not, or is no file. Blocking."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            start = file.read(PEEK_BYTES)
    except OSError:
        return None
    if not is_encrypted(start):
        return None
    return "passphrase" if wants_passphrase(start) else "recipients"


def is_encrypted(start: bytes) -> bool:
    """Whether these first bytes are those of an age file."""
    return start.startswith(VERSION_LINE)


def wants_passphrase(start: bytes) -> bool:
    """Whether an age file with these first bytes was encrypted to a passphrase."""
    return start.startswith(VERSION_LINE + b"-> scrypt ")


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


def _short(key: str) -> str:
    return key if len(key) <= 40 else f"{key[:39]}…"
