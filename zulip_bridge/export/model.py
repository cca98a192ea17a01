"""What an export is told, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from zulip_bridge.api.calls import Hello
from zulip_bridge.api.export import Warned

from .packaging import Packaging


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
    """A finished export. ``files`` and ``bytes`` count everything in it, the manifest included.

    ``path`` is a directory or an archive; ``stored_bytes`` is what it takes on disk, ``sha256`` an archive's digest.
    ``warnings`` are what the export goes without (a file missing on the server's disk); their text is untrusted.
    ``manifest_sha256`` stands for the whole export, as the manifest holds the digest of every other file.
    """

    path: Path
    files: int
    bytes: int
    messages: int
    warnings: list[Warned]
    manifest_sha256: str
    seconds: float
    stored_bytes: int
    sha256: str | None
    packaging: Packaging

    @property
    def digest(self) -> str:
        """The sha256 that stands for the export: the archive's own, or that of a directory's manifest."""
        return self.sha256 or self.manifest_sha256


DifferenceKind = Literal["manifest", "missing", "extra", "size", "changed", "type", "unreadable", "archive"]


@dataclass(frozen=True)
class Difference:
    """One way in which an export is not what its manifest says; ``path`` is untrusted text."""

    kind: DifferenceKind
    path: str
    sentence: str
