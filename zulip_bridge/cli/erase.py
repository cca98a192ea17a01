"""``erase USER --strategy …`` and ``erase replay``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from zulip_bridge.api.erase import OVERRIDABLE, STEPS, STRATEGIES, BotChoice, ErasureOptions, Strategy
from zulip_bridge.api.errors import ErrorKind, StewardError

from .asking import answered, check_json
from .ending import REFUSED, refused
from .erasure_words import print_preview, print_report, print_result
from .export import UserByDefault
from .narration import narrate, progress_bars
from .options import Choice, target_options
from .output import print_json
from .session import with_steward
from .user import read_line, read_user, realm_option, utf8

if TYPE_CHECKING:
    from zulip_bridge.api.erase import ErasurePreview
    from zulip_bridge.erase import ErasureResult, OpenCase
    from zulip_bridge.steward import Steward

STRATEGY_LIST = "\n".join(["\b", "Strategies:", *(f"  {name:<15}{words}" for name, words in STRATEGIES.items())])
ALLOWED = " or ".join(f'"{rule}"' for rule in OVERRIDABLE)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would happen.")
json_option = click.option("--json", "as_json", is_flag=True, help="One object; with --dry-run or --confirm.")


class Erase(UserByDefault):
    """``erase 17 …`` beside ``erase replay``."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both forms."""
        formatter.write_usage(ctx.command_path, "USER --strategy NAME [OPTIONS]")
        formatter.write_usage(ctx.command_path, "replay [OPTIONS]")


class EraseUser(click.Command):
    """The hidden command."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """USER is in its path already."""
        formatter.write_usage(ctx.command_path, "--strategy NAME [OPTIONS]")


@click.group(cls=Erase, epilog=STRATEGY_LIST)
def erase() -> None:
    """Erase a person, after showing what goes and what stays; then look for what is left. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin. It is confirmed by typing the person's address. The
    same command finishes an erasure that was cut off. Exit status 0 only where nothing is left that should be gone.
    """


@erase.command(name="USER", hidden=True, cls=EraseUser, epilog=STRATEGY_LIST)
@click.argument("user", metavar="USER", callback=utf8)
@realm_option("The organization, where an address exists in several.")
@click.option("--strategy", type=click.Choice(list(STRATEGIES)), help="What becomes of the person.")
@click.option("--bots", type=click.Choice(["deactivate", "delete", "transfer"]), help="What becomes of their bots.")
@click.option("--bots-to", metavar="USER", callback=utf8, help="Who gets them, with --bots transfer.")
@click.option("--allow", multiple=True, metavar="RULE", help=f"Set a rule aside: {ALLOWED}.")
@click.option("--purge-archived", is_flag=True, help="With scrub-profile: deleted messages in Zulip's archive, too.")
@click.option(
    "--backup", type=click.Path(path_type=Path), metavar="PATH", help="Export the person first, and check it."
)
@click.option("--confirm", metavar="EMAIL", callback=utf8, help="The person's address; - reads it from stdin.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="Save the report there, and as a page beside.",
)
@dry_run_option
@json_option
@target_options
def erase_user(
    user: str,
    realm: str | None,
    strategy: str | None,
    bots: str | None,
    bots_to: str | None,
    allow: tuple[str, ...],
    purge_archived: bool,
    backup: Path | None,
    confirm: str | None,
    report: Path | None,
    dry_run: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Erase a person."""
    if report is not None and (report.suffix != ".json" or report.exists() or report.with_suffix(".html").exists()):
        raise click.UsageError("--report wants a new file that ends in .json; the page beside it ends in .html.")
    check_json(as_json, dry_run or bool(confirm), "--dry-run or --confirm")
    if not (dry_run or confirm or sys.stdin.isatty()):
        refused("Nothing was done: there is no terminal to ask on. --confirm EMAIL erases, --dry-run only shows.")
    name = read_user(user)
    confirmation = read_line("Type the person's address to confirm.", "EMAIL") if confirm == "-" else confirm

    async def work(steward: Steward) -> int:
        for case in steward.erasures.under_way(name):
            return await _resume(steward, case, confirmation, report, dry_run, as_json)
        if strategy is None:
            raise StewardError(
                ErrorKind.INVALID, f"Say what becomes of the person: --strategy {'|'.join(STRATEGIES)}."
            )
        person = await steward.find(name, realm)
        heir = (await steward.find(bots_to, person.realm)).id if bots_to else None
        options = ErasureOptions(
            cast(Strategy, strategy), cast("BotChoice | None", bots), heir, list(allow), purge_archived
        )
        with progress_bars() as show:
            preview = await steward.erasures.preview(person, options, show)
        if dry_run or preview.refusals:
            return _show(preview, as_json)
        if not as_json:
            print_preview(preview)
        typed = confirmation or await answered(f"Type {preview.confirm} to erase on {steward.label}: ")
        if typed.strip().casefold() != preview.confirm.casefold():
            narrate("That is not the address. Nothing was done.")
            return REFUSED
        if backup is not None:
            await _back_up(steward, preview, backup)
        with progress_bars() as show:
            result = await steward.erasures.erase(preview, typed, _say_step, show)
        return await _tell(steward, result, report, as_json)

    status = with_steward(choice, work)
    if status:
        sys.exit(status)


