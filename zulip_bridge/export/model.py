"""What an export is told, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from zulip_bridge.api.calls import Hello
from zulip_bridge.api.export import Warned


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Provenance:
    """Who made the export, when, with what, from which server; ``install`` as the operator named the target."""

    tool_version: str
    operator: str
    hello: Hello
    install: str
    started: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class ExportResult:
    """A finished export. ``files`` and ``bytes`` count everything in the directory, the manifest included.

    ``warnings`` are what the export goes without (a file missing on the server's disk); their text is untrusted.
    ``manifest_sha256`` stands for the whole export, as the manifest holds the digest of every other file.
    """

    directory: Path
    files: int
    bytes: int
    messages: int
    warnings: list[Warned]
    manifest_sha256: str
    seconds: float


DifferenceKind = Literal["manifest", "missing", "extra", "size", "changed", "type", "unreadable"]


@dataclass(frozen=True)
class Difference:
    """One way in which an export is not what its manifest says; ``path`` is untrusted text."""

    kind: DifferenceKind
    path: str
    sentence: str
