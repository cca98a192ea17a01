"""Changes for many people from a CSV file.

The first line names columns: ``user`` (id or address), optionally ``realm``, and fields as the command line takes
them (``role``, ``profile:Pronouns``, ``setting:enter_sends``, ``group``, ``channel``, ``do``). An empty cell changes
nothing; ``(empty)`` empties a value. In ``group`` and ``channel`` stand ``+name; -other``, in ``do`` words such as
``deactivate; end-sessions``.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from zulip_bridge.api.changes import MEMBERSHIPS, WORDS, Change, ChangeError, normal

EMPTY = "(empty)"
USER, REALM, DO = "user", "realm", "do"
MOST_ROWS = 10_000


@dataclass(frozen=True)
class Row:
    """One person's changes; ``line`` is the line of the file on which they begin, ``realm`` None where not given."""

    line: int
    user: str
    realm: str | None
    changes: list[Change]


class TableError(Exception):
    """The file cannot be used; ``sentences`` say where and why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(sentences[0])
        self.sentences = sentences


def read_table(text: str) -> list[Row]:
    """The rows of a CSV file, in its order; raises :class:`TableError` naming every line that is wrong."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows: list[Row] = []
    problems: list[str] = []
    try:
        titles = [title.strip() for title in next(lines, [])]
        _check_titles(titles)
        start = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _take(titles, cells, start, rows, problems)
            start = lines.line_num + 1
    except csv.Error as error:
        problems.append(f"Line {lines.line_num}: this is not CSV ({error}).")
    if not rows and not problems:
        problems.append("The file has no rows below its titles.")
    if len(rows) > MOST_ROWS:
        problems.append(f"The file has {len(rows):,} rows; at most {MOST_ROWS:,} are taken at once.")
    if problems:
        raise TableError(problems)
    return rows


def _check_titles(titles: list[str]) -> None:
    if USER not in titles:
        raise TableError([f"The first line must name the columns, and one of them must be {USER}."])
    repeated = sorted({title for title in titles if titles.count(title) > 1})
    if repeated:
        raise TableError([f"The column {title or '(without a title)'} is there twice." for title in repeated])
    problems = []
    for title in titles:
        try:
            if title not in (USER, REALM, DO, *MEMBERSHIPS):
                normal(Change(title, "+" if title.partition(":")[0] in MEMBERSHIPS else ""))
        except ChangeError as error:
            problems.append(f"Column {title or '(without a title)'}: {error}")
    if problems:
        raise TableError(problems)


def _take(titles: list[str], cells: list[str], line: int, rows: list[Row], problems: list[str]) -> None:
    if len(cells) > len(titles):
        problems.append(f"Line {line}: it has {len(cells)} cells for {len(titles)} columns.")
        return
    named = dict(zip(titles, (cell.strip() for cell in cells), strict=False))
    user, realm = named.pop(USER, ""), named.pop(REALM, "")
    if not user:
        problems.append(f"Line {line}: nobody is named.")
        return
    changes: list[Change] = []
    for title, cell in named.items():
        try:
            changes += _changes(title, cell) if cell else []
        except ChangeError as error:
            problems.append(f"Line {line}: {error}")
    if changes:
        rows.append(Row(line, user, realm or None, changes))


def _changes(title: str, cell: str) -> list[Change]:
    words = [word.strip() for word in cell.split(";") if word.strip()]
    if title in MEMBERSHIPS:
        return [normal(Change(f"{title}:{word}")) for word in words]
    if title == DO:
        unknown = [word for word in words if word not in WORDS]
        if unknown:
            raise ChangeError(f"there is no action {unknown[0]}; there are {', '.join(WORDS)}.")
        return [normal(Change(word)) for word in words]
    return [normal(Change(title, "" if cell == EMPTY else cell))]
