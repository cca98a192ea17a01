"""How a person gets in: secrets that exist, sessions, devices, identities elsewhere, invitations, links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zulip_bridge.api.access import AccessReport, Invitation, ReadAccess
from zulip_bridge.api.people import Person

from ..output import print_line, print_table
from . import SectionOptions

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

INVITED = ["as", "sent", "until", "state"]


async def read(steward: Steward, person: Person, options: SectionOptions) -> AccessReport:
    """All of it; of invitations and links ``--limit`` each."""
    return await steward.inspect.read(person, ReadAccess(person.id, options.limit))


def show(found: AccessReport) -> None:
    """Print a table of each."""
    secrets = ([each.name, "set" if each.exists else "none", each.note] for each in found.secrets)
    _print("secrets (never shown)", ["secret", "", ""], secrets)
    methods = ([each.name, "" if each.set_up else "the server is not set up for it"] for each in found.login_methods)
    _print("ways to log in that the organization allows", ["method", ""], methods)
    looked = "" if found.sessions_exact else f" (of the {found.sessions_read:,} that expire last)"
    sessions = (
        [each.saved or "", each.expires, each.method, "expired" if each.expired else "live"]
        for each in found.sessions
    )
    _print(f"sessions{looked}", ["saved", "expires", "login by", "state"], sessions)
    devices = ([each.kind, each.app_id, each.updated or "", each.note] for each in found.push_devices)
    _print("push devices", ["delivered by", "app", "updated", ""], devices)
    factors = (
        [each.kind, each.name, "" if each.confirmed else "not confirmed", each.last_used or "", each.note]
        for each in found.second_factors
    )
    _print("second factors", ["factor", "name", "", "last used", ""], factors)
    identities = ([each.kind, each.provider, each.uid, each.created or ""] for each in found.identities)
    _print("identities elsewhere", ["kind", "at", "id", "since"], identities)
    more = len(found.invitations_made) < found.invitations_made_total
    of = f" {len(found.invitations_made):,} of {found.invitations_made_total:,}" if more else ""
    _print(f"invitations made{of}", ["by", "whom", *INVITED], map(_invitation, found.invitations_made))
    _print("invitations received", ["by", "from", *INVITED], map(_invitation, found.invitations_received))
    links = ([each.purpose, each.about, each.sent or "", each.expires or "", each.state] for each in found.links)
    _print("links that were sent", ["for", "about", "sent", "until", "state"], links)
    ways = ([words, f"{count:,}"] for words, count in found.other_ways.items())
    _print("other ways in and out", ["what", "rows"], ways)


def _print(title: str, titles: list[str], rows: Iterable[list[str]]) -> None:
    table = list(rows)
    print_line(f"{title}: {len(table) or 'none'}")
    if table:
        print_table(titles, table)
    print_line("")


def _invitation(invitation: Invitation) -> list[str]:
    return [
        invitation.kind, invitation.other, invitation.role, invitation.sent or "", invitation.expires or "",
        invitation.state,
    ]  # fmt: skip
