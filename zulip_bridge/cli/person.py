"""``show`` and ``footprint``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import OwnedBot, Person, PersonDetail

from .narration import counted, narrate, status
from .options import Choice, target_options
from .output import print_facts, print_json, print_table
from .session import with_steward
from .user import person_arguments, read_user

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward


@click.command()
@person_arguments
@click.option("--json", "as_json", is_flag=True, help="One object.")
@target_options
def show(user: str, realm: str | None, as_json: bool, choice: Choice) -> None:
    """Show a person's first page: identity, state, contact, profile. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin, so that it is in no shell history.
    """
    name = read_user(user)

    async def work(steward: Steward) -> PersonDetail:
        return await steward.show(await steward.find(name, realm))

    detail = with_steward(choice, work)
    if as_json:
        whole = to_json(detail)
        print_json({**whole.pop("person"), **whole})
    else:
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


@click.command()
@person_arguments
@click.option("--json", "as_json", is_flag=True, help="An array of objects, also for places that hold nothing.")
@target_options
def footprint(user: str, realm: str | None, as_json: bool, choice: Choice) -> None:
    """List every table that refers to a person, with counts. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin, so that it is in no shell history.
    """
    name = read_user(user)

    async def work(steward: Steward) -> list[FootprintRow]:
        return await steward.footprint(await steward.find(name, realm), _counting)

    rows = with_steward(choice, work)
    held = sorted((row for row in rows if row.rows), key=lambda row: (row.category, row.table, row.column))
    if as_json:
        print_json(rows)
    else:
        _print_footprint(held)
    total = sum(row.rows for row in held)
    narrate(f"{counted(total, 'row')} in {counted(len(held), 'place')}; {len(rows) - len(held)} more hold nothing.")


def _counting(progress: Progress) -> None:
    status.say(f"Counting: {progress.done} of {progress.total} places")


def _print_footprint(rows: list[FootprintRow]) -> None:
    titles = ["rows", "category", "table", "column", "what it holds"]
    table = [
        [f"{row.rows:,}" + ("" if row.exact else "+"), row.category, row.table, row.column, row.description]
        for row in rows
    ]
    print_table(titles, table, ["right"])
