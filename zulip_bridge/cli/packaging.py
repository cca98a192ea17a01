"""Options that say how an export is handed over: its format, its encryption, who may read it."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zulip_bridge.api.errors import StewardError

from .narration import narrate, status

if TYPE_CHECKING:
    from zulip_bridge.export import Keys, Packaging, Passphrase

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("directory", "tar.gz", "tar.zst", "zip")
"""``export.packaging.FORMATS`` for the help, which does not wait for its import; a test compares them."""
PERMISSIONS = ("owner", "group")
MOST_PASSPHRASE_BYTES = 64 * 1024


def packaging_options(command: F) -> F:
    """Add the options; the command receives them as keyword arguments for :func:`packaging_of`."""
    options = (
        click.option(
            "--format",
            "format_name",
            type=click.Choice(FORMATS),
            help="What to write.  [default: by the ending of PATH, else a directory]",
        ),
        click.option(
            "--encrypt-to",
            "encrypt_to",
            multiple=True,
            metavar="KEY|FILE",
            help="Encrypt with age to a public key (age1…, ssh-ed25519 …, ssh-rsa …) or those in a file. Repeatable.",
        ),
        click.option(
            "--passphrase", is_flag=True, help="Encrypt with age to a passphrase, asked for on the terminal."
        ),
        click.option(
            "--passphrase-file",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="The same with the first line of a file; /dev/fd/3 is a descriptor.",
        ),
        click.option(
            "--permissions",
            type=click.Choice(PERMISSIONS),
            default="owner",
            help="Who may read what is written.  [default: owner]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def packaging_of(
    output: Path,
    usual: str,
    *,
    format_name: str | None,
    encrypt_to: tuple[str, ...],
    passphrase: bool,
    passphrase_file: Path | None,
    permissions: str,
) -> Packaging:
    """The choices; ``usual`` is the format where neither an option nor the ending of ``output`` says one.

    Asks for the passphrase. Ends the command where the choices do not go together.
    """
    from zulip_bridge.export import Packaging, format_of

    if sum((bool(encrypt_to), passphrase, passphrase_file is not None)) > 1:
        raise click.UsageError("Give one of --encrypt-to, --passphrase and --passphrase-file.")
    encrypts = bool(encrypt_to) or passphrase or passphrase_file is not None
    chosen = format_name or format_of(output) or ("tar.gz" if encrypts and usual == "directory" else usual)
    ends_in = format_of(output)
    if format_name is not None and ends_in is not None and ends_in != format_name:
        raise click.UsageError(f"PATH ends as {ends_in} does, and --format is {format_name}.")
    if not encrypts and output.name.endswith(".age"):
        raise click.UsageError("PATH ends in .age: say with --encrypt-to or --passphrase to what it is encrypted.")
    if encrypts and chosen == "directory":
        raise click.UsageError("A directory cannot be encrypted: choose --format tar.gz, tar.zst or zip.")
    try:
        encryption: Any = None
        if encrypt_to:
            from zulip_bridge.export import read_recipients  # with a library that takes its time

            encryption = read_recipients(encrypt_to)
        if passphrase or passphrase_file is not None:
            encryption = _passphrase(passphrase_file)
        return Packaging(chosen, encryption, permissions)  # type: ignore[arg-type]
    except StewardError as error:
        raise click.UsageError(error.sentence) from error


def keys_for(path: Path, identities: tuple[Path, ...], passphrase_file: Path | None) -> Keys:
    """What opens the archive at ``path``: asks for the passphrase where it has one and none was given.

    Raises :class:`StewardError`, kind ``invalid``, for a file that holds no key.
    """
    from zulip_bridge.export import Keys, encryption_of, read_identities

    if identities:
        return Keys(None, tuple(read_identities(identities)))
    if encryption_of(path) != "passphrase":
        return Keys()
    return Keys(_read(passphrase_file) if passphrase_file is not None else _ask("Passphrase: "))


def _passphrase(file: Path | None) -> Passphrase:
    from zulip_bridge.export import Passphrase

    if file is not None:
        return Passphrase(_read(file))
    first = Passphrase(_ask("Passphrase to encrypt with: "))
    if _ask("The same again: ") != first.text:
        raise click.UsageError("The two passphrases differ.")
    return first


def _ask(prompt: str) -> str:
    status.clear()
    if not _has_terminal():
        raise click.UsageError("There is no terminal to ask for the passphrase on; --passphrase-file reads it.")
    try:
        return getpass.getpass(prompt, sys.stderr)
    except EOFError as error:
        raise click.UsageError("No passphrase came.") from error


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return sys.stdin.isatty()
    return True


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            line = stream.readline(MOST_PASSPHRASE_BYTES)
            mode = os.fstat(stream.fileno()).st_mode
        text = line.decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8.") from error
    if file.is_file() and mode & 0o077:
        narrate(f"warning: others on this machine can read {file}.")
    return text
