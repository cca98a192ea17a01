"""The demo's PostgreSQL server: a data directory, a socket in an owner-only directory, no network."""

from __future__ import annotations

import os
import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zulip_bridge.demo.account import ServerAccount
from zulip_bridge.demo.binaries import Programs, find_programs
from zulip_bridge.demo.errors import DemoError
from zulip_bridge.demo.paths import DIRECTORY_VARIABLE, OWNER_ONLY, Places, make_directory

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 100
"""Bytes. The kernel's limit is 107 (Linux) or 103 (macOS); PostgreSQL adds ``.lock`` to the name of another file."""

FAR_SOCKETS = "zulip-steward-"
"""How directories for sockets are called that are outside the demo because its path is too long."""

SUPERUSER = "postgres"

SETTINGS = {
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "shared_buffers": "96MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "random_page_cost": "1.1",
    "jit": "off",
    # Files, not POSIX shared memory: small in containers, and removed by systemd when the operator logs out.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_min_messages": "warning",
}

WHILE_LOADING = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""A demo that is half loaded is thrown away, so nothing is lost by not waiting for the disk."""


@dataclass(frozen=True)
class Cluster:
    """One data directory and the server on it. All methods are for the holder of the demo's lock."""

    places: Places
    account: ServerAccount
    lock: int
    """Descriptor of the demo's lock. A command that writes the data directory inherits it: should this process be
    killed, nobody begins anew before that command has ended."""

    def sockets(self) -> Path | None:
        """The directory of the running server's socket; None when no server answers."""
        lines = self._pid_lines()
        return Path(lines[4]) if self._is_alive() and lines[7:8] == ["ready"] else None

    def made_by(self) -> int | None:
        """The major release that made the data directory; None where there is none."""
        try:
            return int((self.places.data / "PG_VERSION").read_text().strip())
        except (FileNotFoundError, ValueError):
            return None

    def can_open(self) -> bool:
        """Whether there is a data directory and programs of the release that made it."""
        major = self.made_by()
        return major is not None and self._programs(major).major == major

    def initialize(self) -> None:
        """Make an empty data directory; raises :class:`DemoError`."""
        make_directory(self.places.server, OWNER_ONLY)
        if self.account.foreign:
            os.chown(self.places.server, self.account.uid, self.account.gid)
        if not self.account.can_enter(self.places.server):
            raise DemoError(
                f"PostgreSQL refuses to run as root, and {self.account.name}, who would run it, cannot reach "
                f"{self.places.base}: name another directory with {DIRECTORY_VARIABLE}."
            )
        programs = self._programs()
        options = ["--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--no-sync", "--no-instructions"]
        for locale in _locales(programs.major):
            words: list[str | Path] = [programs.path("initdb"), f"--pgdata={self.places.data}", *options, *locale]
            result = self.account.run(words, keep=(self.lock,))
            if result.returncode == 0:
                return
        raise DemoError(f"PostgreSQL could not make its data directory: {_last_line(result.stdout)}")

    def start(self, *, loading: bool = False) -> Path:
        """Start the server unless it runs, and return the directory of its socket.

        The server is a daemon: it belongs to no terminal and outlives the caller. Raises :class:`DemoError`.
        """
        running = self.sockets()
        if running is not None:
            return running
        self._forget_dead_server()
        directory = self._socket_directory()
        self.configure(directory, loading=loading)
        programs = self._programs(self.made_by())
        result = self.account.run(
            [
                programs.path("pg_ctl"), "start", "--wait", "--silent", f"--pgdata={self.places.data}",
                f"--log={self.places.log}", f"--options=-c config_file={_shell_quoted(self.places.config)}",
            ]
        )  # fmt: skip
        found = self.sockets()
        if found is None:
            reason = self._last_logged() or _last_line(result.stdout)
            raise DemoError(f"The demo's PostgreSQL did not start ({reason}); a reset of the demo makes it anew.")
        return found

    def stop(self) -> None:
        """Stop the server, ending its connections; nothing when it does not run. Raises :class:`DemoError`."""
        if not self._is_alive():
            return
        sockets = Path(self._pid_lines()[4])
        programs = self._programs(self.made_by())
        words: list[str | Path] = [programs.path("pg_ctl"), "stop", "--wait", "--silent", "--mode=fast"]
        result = self.account.run([*words, f"--pgdata={self.places.data}"])
        if self._is_alive():
            raise DemoError(f"The demo's PostgreSQL did not stop: {_last_line(result.stdout)}")
        if sockets.name.startswith(FAR_SOCKETS):
            with suppress(OSError):
                sockets.rmdir()

    def configure(self, sockets: Path, *, loading: bool) -> None:
        """Write the configuration; a running server reads it again on ``pg_reload_conf()``."""
        settings = {**SETTINGS, **(WHILE_LOADING if loading else {})}
        settings["unix_socket_directories"] = _config_quoted(f'"{sockets}"')
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        self.places.config.write_text("".join(lines))
        self.places.config.chmod(0o644 if self.account.foreign else 0o600)

    def _programs(self, major: int | None = None) -> Programs:
        return find_programs(self.account, self.places.programs, major)

    def _pid_lines(self) -> list[str]:
        try:
            text = (self.places.data / "postmaster.pid").read_text()
        except FileNotFoundError:
            return []
        # Line 1 is the process, line 5 the socket's directory, line 8 the state (PostgreSQL's pidfile.h).
        return [line.strip() for line in text.splitlines()]

    def _is_alive(self) -> bool:
        """Whether a server listens here; its number alone may by now be some other process's."""
        lines = self._pid_lines()
        return len(lines) >= 5 and _answers(Path(lines[4]) / SOCKET_NAME)

    def _forget_dead_server(self) -> None:
        """Remove the number of a server that died with the machine, where some other process has it now.

        PostgreSQL would take that process for the server and refuse to start.
        """
        lines = self._pid_lines()
        try:
            name = Path(f"/proc/{int(lines[0])}/comm").read_text().strip() if lines else "postgres"
        except (OSError, ValueError):
            return
        if name != "postgres":
            self.account.run(["rm", "-f", self.places.data / "postmaster.pid"])

    def _socket_directory(self) -> Path:
        near = self.places.server / "run"
        if len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            # By the account itself: root does not create things in a directory that somebody else can write.
            self.account.run(["mkdir", "-p", "-m", "0700", near])
            return near
        far = Path(tempfile.mkdtemp(prefix=FAR_SOCKETS, dir="/tmp"))
        if self.account.foreign:
            os.chown(far, self.account.uid, self.account.gid, follow_symlinks=False)
        return far

    def _last_logged(self) -> str:
        try:
            return _last_line(self.places.log.read_text(errors="replace")[-4000:])
        except FileNotFoundError:
            return ""


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.fspath(path))
        except OSError:
            return False
    return True


def _locales(major: int) -> list[list[str]]:
    """Options for initdb, the best first: sorted by code point, with case of all of Unicode where there is one."""
    built_in = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"]
    return [*([built_in] if major >= 17 else []), ["--locale=C.UTF-8"], ["--no-locale"]]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


def _config_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _shell_quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
