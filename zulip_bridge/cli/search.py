"""``search``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zulip_bridge.api.people import ROLE_NAMES, PageOfPeople, Person, Realm, SearchPeople

from .narration import narrate
from .options import Choice, target_options
from .output import print_json, print_table
from .session import with_steward
from .user import read_user, realm_option, utf8

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

ROLES = {name: number for number, name in ROLE_NAMES.items()} | {"admin": 200}
PAGE = 1_000
"""Rows asked for at once; the worker gives no more."""

INTERNAL_REALM = "zulipinternal"
"""Of Zulip's own bots: it can be searched, and is not among a server's organizations."""


def _roles(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[int]:
    """Callback: roles by name or number as Zulip's numbers."""
    roles = [ROLES.get(each.lower(), int(each) if each.isascii() and each.isdigit() else 0) for each in values]
    for given, role in zip(values, roles, strict=True):
        if role not in ROLE_NAMES:
            names = ", ".join(f"{name} ({number})" for number, name in ROLE_NAMES.items())
            raise click.BadParameter(f"there is no role {given}; roles are {names}.")
    return roles


def _role_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in ROLE_NAMES.values() if name.startswith(incomplete.lower())]


@click.command()
@click.argument("text", nargs=-1, callback=utf8)
@realm_option("Only in this organization.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    callback=_roles,
    shell_complete=_role_names,
    metavar="ROLE",
    help="A name or number; repeatable.",
)
@click.option("--status", type=click.Choice(["active", "deactivated", "any"]), default="any", show_default=True)
@click.option("--bots", type=click.Choice(["people", "bots", "any"]), default="any", show_default=True)
@click.option("--limit", type=click.IntRange(1), metavar="N", default=50, show_default=True, help="At the most.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
@target_options
def search(
    text: tuple[str, ...],
    realm: str | None,
    roles: list[int],
    status: Any,
    bots: Any,
    limit: int,
    as_json: bool,
    choice: Choice,
) -> None:
    """Find people by name, address, id or profile value.

    Every word must occur, whatever its case and accents; exact matches come first, then names that begin with it.
    Without TEXT everybody is listed; - reads it from stdin.
    """
    words = read_user("-") if text == ("-",) else " ".join(text)
    request = SearchPeople(words, realm, roles, status, bots, min(limit, PAGE))
    people, total, realms = with_steward(choice, lambda steward: _found(steward, request, limit))
    if as_json:
        print_json(people)
    elif people:
        _print_people(people)
    if realms is not None and realm not in {INTERNAL_REALM, *(each.string_id for each in realms)}:
        names = ", ".join(each.string_id or "(root)" for each in realms)
        narrate(f"Nobody matches: the server has no organization {realm}, but {names}.")
    elif not people:
        narrate("Nobody matches.")
    elif total > len(people):
        narrate(f"{len(people):,} of {total:,} shown; --limit N shows more.")


async def _found(steward: Steward, request: SearchPeople, limit: int) -> tuple[list[Person], int, list[Realm] | None]:
    """People, how many match, and, where nobody does in the realm that was named, which realms there are."""
    page = await steward.search(request)
    people, offset = list(page.people), PAGE
    while offset < min(limit, page.total):
        more = await steward.page(PageOfPeople(page.listing, offset, min(PAGE, limit - offset)))
        people += more.people
        offset += PAGE
    doubtful = not people and request.realm is not None
    return people, page.total, await steward.realms() if doubtful else None


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
