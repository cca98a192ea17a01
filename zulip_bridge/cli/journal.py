"""``journal`` and ``journal verify``."""

from __future__ import annotations

import click

from zulip_bridge.api.codec import to_json
from zulip_bridge.journal import Journal, JournalError, RecordedEntry, verify

from .output import narrate, print_json, print_table


@click.group(invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Entries at the most.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects, newest first.")
@click.pass_context
def journal(context: click.Context, limit: int, as_json: bool) -> None:
    """Show what was read, exported or changed through this account, newest first."""
    if context.invoked_subcommand is not None:
        return
    try:
        entries = list(Journal().entries(limit=limit))
    except JournalError as error:
        narrate(str(error))
        raise click.exceptions.Exit(1) from error
    if as_json:
        print_json([_flat(each) for each in entries])
    elif entries:
        titles = ["nr", "when", "operator", "server", "person", "action", "result"]
        print_table(titles, [_row(each) for each in entries], ["right"])
    else:
        narrate("The journal is empty.")


@journal.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One object.")
def verify_command(as_json: bool) -> None:
    """Check the whole chain; status 1 where an entry was changed, removed, reordered or cut off."""
    try:
        report = verify()
    except JournalError as error:
        narrate(str(error))
        raise click.exceptions.Exit(1) from error
    if as_json:
        print_json(report)
    else:
        for problem in report.problems:
            narrate(problem.sentence)
    if not report.ok:
        raise click.exceptions.Exit(1)
    if not as_json:
        narrate(f"{report.entries:,} entries, nothing changed, removed, reordered or cut off.")


def _flat(recorded: RecordedEntry) -> dict[str, object]:
    return {"seq": recorded.seq, **to_json(recorded.entry), "prev": recorded.prev, "hash": recorded.hash}


def _row(recorded: RecordedEntry) -> list[str]:
    entry = recorded.entry
    operator = entry.operator.sudo_user or entry.operator.login
    person = f"{entry.person.id} ({entry.person.realm or 'root'})" if entry.person else ""
    result = f"{entry.result.state}: {entry.result.sentence}" if entry.result.sentence else entry.result.state
    return [
        str(recorded.seq),
        entry.when[:19] + "Z",
        operator,
        entry.server.name if entry.server else "",
        person,
        entry.action,
        result,
    ]
