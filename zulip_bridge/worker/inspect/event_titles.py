"""Audit events in short words, by number (facts.md 8.2; the numbers are the same in all versions)."""

from __future__ import annotations

from zulip_bridge.worker import compat_audit

TITLES = {
    101: "account created",
    102: "account activated",
    103: "account deactivated",
    104: "account reactivated",
    105: "role changed",
    106: "account deleted",
    107: "account deleted, messages kept",
    108: "special permission changed",
    120: "back from long-term idle",
    121: "made long-term idle",
    122: "password changed",
    123: "avatar changed",
    124: "name changed",
    125: "address changed",
    126: "terms accepted",
    127: "API key changed",
    128: "bot owner changed",
    129: "bot's sending channel changed",
    130: "bot's events channel changed",
    131: "bot's all public channels changed",
    132: "setting changed",
    133: "digest e-mail made",
    301: "subscribed",
    302: "subscribed again",
    303: "unsubscribed",
    304: "subscription setting changed",
    350: "muted a person",
    351: "unmuted a person",
    701: "group created",
    702: "group deleted",
    703: "added to group",
    704: "removed from group",
    705: "group added to group",
    706: "group removed from group",
    707: "group added to group",
    708: "group removed from group",
    720: "group's name changed",
    721: "group's description changed",
    722: "group's setting changed",
    723: "group deactivated",
}
"""Of those that are about a person; the others are told by Zulip's own names."""


def event_name(number: int) -> str:
    """Zulip's own name for an event, or its number where this version has none."""
    return compat_audit.event_names().get(number) or f"event {number}"


def event_title(number: int) -> str:
    """An event in words."""
    return TITLES.get(number) or event_name(number).replace("_", " ").lower()
