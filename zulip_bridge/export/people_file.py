"""A file that names people, one on each line: an id or an address, and optionally an organization.

    # access requests of October
    marta@acme.example
    17
    anna@example.org,zulip

Or CSV whose first line names the columns ``user`` and ``realm`` among others. An empty line means nobody.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

USER, REALM = "user", "realm"
MOST_PEOPLE = 10_000


@dataclass(frozen=True)
class Named:
    """Whom a line names; ``realm`` None where it says none."""

    line: int
    user: str
    realm: str | None


class PeopleFileError(Exception):
    """The file cannot be used; the text is a sentence."""


def read_people(text: str) -> list[Named]:
    """The people in the file's order, each once; raises :class:`PeopleFileError`."""
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        raise PeopleFileError(f"The file cannot be read ({error}).") from error
    if rows and USER in (titles := [cell.casefold() for cell in rows[0][1]]):
        user, realm = titles.index(USER), titles.index(REALM) if REALM in titles else len(titles)
        rows = rows[1:]
    else:
        user, realm = 0, 1
    people: dict[tuple[str, str | None], Named] = {}
    for line, cells in rows:
        if len(cells) <= user or not cells[user]:
            raise PeopleFileError(f"Line {line}: nobody is named.")
        named = Named(line, cells[user], (cells[realm] if len(cells) > realm else "") or None)
        people.setdefault((named.user, named.realm), named)
    if not people:
        raise PeopleFileError("The file names nobody.")
    if len(people) > MOST_PEOPLE:
        raise PeopleFileError(f"The file names {len(people):,} people; at most {MOST_PEOPLE:,} are taken at once.")
    return list(people.values())


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    for cells in lines:
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and not stripped[0].startswith("#"):
            yield lines.line_num, stripped
