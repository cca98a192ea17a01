"""The only place that writes: data to stdout, narration to stderr, untrusted text never as it is to a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any, Literal

import orjson

from zulip_bridge.api.codec import to_json
from zulip_bridge.text import cell_width, display_text, pad

Align = Literal["left", "right"]

DANGEROUS_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What orjson writes as it is and a terminal obeys or hides: C1, DEL, bidi controls, zero-width, tags."""

WIDEST = 60
"""Cells of a table's column on a terminal; longer values end in an ellipsis there, and are whole in ``--json``."""


def narrate(sentence: str) -> None:
    """One line for the person, on stderr."""
    sys.stderr.write(display_text(sentence) + "\n")
    sys.stderr.flush()


def print_json(value: Any) -> None:
    """A value as JSON on stdout: raw UTF-8, but on a terminal what that might obey is written as escapes."""
    text = orjson.dumps(to_json(value), option=orjson.OPT_INDENT_2).decode()
    if sys.stdout.isatty():
        text = DANGEROUS_IN_JSON.sub(_escaped, text)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]], aligns: Sequence[Align] = ()) -> None:
    """An aligned table on stdout; the last column is not padded."""
    aligns = [*aligns, *["left"] * (len(titles) - len(aligns))]  # type: ignore[list-item]
    shown = [[display_text(cell, limit=WIDEST) for cell in row] for row in [titles, *rows]]
    widths = [max(cell_width(row[index]) for row in shown) for index in range(len(titles))]
    for row in shown:
        cells = [pad(cell, width, align=align) for cell, width, align in zip(row, widths, aligns, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    sys.stdout.flush()


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and values, one a line, on stdout; lines after the first of a value are indented below it."""
    width = max((cell_width(name) for name, _ in facts), default=0)
    for name, value in facts:
        first, *more = display_text(value, newlines="keep").split("\n") or [""]
        sys.stdout.write(f"{pad(display_text(name), width)}  {first}".rstrip() + "\n")
        for line in more:
            sys.stdout.write((" " * (width + 2) + line).rstrip() + "\n")
    sys.stdout.flush()


def print_line(line: str = "") -> None:
    """One line on stdout."""
    sys.stdout.write(display_text(line) + "\n")
    sys.stdout.flush()


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
