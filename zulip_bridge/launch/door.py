"""The door to an install: the command line that opens its shell as the right Unix user.

Zulip's ``manage.py`` must run as the owner of the deployment. As that user nothing is needed; as root the steward
changes to it with ``runuser`` (or ``sudo``); as anybody else it uses ``sudo`` where that is allowed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from zulip_bridge.api.errors import ErrorKind, StewardError

from .targets import DEFAULT_INSTALL, DemoTarget, DockerTarget, InstallTarget, SshTarget, Target
from .words import SHELL

SUDO_CHECK_SECONDS = 10.0

BACKGROUND: dict[str, Any] = {"process_group": 0} if sys.version_info >= (3, 11) else {"preexec_fn": os.setpgrp}
"""For subprocess: on the terminal, but in the background, so that sudo leaves the terminal's modes alone."""


def _ignore_progress(sentence: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Door:
    """How to open the shell.

    ``argv`` is complete and holds no personal data. ``user`` is the Unix user it runs as. ``password_first`` is a
    command to run on the operator's terminal before the screen is taken over, where sudo or ssh may want a password;
    ``not_let_in`` is the sentence for when that fails. ``environment`` names variables that the command needs besides
    the usual ones.
    ``on_terminal`` says that the shell must stay on the operator's terminal (in the background): sudo remembers a
    password for the terminal, and a session of its own has none. ``distant``: behind a network, perhaps a slow one.
    """

    argv: tuple[str, ...]
    user: str
    install: PurePath
    label: str
    password_first: tuple[str, ...] | None = None
    on_terminal: bool = False
    not_let_in: str = ""
    environment: tuple[str, ...] = ()
    distant: bool = False

    def ask_password(self) -> None:
        """Let sudo or ssh ask for the operator's password, on the terminal, now. Nothing where none is wanted.

        stdin and stdout are not theirs: what is piped into a command is for the command.
        """
        if self.password_first is None:
            return
        asked = subprocess.run(self.password_first, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if asked.returncode != 0:
            raise StewardError(ErrorKind.LAUNCH, self.not_let_in)


def open_door(target: Target, progress: Callable[[str], None] = _ignore_progress) -> Door:
    """Find out how to open ``target``; nothing is started but, for the demo, its database.

    ``progress`` is told, in words, what the demo is doing. Blocking: call it from a thread where that matters.

    Raises :class:`StewardError` (kind ``launch``) with a sentence on what is missing or who is needed.
    """
    if isinstance(target, DemoTarget):
        return _demo_door(target, progress)
    if isinstance(target, SshTarget | DockerTarget):
        from .remote import docker_door, ssh_door

        return ssh_door(target) if isinstance(target, SshTarget) else docker_door(target)
    manage = target.path / "manage.py"
    owner = _owner(manage, target)
    return _door(manage, owner, target.label)


def ask_password_first(target: Target) -> None:
    """Where opening ``target`` wants a password, let it be asked on the terminal, before a screen is taken over."""
    if isinstance(target, InstallTarget | SshTarget):
        open_door(target).ask_password()


def _demo_door(target: DemoTarget, progress: Callable[[str], None]) -> Door:
    try:
        from zulip_bridge import demo
    except ImportError as error:
        raise StewardError(
            ErrorKind.LAUNCH,
            "The demo needs its extra packages: python3 -m pip install 'zulip-steward[demo]'.",
            cause=str(error),
        ) from error
    try:
        install = demo.ensure(target.size, progress)
    except demo.DemoError as error:
        raise StewardError(ErrorKind.LAUNCH, str(error)) from error
    manage = install.path / "manage.py"
    return _door(manage, pwd.getpwuid(manage.stat().st_uid), target.label)


def _owner(manage: Path, target: InstallTarget) -> pwd.struct_passwd:
    try:
        status = manage.stat()
    except FileNotFoundError as error:
        where = "No Zulip deployment was found at" if target.path == DEFAULT_INSTALL else "There is no manage.py in"
        hint = "name one with --install PATH, or look around with --demo"
        raise StewardError(ErrorKind.LAUNCH, f"{where} {target.path}; {hint}.") from error
    except PermissionError as error:
        sentence = f"You may not look into {target.path}; run zulip-steward as root or with sudo."
        raise StewardError(ErrorKind.LAUNCH, sentence) from error
    try:
        return pwd.getpwuid(status.st_uid)
    except KeyError as error:
        sentence = f"{manage} belongs to user number {status.st_uid}, who has no account on this machine."
        raise StewardError(ErrorKind.LAUNCH, sentence) from error


def _door(manage: Path, owner: pwd.struct_passwd, label: str) -> Door:
    shell = (str(manage), *SHELL)
    become, password = _become(owner)
    on_terminal = bool(become) and os.geteuid() != 0
    refused = f"sudo did not let you become the user {owner.pw_name}."
    return Door((*become, *shell), owner.pw_name, manage.parent, label, password, on_terminal, refused)


def _become(owner: pwd.struct_passwd) -> tuple[Sequence[str], tuple[str, ...] | None]:
    if os.geteuid() == owner.pw_uid:
        return (), None
    if os.geteuid() == 0 and shutil.which("runuser"):
        return ("runuser", "-u", owner.pw_name, "--"), None
    if shutil.which("sudo") is None:
        raise StewardError(
            ErrorKind.LAUNCH,
            f"This install belongs to the user {owner.pw_name}: run zulip-steward as {owner.pw_name} or as root "
            "(there is no sudo on this machine).",
        )
    become = ("sudo", "-n", "-u", owner.pw_name, "--")
    if os.geteuid() == 0 or _sudo_without_password(become):
        return become, None
    # `sudo -v` asks on the terminal; afterwards `sudo -n` works for as long as sudo remembers.
    return become, ("sudo", "-v", "-p", f"[sudo] password to become {owner.pw_name}: ")


def _sudo_without_password(become: Sequence[str]) -> bool:
    try:
        probe = subprocess.run(
            [*become, "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SUDO_CHECK_SECONDS,
            check=False,
            **BACKGROUND,
        )
    except subprocess.TimeoutExpired:
        return False
    return probe.returncode == 0
