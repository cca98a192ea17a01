"""Who receives personal data from a server, by its settings (GDPR Art. 15(1)(c))."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .calls import Request

RecipientKind = Literal["service", "sign-in", "bots", "browser", "infrastructure", "public"]
"""Whom the server calls; who tells it who somebody is; programs run by members; whom people's browsers call because
of the server; machines it stands on; everybody."""


@dataclass(frozen=True)
class Recipient:
    """One recipient, or one category of recipients.

    ``hosts`` are names of machines, never whole addresses: those may hold secrets. Empty where they are not known
    beforehand, or many. ``setting`` is what makes it a recipient. ``realms`` names the organizations that it
    concerns; empty for the whole server. Hosts are untrusted text.
    """

    recipient: str
    kind: RecipientKind
    data: str
    purpose: str
    setting: str
    hosts: list[str] = field(default_factory=list)
    realms: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ListRecipients(Request[list[Recipient]]):
    """Who receives personal data from the server; of one organization's people where ``realm`` names it."""

    METHOD: ClassVar[str] = "server.recipients"
    RESULT: ClassVar[object] = list[Recipient]

    realm: str | None = None
