"""``recipients.json``: who receives personal data of the person's organization, by the server's settings."""

from __future__ import annotations

import orjson

from zulip_bridge.api.codec import to_json

from ..recipients import recipients_of
from .rows import Writing
from .sending import FileSender


def send_recipients(writing: Writing) -> None:
    """Stream the list."""
    found = recipients_of(writing.person.realm_id, writing.person.realm)
    file = FileSender(writing.context, "recipients.json")
    file.write(orjson.dumps({"recipients": to_json(found)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    file.end({"recipients": len(found)})
    counts = writing.sections["recipients"]
    counts.found = counts.written = len(found)
