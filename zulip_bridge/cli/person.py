"""``show`` and ``footprint``."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import Person

from .narration import narrate
from .options import Choice, target_options
from .output import print_json, print_line
from .sections import DEFAULT_LIMIT, SECTIONS, SectionOptions, section
from .sections.footprint import counting, summary
from .sections.footprint import show as show_footprint
from .session import with_steward
from .user import person_arguments, read_line, read_user, utf8

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Callback: a day or a moment as the contract has moments; without a zone it is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError as error:
        raise click.BadParameter(f"{value} is no day (2026-01-31) and no moment (2026-01-31T14:00).") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@click.command()
@person_arguments
@click.option(
    "--section",
    "names",
    type=click.Choice(SECTIONS),
    multiple=True,
    help="What to show; repeatable.  [default: overview]",
)
@click.option(
    "--kind",
    metavar="KIND",
    callback=utf8,
    help="Messages: sent, direct, mentions, starred or reacted. Activity: account, settings, subscriptions, "
    "channels, groups, organization, other, seen, activity or spans; several with commas.",
)
@click.option("--direction", type=click.Choice(["by", "about"]), help="Activity: only by, or about, the person.")
@click.option("--channel", metavar="NAME", callback=utf8, help="Messages: only in this channel (a name or an id).")
@click.option("--topic", metavar="PART", callback=utf8, help="Messages: only where the topic has this in it.")
@click.option(
    "--text", metavar="TEXT", callback=utf8, help="Messages: only with these words; - reads them from stdin."
)
@click.option("--since", metavar="DAY", callback=_moment, help="From this day or moment on (UTC).")
@click.option("--until", metavar="DAY", callback=_moment, help="Before this day or moment (UTC).")
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", default=DEFAULT_LIMIT, show_default=True, help="Rows at the most."
)
@click.option("--json", "as_json", is_flag=True, help="One object; with --section it has one member for each.")
@target_options
def show(
    user: str,
    realm: str | None,
    names: tuple[str, ...],
    as_json: bool,
    choice: Choice,
    **narrowing: Any,
) -> None:
    """Show what the server holds about a person, by section. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin, so that it is in no shell history.
    """
    name = read_user(user)
    if narrowing["text"] == "-":
        narrowing["text"] = read_line("Which words? Type them, then Enter.")
    options = SectionOptions(**narrowing)
    wanted = [(each, section(each)) for each in dict.fromkeys(names or ("overview",))]

    async def work(steward: Steward) -> tuple[Person, dict[str, Any]]:
        person = await steward.find(name, realm)
        return person, {each: await part.read(steward, person, options) for each, part in wanted}

    person, found = with_steward(choice, work)
    if not as_json:
        for index, (each, part) in enumerate(wanted):
            if index:
                print_line("")
            if len(wanted) > 1:
                print_line(f"== {each}")
            part.show(found[each])
    elif names:
        print_json({"person": to_json(person), **found})
    else:
        whole = to_json(found["overview"])
        print_json({**whole.pop("person"), **whole})


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
        return await steward.footprint(await steward.find(name, realm), counting)

    rows = with_steward(choice, work)
    if as_json:
        print_json(rows)
    else:
        show_footprint(rows)
    narrate(summary(rows))
