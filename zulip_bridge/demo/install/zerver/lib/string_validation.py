"""What may be written as a name."""

from __future__ import annotations

import unicodedata

from zerver.lib.exceptions import JsonableError
from zerver.models import Stream

NOT_PRINTABLE = ("Cc", "Cs")
NONCHARACTERS = {*range(0xFDD0, 0xFDF0), *range(0xFFFE, 0x110000, 0x10000), *range(0xFFFF, 0x110000, 0x10000)}


def check_string_is_printable(var: str) -> int | None:
    """The position, from 1, of the first character that cannot be shown; None where there is none."""
    for index, character in enumerate(var):
        if unicodedata.category(character) in NOT_PRINTABLE or ord(character) in NONCHARACTERS:
            return index + 1
    return None


def check_stream_name(stream_name: str) -> None:
    """Raises JsonableError for a name that no channel may have."""
    if stream_name.strip() == "":
        raise JsonableError("Channel name can't be empty.")
    if len(stream_name) > Stream.MAX_NAME_LENGTH:
        raise JsonableError(f"Channel name too long (limit: {Stream.MAX_NAME_LENGTH} characters).")
    position = check_string_is_printable(stream_name)
    if position is not None:
        raise JsonableError(f"Invalid character in channel name, at position {position}.")
