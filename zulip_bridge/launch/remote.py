"""Doors to deployments elsewhere: on another machine through ``ssh``, in a container through ``docker exec``.

Nothing is installed there either: the worker's source goes through the same pipe. Who we are on the other machine is
found out there, by a line of shell that never changes.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import tempfile
from pathlib import Path, PurePosixPath

from zulip_bridge.api.errors import ErrorKind, StewardError

from .door import Door
from .targets import DockerTarget, SshTarget
from .words import SHELL

ZULIP = "zulip"
"""Owner of a deployment, in docker-zulip as everywhere."""

AS_OWNER = r"""
m=$1; shift
[ -f "$m" ] || { echo "there is no $m on $(uname -n)" >&2; exit 1; }
u=$(stat -c %U "$m") || exit 1
[ "$(id -un)" = "$u" ] && exec "$m" "$@"
if [ "$(id -u)" = 0 ] && command -v runuser >/dev/null; then exec runuser -u "$u" -- "$m" "$@"; fi
sudo -n -u "$u" -- true 2>/dev/null && exec sudo -n -u "$u" -- "$m" "$@"
echo "on $(uname -n), $(id -un) may not become $u without a password; log in as $u or as root" >&2
exit 1
"""
"""Run on the other machine as ``sh -c``: its arguments are ``manage.py`` and what to tell it."""

SSH_VARIABLES = ("SSH_AUTH_SOCK", "SSH_ASKPASS", "DISPLAY")
DOCKER_VARIABLES = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "HOME")
PERSIST_SECONDS = 60
"""How long ssh keeps a connection that nobody uses: a second worker needs no second log-in."""

ONLY_A_PIPE = (
    "-T", "-a", "-x", "-o", "ClearAllForwardings=yes", "-o", "RemoteCommand=none", "-o", "PermitLocalCommand=no",
    "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
)  # fmt: skip
"""No terminal there and no forwarding, whatever the configuration says; a dead line is noticed within 15 s."""


def ssh_door(target: SshTarget) -> Door:
    """The door to a deployment on another machine. ``password_first`` logs in, on the terminal, with whatever ssh
    asks for; what follows uses that log-in.

    Raises :class:`StewardError` (kind ``launch``) where there is no ssh, or the host is an option in disguise.
    """
    _check("ssh", target.host, "--ssh HOST")
    shared = ("-o", "ControlMaster=auto", "-o", f"ControlPersist={PERSIST_SECONDS}", "-o", f"ControlPath={_socket()}")
    manage = str(target.path / "manage.py")
    remote = shlex.join(["exec", "/bin/sh", "-c", AS_OWNER, "sh", manage, *SHELL])
    return Door(
        argv=("ssh", *ONLY_A_PIPE, *shared, "-o", "BatchMode=yes", "--", target.host, remote),
        user=ZULIP,
        install=target.path,
        label=target.label,
        password_first=("ssh", *ONLY_A_PIPE, *shared, "--", target.host, "true"),
        not_let_in=f"ssh did not get through to {target.host}.",
        environment=SSH_VARIABLES,
        distant=True,
    )


def docker_door(target: DockerTarget) -> Door:
    """The door to a deployment in a container; raises :class:`StewardError` as :func:`ssh_door` does."""
    _check("docker", target.container, "--docker NAME")
    manage = str(PurePosixPath(target.path) / "manage.py")
    argv = ("docker", "exec", "-i", "-u", ZULIP, target.container, manage, *SHELL)
    return Door(argv, ZULIP, target.path, target.label, environment=DOCKER_VARIABLES, distant=True)


def _check(program: str, place: str, option: str) -> None:
    if not place or place.startswith("-"):
        raise StewardError(ErrorKind.LAUNCH, f"{option} needs a name; {place or 'nothing'} is none.")
    if shutil.which(program) is None:
        raise StewardError(ErrorKind.LAUNCH, f"There is no {program} on this machine, which {option} needs.")


def _socket() -> Path:
    """Where ssh keeps its shared connections: owner-only, and short, as the path of a socket must be."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    parent = Path(runtime) if runtime and os.access(runtime, os.W_OK) else Path(tempfile.gettempdir())
    folder = parent / f"zulip-steward-{os.geteuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077 or not folder.is_dir():
        raise StewardError(ErrorKind.LAUNCH, f"{folder} is not yours alone; remove it.")
    return folder / "%C"
