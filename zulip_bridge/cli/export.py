"""``export USER --output PATH`` and ``export verify PATH``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from zulip_bridge.api.errors import StewardError

from .narration import counted, narrate, progress_bars
from .options import Choice, target_options, unused_target_options
from .output import path_text, print_facts, print_json, print_table
from .session import fail, with_steward
from .user import person_arguments, read_user

if TYPE_CHECKING:
    from zulip_bridge.export import ExportResult
    from zulip_bridge.steward import Steward

WARNINGS_SHOWN = 20
EXPORT = "USER"
"""Name of the hidden command that exports: help and usage read as they are typed, ``export USER --output PATH``."""


class UserByDefault(click.Group):
    """A group whose first word may also be USER: ``export 17 --output …`` beside ``export verify …``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the hidden command's name before what is no command of the group."""
        if args and args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx):
            args = [EXPORT, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both forms."""
        formatter.write_usage(ctx.command_path, f"{EXPORT} --output PATH [OPTIONS]")
        formatter.write_usage(ctx.command_path, "verify PATH [OPTIONS]")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Those of the export, and the other command."""
        click.Command.format_options(self.commands[EXPORT], ctx, formatter)
        self.format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Those of the export, and the other command."""
        found = {item.value: item for item in super().shell_complete(ctx, incomplete)}
        found |= {item.value: item for item in self.commands[EXPORT].shell_complete(ctx, incomplete)}
        return list(found.values())


class ExportUser(click.Command):
    """The hidden command."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """USER is in its path already."""
        formatter.write_usage(ctx.command_path, "--output PATH [OPTIONS]")


@click.group(cls=UserByDefault)
def export() -> None:
    """Export everything about a person to a directory, or check an export.

    USER is an id or an address, or - to read it from stdin, so that it is in no shell history. The directory is
    new or empty, and readable by you alone; nothing is kept of an export that fails or is interrupted.
    Recorded in the journal.
    """


@export.command(EXPORT, cls=ExportUser, hidden=True)
@person_arguments
@click.option(
    "--output", metavar="PATH", required=True, type=click.Path(path_type=Path), help="A new or empty directory."
)
@click.option("--json", "as_json", is_flag=True, help="The result as one object.")
@target_options
def export_user(user: str, realm: str | None, output: Path, as_json: bool, choice: Choice) -> None:
    """Export everything about a person to a directory. Recorded in the journal."""
    name = read_user(user)

    async def work(steward: Steward) -> ExportResult:
        person = await steward.find(name, realm)
        with progress_bars() as on_progress:
            return await steward.export(person, output.absolute(), on_progress)

    result = with_steward(choice, work)
    _tell_abandoned(output)
    if as_json:
        print_json(_json(result))
    else:
        print_facts(_facts(result))
    for warning in result.warnings[:WARNINGS_SHOWN]:
        narrate(f"warning: {warning.subject}: {warning.sentence}")
    if len(result.warnings) > WARNINGS_SHOWN:
        narrate(f"… and {len(result.warnings) - WARNINGS_SHOWN} more warnings; all are in manifest.json.")


@export.command(short_help="Check an export against its manifest, offline.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="An array of differences; empty when there are none.")
@unused_target_options
def verify(path: Path, as_json: bool, choice: Choice) -> None:
    """Check an export against its manifest, offline; status 1 where anything differs."""
    from zulip_bridge.export import verify_export

    try:
        differences = verify_export(path)
    except StewardError as error:
        fail(error, choice)
    if as_json:
        print_json(differences)
    elif differences:
        print_table(["what", "file", "difference"], [[each.kind, each.path, each.sentence] for each in differences])
    if differences:
        narrate(
            f"This is not the export that was written: {counted(len(differences), 'difference')} from its manifest."
        )
        raise click.exceptions.Exit(1)
    narrate("Every file is as the manifest says, and there is none besides.")


def _tell_abandoned(output: Path) -> None:
    from zulip_bridge.export import abandoned_exports

    for place in abandoned_exports(output):
        narrate(f"An earlier export to this place was killed; what it left is personal data: {path_text(place)}")


def _facts(result: ExportResult) -> list[tuple[str, str]]:
    return [
        ("archive" if result.sha256 else "directory", path_text(result.path)),
        ("messages", f"{result.messages:,}"),
        ("files", f"{result.files:,}"),
        ("bytes", f"{result.bytes:,}"),
        ("warnings", f"{len(result.warnings):,}"),
        ("manifest sha256", result.manifest_sha256),
        ("seconds", f"{result.seconds:.1f}"),
    ]


def _json(result: ExportResult) -> dict[str, object]:
    return {
        "path": path_text(result.path),
        "messages": result.messages,
        "files": result.files,
        "bytes": result.bytes,
        "warnings": result.warnings,
        "manifest_sha256": result.manifest_sha256,
        "seconds": round(result.seconds, 3),
    }
