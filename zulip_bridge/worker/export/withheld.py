"""What never leaves the server: secrets. That they exist is stated, their value is not."""

from __future__ import annotations

import re
from typing import Any

WITHHELD: dict[str, dict[str, str]] = {
    "zerver_userprofile": {
        "api_key": "a secret that lets its holder act as this person",
        "password": "the hash of the password",
        "uuid": "identifies this account to the push notification service",
        "zoom_token": "a secret for this person's account at Zoom",
        "third_party_api_state": "secrets for this person's accounts at video call providers",
    },
    "zerver_stream": {"email_token": "a secret that lets its holder post to the channel by e-mail"},
}
"""Table to field to what it is. ``export_single_user`` leaves these out as well, but for the video call secrets."""

SECRET_NAME = re.compile(r"(^|_)(password|passphrase|secret|api_key|private_key|token)s?$")
"""Names that a later Zulip may give to a new secret: better left out and stated than handed over."""


def is_withheld(table: str, field: str) -> bool:
    """Whether the field's values stay on the server."""
    return field in WITHHELD.get(table, {}) or SECRET_NAME.search(field) is not None


def statement(table: str, field: str, present: Any) -> str:
    """The sentence for the manifest; ``present`` tells, truth or not, whether there is a value."""
    what = WITHHELD.get(table, {}).get(field, "named like a secret")
    return f"Left out: {what}. {'It is set.' if present else 'It is not set.'}"
