"""Running Zulip's command: a child with its own process group, which ends when it is cancelled or the worker goes."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.realm_export import AwaitRealmExport, RealmExportLeft, RealmExportResult, RunRealmExport

from .. import compat
from ..context import Context
from .command import output_of, words
from .lines import Lines
from .recorded import exported_archive

LOOK_SECONDS = 0.5
END_SECONDS = 5.0
READ_BYTES = 1 << 16
HASH_BYTES = 1 << 20
PRIVATE = 0o077
LINKS = ("export-in-progress", "export-most-recent")
HOME_OF_LINKS = Path("/home/zulip")
"""Where Zulip puts them in production, whatever its user's home is."""
SET_PARENT_DEATH_SIGNAL = 1
"""prctl(2); Linux only."""


def run_realm_export(request: RunRealmExport, context: Context) -> RealmExportResult:
    """Answer :class:`RunRealmExport`. Whatever goes wrong, nothing of the export is left on the server.

    Raises :class:`StewardError`, kind ``failed`` with Zulip's last words, ``cancelled``, or ``refused`` where
    something is at its place already.
    """
    output = output_of(request.tarball)
    if Path(output).exists() or Path(request.tarball).exists():
        raise StewardError(ErrorKind.REFUSED, f"{output} or its archive is there already.")
    began, started = time.monotonic(), datetime.now(timezone.utc)
    lines = Lines(_messages(request.choice.realm))
    # Clearing away takes its time, also where the steward is gone.
    context.finish_what_was_begun()
    try:
        _run(words(request.choice, output), context, lines, request.tarball)
        size, digest = _measured(request, context, lines, started)
    except BaseException:
        shutil.rmtree(output, ignore_errors=True)
        with contextlib.suppress(OSError):
            Path(request.tarball).unlink()
        _remove_links(output)
        compat.fail_realm_exports(request.choice.realm, started)
        raise
    _remove_links(output)
    return RealmExportResult(
        tarball=lines.address or request.tarball,
        size=size,
        sha256=digest,
        seconds=time.monotonic() - began,
        warnings=lines.warnings,
    )


def await_realm_export(request: AwaitRealmExport, context: Context) -> RealmExportLeft:
    """Answer :class:`AwaitRealmExport`: the lane does one thing after the other, so that the export has ended."""
    paths = [output_of(request.tarball), request.tarball]
    return RealmExportLeft([path for path in paths if os.path.lexists(path)])


def _measured(request: RunRealmExport, context: Context, lines: Lines, started: datetime) -> tuple[int | None, str]:
    """Size and sha256; of an archive that was uploaded, what is known of it."""
    if not lines.address:
        digest = _digest(request.tarball, context)
        return Path(request.tarball).stat().st_size, digest
    size, digest = exported_archive(request.choice.realm, started)
    return size or lines.packed or None, digest


def _remove_links(output: str) -> None:
    """Zulip lets links lead to the directory of its export, and leaves them when that is gone: only those go."""
    ours = {output, os.path.realpath(output)}
    for folder in {Path(compat.setting("DEPLOY_ROOT") or "/nonexistent") / "var", Path.home(), HOME_OF_LINKS}:
        for link in (folder / name for name in LINKS):
            with contextlib.suppress(OSError):
                if os.readlink(link) in ours and not link.exists():  # noqa: PTH115
                    link.unlink()


def _messages(realm: str) -> int:
    model = compat.model("zerver", "Message")
    assert model is not None
    return int(model.objects.filter(realm__string_id=realm).count())


def _run(command: list[str], context: Context, lines: Lines, tarball: str) -> None:
    child = subprocess.Popen(
        command,
        # Asked whether to go on, where a message has found those who agreed: that is what this was started for.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # What Zulip prints would otherwise come when all is over.
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        preexec_fn=_prepare,
    )
    assert child.stdin is not None
    try:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(b"y\n")
            child.stdin.close()
        with context.interruptible(lambda: _signal(child, signal.SIGTERM)):
            phase, done = lines.phase, 0
            for _ in _output(child, lines):
                packed = _size(tarball)
                lines.packing(packed)
                if lines.phase != phase:
                    context.progress(phase, done, done)
                phase, done = lines.phase, (packed or lines.packed) if lines.phase == "archive" else lines.done
                context.progress(phase, done, lines.total)
            status = child.wait()
        context.check()
    finally:
        _end(child)
    if status != 0:
        raise StewardError(ErrorKind.FAILED, f"Zulip's export failed (status {status}): {lines.last or 'no words'}")


def _output(child: subprocess.Popen[bytes], lines: Lines) -> Iterator[None]:
    """Give its lines to ``lines``, until it has no more; comes back now and then while it says nothing."""
    assert child.stdout is not None
    descriptor, rest = child.stdout.fileno(), b""
    while True:
        readable, _, _ = select.select([descriptor], [], [], LOOK_SECONDS)
        if readable:
            data = os.read(descriptor, READ_BYTES)
            if not data:
                break
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                lines.take(line.decode("utf-8", "replace"))
                yield
        yield
    lines.take(rest.decode("utf-8", "replace"))


def _prepare() -> None:
    """In the child: what it writes is its user's alone, and it does not outlive the worker."""
    os.umask(PRIVATE)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _end(child: subprocess.Popen[bytes]) -> None:
    """No process of the group is left: Zulip starts several, and they write."""
    if child.returncode != 0:
        _signal(child, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(END_SECONDS)
        _signal(child, signal.SIGKILL)
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _digest(path: str, context: Context) -> str:
    """Computed here: not every version tells it, and nobody's output is taken for it."""
    digest, done, size = hashlib.sha256(), 0, _size(path)
    try:
        with Path(path).open("rb") as file:
            while data := file.read(HASH_BYTES):
                digest.update(data)
                done += len(data)
                context.progress("checksum", done, size)
    except OSError as error:
        raise StewardError(ErrorKind.FAILED, f"Zulip wrote no archive: {error.strerror or error}.") from error
    return digest.hexdigest()
