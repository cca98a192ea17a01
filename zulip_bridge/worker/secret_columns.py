"""Columns that hold secrets: whoever knows the value can act as somebody, or as the server.

Of Zulip 8.4 to 12, column by column. Names that a later version may give to a new secret are recognized as well.
"""

from __future__ import annotations

import re

SECRETS: dict[str, frozenset[str]] = {
    "zerver_userprofile": frozenset({"api_key", "password", "uuid", "zoom_token", "third_party_api_state"}),
    "zerver_realm": frozenset({"uuid", "uuid_owner_secret"}),
    "zerver_stream": frozenset({"email_token"}),
    "zerver_channelemailaddress": frozenset({"email_token"}),
    "zerver_missedmessageemailaddress": frozenset({"email_token"}),
    "zerver_botconfigdata": frozenset({"value"}),
    "zerver_service": frozenset({"token"}),
    "zerver_pushdevicetoken": frozenset({"token"}),
    "zerver_pushdevice": frozenset({"push_public_key"}),
    "zerver_device": frozenset({"push_key"}),
    "zilencer_remotezulipserver": frozenset({"api_key", "uuid"}),
    "zilencer_remotepushdevicetoken": frozenset({"token", "user_uuid"}),
    "zilencer_remotepushdevice": frozenset({"token"}),
    "zilencer_remoterealm": frozenset({"uuid", "uuid_owner_secret"}),
    "confirmation_confirmation": frozenset({"confirmation_key"}),
    "confirmation_realmcreationkey": frozenset({"creation_key"}),
    "django_session": frozenset({"session_key", "session_data"}),
    "otp_static_statictoken": frozenset({"token"}),
    "otp_totp_totpdevice": frozenset({"key"}),
    "two_factor_phonedevice": frozenset({"key"}),
    "social_auth_association": frozenset({"handle", "secret"}),
    "social_auth_code": frozenset({"code"}),
    "social_auth_nonce": frozenset({"salt"}),
    "social_auth_partial": frozenset({"token", "data"}),
    "social_auth_usersocialauth": frozenset({"extra_data"}),
    "third_party_api_results": frozenset({"cache_key", "value"}),
    # PostgreSQL's own: samples of any column's values, and statements with the values in them.
    "pg_stats": frozenset({"most_common_vals", "most_common_elems", "histogram_bounds"}),
    "pg_stats_ext": frozenset({"most_common_vals"}),
    "pg_stats_ext_exprs": frozenset({"most_common_vals", "most_common_elems", "histogram_bounds"}),
    "pg_statistic": frozenset({"stavalues1", "stavalues2", "stavalues3", "stavalues4", "stavalues5"}),
    "pg_stat_activity": frozenset({"query"}),
    "pg_stat_get_activity": frozenset({"query"}),
}
"""Table, view or function to its secret columns; not every version has all of them."""

SECRET_NAME = re.compile(
    r"(^|_)(password|passphrase|secret|api_?key|private_key|push_key|session_key|session_data|token|zoom_token"
    r"|creation_key|confirmation_key)s?$",
    re.IGNORECASE,
)
NOT_TEXT = frozenset({"boolean", "smallint", "integer", "bigint", "date", "timestamp with time zone"})
"""Types of columns that are only named like a secret: whether there is one, how many, until when."""


def is_secret(table: str, column: str, type_name: str) -> bool:
    """Whether a table's column holds secrets."""
    if type_name in NOT_TEXT:
        return False
    return column in SECRETS.get(table, ()) or SECRET_NAME.search(column) is not None


def is_named_like_a_secret(name: str, type_name: str) -> bool:
    """Whether a result's column must be taken for a secret by its name alone."""
    return type_name not in NOT_TEXT and (SECRET_NAME.search(name) is not None or name.lower() == "uuid")
