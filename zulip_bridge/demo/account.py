"""Who runs PostgreSQL: the operator, or, since PostgreSQL refuses root, an unprivileged account of the machine."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zulip_bridge.demo.errors import DemoError

CANDIDATES = ("postgres", "nobody")
"""Accounts that may run the server for root, the better first."""

COMMAND_SECONDS = 120.0
"""How long a command of PostgreSQL may take; starting after a crash replays what was not yet written."""


@dataclass(frozen=True)
class ServerAccount:
    """The Unix account that owns the server's files. ``foreign``: it is not the one who runs the steward."""

    name: str
    uid: int
    gid: int
    foreign: bool

    def run(self, argv: Sequence[str | Path], keep: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, away from the terminal, and wait for it.

        ``keep`` are descriptors that the command inherits and so holds open until it ends.
        Raises :class:`OSError` where it cannot be started and :class:`DemoError` when it takes too long.
        """
        words = [str(word) for word in argv]
        try:
            return subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                cwd="/",
                env=_environment(),
                timeout=COMMAND_SECONDS,
                check=False,
                pass_fds=keep,
                user=self.uid if self.foreign else None,
                group=self.gid if self.foreign else None,
                extra_groups=[] if self.foreign else None,
            )
        except subprocess.TimeoutExpired as error:
            sentence = (
                f"{Path(words[0]).name} of the demo's PostgreSQL did not finish in {COMMAND_SECONDS:.0f} seconds."
            )
            raise DemoError(sentence) from error

    def can_enter(self, directory: Path) -> bool:
        """Whether this account reaches ``directory``, asked of the system, which knows modes and access lists."""
        return not self.foreign or self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", directory]).returncode == 0


def server_account() -> ServerAccount:
    """The account for the server; raises :class:`DemoError` when root finds no unprivileged one."""
    uid = os.geteuid()
    if uid != 0:
        return ServerAccount(_name(uid), uid, os.getegid(), foreign=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerAccount(name, entry.pw_uid, entry.pw_gid, foreign=True)
    raise DemoError(
        f"PostgreSQL refuses to run as root, and this machine has no account named {' or '.join(CANDIDATES)}: "
        "run the demo as an ordinary user."
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _environment() -> dict[str, str]:
    """Nothing of the operator's environment: PGPORT, PGDATA or a locale would change what the server does."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
