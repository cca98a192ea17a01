"""What Zulip's own markup tells about others in a text: mentions, quotes, links to conversations and to senders."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

MENTION = re.compile(r"@(?P<silent>_?)\*\*(?P<name>[^*\n]+?)(?:\|(?P<id>\d+))?\*\*")
EVERYBODY = frozenset({"all", "everyone", "stream", "channel", "topic"})
LOCAL = frozenset("!#$%&'*+/=?^_`{|}~.-")
"""What the part of an address before the @ may have besides letters and digits."""
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*|\[[\d.:a-fA-F]+\]")
AROUND_ADDRESS = "*`'_~|!#{}=/?&.$"
"""What markup may have put directly before an address, although an address may contain it."""
CONVERSATION = re.compile(
    r"(?P<kind>/(?:dm|dm-including|pm-with|group-pm-with|sender|from)/)(?P<who>[^/\s)\]\"'<>]+)"
)
IDS = re.compile(r"\d+(?:,\d+)*")
RUN = re.compile(r"\S+")
ENCODED = re.compile(r"[%.][0-9A-Fa-f]{2}")
FENCE = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})(?P<language>[^\n`]*)$")
SAID = re.compile(r"@_?\*\*(?P<name>[^*\n]+?)(?:\|(?P<id>\d+))?\*\*")
QUOTE = "[quoted text left out]"


def replace_mentions(text: str, by: Callable[[str, int | None], str | None]) -> str:
    """Names in mentions replaced; ``by`` gets name and id (where the mention has one), and gives None to keep it."""

    def instead(found: re.Match[str]) -> str:
        if found["name"] in EVERYBODY and found["id"] is None:
            return found.group()
        name = by(found["name"], int(found["id"]) if found["id"] else None)
        return found.group() if name is None else f"@{found['silent']}**{name}**"

    return MENTION.sub(instead, text) if "**" in text else text


def replace_addresses(text: str, is_kept: Callable[[str], bool], instead: str) -> str:
    """E-mail addresses replaced, but for those that are kept."""
    pieces, position = [], 0
    at = text.find("@")
    while at >= 0:
        # By hand: a pattern that looks for the @ behind a long word tries again from each of its letters.
        start = at
        while start > position and (text[start - 1].isalnum() or text[start - 1] in LOCAL):
            start -= 1
        domain = DOMAIN.match(text, at + 1)
        if domain is not None and start < at:
            bare = start + len(text[start:at]) - len(text[start:at].lstrip(AROUND_ADDRESS))
            start = bare if bare < at else start
            if not is_kept(text[start : domain.end()]):
                pieces += [text[position:start], instead]
                position = domain.end()
        at = text.find("@", max(at + 1, position))
    return "".join([*pieces, text[position:]])


def replace_conversations(text: str) -> str:
    """Links to direct messages and to what somebody sent, without the names in them."""

    def replace(found: re.Match[str]) -> str:
        ids = IDS.match(found["who"])
        return found["kind"] + (ids.group() if ids else "someone")

    return CONVERSATION.sub(replace, text) if "/" in text else text


def replace_encoded(text: str, by: Callable[[str], str]) -> str:
    """Names and addresses in the encoding of links: ``%20``, and ``.20`` as in Zulip's own."""

    def replace(found: re.Match[str]) -> str:
        if ENCODED.search(found.group()) is None:
            return found.group()
        for mark in ("%", "."):
            plain = unquote(re.sub(rf"{re.escape(mark)}([0-9A-Fa-f]{{2}})", r"%\1", found.group()))
            cleaned = by(plain)
            if cleaned != plain:
                return quote(cleaned, safe="/:#?&=()[]@+,;!*'")
        return found.group()

    return RUN.sub(replace, text) if ENCODED.search(text) is not None else text


def replace_quotes(text: str, is_own: Callable[[str, int | None], bool]) -> tuple[str, int]:
    """Quotations left out, but for those that are said to be the subject's own; and how many there were.

    Zulip's "quote and reply" writes who said it in the line before the block; lines that begin with ``>`` do not
    tell.
    """
    if "```" not in text and "~~~" not in text and ">" not in text:
        return text, 0
    return _Quotes(is_own).leave_out(text)


def _is_quote(fence: re.Match[str]) -> bool:
    return fence["language"].strip("{}. \t").lower() == "quote"


class _Quotes:
    def __init__(self, is_own: Callable[[str, int | None], bool]) -> None:
        self._is_own = is_own
        self._open: list[str] = []
        self._own = False
        self._count = 0
        self._kept: list[str] = []

    def leave_out(self, text: str) -> tuple[str, int]:
        """See :func:`replace_quotes`."""
        in_code: str | None = None
        for line in text.split("\n"):
            if self._open:
                self._inside(line)
            elif in_code is not None:
                self._kept.append(line)
                in_code = None if line.strip() == in_code else in_code
            elif (fence := FENCE.match(line)) is not None:
                if _is_quote(fence):
                    self._begin(line, fence["fence"])
                else:
                    in_code = fence["fence"]
                    self._kept.append(line)
            elif line.lstrip().startswith(">"):
                self._line()
            else:
                self._kept.append(line)
        return "\n".join(self._kept), self._count

    def _begin(self, line: str, fence: str) -> None:
        self._open = [fence]
        said = list(SAID.finditer(self._before()))
        self._own = bool(said) and self._is_own(said[-1]["name"], int(said[-1]["id"]) if said[-1]["id"] else None)
        self._kept.append(line)
        if not self._own:
            self._count += 1
            self._kept += [QUOTE, fence]

    def _before(self) -> str:
        """The line before, where it introduces the quotation."""
        before = next((each for each in reversed(self._kept) if each.strip()), "")
        return before if before.rstrip().endswith(":") else ""

    def _inside(self, line: str) -> None:
        """A line of the quotation: blocks inside it have fences of their own."""
        if line.strip() == self._open[-1]:
            self._open.pop()
        elif (fence := FENCE.match(line)) is not None:
            nested = _is_quote(fence)
            self._open.append(fence["fence"])
            if nested and self._own:
                # What they quoted again is somebody else's until it ends.
                self._count += 1
                self._kept += [line, QUOTE, fence["fence"], self._open[0]]
                self._own = False
                return
        if self._own:
            self._kept.append(line)

    def _line(self) -> None:
        if not self._kept or self._kept[-1] != f"> {QUOTE}":
            self._count += 1
            self._kept.append(f"> {QUOTE}")
