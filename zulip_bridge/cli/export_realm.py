"""``export-realm REALM``: Zulip's own export of a whole organization."""

from __future__ import annotations

import asyncio
import shlex
from typing import TYPE_CHECKING

import click

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.realm_export import ExportMode, RealmExportChoice, RealmExportPlan, RealmExportResult
from zulip_bridge.realm_export_words import REACTIVATE, amount, title

from .asking import agreed, refuse_unasked
from .narration import narrate, status
from .options import Choice, target_options
from .output import print_facts, print_json
from .session import with_steward

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

DEACTIVATE = (
    "Deactivate {} ({}) first? All are logged out, and nobody can log in any more, neither when the export is done "
    "nor when it fails."
)
CLOSED = "{} is deactivated: nobody can log in. On the server, this brings it back: {}"


@click.command("export-realm")
@click.argument("realm")
@click.option("--public-only", "mode", flag_value="public", help="Public channels only, instead of everything.")
@click.option(
    "--with-consent",
    "mode",
    flag_value="consent",
    help="Public channels, and what members can read who agreed to it.",
)
@click.option("--consent-message", type=int, metavar="ID", help="Those who reacted to this message agreed (Zulip 8).")
@click.option("--deactivate", is_flag=True, help="Deactivate the organization first: nobody can log in.")
@click.option("--force", is_flag=True, help="Also where the result could not be imported.")
@click.option("--upload", is_flag=True, help="Put the archive where uploads are kept.")
@click.option(
    "--threads", type=click.IntRange(1), metavar="N", help="Processes at a time; else as many as Zulip takes."
)
@click.option("--output", default="", metavar="PATH", help="On the server; PATH.tar.gz is made.")
@click.option("--dry-run", is_flag=True, help="Show the command and what it would export; start nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One object; needs --yes or --dry-run.")
@target_options
def export_realm(
    realm: str,
    mode: ExportMode | None,
    consent_message: int | None,
    deactivate: bool,
    force: bool,
    upload: bool,
    threads: int | None,
    output: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Export a whole organization with Zulip's own export, on the server. Recorded in the journal.

    REALM is the organization's subdomain, or "(root)". The archive stays on the server, readable by Zulip's user
    alone; nothing is kept of an export that fails or is interrupted.
    """
    if as_json and not (yes or dry_run):
        raise click.UsageError("--json needs --yes or --dry-run: there is nobody to ask.")
    if consent_message is not None and mode == "public":
        raise click.UsageError("Choose --public-only or --consent-message.")
    refuse_unasked(yes, dry_run)
    wanted = RealmExportChoice(
        realm=realm,
        mode="consent" if consent_message is not None else mode or "full",
        consent_message_id=consent_message,
        deactivate=deactivate,
        force=force,
        upload=upload,
        threads=threads,
        output=output,
    )

    async def work(steward: Steward) -> RealmExportResult | RealmExportPlan:
        plan = await steward.realm_exports.plan(wanted)
        if not as_json:
            print_facts(_plan(plan))
            for note in plan.notes:
                narrate(note)
        for refusal in plan.refusals:
            narrate(refusal)
        if dry_run or plan.refusals:
            return plan
        if not yes and not await agreed(f"Export {plan.name} on {steward.label}?"):
            return plan
        if deactivate and not yes and not await agreed(DEACTIVATE.format(plan.name, plan.choice.realm or "''")):
            return plan
        try:
            return await steward.realm_exports.run(plan, _on_progress)
        except BaseException:
            if deactivate:
                await asyncio.shield(_tell_if_deactivated(steward, plan))
            raise

    done = with_steward(choice, work)
    if as_json:
        print_json(done)
    elif isinstance(done, RealmExportResult):
        print_facts(_result(done))
    if isinstance(done, RealmExportResult):
        if deactivate:
            narrate(_closed("The organization", "" if realm == "(root)" else realm))
        for warning in done.warnings:
            narrate(f"Zulip's warning: {warning}")
    elif done.refusals or not dry_run:
        narrate("Nothing was exported.")
        raise click.exceptions.Exit(1)


async def _tell_if_deactivated(steward: Steward, plan: RealmExportPlan) -> None:
    """What is not undone with what was written."""
    if await steward.realm_exports.is_deactivated(plan.choice) is not False:
        narrate(_closed(plan.name, plan.choice.realm))


def _closed(name: str, realm: str) -> str:
    return CLOSED.format(name, REACTIVATE.format(shlex.quote(realm)))


def _on_progress(progress: Progress) -> None:
    status.say(f"{title(progress.phase)}: {amount(progress, _size)}")


def _size(number: int) -> str:
    return f"{number:,} bytes" if number < 100_000 else f"{number / 1e6:,.1f} MB"


def _plan(plan: RealmExportPlan) -> list[tuple[str, str]]:
    free = "unknown" if plan.free_bytes is None else f"{plan.free_bytes / 1e6:,.0f} MB"
    return [
        ("organization", plan.name),
        ("members", f"{plan.people:,}"),
        ("messages", f"{plan.messages:,}"),
        ("files", f"{plan.files:,}, {plan.file_bytes / 1e6:,.1f} MB"),
        ("free on the server", free),
        ("archive", plan.tarball),
        ("command", shlex.join(plan.words)),
    ]


def _result(result: RealmExportResult) -> list[tuple[str, str]]:
    return [
        ("archive", result.tarball),
        ("bytes", "" if result.size is None else f"{result.size:,}"),
        ("sha256", result.sha256),
        ("seconds", f"{result.seconds:.1f}"),
    ]
