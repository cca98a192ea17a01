"""The only place that writes data: to stdout, and never as it is to a terminal, which would obey it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from zulip_bridge.text import cell_width, display_text, pad

Align = Literal["left", "right"]

OBEYED_OR_HIDDEN = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
"""Unicode categories that JSON may hold as they are, and that a terminal obeys or does not show."""

NOT_ASCII = re.compile("[^\n -~]")
GAP = 2
NARROWEST = 10
"""Cells that a column keeps on a narrow terminal."""

WIDEST = 60
"""Cells of a table's column on a terminal at the most. What is cut ends in an ellipsis, and is whole elsewhere."""


def print_json(value: Any) -> None:
    """A contract value as JSON, in UTF-8.

    On a terminal what it might obey or hide is written as JSON's own escapes.
    """
    import orjson

    from zulip_bridge.api.codec import to_json

    data = orjson.dumps(to_json(value), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if sys.stdout.isatty():
        sys.stdout.write(NOT_ASCII.sub(_harmless, data.decode()))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    sys.stdout.flush()


def print_bytes(data: bytes) -> None:
    """JSON or CSV that is encoded already, in UTF-8; a terminal gets escapes for what it might obey or hide."""
    if sys.stdout.isatty():
        sys.stdout.write(NOT_ASCII.sub(_harmless, data.decode("utf-8", "backslashreplace")))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Text of several lines."""
    for line in display_text(text, newlines="keep").split("\n"):
        _line(line)
    sys.stdout.flush()


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]], aligns: Sequence[Align] = ()) -> None:
    """An aligned table; on a terminal its left-aligned columns are narrowed to fit."""
    aligns = [*aligns, *["left"] * (len(titles) - len(aligns))]  # type: ignore[list-item]
    limit = WIDEST if sys.stdout.isatty() else None
    shown = [[display_text(cell, limit=limit) for cell in row] for row in [titles, *rows]]
    widths = [max(cell_width(row[index]) for row in shown) for index in range(len(titles))]
    if sys.stdout.isatty():
        widths = _narrowed(widths, aligns, shutil.get_terminal_size().columns)
    for row in shown:
        cells = [pad(cell, width, align=align) for cell, width, align in zip(row, widths, aligns, strict=True)]
        _line((" " * GAP).join(cells).rstrip())
    sys.stdout.flush()


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and values, one a line; lines after the first of a value are indented below it."""
    width = max((cell_width(display_text(name, limit=WIDEST)) for name, _ in facts), default=0)
    for name, value in facts:
        first, *more = display_text(value, newlines="keep").split("\n")
        _line(f"{pad(display_text(name), width)}{' ' * GAP}{first}".rstrip())
        for line in more:
            _line((" " * (width + GAP) + line).rstrip())
    sys.stdout.flush()


def print_line(line: str) -> None:
    """One line."""
    _line(display_text(line))
    sys.stdout.flush()


def path_text(path: Path) -> str:
    """A path as text; bytes in it that are not UTF-8 are written as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")


def _narrowed(widths: list[int], aligns: Sequence[Align], room: int) -> list[int]:
    """Widths that fit into ``room`` cells, taken from the widest first; as near as it goes where they cannot."""
    widths = list(widths)
    room -= GAP * (len(widths) - 1)
    flexible = [index for index, align in enumerate(aligns) if align == "left"]
    while sum(widths) > room and flexible:
        widest = max(flexible, key=lambda index: widths[index])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _harmless(match: re.Match[str]) -> str:
    char = match[0]
    if unicodedata.category(char) not in OBEYED_OR_HIDDEN and _encodable(char):
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _encodable(char: str) -> bool:
    try:
        char.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True
