"""``search``, ``show`` and ``footprint``."""

from __future__ import annotations

from typing import Any

import click

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import ROLE_NAMES, Person, PersonDetail, SearchPeople

from .options import Choice, target_options
from .output import narrate, print_facts, print_json, print_table
from .session import with_steward
from .user import person_arguments, read_user

ROLES = {name: number for number, name in ROLE_NAMES.items()} | {"admin": 200}


def _roles(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[int]:
    roles = []
    for value in values:
        role = int(value) if value.isdigit() else ROLES.get(value.lower())
        if role not in ROLE_NAMES:
            names = ", ".join(f"{name} ({number})" for number, name in ROLE_NAMES.items())
            raise click.BadParameter(f"there is no role {value}; roles are {names}.")
        roles.append(role)
    return roles


@click.command()
@click.argument("text", nargs=-1)
@click.option("--realm", metavar="STRING_ID", help="Only in this organization.")
@click.option("--role", "roles", multiple=True, callback=_roles, metavar="ROLE", help="A name or number; repeatable.")
@click.option("--status", type=click.Choice(["active", "deactivated", "any"]), default="any", show_default=True)
@click.option("--bots", type=click.Choice(["people", "bots", "any"]), default="any", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Rows at the most.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
@target_options
def search(
    text: tuple[str, ...], realm: str | None, roles: list[int], status: Any, bots: Any, limit: int, as_json: bool,
    choice: Choice,
) -> None:  # fmt: skip
    """Find people by name, address, id or profile value.

    Every word must match; without TEXT everybody is listed. Exact matches come first.
    """
    request = SearchPeople(" ".join(text), realm, roles, status, bots, limit)
    page = with_steward(choice, lambda steward: steward.search(request))
    if as_json:
        print_json(page.people)
    elif page.people:
        _print_people(page.people)
    if not page.people:
        narrate("Nobody matches.")
    elif page.total > len(page.people):
        narrate(f"{len(page.people)} of {page.total:,} shown; --limit N shows more.")


def _print_people(people: list[Person]) -> None:
    titles = ["id", "name", "address", "realm", "role", "state", "last seen"]
    rows = [
        [
            str(each.id),
            each.full_name,
            each.delivery_email,
            each.realm or "(root)",
            "bot" if each.is_bot else each.role_name,
            each.state,
            (each.last_seen or "–")[:10],
        ]
        for each in people
    ]
    print_table(titles, rows, ["right"])


@click.command()
@person_arguments
@click.option("--json", "as_json", is_flag=True, help="One object.")
@target_options
def show(user: str, realm: str | None, as_json: bool, choice: Choice) -> None:
    """Show a person's first page: identity, state, contact, profile. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin, so that it is in no shell history.
    """
    name = read_user(user)

    async def work(steward: Any) -> PersonDetail:
        detail: PersonDetail = await steward.show(await steward.find(name, realm))
        return detail

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
        ("bots", ", ".join(f"{bot.full_name} (id {bot.id}, {bot.bot_kind})" for bot in detail.bots_owned)),
        *((each.name, f"{each.count:,}" + ("" if each.exact else " or more")) for each in detail.counts),
        ("secrets", "; ".join(detail.credentials)),
    ]
    return [(name, value) for name, value in facts if value]


def _named(person: Person | None) -> str:
    return f"{person.full_name} (id {person.id})" if person else ""


@click.command()
@person_arguments
@click.option("--json", "as_json", is_flag=True, help="An array of objects, also those with no rows.")
@target_options
def footprint(user: str, realm: str | None, as_json: bool, choice: Choice) -> None:
    """List every table that refers to a person, with counts. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin.
    """
    name = read_user(user)

    async def work(steward: Any) -> list[FootprintRow]:
        rows: list[FootprintRow] = await steward.footprint(await steward.find(name, realm))
        return rows

    rows = with_steward(choice, work)
    if as_json:
        print_json(rows)
        return
    held = sorted((row for row in rows if row.rows), key=lambda row: (row.category, row.table, row.column))
    print_table(
        ["rows", "category", "table", "column", "what it holds"],
        [
            [f"{row.rows:,}" + ("" if row.exact else "+"), row.category, row.table, row.column, row.description]
            for row in held
        ],
        ["right"],
    )
    empty = len(rows) - len(held)
    narrate(f"{sum(row.rows for row in held):,} rows in {len(held)} places; {empty} more places hold nothing.")
