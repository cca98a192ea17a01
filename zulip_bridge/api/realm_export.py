"""Exporting a whole organization with Zulip's own ``manage.py export``, on the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .calls import Lane, Request

ExportMode = Literal["full", "public", "consent"]
PHASES = ("tables", "messages", "files", "flags", "archive", "checksum")
"""What Zulip does one after the other, as the progress names it."""


@dataclass(frozen=True)
class RealmExportChoice:
    """Which organization, and Zulip's options.

    ``mode``: everything; public channels only; or public channels and what the members who agreed can read.
    ``consent_message_id`` is what a version asks for that finds those who agreed by their reaction to a message.
    ``output`` is the directory on the server that Zulip works in, absolute; the archive is ``output`` + ``.tar.gz``.
    Empty for one in the home of Zulip's user. ``deactivate`` switches the organization off first. ``upload`` moves
    the archive to where uploads are kept. ``force`` skips the check that the result could be imported.
    """

    realm: str
    mode: ExportMode = "full"
    consent_message_id: int | None = None
    deactivate: bool = False
    force: bool = False
    upload: bool = False
    threads: int | None = None
    output: str = ""


@dataclass(frozen=True)
class RealmExportPlan:
    """What the export would do. ``refusals`` are reasons why it cannot be; ``notes`` are worth knowing.

    ``words`` is the whole command. ``options`` are the modes and switches that this version of Zulip has and that
    lead somewhere on this server; ``threads`` is how many processes it takes where no number is chosen. Sizes in
    bytes; ``messages`` and ``file_bytes`` are those of the whole organization. ``deactivated``: it is already.
    """

    choice: RealmExportChoice
    name: str
    words: list[str]
    tarball: str
    people: int
    messages: int
    files: int
    file_bytes: int
    free_bytes: int | None
    deactivated: bool = False
    threads: int | None = None
    options: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RealmExportResult:
    """A finished export. ``tarball`` is its place on the server, or its address where it was uploaded.

    Where it was uploaded, ``sha256`` is what Zulip keeps of it, empty before 11.0, and ``size`` None if nobody knows.
    ``warnings`` are lines of Zulip's that it marked as such.
    """

    tarball: str
    size: int | None
    sha256: str
    seconds: float
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PlanRealmExport(Request[RealmExportPlan]):
    """Look at what an export of an organization would be; nothing is started."""

    METHOD: ClassVar[str] = "realm.plan_export"
    RESULT: ClassVar[type[RealmExportPlan]] = RealmExportPlan

    choice: RealmExportChoice


@dataclass(frozen=True)
class RunRealmExport(Request[RealmExportResult]):
    """Run it, with progress; cancelling ends Zulip's processes and removes what they wrote.

    ``tarball`` is that of the plan.
    """

    METHOD: ClassVar[str] = "realm.export"
    RESULT: ClassVar[type[RealmExportResult]] = RealmExportResult
    LANE: ClassVar[Lane] = "write"

    choice: RealmExportChoice
    tarball: str


@dataclass(frozen=True)
class RealmExportLeft:
    """What is still on the server of an export that was ended."""

    paths: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AwaitRealmExport(Request[RealmExportLeft]):
    """Answered when an export that was cancelled in the same worker has ended and been cleared away."""

    METHOD: ClassVar[str] = "realm.export_ended"
    RESULT: ClassVar[type[RealmExportLeft]] = RealmExportLeft
    LANE: ClassVar[Lane] = "write"

    tarball: str
