"""``files delete``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .asking import agreed, check_json, refuse_unasked
from .ending import REFUSED
from .narration import counted, narrate, progress_bars
from .options import Choice, target_options
from .output import print_json, print_line, print_table
from .session import with_steward
from .user import person_arguments, read_user, utf8

if TYPE_CHECKING:
    from zulip_bridge.api.removal import FileDeletion
    from zulip_bridge.steward import Steward


@click.group()
def files() -> None:
    """Delete files that people uploaded, with everything that Zulip has made of them."""


@files.command()
@person_arguments
@click.argument("paths", metavar="PATH_ID…", nargs=-1, callback=utf8)
@click.option("--all", "everything", is_flag=True, help="All uploads of the person.")
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="With --yes or --dry-run.")
@target_options
def delete(
    user: str,
    realm: str | None,
    paths: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Delete uploads of USER from database and storage. PATH_ID is as show --section files has it. No way back."""
    if bool(paths) == everything:
        raise click.UsageError("Say which files: PATH_ID, or --all.")
    check_json(as_json, yes or dry_run)
    refuse_unasked(yes, dry_run)
    name = read_user(user)

    async def work(steward: Steward) -> int:
        person = await steward.find(name, realm)
        found = await steward.removals.preview_files(person, None if everything else list(paths))
        missing = set(paths).difference(each.path_id for each in found)
        if not as_json:
            _print(found)
        if missing:
            narrate(f"{counted(len(missing), 'path')} of these are no uploads of this person. Nothing was deleted.")
            return REFUSED
        if dry_run or not found:
            if as_json:
                print_json(found)
            return 0
        if not yes and not await agreed(f"Delete {counted(len(found), 'file')} for good on {steward.label}?"):
            narrate("Nothing was deleted.")
            return REFUSED
        with progress_bars() as show:
            done = await steward.removals.delete_files(person, found, show)
        if as_json:
            print_json(done)
        else:
            print_line(f"{counted(done.files, 'file')} deleted.")
        for sentence in done.sentences:
            narrate(sentence)
        return REFUSED if done.sentences else 0

    status = with_steward(choice, work)
    if status:
        sys.exit(status)


def _print(found: list[FileDeletion]) -> None:
    rows = [[each.name, f"{each.size:,}", f"{each.messages:,}", f"{each.others:,}", each.path_id] for each in found]
    titles = ["file", "bytes", "broken links in", "of others", "path"]
    print_table(titles, rows, ["left", "right", "right", "right"])
