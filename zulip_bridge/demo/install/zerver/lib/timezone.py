"""Names of time zones."""

from __future__ import annotations

ALIASES = {"Asia/Calcutta": "Asia/Kolkata", "Europe/Kiev": "Europe/Kyiv", "US/Pacific": "America/Los_Angeles"}
"""Zulip reads all of them from the system's data; these stand for them."""


def canonicalize_timezone(key: str) -> str:
    """The name that a zone has today."""
    return ALIASES.get(key, key)
