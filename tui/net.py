"""The second net under untrusted text: nothing that a terminal obeys leaves the app inside a line.

The first is the marking of such characters where data enters; what slips past it (a library's message, a file
name in an error) is stopped here, for every widget, whatever it was drawn with.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# C0 but for tab and line feed, DEL, C1, bidi, zero-width (not the joiner inside emoji), line separators, tags.
# Their width in cells is 0, so removing them moves nothing.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]+"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


class ControlFilter(LineFilter):
    """Takes control, bidi and zero-width characters, and links, out of the segments of every line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments as they may be written to a terminal; the same list where nothing had to go."""
        if not any(_is_unsafe(segment) for segment in segments):
            return segments
        return [_safe(segment) if _is_unsafe(segment) else segment for segment in segments]


def _is_unsafe(segment: Segment) -> bool:
    text, style, control = segment
    if control:
        return False
    return (
        _OBEYED.search(text) is not None
        or _SURROGATES.search(text) is not None
        or (style is not None and style.link is not None)
    )


def _safe(segment: Segment) -> Segment:
    text, style, _ = segment
    if style is not None and style.link is not None:
        style = style.update_link(None)  # its address would be written unescaped
    return Segment(_SURROGATES.sub("\ufffd", _OBEYED.sub("", text)), style)
