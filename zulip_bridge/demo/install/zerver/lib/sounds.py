"""Sounds of notifications."""

from __future__ import annotations


def get_available_notification_sounds() -> list[str]:
    """The names of the sounds that can be chosen."""
    return ["chime", "ding", "zulip"]
