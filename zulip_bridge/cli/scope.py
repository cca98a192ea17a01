"""Options that say what an export holds: preset, sections, dates, third parties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.export_scope import PRESETS, SECTIONS, ExportScope, choose

F = TypeVar("F", bound=Callable[..., Any])

USUAL = "access"
"""Without ``--preset`` and ``--section``: everything that the server holds about the person."""


def scope_options(command: F) -> F:
    """Add the options; the command receives them as keyword arguments for :func:`scope_of`."""
    options = (
        click.option(
            "--preset",
            type=click.Choice(list(PRESETS)),
            help="What it is for: access (everything), portability (what they provided), same (as "
            f"export_single_user), evidence (all that can be had).  [default: {USUAL}, unless --section is given]",
        ),
        click.option(
            "--section",
            "sections",
            multiple=True,
            metavar="NAME",
            type=click.Choice([each.name for each in SECTIONS]),
            help="A section; alone, or added to a preset. Repeatable; export sections lists them.",
        ),
        click.option("--since", metavar="DATE", help="Nothing before this day (2026-01-31) or time, in UTC."),
        click.option("--until", metavar="DATE", help="Nothing after this day, or from this time on, in UTC."),
        click.option(
            "--others",
            type=click.Choice(["keep", "redact"]),
            default="keep",
            help="Other people's names, addresses and message text: keep them or replace them.  [default: keep]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def scope_of(how: dict[str, Any]) -> ExportScope:
    """The scope that was asked for; takes its options out of ``how``. A usage error where they do not fit."""
    preset, sections = how.pop("preset"), how.pop("sections")
    if preset is None:
        preset = "" if sections else USUAL
    since, until, others = how.pop("since"), how.pop("until"), how.pop("others")
    try:
        return choose(preset, sections, since=since, until=until, others=others)
    except StewardError as error:
        raise click.UsageError(error.sentence) from error


def sections_listed() -> list[list[str]]:
    """Every section with its title and the presets that it is in, for a table."""
    return [[each.name, each.title, ", ".join(each.presets)] for each in SECTIONS]
