"""How many statements a text has, and what each begins with.

Only for telling somebody what would be run. What is run is for PostgreSQL to judge.
"""

from __future__ import annotations

import re

from .parameters import spans

_WORD = re.compile(r"[A-Za-z_]+")


def blanked(sql: str) -> str:
    """The text, as long as before, without what is inside comments (spaces) and quotes (``'``)."""
    pieces, position = [], 0
    for start, end, kind in spans(sql):
        pieces.append(sql[position:start])
        pieces.append((" " if kind == "comment" else "'") * (end - start))
        position = end
    return "".join([*pieces, sql[position:]])


def split(sql: str) -> list[str]:
    """The statements, without the semicolons and what is around them; none for a text without any."""
    bare = blanked(sql)
    found, start = [], 0
    for end in [*(match.start() for match in re.finditer(";", bare)), len(bare)]:
        piece = bare[start:end]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            found.append(sql[first : start + len(piece.rstrip())])
        start = end + 1
    return found


def first_word(sql: str) -> str:
    """The word that a statement begins with, in capitals; empty where it begins with something else."""
    found = _WORD.match(blanked(sql).lstrip(" \t\r\n(;"))
    return found[0].upper() if found else ""


def command(sql: str) -> str:
    """What a statement does, in capitals: ``TRUNCATE``, ``DROP TABLE``."""
    words = blanked(sql).lstrip(" \t\r\n(;").upper().split()
    wanted = 2 if words and words[0] in ("CREATE", "ALTER", "DROP") else 1
    return " ".join(word for word in words[:wanted] if _WORD.fullmatch(word))
