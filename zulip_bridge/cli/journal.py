"""``journal`` and ``journal verify``."""

from __future__ import annotations

from itertools import islice

import click

from zulip_bridge.api.codec import to_json
from zulip_bridge.journal import Journal, JournalError, RecordedEntry, verify

from .narration import counted, narrate
from .options import Choice, target_options, unused_target_options
from .output import print_facts, print_json, print_table
from .session import fail


@click.group(invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1), metavar="N", default=50, show_default=True, help="At the most.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
@click.pass_context
@target_options
def journal(context: click.Context, limit: int, as_json: bool, choice: Choice) -> None:
    """Show what was read, exported or changed through this account, newest first.

    With --install or --demo, only what concerned that server.
    """
    if context.invoked_subcommand is not None:
        return
    install = choice.target.label if choice.named else None
    try:
        concerning = (each for each in Journal().entries() if install in (None, _install(each)))
        entries = list(islice(concerning, limit + 1))
    except JournalError as error:
        fail(error, choice)
    shown = entries[:limit]
    if as_json:
        print_json([_flat(each) for each in shown])
    elif shown:
        titles = ["nr", "when", "operator", "server", "person", "action", "result"]
        print_table(titles, [_row(each) for each in shown], ["right"])
    if not shown:
        narrate("The journal has no entries.")
    elif len(entries) > limit:
        narrate(f"The newest {limit:,} are shown; --limit N shows more.")


@journal.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@unused_target_options
def verify_command(as_json: bool, choice: Choice) -> None:
    """Check the whole chain; status 1 where an entry was changed, removed, reordered or cut off.

    The hash it prints stands for all entries so far: noted down elsewhere, it proves them later.
    """
    try:
        report = verify()
    except JournalError as error:
        fail(error, choice)
    if as_json:
        print_json({"ok": report.ok, **to_json(report)})
    else:
        print_facts([("entries", f"{report.entries:,}"), ("last hash", report.last_hash)])
        found = [("problem", each.sentence) for each in report.problems]
        print_facts([*found, *(("note", each.sentence) for each in report.notes)])
    if not report.ok:
        narrate(f"The journal is not as it was written: {counted(len(report.problems), 'problem')}.")
        raise click.exceptions.Exit(1)
    narrate("Nothing was changed, removed, reordered or cut off.")


def _install(recorded: RecordedEntry) -> str | None:
    return recorded.entry.server.install if recorded.entry.server else None


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
