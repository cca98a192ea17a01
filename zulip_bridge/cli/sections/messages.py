"""Messages: sent, direct, mentions, starred, reacted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from zulip_bridge.api.messages import (
    MESSAGE_KINDS,
    MOST_MESSAGES,
    CountMessages,
    MessageCount,
    MessageFilters,
    MessageKind,
    MessageRow,
    ReadMessages,
)
from zulip_bridge.api.people import Person

from ..output import print_line, print_table
from . import SectionOptions

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward


@dataclass(frozen=True)
class FoundMessages:
    """What ``--json`` prints: the newest messages, the filters that were set, how many pass them, and how text was
    searched for (:attr:`MessagePage.search`). ``more``: there are others than these."""

    kind: MessageKind
    filters: MessageFilters
    search: str
    total: MessageCount
    more: bool
    messages: list[MessageRow]


async def read(steward: Steward, person: Person, options: SectionOptions) -> FoundMessages:
    """The newest, whole; up to the limit."""
    kind = _kind(options.kind)
    filters = MessageFilters(options.channel, options.topic, options.text, options.since, options.until)
    facts: dict[str, str] = {"kind": kind}
    messages: list[MessageRow] = []
    search, more = "", True
    while more and len(messages) < options.limit:
        after = messages[-1].id if messages else None
        limit = min(options.limit - len(messages), MOST_MESSAGES)
        request = ReadMessages(person.id, kind, filters, after, limit=limit, whole=True)
        page = await steward.inspect.read(person, request, facts=facts, filters=filters.names)
        messages += page.messages
        search, more = page.search, page.more
    total = MessageCount(len(messages), True)
    if more:
        total = await steward.inspect.read(person, CountMessages(person.id, kind, filters))
    return FoundMessages(kind, filters, search, total, more, messages)


def show(found: FoundMessages) -> None:
    """Print a table, and how many there are."""
    titles = ["id", "sent", "from", "where", "message"]
    rows = [[str(each.id), each.sent_at, each.sender, _where(each), each.content] for each in found.messages]
    print_table(titles, rows, ["right"])
    total = f"{found.total.count:,}" + ("" if found.total.exact else "+")
    print_line(f"{len(found.messages):,} of {total} messages ({found.kind})")


def _kind(given: str | None) -> MessageKind:
    for kind in MESSAGE_KINDS:
        if (given or "sent").lower() == kind:
            return kind
    raise click.UsageError(f"--kind is one of {', '.join(MESSAGE_KINDS)} for messages, not {given}.")


def _where(message: MessageRow) -> str:
    if message.where == "channel":
        return f"#{message.to} > {message.topic}"
    return f"{message.where}: {message.to}"
