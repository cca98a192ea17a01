"""Quotations in a text in Zulip's markup: left out, but for those that are said to be the subject's own.

Zulip's rules (``zerver.lib.markdown.fenced_code``, and Python-Markdown's quotes) decide what is inside of what. Where
they and a reader could differ, more is left out rather than less: a fence that Zulip would not take for one never
makes code of a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LEFT_OUT = "[quoted text left out]"
QUOTING = ("quote", "quoted")
SPOILER = "spoiler"

FENCE = re.compile(
    r"(?P<fence>`{3,}|~{3,})[ ]*(?:\{?\.?(?P<language>[a-zA-Z0-9_+,\-./#]+)[ ]*(?:[^ ~`][^~`]*)?\}?)?[ ]*"
)
"""What is a fence for Zulip."""
QUOTE_FENCE = re.compile(r"[ \t]*(?P<fence>`{3,}|~{3,})[ \t{.]*(?:quoted|quote)(?![a-z0-9_+,\-./#]).*", re.IGNORECASE)
"""And what might be meant for one that quotes."""
QUOTED_LINE = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)*>")
"""In a list as well."""
SAID = re.compile(r"@_\*\*(?P<name>[^*\n]+?)(?:\|(?P<id>\d+))?\*\* \[[^\]\n]*\]\([^)\n]*\):\s*")
"""The line before a quotation, as Zulip's "quote and reply" writes it in whatever language."""

IsOwn = Callable[[str, "int | None"], bool]
Kind = Literal["own", "others", "spoiler", "code"]


@dataclass(frozen=True)
class _Block:
    fence: str
    kind: Kind


def replace_quotes(text: str, is_own: IsOwn, plain_fence: str = "") -> tuple[str, int]:
    """The text without quotations, and how many there were.

    ``is_own`` is asked with the name and the id of who is said to have said it; lines that begin with ``>`` do not
    tell. ``plain_fence`` is the language of a fence that names none (a setting of the organization).
    """
    if "```" not in text and "~~~" not in text and ">" not in text:
        return text, 0
    quotes = _Quotes(is_own, plain_fence.lower())
    for line in text.split("\n"):
        quotes.take(line)
    return "\n".join(quotes.kept), quotes.count


class _Quotes:
    def __init__(self, is_own: IsOwn, plain_fence: str) -> None:
        self.kept: list[str] = []
        self.count = 0
        self._is_own = is_own
        self._plain_fence = plain_fence
        self._open: list[_Block] = []
        self._in_quoted_lines = False

    def take(self, line: str) -> None:
        """The next line."""
        inner = self._open[-1] if self._open else None
        if inner is not None and _closes(line, inner):
            self._close()
        elif (inner is None or inner.kind != "code") and (block := self._opened_by(line)) is not None:
            self._begin(line, block)
        elif self._is_left_out:
            return
        elif inner is not None and inner.kind == "code":
            self._keep(line)
        else:
            self._take_markup(line)

    @property
    def _is_left_out(self) -> bool:
        return any(each.kind == "others" for each in self._open)

    def _opened_by(self, line: str) -> _Block | None:
        if (quote := QUOTE_FENCE.fullmatch(line)) is not None:
            return _Block(quote["fence"], "own" if self._introduces_own() else "others")
        if (fence := FENCE.fullmatch(line)) is None:
            return None
        language = (fence["language"] or self._plain_fence).lower()
        if language in QUOTING:
            return _Block(fence["fence"], "own" if self._introduces_own() else "others")
        return _Block(fence["fence"], "spoiler" if language == SPOILER else "code")

    def _introduces_own(self) -> bool:
        """Whether the line before says that the subject said it; what they quoted again is somebody else's."""
        if self._open:
            return False
        before = next((each for each in reversed(self.kept) if each.strip()), "")
        said = SAID.search(before)
        if said is None or said.end() != len(before):
            return False
        return self._is_own(said["name"], int(said["id"]) if said["id"] else None)

    def _begin(self, line: str, block: _Block) -> None:
        if not self._is_left_out:
            self._keep(line)
            if block.kind == "others":
                self.count += 1
                self.kept += [LEFT_OUT, block.fence]
        self._open.append(block)

    def _close(self) -> None:
        block = self._open.pop()
        if block.kind != "others" and not self._is_left_out:
            self._keep(block.fence)

    def _take_markup(self, line: str) -> None:
        """Outside of code: a quoted line, and what follows it in its paragraph, which Zulip shows inside of it."""
        if not line.strip() or not (self._in_quoted_lines or QUOTED_LINE.match(line)):
            self._keep(line)
        elif not self._in_quoted_lines:
            self.count += 1
            self.kept.append(f"> {LEFT_OUT}")
            self._in_quoted_lines = True

    def _keep(self, line: str) -> None:
        self.kept.append(line)
        self._in_quoted_lines = False


def _closes(line: str, block: _Block) -> bool:
    """As Zulip has it; of what is left out anyway, an indented fence as well."""
    return line.rstrip() == block.fence or (block.kind == "others" and line.strip() == block.fence)
