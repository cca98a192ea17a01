"""Completing what ``edit`` can change: names of fields, words, and the values that are the same everywhere."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from zulip_bridge.api.changes import ALIASES, FIELDS, ONE_OFF, PREFIXES, WORDS
from zulip_bridge.api.people import ROLE_NAMES

YES_NO = ("yes", "no")
VALUES: dict[str, tuple[str, ...]] = {
    "role": tuple(ROLE_NAMES.values()),
    "email_address_visibility": ("everyone", "members", "moderators", "administrators", "nobody"),
    "active": YES_NO,
    "can_forge_sender": YES_NO,
    "can_create_users": YES_NO,
    "can_change_user_emails": YES_NO,
}
MEMBERSHIP = {"group": ("group:+", "group:-"), "channel": ("channel:+", "channel:-")}


def complete_changes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What may stand where ``incomplete`` does. No server is asked: names of groups and the like are not there."""
    name, equals, begun = incomplete.partition("=")
    if equals:
        values = VALUES.get(ALIASES.get(name, name), ())
        return [CompletionItem(f"{name}={value}") for value in values if value.startswith(begun.casefold())]
    given = {str(each).partition("=")[0] for each in context.params.get("changes") or ()}
    names = {f"{field}=": words for field, words in FIELDS.items() if field not in given}
    names |= {word: ONE_OFF.get(word, "") for word in WORDS if word not in given}
    for prefix, words in PREFIXES.items():
        names |= dict.fromkeys(MEMBERSHIP.get(prefix, (f"{prefix}:",)), words)
    return [CompletionItem(each, help=words or None) for each, words in names.items() if each.startswith(incomplete)]