async def _resume(
    steward: Steward, case: OpenCase, confirmation: str | None, report: Path | None, dry_run: bool, as_json: bool
) -> int:
    left = ", ".join(STEPS[step] for step in case.left)
    narrate(f"The erasure of id {case.case.person_id} ({case.options.strategy}) has begun. To be done: {left}.")
    if dry_run:
        return 0
    wanted = [each.casefold() for each in case.case.addresses]
    typed = confirmation or await answered("Type the person's address to finish it: ")
    if typed.strip().casefold() not in wanted:
        narrate("That is not the address. Nothing was done.")
        return REFUSED
    with progress_bars() as show:
        result = await steward.erasures.resume(case, _say_step, show)
    return await _tell(steward, result, report, as_json)


async def _back_up(steward: Steward, preview: ErasurePreview, path: Path) -> None:
    """Export and check; nothing is erased where either fails."""
    from zulip_bridge.erase.backup import back_up

    narrate(f"Exporting to {path} first.")
    with progress_bars() as show:
        await back_up(steward, preview.person, path, show)
    narrate("The export is whole.")


@erase.command()
@dry_run_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--scrubbed", is_flag=True, help="Accounts that were only scrubbed, too; they are there anyway.")
@json_option
@target_options
def replay(dry_run: bool, yes: bool, scrubbed: bool, as_json: bool, choice: Choice) -> None:
    """Erase again whom the journal says was erased: for a server restored from an older backup."""
    if not (yes or dry_run or sys.stdin.isatty()):
        refused("Nothing was done: there is no terminal to ask on. --yes erases, --dry-run only shows.")

    async def work(steward: Steward) -> int:
        from zulip_bridge.erase.replaying import find_restored, preview_all, replay_all

        found = await preview_all(steward, await find_restored(steward, scrubbed=scrubbed))
        previews = [each.preview for each in found]
        if as_json:
            print_json(previews)
        else:
            for preview in previews:
                print_preview(preview)
            narrate(f"{len(previews)} of the people whom the journal says were erased are there again.")
        if dry_run or not previews:
            return 0
        if not yes and (await answered(f"Type {len(previews)} to erase them again: ")).strip() != str(len(previews)):
            narrate("Nothing was done.")
            return REFUSED
        with progress_bars() as show:
            results = await replay_all(steward, previews, _say_step, show)
        for result in results:
            print_result(result)
        return 0 if len(results) == len(previews) and all(each.complete for each in results) else REFUSED

    status = with_steward(choice, work)
    if status:
        sys.exit(status)


def _say_step(step: str) -> None:
    words: Any = STEPS
    narrate(f"{words.get(step, 'Look for what is left')} …")


def _show(preview: ErasurePreview, as_json: bool) -> int:
    if as_json:
        print_json(preview)
    else:
        print_preview(preview)
    return REFUSED if preview.refusals else 0


async def _tell(steward: Steward, result: ErasureResult, report: Path | None, as_json: bool) -> int:
    if as_json:
        print_json(result)
    else:
        print_result(result)
        print_report(result.residue)
    if report is not None:
        from zulip_bridge.erase.report import save_report

        for saved in await save_report(steward, result, report.absolute()):
            narrate(f"Saved: {saved.path}")
    return 0 if result.complete else REFUSED
