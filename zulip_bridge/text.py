"""Text from the database, made safe and honest to look at.

Names, topics, messages and file names come from users. A terminal obeys some characters instead of showing
them (escape sequences), others are not seen at all (zero-width, tags) or turn the order of their neighbours
(bidi overrides). Everything that is shown passes `display_text` once, where it enters: such characters become
visible marks. Exports keep the raw text; this is for eyes only.

Marks: C0 controls as their Unicode pictures (ESC is ␛), everything else as ⟪U+202E⟫.
Widths are those of rich.cells, which Textual lays out by.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len

__all__ = ["ELLIPSIS", "cell_width", "display_text", "pad"]

ELLIPSIS = "…"
"""What stands for the text that was cut off; one cell wide."""

TAB_STOP = 8
MAX_STACK = 4
"""Combining marks shown on one character: no living script needs more; hundreds cover other lines."""

MAX_JOINED = 3
"""Joiners kept in one emoji sequence: the longest recommended ones (families, kisses) have three."""

# One cell each, assigned, never combining: what nearly all text is made of.
_PLAIN = (
    r"[\x20-\x7e\xa0-\xac\xae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u052f"
    r"\u2010-\u2027\u20ac\u2400-\u2426\u27ea\u27eb]"
)
# What a variation selector or a joiner may follow (Unicode's emoji and pictographs, by block).
_EMOJI = (
    r"[\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    r"\u2b00-\u2b73\u2b76-\u2b95\u2b97-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_STYLED_EMOJI = rf"{_EMOJI}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
_IDEOGRAPH = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufa6d\ufa70-\ufad9\U00020000-\U0002fffd\U00030000-\U0003fffd]"

_NOT_PLAIN = re.compile(_PLAIN.replace("[", "[^", 1))
_TOKEN = re.compile(
    rf"(?P<plain>(?:{_PLAIN}(?!\ufe0f))+)"
    rf"|(?P<whole>{_STYLED_EMOJI}(?:\u200d{_STYLED_EMOJI}){{0,{MAX_JOINED}}}"
    r"|[0-9#*]\ufe0f\u20e3"  # keycaps
    rf"|{_IDEOGRAPH}[\U000e0100-\U000e01ef])"  # a variant of an ideograph: some Japanese names need it
    r"|(?P<newline>\r?\n)"
    r"|(?P<single>.)",
    re.DOTALL,
)

# Letters and marks that no font draws (Default_Ignorable_Code_Point): invisible names are made of them.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_MARKED_CATEGORIES = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])


def cell_width(text: str) -> int:
    """Terminal cells that `text` occupies, as Textual will lay it out."""
    return cell_len(text)


def display_text(value: str, *, limit: int | None = None, newlines: Literal["mark", "keep"] = "mark") -> str:
    """Make untrusted text safe to show, with what was dangerous or invisible in it made visible.

    `limit` is the greatest width in terminal cells; what is longer ends in `ELLIPSIS` (a kept newline counts
    as one cell). `newlines="keep"` leaves line feeds (and makes CR LF one) for text shown on several lines.
    Applying it to its own result changes nothing. It never raises, whatever is in the string.
    """
    if _NOT_PLAIN.search(value) is None:
        if limit is None or len(value) <= limit:
            return value
        return value[: limit - 1] + ELLIPSIS if limit > 0 else ""
    if limit is not None and limit <= 0:
        return ""
    pieces = _Pieces(limit)
    for token in _TOKEN.finditer(value):
        pieces.token(token.lastgroup, token.group(), keep_newlines=newlines == "keep")
        if pieces.full():
            break
    return pieces.finish()


def pad(text: str, width: int, *, align: Literal["left", "right"] = "left") -> str:
    """Fit text into exactly `width` cells: spaces added, or cut with `ELLIPSIS`; controls are marked."""
    fitted = display_text(text, limit=width)
    spaces = " " * (width - cell_width(fitted))
    return spaces + fitted if align == "right" else fitted + spaces


class _Pieces:
    """The result so far, piece by piece, each with its width, so that cutting never splits a piece."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._pieces: list[tuple[str, int, bool]] = []  # text, cells, whether it may be cut anywhere
        self._width = 0
        self._column = 0  # since the last newline: tab stops count from there
        self._stacked = 0
        self._elided = 0

    def full(self) -> bool:
        """Whether the limit has been passed: nothing further will be shown."""
        return self._limit is not None and self._width > self._limit

    def token(self, kind: str | None, text: str, *, keep_newlines: bool) -> None:
        """Take the next token of the source text."""
        if kind == "single" and _is_stacking(text):
            self._stack(text)
            return
        self._end_stack()
        if kind == "newline" and keep_newlines:
            self._add("\n", 1)
            self._column = 0
        elif kind == "newline":
            self._add("".join(map(_visible, text)), len(text))
        elif kind == "plain":
            self._add(text, len(text), splittable=True)
        elif text == "\t":
            spaces = TAB_STOP - self._column % TAB_STOP
            self._add(" " * spaces, spaces)
        else:
            shown = text if kind == "whole" else _visible(text)
            self._add(shown, cell_width(shown))

    def finish(self) -> str:
        """The whole result, cut to the limit."""
        if not self.full():
            self._end_stack()
        if self.full():
            self._cut()
        return "".join(piece[0] for piece in self._pieces)

    def _add(self, text: str, width: int, *, splittable: bool = False) -> None:
        self._pieces.append((text, width, splittable))
        self._width += width
        self._column += width

    def _stack(self, mark: str) -> None:
        if not self._stacked and not self._has_base():
            self._add("◌", 1)
        if self._stacked < MAX_STACK:
            self._stacked += 1
            self._add(mark, 0)
        else:
            self._elided += 1

    def _end_stack(self) -> None:
        if self._elided:
            note = f"⟪+{self._elided}⟫"
            self._add(note, len(note))
        self._stacked = self._elided = 0

    def _has_base(self) -> bool:
        """Whether a combining mark would sit on the text, not on a border, a line's start or our marks."""
        last = self._pieces[-1][0][-1] if self._pieces else "\n"
        return last != "\n" and last != "⟫" and not "\u2400" <= last <= "\u2426"

    def _cut(self) -> None:
        assert self._limit is not None
        room = self._limit - 1
        while self._width > room:
            text, width, splittable = self._pieces.pop()
            self._width -= width
            if splittable and self._width < room:
                kept = text[: room - self._width]
                self._add(kept, len(kept))
        self._add(ELLIPSIS, 1)


@lru_cache(maxsize=4096)
def _is_stacking(char: str) -> bool:
    """Whether a character is drawn onto the one before it, taking no cell of its own."""
    if char in _INVISIBLE:
        return False
    category = unicodedata.category(char)
    return category[0] == "M" or (category[0] == "L" and cell_width(char) == 0)


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    """One character as itself, or as the mark that stands for it."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    category = unicodedata.category(char)
    if char in _INVISIBLE or (category in _MARKED_CATEGORIES and not _is_newer_than_our_tables(code, category)):
        return f"⟪U+{code:04X}⟫"
    return char


def _is_newer_than_our_tables(code: int, category: str) -> bool:
    """Whether a code point this Python calls unassigned is reserved for ideographs or pictographs.

    Names use the newest ideographs, and the oldest Python that is supported knows Unicode 13.
    """
    if category != "Cn" or code & 0xFFFE == 0xFFFE:
        return False
    return 0x20000 <= code <= 0x3FFFD or 0x1F000 <= code <= 0x1FAFF
