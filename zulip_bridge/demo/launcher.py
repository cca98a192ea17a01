"""The directory that a launcher opens: its ``manage.py`` and the files that the install's settings read."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import sys
from pathlib import Path

from zulip_bridge.demo.paths import OWNER_ONLY, Places, make_directory

PACKAGES = Path(__file__).parent / "install"
"""Holds ``zproject``, ``zerver`` and the other top-level packages of the demo's Zulip."""

LONGEST_SHEBANG = 120
"""Bytes. Linux before 5.1 reads 127; spaces in the interpreter's path cannot be written in a shebang at all."""

STUB = '''\
"""Opens the management shell of zulip-steward's demo install."""

import os
import sys

if __name__ == "__main__":
    sys.path[0] = {packages!r}
    os.environ["DJANGO_SETTINGS_MODULE"] = "zproject.settings"
    os.environ["ZULIP_DEMO_BASE"] = {base!r}
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
'''

SECRET_NAMES = ("secret_key", "avatar_salt", "shared_secret")


def write_stub(places: Places) -> Path:
    """Write ``install/manage.py`` where it is missing or names another interpreter or another place."""
    make_directory(places.install, OWNER_ONLY)
    manage = places.install / "manage.py"
    text = shebang(sys.executable) + STUB.format(packages=str(PACKAGES), base=str(places.base))
    if not manage.exists() or manage.read_text() != text:
        write_private(manage, text, mode=OWNER_ONLY)
    return manage


def shebang(interpreter: str) -> str:
    """The first line or lines of a script for this interpreter, whatever its path looks like."""
    line = f"#!{interpreter}"
    if len(os.fsencode(line)) <= LONGEST_SHEBANG and not any(character.isspace() for character in interpreter):
        return f"{line}\n"
    # The shell runs the line between the quotes and becomes Python, which reads it as a string.
    quoted = shlex.quote(interpreter)
    return f"#!/bin/sh\n'''exec' {quoted} \"$0\" \"$@\"\n' '''\n"


def write_secrets(places: Places) -> None:
    """Make the demo's secrets once."""
    if not places.secrets.exists():
        write_private(places.secrets, json.dumps({name: secrets.token_urlsafe(32) for name in SECRET_NAMES}))


def write_connection(places: Places, sockets: Path) -> None:
    """Tell the install's settings where the server's socket is; written only when that has changed."""
    text = json.dumps({"sockets": str(sockets)})
    if not places.connection.exists() or places.connection.read_text() != text:
        write_private(places.connection, text)


def read_connection(places: Places) -> Path | None:
    """Where the server's socket was when it was last started."""
    try:
        return Path(json.loads(places.connection.read_text())["sockets"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step with one that only its owner can read."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.chmod(mode)
    partial.rename(path)
