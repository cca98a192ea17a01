"""A result written to a file as it comes: readable by its owner alone, under its name only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import DEFAULT_TIMEOUT_MS, Orm, QuerySummary, Question, StreamQuery

from .formats import CsvWriter, JsonWriter, NdjsonWriter, Write, Writer

if TYPE_CHECKING:
    from .queries import Queries

Format = Literal["ndjson", "json", "csv"]
FORMATS: tuple[Format, ...] = ("ndjson", "json", "csv")


async def save(
    queries: Queries,
    question: Question,
    path: Path,
    form: Format,
    on_bytes: Callable[[int], None] = lambda written: None,
    *,
    limit: int | None = None,
    timeout_ms: int = DEFAULT_TIMEOUT_MS,
    unmask: bool = False,
) -> QuerySummary:
    """Ask, and write all rows to a new file at ``path``; ``on_bytes`` is told how many bytes there are.

    SQL has a worker of its own; Python has names in the session's, and stays there. Cancelling the task keeps
    nothing. Raises :class:`StewardError`.
    """
    if path.exists():
        raise StewardError(ErrorKind.INVALID, "There is a file of this name: name another.")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as file:
            written = 0

            def write(data: bytes) -> None:
                nonlocal written
                file.write(data)
                written += len(data)
                on_bytes(written)

            writer = writer_of(form, write)
            request = StreamQuery(question, writer.shape, limit, timeout_ms, unmask)
            summary = await queries.stream(request, writer, own_worker=not isinstance(question, Orm))
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except OSError as error:
        raise StewardError(ErrorKind.STORAGE, f"The file could not be written: {error.strerror}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return summary


def writer_of(form: Format, write: Write) -> Writer:
    """What writes that format."""
    if form == "csv":
        return CsvWriter(write)
    return JsonWriter(write) if form == "json" else NdjsonWriter(write)
