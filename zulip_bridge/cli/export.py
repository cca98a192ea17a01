"""``export USER --output PATH``, ``export --from FILE --output FOLDER`` and ``export verify PATH``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from zulip_bridge.api.errors import StewardError

from .narration import counted, narrate, progress_bars
from .options import Choice, target_options, unused_target_options
from .output import path_text, print_facts, print_json, print_table
from .packaging import keys_for, packaging_of, packaging_options
from .scope import scope_of, scope_options, sections_listed
from .session import fail, with_steward
from .user import read_user, realm_option, utf8

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
        formatter.write_usage(ctx.command_path, "--from FILE --output FOLDER [OPTIONS]")
        formatter.write_usage(ctx.command_path, "sections")
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
    """Export everything about a person to a directory or an archive, or check an export.

    USER is an id or an address, or - to read it from stdin, so that it is in no shell history. PATH is a new or
    empty directory, or a new file that ends in .tar.gz, .tar.zst or .zip; it is readable by you alone, and nothing
    is kept of an export that fails or is interrupted. What is encrypted opens with age -d. Recorded in the journal.

    With --from, a file names a person on each line, and FOLDER gets an archive for each.
    """


@export.command(EXPORT, cls=ExportUser, hidden=True)
@click.argument("user", metavar="USER", callback=utf8, required=False)
@click.option(
    "--output",
    metavar="PATH",
    required=True,
    type=click.Path(path_type=Path),
    help="A new or empty directory, or a new archive; with --from, a folder for archives.",
)
@click.option(
    "--from",
    "source",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Export everybody whom the lines of a file name (USER or USER,REALM); - is stdin.",
)
@scope_options
@packaging_options
@realm_option("The organization, where an address exists in several.")
@click.option("--json", "as_json", is_flag=True, help="The result as one object; with --from, an array.")
@target_options
def export_user(
    user: str | None,
    realm: str | None,
    output: Path,
    source: Path | None,
    as_json: bool,
    choice: Choice,
    **how: Any,
) -> None:
    """Export everything about a person to a directory or an archive. Recorded in the journal."""
    if (user is None) == (source is None):
        raise click.UsageError("Name one USER, or a file of people with --from.")
    scope = scope_of(how)
    if source is not None:
        from .export_many import FOLDER, export_many

        packaging = packaging_of(FOLDER, "tar.gz", **how)
        export_many(source, realm, output.absolute(), packaging, scope, choice, as_json=as_json)
        return
    assert user is not None
    packaging = packaging_of(output, "directory", **how)
    if packaging.encryption is not None and output.suffix != ".age":
        narrate(f"{path_text(output)} will be a {packaging.format} encrypted with age, which its name does not say.")
    name = read_user(user)

    async def work(steward: Steward) -> ExportResult:
        person = await steward.find(name, realm)
        with progress_bars() as on_progress:
            return await steward.export(person, output.absolute(), on_progress, scope, packaging)

    result = with_steward(choice, work, for_exports=True)
    _tell_abandoned(output)
    _tell(result, as_json)


def _tell(result: ExportResult, as_json: bool) -> None:
    if as_json:
        from .export_many import result_json

        print_json(result_json(result))
    else:
        print_facts(_facts(result))
    for warning in result.warnings[:WARNINGS_SHOWN]:
        narrate(f"warning: {warning.subject}: {warning.sentence}")
    if len(result.warnings) > WARNINGS_SHOWN:
        narrate(f"… and {len(result.warnings) - WARNINGS_SHOWN} more warnings; all are in manifest.json.")


@export.command(short_help="What an export can hold.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
@unused_target_options
def sections(as_json: bool, choice: Choice) -> None:
    """List the sections that --section takes, and the presets that have them."""
    from zulip_bridge.api.export_scope import SECTIONS

    if as_json:
        print_json(list(SECTIONS))
    else:
        print_table(["section", "what", "presets"], sections_listed())


@export.command(short_help="Check an export against its manifest, offline.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--identity",
    "identities",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file with the secret key that opens it: age's own, or an SSH key. Repeatable.",
)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Read the passphrase from a file; otherwise it is asked for where there is one.",
)
@click.option("--json", "as_json", is_flag=True, help="An array of differences; empty when there are none.")
@unused_target_options
def verify(
    path: Path, identities: tuple[Path, ...], passphrase_file: Path | None, as_json: bool, choice: Choice
) -> None:
    """Check an export against its manifest, offline; status 1 where anything differs.

    PATH is a directory or an archive, encrypted or not; nothing is unpacked.
    """
    from zulip_bridge.export import digest_of, verify_export

    try:
        differences = verify_export(path, keys_for(path, identities, passphrase_file))
    except StewardError as error:
        fail(error, choice)
    with contextlib.suppress(OSError):  # what cannot be read is among the differences
        if path.is_file():
            narrate(f"The archive's sha256 is {digest_of(path.resolve())}.")
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
    facts = [
        ("directory" if result.sha256 is None else "archive", path_text(result.path)),
        ("messages", f"{result.messages:,}"),
        ("files", f"{result.files:,}"),
        ("bytes", f"{result.bytes:,}"),
    ]
    if result.sha256 is not None:
        facts += [("archive bytes", f"{result.stored_bytes:,}"), ("archive sha256", result.sha256)]
    return [
        *facts,
        ("warnings", f"{len(result.warnings):,}"),
        ("manifest sha256", result.manifest_sha256),
        ("seconds", f"{result.seconds:.1f}"),
    ]
