"""What one journal entry says.

People are named by id and realm only: the journal is not another copy of their data.
"""

from __future__ import annotations

import os
import pwd
import socket
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

NOTICED = "journal.noticed"
"""The action of an entry that the journal writes itself when it finds its end damaged."""

State = Literal["started", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Operator:
    """Who is at the keyboard: the login name, who called sudo, and the address the SSH connection came from."""

    login: str
    sudo_user: str | None = None
    ssh_client: str | None = None


@dataclass(frozen=True)
class Server:
    """The Zulip server that was worked on: its name (host of its address), version, and where the install is."""

    name: str
    version: str
    install: str


@dataclass(frozen=True)
class Person:
    """Whose data it is: the user id and the realm's string_id; never a name or an address."""

    id: int
    realm: str


@dataclass(frozen=True)
class Result:
    """How it went, with a sentence for whoever reads the journal."""

    state: State
    sentence: str = ""


def current_operator() -> Operator:
    """The operator of this process, from the login session, the password database and the environment."""
    return Operator(
        login=_login(),
        sudo_user=os.environ.get("SUDO_USER") or None,
        ssh_client=_ssh_client(),
    )


def utc_now() -> str:
    """This moment in UTC, ISO 8601 with milliseconds."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@dataclass(frozen=True)
class Entry:
    """One act of the operator.

    `action` is a dotted verb ("person.read", "export.started", "edit"). `parameters`, `before` and `after` are
    JSON values. `when` (UTC, ISO 8601), `host` and `operator` fill themselves.
    """

    action: str
    result: Result
    server: Server | None = None
    realm: str | None = None
    person: Person | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    operator: Operator = field(default_factory=current_operator)
    host: str = field(default_factory=socket.gethostname)
    when: str = field(default_factory=utc_now)


@dataclass(frozen=True)
class RecordedEntry:
    """An entry in its place in the chain: number (from 1), hash of the one before, and its own hash (sha256)."""

    seq: int
    prev: str
    hash: str
    entry: Entry


def _login() -> str:
    """The name the session was logged in under (it survives su); without a terminal, the process's user."""
    try:
        return os.getlogin()
    except OSError:
        uid = os.getuid()
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return f"uid {uid}"


def _ssh_client() -> str | None:
    """The client's address: the first word of what sshd sets (sshd(8), ENVIRONMENT)."""
    for name in ("SSH_CLIENT", "SSH_CONNECTION"):
        words = os.environ.get(name, "").split()
        if words:
            return words[0][:64]
    return None
