"""``:name`` in SQL: where a parameter is meant, and where a colon is something else.

Not inside strings, quoted names, dollar quotes and comments, and not in casts (``::int``) and slices (``[1:n]``).
Only for finding parameters: whether the text is one statement is for PostgreSQL to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

_TOKEN = re.compile(
    r"""
      (?P<escape>\b[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))
    | (?P<string>'(?:[^']|'')*(?:'|\Z))
    | (?P<name>"(?:[^"]|"")*(?:"|\Z))
    | (?P<dollar>(?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
    | (?P<line>--[^\n]*)
    | (?P<block>/\*)
    | (?P<cast>::|:=)
    | (?P<parameter>(?<![\w:]):(?P<of>[^\W\d]\w*))
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def parameter_names(sql: str) -> list[str]:
    """Names of the parameters, each once, in the order of their first use."""
    names: dict[str, None] = {}

    def note(name: str) -> str:
        names[name] = None
        return ""

    replace_parameters(sql, note)
    return list(names)


def replace_parameters(sql: str, by: Callable[[str], str]) -> str:
    """The text with each parameter replaced by what ``by`` makes of its name."""
    pieces, position = [], 0
    while (token := _TOKEN.search(sql, position)) is not None:
        end = _comment_end(sql, token.end()) if token["block"] else token.end()
        pieces.append(sql[position : token.start()])
        pieces.append(by(token["of"]) if token["parameter"] else sql[token.start() : end])
        position = end
    return "".join([*pieces, sql[position:]])


def spans(sql: str) -> Iterator[tuple[int, int, Literal["comment", "quoted"]]]:
    """Where comments and quotes (strings, names, dollar quotes) are: start, end and which."""
    position = 0
    while (token := _TOKEN.search(sql, position)) is not None:
        position = _comment_end(sql, token.end()) if token["block"] else token.end()
        if token["block"] or token["line"]:
            yield token.start(), position, "comment"
        elif not token["parameter"] and not token["cast"]:
            yield token.start(), position, "quoted"


def _comment_end(sql: str, position: int) -> int:
    """Where a comment ends; they nest in PostgreSQL."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, position)) is not None:
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
    return len(sql) if depth else position
