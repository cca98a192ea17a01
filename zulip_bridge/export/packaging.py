"""How an export is handed over: as a directory or one archive, encrypted or not, readable by whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from zulip_bridge.api.errors import ErrorKind, StewardError

Format = Literal["directory", "tar.gz", "tar.zst", "zip"]
FORMATS: tuple[Format, ...] = get_args(Format)
ARCHIVES: tuple[Format, ...] = ("tar.gz", "tar.zst", "zip")
Permissions = Literal["owner", "group"]
PERMISSIONS: tuple[Permissions, ...] = get_args(Permissions)
ENCRYPTED = ".age"
SHORTEST_PASSPHRASE = 10


@dataclass(frozen=True)
class Passphrase:
    """A secret that encrypts, and decrypts again; never part of a ``repr``."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.text) < SHORTEST_PASSPHRASE:
            sentence = f"A passphrase needs at least {SHORTEST_PASSPHRASE} characters; several words are best."
            raise StewardError(ErrorKind.INVALID, sentence)


@dataclass(frozen=True)
class Recipients:
    """Public keys, any of whose owners can decrypt: ``age1…``, ``ssh-ed25519 …``, ``ssh-rsa …``."""

    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise StewardError(ErrorKind.INVALID, "No recipient is named to encrypt to.")


@dataclass(frozen=True)
class Packaging:
    """The choices; :class:`StewardError`, kind ``invalid``, where they do not go together."""

    format: Format = "directory"
    encryption: Passphrase | Recipients | None = None
    permissions: Permissions = "owner"

    def __post_init__(self) -> None:
        if self.encryption is not None and not self.is_archive:
            sentence = f"Only an archive can be encrypted: choose {', '.join(ARCHIVES[:-1])} or {ARCHIVES[-1]}."
            raise StewardError(ErrorKind.INVALID, sentence)

    @property
    def is_archive(self) -> bool:
        """Whether it becomes one file."""
        return self.format != "directory"

    @property
    def suffix(self) -> str:
        """What the name ends in: ``.tar.zst.age``; nothing for a directory."""
        archive = f".{self.format}" if self.is_archive else ""
        return archive + (ENCRYPTED if self.encryption is not None else "")

    @property
    def file_mode(self) -> int:
        """Permissions of each file."""
        return 0o600 if self.permissions == "owner" else 0o640

    @property
    def folder_mode(self) -> int:
        """Permissions of each directory."""
        return 0o700 if self.permissions == "owner" else 0o750

    def describe(self) -> dict[str, object]:
        """For the journal: everything but the passphrase."""
        described: dict[str, object] = {"format": self.format, "permissions": self.permissions}
        if isinstance(self.encryption, Recipients):
            described["encrypted_to"] = list(self.encryption.keys)
        elif self.encryption is not None:
            described["encrypted_to"] = "passphrase"
        return described

    def named(self, path: Path) -> Path:
        """The path with the suffix that belongs to these choices, where it does not have it already."""
        return path if path.name.endswith(self.suffix) else path.with_name(path.name + self.suffix)


def format_of(path: Path) -> Format | None:
    """The archive format that a name's ending means; None where it means none."""
    name = path.name.removesuffix(ENCRYPTED)
    if name.endswith(".tgz"):
        return "tar.gz"
    return next((each for each in ARCHIVES if name.endswith(f".{each}")), None)


def stem_of(path: Path) -> str:
    """The name without the endings of archives: what the folder inside is called."""
    name = path.name.removesuffix(ENCRYPTED)
    for ending in (*(f".{each}" for each in ARCHIVES), ".tgz"):
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending)
    return name or "export"
