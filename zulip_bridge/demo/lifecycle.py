"""A demo's life: created on first use, started when it is wanted, stopped and removed on request."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from zulip_bridge.demo import launcher
from zulip_bridge.demo.account import server_account
from zulip_bridge.demo.errors import DemoError
from zulip_bridge.demo.lock import held
from zulip_bridge.demo.paths import OWNER_ONLY, Places, Size, make_base, make_directory, places
from zulip_bridge.demo.postgres import PORT, Cluster


@dataclass(frozen=True)
class DemoInstall:
    """A demo that is ready.

    ``path`` is the install's directory (it holds ``manage.py``), ``url`` a connection string for psql, ``base`` the
    directory with all of the demo's files.
    """

    path: Path
    url: str
    base: Path
    size: Size


def _quiet(sentence: str) -> None:
    """Nobody watches."""


def ensure(size: Size = "small", progress: Callable[[str], None] = _quiet) -> DemoInstall:
    """Create the demo if there is none, start its PostgreSQL if it does not run, and say where it is.

    ``progress`` is told, in words, what is being done. Raises :class:`DemoError`.
    """
    with _own(size, progress) as cluster:
        return _ensure(cluster, size, progress)


def reset(size: Size = "small", progress: Callable[[str], None] = _quiet) -> DemoInstall:
    """Remove the demo with everything in it, and create it anew. Raises :class:`DemoError`."""
    with _own(size, progress) as cluster:
        _remove(cluster)
        return _ensure(cluster, size, progress)


def stop(size: Size = "small") -> None:
    """Stop the demo's PostgreSQL; its data stay. Raises :class:`DemoError`."""
    if places(size).base.exists():
        with _own(size, _quiet) as cluster:
            cluster.stop()


def locate(size: Size = "small") -> DemoInstall | None:
    """The demo that was created before, whether or not its PostgreSQL runs; None where there is none."""
    where = places(size)
    sockets = launcher.read_connection(where)
    if not where.record.exists() or sockets is None:
        return None
    return _described(where, size, sockets)


@contextmanager
def _own(size: Size, progress: Callable[[str], None]) -> Iterator[Cluster]:
    """Hold the demo's lock; errors of the file system come out as a sentence."""
    where = places(size)
    try:
        make_base(where.base)
        with held(where.lock, lambda: progress("Waiting for another process that prepares the demo")) as lock:
            yield Cluster(where, server_account(), lock)
    except OSError as error:
        raise DemoError(f"The demo's files cannot be used: {error}.") from error


def _ensure(cluster: Cluster, size: Size, progress: Callable[[str], None]) -> DemoInstall:
    where = cluster.places
    sockets = cluster.sockets()
    if not _is_current(where) or (sockets is None and not cluster.can_open()):
        progress("Creating the demo")
        _remove(cluster)
        sockets = _create(cluster, size, progress)
    elif sockets is None:
        progress("Starting the demo's PostgreSQL")
        sockets = cluster.start()
    launcher.write_stub(where)
    launcher.write_connection(where, sockets)
    return _described(where, size, sockets)


def _create(cluster: Cluster, size: Size, progress: Callable[[str], None]) -> Path:
    # Imported here: a demo that exists is opened without loading psycopg.
    import psycopg

    from zulip_bridge.demo import database

    where = cluster.places
    launcher.write_secrets(where)
    make_directory(where.uploads, OWNER_ONLY)
    writer = database.TableWriter(launcher.write_stub(where))
    try:
        cluster.initialize()
        sockets = cluster.start(loading=True)
        database.create_database(sockets)
        database.fill_database(sockets, writer.scripts(), where.uploads, size, progress)
        database.finish_loading(sockets, lambda: cluster.configure(sockets, loading=False))
    except psycopg.Error as error:
        cluster.stop()
        raise DemoError(f"PostgreSQL refused the demo's data: {str(error).strip().splitlines()[0]}") from error
    except BaseException:  # also where nobody waits for it any more
        cluster.stop()
        raise
    finally:
        writer.abandon()
    launcher.write_private(where.record, json.dumps({"fingerprint": fingerprint()}))
    return sockets


def _remove(cluster: Cluster) -> None:
    where = cluster.places
    cluster.stop()
    where.record.unlink(missing_ok=True)
    for path in where.contents():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _is_current(where: Places) -> bool:
    """Whether a complete demo is there, and made by this version's tables and population."""
    try:
        return bool(json.loads(where.record.read_text())["fingerprint"] == fingerprint())
    except (FileNotFoundError, ValueError, KeyError):
        return False


def fingerprint() -> str:
    """Changes with anything that decides what is in a demo's database."""
    here = Path(__file__).parent
    sources = [here / "database.py", *(here / "population").rglob("*.py"), *(here / "install").rglob("models/*.py")]
    sources += [*(here / "install").rglob("models.py"), *(here / "install").rglob("write_tables.py")]
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(b"%s\0%s\0" % (source.name.encode(), source.read_bytes()))
    return digest.hexdigest()


def _described(where: Places, size: Size, sockets: Path) -> DemoInstall:
    url = f"postgresql://zulip@/zulip?host={quote(str(sockets), safe='')}&port={PORT}"
    return DemoInstall(path=where.install, url=url, base=where.base, size=size)
