"""The footprint: every place in the database that refers to a person, with counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .calls import Request


@dataclass(frozen=True)
class FootprintRow:
    """One column that refers to the person.

    ``category`` is that of the project's table of personal data (identity, content, behaviour, credentials,
    security_log, derived) or ``uncategorized`` for a table it has never heard of. ``kind`` is ``fk``,
    ``o2o``, ``m2m`` (found in the server's own models) or ``indirect`` (known without a foreign key, such as
    an address in an invitation). ``exact`` is false where counting was bounded.
    """

    table: str
    column: str
    category: str
    rows: int
    model: str
    kind: str
    exact: bool
    description: str


@dataclass(frozen=True)
class ReadFootprint(Request[list[FootprintRow]]):
    """Count all rows that refer to the person, table by table, with progress."""

    METHOD: ClassVar[str] = "person.footprint"
    RESULT: ClassVar[object] = list[FootprintRow]

    person_id: int
