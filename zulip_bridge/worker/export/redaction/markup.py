"""What Zulip's own markup tells about others in a text: mentions, links to conversations and to senders."""

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
