"""Exporting one person: the request, and the events that the worker streams while it reads.

The worker never writes to the server's disk: it sends each file's bytes as chunk frames between a
:class:`FileBegins` and a :class:`FileEnds`, and the steward's side writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .calls import Request


@dataclass(frozen=True)
class FileBegins:
    """The chunks that follow belong to ``path`` (relative, ``/``-separated, made safe by the receiver)."""

    path: str
    event: Literal["file_begins"] = "file_begins"


@dataclass(frozen=True)
class FileEnds:
    """The file is whole; ``rows`` counts the rows in it by table, for the manifest.

    ``size`` in bytes is what the worker has sent. ``modified`` in unix seconds, where the source has one.
    """

    path: str
    size: int
    rows: dict[str, int] = field(default_factory=dict)
    modified: float | None = None
    event: Literal["file_ends"] = "file_ends"


@dataclass(frozen=True)
class FileAbandoned:
    """A file that was begun could not be read to its end: what was received must be thrown away."""

    path: str
    reason: str
    event: Literal["file_abandoned"] = "file_abandoned"


@dataclass(frozen=True)
class Warned:
    """Something is not as it should be (a file missing on disk); the export goes on."""

    subject: str
    sentence: str
    event: Literal["warned"] = "warned"


@dataclass(frozen=True)
class SectionDone:
    """What one section found, wrote and left out, with the reasons."""

    section: str
    found: int
    written: int
    left_out: dict[str, int] = field(default_factory=dict)
    event: Literal["section_done"] = "section_done"


ExportEvent = FileBegins | FileEnds | FileAbandoned | Warned | SectionDone


@dataclass(frozen=True)
class ExportSummary:
    """The last word of an export: redactions made and counts, for the manifest."""

    person_id: int
    realm: str
    snapshot_taken: str
    messages: int
    tables: dict[str, int]
    redactions: dict[str, str]


@dataclass(frozen=True)
class ExportPerson(Request[ExportSummary]):
    """Stream everything that ``manage.py export_single_user`` writes about a person, and what it drops."""

    METHOD: ClassVar[str] = "person.export"
    RESULT: ClassVar[type[ExportSummary]] = ExportSummary

    person_id: int
