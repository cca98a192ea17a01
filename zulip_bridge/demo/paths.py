"""Where the demo lives on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from zulip_bridge.demo.errors import DemoError

Size = Literal["small", "large"]

DIRECTORY_VARIABLE = "ZULIP_STEWARD_DEMO_DIR"
"""Environment variable: a directory to use instead of the user's cache directory."""

ROOT_CACHE = Path("/var/cache/zulip-steward")
"""For root: its home is closed to the account that runs PostgreSQL."""

UNUSABLE = set('"$`\\\n')
"""Characters that pg_ctl cannot have in a path: it hands its command line to a shell, between double quotes."""

OWNER_ONLY = 0o700
PASS_THROUGH = 0o711
"""Root's own directories: the server's account passes through them, and cannot list them."""


@dataclass(frozen=True)
class Places:
    """The files of one demo. All are below ``base``, except the lock, which outlives it."""

    base: Path

    @property
    def lock(self) -> Path:
        """Held by whoever creates, starts, stops or removes this demo."""
        return self.base.parent / f"{self.base.name}.lock"

    @property
    def server(self) -> Path:
        """Owned by the account that runs PostgreSQL, and closed to others."""
        return self.base / "server"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.server / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.server / "log"

    @property
    def config(self) -> Path:
        """PostgreSQL's configuration, beside and not inside what its account may write."""
        return self.base / "postgresql.conf"

    @property
    def programs(self) -> Path:
        """A copy of PostgreSQL's programs, made where its account cannot reach the installed ones."""
        return self.base / "pgsql"

    @property
    def install(self) -> Path:
        """What a launcher opens: it holds ``manage.py``."""
        return self.base / "install"

    @property
    def uploads(self) -> Path:
        """Zulip's ``LOCAL_UPLOADS_DIR``."""
        return self.base / "uploads"

    @property
    def secrets(self) -> Path:
        """SECRET_KEY and the like, readable by the owner only."""
        return self.base / "secrets.json"

    @property
    def connection(self) -> Path:
        """Where the server's socket is; the install's settings read it."""
        return self.base / "connection.json"

    @property
    def record(self) -> Path:
        """Written when the demo is complete; a base without it is left from a creation that was killed."""
        return self.base / "demo.json"

    def contents(self) -> list[Path]:
        """Everything that a reset removes: nothing else below ``base`` is ours."""
        files = [self.record, self.config, self.connection, self.secrets]
        return [*files, self.server, self.install, self.uploads, self.programs]


def places(size: Size) -> Places:
    """Where the demo of that size is, or would be."""
    return Places(demo_directory() / size)


def demo_directory() -> Path:
    """The directory that holds the demos of all sizes."""
    chosen = os.environ.get(DIRECTORY_VARIABLE)
    if chosen:
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return ROOT_CACHE / "demo"
    return Path(platformdirs.user_cache_dir("zulip-steward")) / "demo"


def make_base(base: Path) -> None:
    """Create the base and whatever is missing above it; directories that exist keep their permissions.

    Raises :class:`DemoError` when the base exists and belongs to somebody else, or its path cannot be used.
    """
    if UNUSABLE & set(str(base)):
        raise DemoError(
            f"PostgreSQL's tools cannot work in {base}; name another directory with {DIRECTORY_VARIABLE}."
        )
    mode = PASS_THROUGH if os.geteuid() == 0 else OWNER_ONLY
    missing = [each for each in (base, *base.parents) if not each.exists()]
    for directory in reversed(missing):
        make_directory(directory, mode)
    if base.stat().st_uid != os.geteuid():
        raise DemoError(f"{base} belongs to another user; name another directory with {DIRECTORY_VARIABLE}.")


def make_directory(path: Path, mode: int) -> None:
    """Create one directory with exactly that mode, whatever the umask; one that exists is left as it is."""
    try:
        path.mkdir(mode=OWNER_ONLY)
    except FileExistsError:
        return
    path.chmod(mode)
