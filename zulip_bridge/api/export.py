"""Exporting one person: the request, and the events that the worker streams while it reads.

The worker never writes to the server's disk: it sends each file's bytes as chunk frames between a
:class:`FileBegins` and a :class:`FileEnds`, and the steward's side writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .calls import Request
from .export_scope import SAME, ExportScope

PHASES = ("account", "files", "messages")
"""The phases of an export as its progress names them, in their order."""


@dataclass(frozen=True)
class Planned:
    """What is known before the first file: how many files the database lists, and their bytes."""

    files: int
    file_bytes: int
    event: Literal["planned"] = "planned"


@dataclass(frozen=True)
class FileBegins:
    """The chunks that follow belong to ``path``: relative, ``/``-separated, and safe by :mod:`api.paths`.

    ``original`` is the name before it was made safe; empty where nothing had to be changed.
    """

    path: str
    original: str = ""
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
    """What one section found, wrote and left out, with the reasons; ``notes`` counts what is worth knowing."""

    section: str
    found: int
    written: int
    left_out: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    event: Literal["section_done"] = "section_done"


ExportEvent = Planned | FileBegins | FileEnds | FileAbandoned | Warned | SectionDone


@dataclass(frozen=True)
class Place:
    """A list of rows beside the tables of ``user.json``: where it is, how many rows it has, and what they are."""

    file: str
    rows: int
    description: str


@dataclass(frozen=True)
class ExportSummary:
    """The last word of an export, for the manifest.

    ``messages_without_own_row`` counts messages that ``export_single_user`` would have dropped, because the
    person has no UserMessage row for them. ``redactions`` says of each secret that it exists, never its value.
    ``places`` explains the lists of ``elsewhere.json``, ``bots.json`` and ``reference.json`` by their names.
    ``third_parties`` counts what was replaced of other people's, by kind.
    """

    person_id: int
    realm: str
    snapshot_taken: str
    messages: int
    messages_without_own_row: int
    tables: dict[str, int]
    redactions: dict[str, str]
    places: dict[str, Place] = field(default_factory=dict)
    third_parties: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportPerson(Request[ExportSummary]):
    """Stream what ``scope`` chooses of everything that the server holds about a person."""

    METHOD: ClassVar[str] = "person.export"
    RESULT: ClassVar[type[ExportSummary]] = ExportSummary

    person_id: int
    scope: ExportScope = SAME
