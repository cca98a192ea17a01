"""What never leaves the server: secrets. That they exist is stated, their value is not."""

from __future__ import annotations

from typing import Any

from django.db import connection

from ..secret_columns import is_secret

WITHHELD: dict[str, dict[str, str]] = {
    "zerver_userprofile": {
        "api_key": "a secret that lets its holder act as this person",
        "password": "the hash of the password",
        "uuid": "identifies this account to the push notification service",
        "zoom_token": "a secret for this person's account at Zoom",
        "third_party_api_state": "secrets for this person's accounts at video call providers",
    },
    "zerver_stream": {"email_token": "a secret that lets its holder post to the channel by e-mail"},
    "zerver_channelemailaddress": {"email_token": "a secret that lets its holder post to the channel by e-mail"},
    "zerver_missedmessageemailaddress": {"email_token": "a secret that lets its holder reply as this person"},
    "zerver_pushdevicetoken": {"token": "the address of a phone at the push notification services"},
    "zerver_pushdevice": {"push_public_key": "a key for encrypted notifications", "token": "the address of a phone"},
    "zerver_service": {
        "token": "a secret of the bot",
        "base_url": "where the bot is called, which may hold a secret",
    },
    "zerver_botconfigdata": {"value": "configuration of a bot, often a key"},
    "zerver_botstoragedata": {"value": "what a bot's program keeps for itself, which may be anything"},
    "zerver_scheduledemail": {"data": "the parts of a queued e-mail, with links that are secret"},
    "zerver_realmexport": {"export_path": "a link to an export of the organization, for whoever has it"},
    "confirmation_confirmation": {"confirmation_key": "a link that works for whoever has it"},
    "otp_totp_totpdevice": {"key": "the secret of the second factor"},
    "two_factor_phonedevice": {"key": "the secret of the second factor"},
    "social_auth_usersocialauth": {"extra_data": "secrets of the login at another provider"},
    "social_auth_code": {"code": "a secret that confirms an address"},
    "django_session": {
        "session_key": "a secret that lets its holder act as this person",
        "session_data": "holds secrets of the session",
    },
    "otp_static_statictoken": {"token": "codes that can be used once as second factor"},
}
"""Table to field to what it is. ``export_single_user`` leaves these out as well, but for the video call secrets."""

SECRET_KEYS = frozenset({"export_path"})
"""Keys inside the audit log's details: until 9.0 the link to an organization's export was kept there."""
INSTEAD = "[left out: secret]"


def is_withheld(table: str, field: Any) -> bool:
    """Whether the field's values stay on the server.

    Also where the name alone tells a secret, of a table or a version that nobody here has heard of.
    """
    if field.name in WITHHELD.get(table, {}):
        return True
    kind = "" if getattr(field, "many_to_many", False) else str(field.db_type(connection) or "")
    return is_secret(table, str(field.column), kind)


def statement(table: str, field: str, present: Any) -> str:
    """The sentence for the manifest about a secret of the account; ``present``: truth or not, is there a value."""
    return f"Left out: {_what(table, field)}. {'It is set.' if present else 'It is not set.'}"


def statement_of_rows(table: str, field: str, rows: int) -> str:
    """The sentence for the manifest about a secret in rows of another table."""
    return f"Left out, in {rows} row{'' if rows == 1 else 's'}: {_what(table, field)}."


def without_secret_keys(value: Any) -> Any:
    """Details of an audit log entry without the secrets in them."""
    if isinstance(value, dict) and not SECRET_KEYS.isdisjoint(value):
        return {key: INSTEAD if key in SECRET_KEYS and each else each for key, each in value.items()}
    return value


def _what(table: str, field: str) -> str:
    return WITHHELD.get(table, {}).get(field, "named like a secret")
