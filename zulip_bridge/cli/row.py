"""``row MODEL KEY``, ``row edit`` and ``row delete``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from zulip_bridge.api.browse import (
    DeletionNode,
    DeletionPreview,
    DeletionResult,
    FieldChange,
    FieldValue,
    PlannedField,
    Reference,
    RowDetail,
    RowEditPreview,
    RowEditResult,
)
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.people import Person

from .asking import agreed, answered, refuse_unasked
from .ending import REFUSED
from .narration import counted, narrate
from .options import Choice, target_options
from .output import print_facts, print_json, print_line, print_table
from .session import with_steward
from .user import utf8

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

SHOW = "MODEL"
"""Name of the hidden command that shows: help and usage read as they are typed, ``row MODEL KEY``."""

NULL = "NULL"
KINDS = {
    "delete": "deleted",
    "clear": "reference set to NULL (or its default)",
    "protect": "FORBID IT (PROTECT)",
    "leave": "left as they are; PostgreSQL may refuse",
}

dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would happen.")


class ModelByDefault(click.Group):
    """A group whose first word may also be MODEL: ``row Message 17`` beside ``row edit …``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the hidden command's name before what is no command of the group."""
        if args and args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx):
            args = [SHOW, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """All forms."""
        formatter.write_usage(ctx.command_path, f"{SHOW} KEY [OPTIONS]")
        formatter.write_usage(ctx.command_path, f"edit {SHOW} KEY FIELD=VALUE… [OPTIONS]")
        formatter.write_usage(ctx.command_path, f"delete {SHOW} KEY [OPTIONS]")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Those of showing, and the other commands."""
        click.Command.format_options(self.commands[SHOW], ctx, formatter)
        self.format_commands(ctx, formatter)


class ShowRowCommand(click.Command):
    """The hidden command."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """MODEL is in its path already."""
        formatter.write_usage(ctx.command_path, "KEY [OPTIONS]")


@click.group(cls=ModelByDefault)
def row() -> None:
    """Show one row of a model with every field decoded, edit it, or delete it. Recorded in the journal.

    MODEL is a model's name, app.Name, or its table; KEY the row's primary key.
    """


@row.command(SHOW, cls=ShowRowCommand, hidden=True)
@click.argument("model", metavar="MODEL", callback=utf8)
@click.argument("key", metavar="KEY", callback=utf8)
@click.option("--references", is_flag=True, help="Count the rows that refer to it, too.")
@click.option("--unmask", multiple=True, metavar="FIELD", help="Show the secret in FIELD; recorded. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@target_options
def show_row(model: str, key: str, references: bool, unmask: tuple[str, ...], as_json: bool, choice: Choice) -> None:
    """Show one row of a model with every field decoded. Recorded in the journal."""

    async def work(steward: Steward) -> tuple[RowDetail, list[Reference]]:
        detail = await steward.browser.row(model, key, unmask)
        return detail, await steward.browser.references(detail.model, detail.key) if references else []

    detail, found = with_steward(choice, work)
    if as_json:
        print_json({**_row_json(detail), **({"references": found} if references else {})})
        return
    print_line(_named(detail.model, detail.key, detail.title, detail.person))
    print_facts([(each.field.name, _shown(each)) for each in detail.values])
    if references:
        _print_references(found)
    for advice in detail.advice:
        narrate(advice.sentence)


@row.command(short_help="Change fields of a row, after showing what that does.")
@click.argument("model", metavar="MODEL", callback=utf8)
@click.argument("key", metavar="KEY", callback=utf8)
@click.argument("changes", metavar="[FIELD=VALUE]…", nargs=-1, callback=utf8)
@click.option("--null", "nulls", multiple=True, metavar="FIELD", help="Set FIELD to NULL. Repeatable.")
@dry_run_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One object; with --yes or --dry-run.")
@target_options
def edit(
    model: str,
    key: str,
    changes: tuple[str, ...],
    nulls: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Change fields of one row, past Zulip's actions: clients are not told, and the audit log gets no entry.

    FIELD alone reads its value from a line of stdin. Values are checked as Django does, and nothing is saved where
    the row has changed meanwhile. Where Zulip has an action for it, that is said. Recorded in the journal with the
    values before and after.
    """
    if as_json and not (yes or dry_run):
        raise click.UsageError("--json asks nobody; give --yes or --dry-run with it.")
    wanted = [_change(text) for text in changes] + [FieldChange(name, None) for name in nulls]
    if not wanted:
        raise click.UsageError("Say what to change: FIELD=VALUE, or --null FIELD.")
    refuse_unasked(yes, dry_run)

    async def work(steward: Steward) -> int:
        preview = await steward.browser.preview_edit(model, key, wanted)
        if not as_json:
            _print_edit(preview)
        if dry_run or preview.objections or not preview.changes:
            if as_json:
                print_json(preview)
            elif not preview.objections and not preview.changes:
                narrate("There is nothing to change.")
            return REFUSED if preview.objections else 0
        if not yes and not await agreed(f"Save this on {steward.label}?"):
            narrate("Nothing was changed.")
            return REFUSED
        result = await steward.browser.save(preview)
        _print_edit_result(result, as_json)
        return 0 if result.state == "done" else REFUSED

    _end(with_steward(choice, work))


@row.command(short_help="Delete a row with all that hangs on it, after showing what that is.")
@click.argument("model", metavar="MODEL", callback=utf8)
@click.argument("key", metavar="KEY", callback=utf8)
@dry_run_option
@click.option("--confirm", metavar="TEXT", help='"delete Name KEY", as the preview says it; else it is asked for.')
@click.option("--json", "as_json", is_flag=True, help="One object; with --confirm or --dry-run.")
@target_options
def delete(model: str, key: str, dry_run: bool, confirm: str | None, as_json: bool, choice: Choice) -> None:
    """Delete one row and what Django takes along with it, past Zulip's actions. It cannot be undone.

    What would be gone is shown as a tree first, and has to be confirmed in words. Where Zulip has an action for it,
    that is said. Recorded in the journal with the row's values, secrets masked.
    """
    if as_json and confirm is None and not dry_run:
        raise click.UsageError("--json asks nobody; give --confirm or --dry-run with it.")
    if not (dry_run or confirm is not None or sys.stdin.isatty()):
        narrate("Nothing was deleted: there is no terminal to ask on. --confirm deletes, --dry-run only shows it.")
        sys.exit(REFUSED)

    async def work(steward: Steward) -> int:
        preview = await steward.browser.preview_deletion(model, key)
        if not as_json:
            _print_deletion(preview)
        if dry_run or preview.refusals:
            if as_json:
                print_json({**to_json(preview), "total": preview.total})
            return REFUSED if preview.refusals else 0
        words = confirm
        if words is None:
            words = await answered(f"To delete it on {steward.label}, type: {preview.confirm}\n> ")
        if words != preview.confirm:
            narrate(f"Nothing was deleted: the confirmation is: {preview.confirm}")
            return REFUSED
        result = await steward.browser.delete(preview, words)
        _print_deletion_result(result, as_json)
        return 0 if result.state == "done" else REFUSED

    _end(with_steward(choice, work))


def _end(status: int) -> None:
    if status:
        sys.exit(status)


def _change(text: str) -> FieldChange:
    name, equals, value = text.partition("=")
    if equals:
        return FieldChange(name, value)
    if sys.stdin.isatty():
        narrate(f"{name}?")
    line = sys.stdin.readline()
    if not line:
        raise click.UsageError(f"{name} reads its value from stdin, and nothing came.")
    return FieldChange(name, line.rstrip("\r\n"))


def _named(model: str, key: str, title: str, person: Person | None) -> str:
    words = f"{model} {key}" + (f" · {title}" if title else "")
    return words + (f" · of {person.full_name} (id {person.id})" if person else "")


def _shown(value: FieldValue) -> str:
    if value.raw is None:
        return NULL
    if value.how == "JSON":
        return value.shown
    words = f"{value.raw}  ({value.shown})" if value.shown else value.raw
    if value.target:
        words += f"  → {value.field.related}"
    return words + (f"… ({value.length:,} characters)" if value.length else "")


def _row_json(detail: RowDetail) -> dict[str, Any]:
    """The row as a script wants it: values by field, what they mean beside them."""
    return {
        "model": detail.model,
        "table": detail.table,
        "key": detail.key,
        "title": detail.title,
        "person": None if detail.person is None else detail.person.id,
        "values": {each.field.name: each.raw for each in detail.values},
        "shown": {each.field.name: each.shown for each in detail.values if each.shown},
        "masked": [each.field.name for each in detail.values if each.masked],
        "refers_to": {
            each.field.name: {"model": each.field.related, "key": each.target}
            for each in detail.values
            if each.target
        },
        "advice": [each.sentence for each in detail.advice],
    }


def _print_references(found: list[Reference]) -> None:
    held = [each for each in found if each.rows != 0]
    print_line("")
    rows = [[_count(each), each.model, each.lookup, each.on_delete] for each in held]
    print_table(["rows", "model", "through", "when it is deleted"], rows, ["right"])
    narrate(f"{counted(len(held), 'place')} refer to it; {len(found) - len(held)} more do not.")


def _count(reference: Reference) -> str:
    if reference.rows is None:
        return "?"
    return f"{reference.rows:,}" + ("" if reference.exact else "+")


def _print_edit(preview: RowEditPreview) -> None:
    print_line(f"{_named(preview.model, preview.key, preview.title, preview.person)}:")
    print_table(["field", "before", "after", ""], [_planned(item) for item in preview.items])
    _print_notes(preview)
    for objection in preview.objections:
        narrate(f"Refused: {objection}")


def _print_notes(preview: RowEditPreview | DeletionPreview) -> None:
    for sentence in [*(each.sentence for each in preview.advice), *preview.notes]:
        narrate(f"· {sentence}")


def _planned(item: PlannedField) -> list[str]:
    state = {"change": "", "unchanged": "has it already", "refused": "refused"}[item.state]
    return [item.field, _value(item.before, item.before_shown), _value(item.after, item.after_shown), state]


def _value(raw: str | None, shown: str) -> str:
    if raw is None:
        return NULL
    return f"{raw} ({shown})" if shown and "\n" not in shown else raw


def _print_edit_result(result: RowEditResult, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    if result.state == "done":
        rows = [[item.field, _value(item.before, ""), _value(item.after, item.after_shown)] for item in result.items]
        print_table(["field", "before", "now"], rows)
        return
    if result.state == "changed_since" and result.preview is not None:
        narrate("Nothing was saved: the row has changed since it was read. This is how it is now:")
        _print_edit(result.preview)
        return
    narrate(f"Nothing was saved. {result.sentence}")
    for objection in result.preview.objections if result.preview else []:
        narrate(f"Refused: {objection}")


def _print_deletion(preview: DeletionPreview) -> None:
    print_line(f"{_named(preview.model, preview.key, preview.title, preview.person)}:")
    print_table(["rows", "what", "through", ""], [_node(node) for node in preview.tree], ["right"])
    narrate(f"{counted(preview.total, 'row')} would be gone.")
    _print_notes(preview)
    for refusal in preview.refusals:
        narrate(f"Refused: {refusal}")


def _node(node: DeletionNode) -> list[str]:
    return [f"{node.rows:,}", "  " * node.depth + node.model, node.via, KINDS[node.kind]]


def _print_deletion_result(result: DeletionResult, as_json: bool) -> None:
    if as_json:
        print_json(result)
    elif result.state == "done":
        print_table(
            ["deleted", "model"], [[f"{count:,}", model] for model, count in result.deleted.items()], ["right"]
        )
    elif result.state == "changed_since" and result.preview is not None:
        narrate("Nothing was deleted: the row, or what refers to it, has changed. This is how it is now:")
        _print_deletion(result.preview)
    else:
        narrate(f"Nothing was deleted. {result.sentence}")
        for refusal in result.preview.refusals if result.preview else []:
            narrate(f"Refused: {refusal}")
