"""Identity, state, contact, profile: a person's first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zulip_bridge.api.people import OwnedBot, Person, PersonDetail

from ..output import print_facts
from . import SectionOptions

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward


async def read(steward: Steward, person: Person, options: SectionOptions) -> PersonDetail:
    """Everything on the first page."""
    return await steward.show(person, weekly=True)


def show(detail: PersonDetail) -> None:
    """Print it."""
    print_facts(_facts(detail))


def _facts(detail: PersonDetail) -> list[tuple[str, str]]:
    person = detail.person
    facts = [
        ("name", person.full_name),
        ("id", str(person.id)),
        ("realm", f"{detail.realm_name} ({person.realm or 'root'})" + (", deactivated" * detail.realm_deactivated)),
        ("address", person.delivery_email),
        ("API address", f"{person.email}, address visible to: {detail.email_visibility}"),
        ("role", detail.bot_kind or person.role_name),
        ("state", ", ".join(detail.states)),
        ("may also", ", ".join(detail.permissions)),
        ("bot owner", _named(detail.bot_owner)),
        ("joined", person.date_joined),
        ("last login", person.last_login or "never"),
        ("last seen", person.last_seen or "never"),
        ("time zone", detail.timezone),
        ("language", detail.language),
        ("status", detail.status_text),
        ("avatar", f"{detail.avatar}, version {detail.avatar_version}"),
        *((each.name, each.shown) for each in detail.profile),
        ("groups", ", ".join(detail.groups)),
        ("bots", ", ".join(map(_bot, detail.bots_owned))),
        *((each.name, f"{each.count:,}" + ("" if each.exact else " or more")) for each in detail.counts),
        ("secrets", "; ".join(detail.credentials)),
    ]
    return [(name, value) for name, value in facts if value]


def _named(person: Person | None) -> str:
    return f"{person.full_name} (id {person.id})" if person else ""


def _bot(bot: OwnedBot) -> str:
    return f"{bot.full_name} (id {bot.id}, {bot.bot_kind}{'' if bot.is_active else ', deactivated'})"
