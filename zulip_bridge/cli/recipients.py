"""``recipients``: who receives personal data from the server, by its settings."""

from __future__ import annotations

import click

from .narration import narrate
from .options import Choice, target_options
from .output import print_json, print_table
from .session import with_steward


@click.command()
@click.option("--realm", metavar="REALM", help="Of one organization's people only.")
@click.option("--json", "as_json", is_flag=True, help="An array.")
@target_options
def recipients(realm: str | None, as_json: bool, choice: Choice) -> None:
    """Show who receives personal data from the server, by its settings (GDPR Art. 15(1)(c)).

    Names and hosts; no key, no password and no whole address is told.
    """
    found = with_steward(choice, lambda steward: steward.recipients(realm))
    if as_json:
        print_json(found)
        return
    rows = [
        [each.recipient, ", ".join(each.hosts), each.data, each.purpose, ", ".join(each.realms), each.setting]
        for each in found
    ]
    print_table(["recipient", "where", "what it receives", "what for", "organizations", "setting"], rows)
    narrate("Members of the organization, their programs and the makers of their apps are not listed.")
