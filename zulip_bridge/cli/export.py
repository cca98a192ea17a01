"""``export USER --output PATH`` and ``export verify PATH``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import StewardError

from .options import Choice, target_options
from .output import narrate, print_facts, print_json, print_table
from .session import fail, with_steward
from .user import person_arguments, read_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zulip_bridge.export import ExportResult

WARNINGS_SHOWN = 20


class UserByDefault(click.Group):
    """A group whose first word may also be USER: ``export 17 --output …`` beside ``export verify …``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the hidden command's name before what is no command of the group."""
        if args and args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx):
            args = ["person", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both forms."""
        formatter.write_usage(ctx.command_path, "USER --output PATH [OPTIONS]")
        formatter.write_usage(ctx.command_path, "verify PATH [OPTIONS]")


@click.group(cls=UserByDefault)
def export() -> None:
    """Export everything about a person to a directory, or check an export.

    USER is an id or an address, or - to read it from stdin. `export USER --help` lists the options.
    """


@export.command("person", hidden=True)
@person_arguments
@click.option(
    "--output", metavar="PATH", required=True, type=click.Path(path_type=Path), help="A new or empty directory."
)
@click.option("--json", "as_json", is_flag=True, help="The result as one object.")
@target_options
def person_command(user: str, realm: str | None, output: Path, as_json: bool, choice: Choice) -> None:
    """Export everything about a person to a directory. Recorded in the journal.

    Readable by you alone; nothing is kept of an export that fails or is interrupted.
    """
    name = read_user(user)

    async def work(steward: Any) -> ExportResult:
        person = await steward.find(name, realm)
        with _progress() as on_progress:
            result: ExportResult = await steward.export(person, output.absolute(), on_progress)
            return result

    result = with_steward(choice, work)
    if as_json:
        print_json(_json(result))
    else:
        print_facts(_facts(result))
    for warning in result.warnings[:WARNINGS_SHOWN]:
        narrate(f"warning: {warning.subject}: {warning.sentence}")
    if len(result.warnings) > WARNINGS_SHOWN:
        narrate(f"… and {len(result.warnings) - WARNINGS_SHOWN} more warnings; all are in manifest.json.")


@export.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="An array of differences; empty when there are none.")
def verify(path: Path, as_json: bool) -> None:
    """Check an export against its manifest, offline; status 1 where anything differs."""
    from zulip_bridge.export import verify_export

    try:
        differences = verify_export(path)
    except StewardError as error:
        fail(error, Choice())
    if as_json:
        print_json(differences)
    elif differences:
        print_table(["what", "file", "difference"], [[each.kind, each.path, each.sentence] for each in differences])
    else:
        narrate("Every file is as the manifest says, and there is none besides.")
    if differences:
        raise click.exceptions.Exit(1)


def _facts(result: ExportResult) -> list[tuple[str, str]]:
    return [
        ("directory", str(result.directory)),
        ("messages", f"{result.messages:,}"),
        ("files", f"{result.files:,}"),
        ("bytes", f"{result.bytes:,}"),
        ("warnings", f"{len(result.warnings):,}"),
        ("manifest sha256", result.manifest_sha256),
        ("seconds", f"{result.seconds:.1f}"),
    ]


def _json(result: ExportResult) -> dict[str, object]:
    return {
        "directory": str(result.directory),
        "messages": result.messages,
        "files": result.files,
        "bytes": result.bytes,
        "warnings": result.warnings,
        "manifest_sha256": result.manifest_sha256,
        "seconds": round(result.seconds, 3),
    }


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar for each phase on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description:<10}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True)) as display:
        tasks: dict[str, bars.TaskID] = {}

        def show(progress: Progress) -> None:
            if progress.phase not in tasks:
                tasks[progress.phase] = display.add_task(progress.phase, total=progress.total)
            display.update(tasks[progress.phase], completed=progress.done, total=progress.total)

        yield show
