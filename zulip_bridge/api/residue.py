"""The residue scan: where a server still holds something of a person, and whether it should."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Literal

from .calls import Request

NeedleKind = Literal["address", "name", "mention", "row", "file"]
Verdict = Literal["should be gone", "stays", "look"]
"""``look``: it may be somebody else's, such as a name that two people bear."""


@dataclass(frozen=True)
class Needles:
    """What is looked for. Addresses and names are compared without regard to case; ``files`` and ``pictures`` are
    keys of storage; ``bots`` are ids of bots that were deleted with the person. ``hashes`` are keyed hashes
    (HMAC-SHA256, hexadecimal) of addresses, with ``key`` in hexadecimal.
    """

    person_id: int | None
    realm_id: int | None
    addresses: list[str] = dataclasses.field(default_factory=list)
    names: list[str] = dataclasses.field(default_factory=list)
    files: list[str] = dataclasses.field(default_factory=list)
    pictures: list[str] = dataclasses.field(default_factory=list)
    bots: list[int] = dataclasses.field(default_factory=list)
    hashes: list[str] = dataclasses.field(default_factory=list)
    key: str = ""


@dataclass(frozen=True)
class Residue:
    """Something that was found: in how many rows (or files) of which place, and why it is there or should not be."""

    place: str
    column: str
    kind: NeedleKind
    rows: int
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class ResidueReport:
    """What was looked through, and what was found. Sizes in bytes, times in seconds."""

    tables: int
    columns: int
    files: int
    seconds: float
    found: list[Residue]

    @property
    def wrong(self) -> list[Residue]:
        """What should not be there."""
        return [each for each in self.found if each.verdict == "should be gone"]


@dataclass(frozen=True)
class ScanResidue(Request[ResidueReport]):
    """Look through every text and JSON column of every table, and the storage. Progress counts tables.

    ``erased``: whoever is looked for should be gone. With ``strategy``, that of their erasure, what refers to them by
    key is looked for, too.
    """

    METHOD: ClassVar[str] = "erase.residue"
    RESULT: ClassVar[type[ResidueReport]] = ResidueReport

    needles: Needles
    strategy: str = ""
    erased: bool = True
