"""``channel``: show a channel, or change it as Zulip does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from zulip_bridge.api.changes import Change, ChangeError
from zulip_bridge.api.channel_changes import FIELDS, Channel, ChannelPreview, ChannelResult, parse_channel_change
from zulip_bridge.api.codec import to_json

from .asking import agreed, check_json, refuse_unasked
from .changes import narrate_causes, print_applied, print_planned, without_cause
from .edit import dry_run_option, yes_option
from .ending import REFUSED
from .narration import narrate
from .options import Choice, target_options
from .output import print_facts, print_json, print_line
from .session import with_steward
from .user import read_line, realm_option, utf8

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

CHANGE_LIST = "\n".join(["\b", "Changes:", *(f"  {name:<20}{words}" for name, words in FIELDS.items())])


def complete_changes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The changes there are; a value is not completed."""
    starts = {name.partition("=")[0] + ("=" if "=" in name else ""): words for name, words in FIELDS.items()}
    return [CompletionItem(each, help=words) for each, words in starts.items() if each.startswith(incomplete)]


@click.command(epilog=CHANGE_LIST)
@click.argument("name", metavar="CHANNEL", callback=utf8)
@click.argument("changes", metavar="[CHANGE]…", nargs=-1, callback=utf8, shell_complete=complete_changes)
@realm_option("The organization, where several have a channel of that name.")
@dry_run_option
@yes_option
@click.option("--json", "as_json", is_flag=True, help="One object; to change something, with --yes or --dry-run.")
@target_options
def channel(
    name: str,
    changes: tuple[str, ...],
    realm: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Show a channel, or change it through Zulip's own actions, after showing what that does.

    CHANNEL is an id or the exact name, or - to read it from stdin. Everything is checked against Zulip's rules first,
    and nothing is done where one forbids it. Recorded in the journal.
    """
    wanted = _parsed(changes)
    if wanted:
        check_json(as_json, yes or dry_run)
        refuse_unasked(yes, dry_run)
    if name == "-":
        name = read_line("Which channel do you mean? Type an id or the exact name, then Enter.", "CHANNEL")

    async def work(steward: Steward) -> int:
        found = await steward.channels.find(name, realm)
        if not wanted:
            _show(found, as_json)
            return 0
        preview = await steward.channels.preview(found.id, wanted)
        if not as_json:
            _print_preview(preview)
        if dry_run or preview.refusals or not preview.changes:
            return _look_only(preview, as_json)
        if not yes and not await agreed(f"Apply this on {steward.label}?"):
            narrate("Nothing was changed.")
            return REFUSED
        return await _apply(steward, preview, as_json, choice.debug)

    status = with_steward(choice, work)
    if status:
        sys.exit(status)


def _parsed(texts: tuple[str, ...]) -> list[Change]:
    try:
        found = [parse_channel_change(text) for text in texts]
    except ChangeError as error:
        raise click.UsageError(str(error)) from error
    if len({each.field for each in found}) < len(found):
        raise click.UsageError("The same thing is changed twice.")
    return found


def _show(found: Channel, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_line(f"{_named(found)}:")
    facts = [
        ("privacy", found.privacy),
        ("description", found.description or "–"),
        ("subscribers", f"{found.subscribers:,}"),
        ("messages", f"{found.messages:,}"),
        ("archived", "yes" if found.archived else "no"),
    ]
    print_facts(facts)


def _look_only(preview: ChannelPreview, as_json: bool) -> int:
    if as_json:
        print_json(preview)
    elif not preview.refusals and not preview.changes:
        narrate("There is nothing to change.")
    return REFUSED if preview.refusals else 0


async def _apply(steward: Steward, preview: ChannelPreview, as_json: bool, debug: bool) -> int:
    from zulip_bridge.channels import AppliedThenCancelled

    try:
        result = await steward.channels.apply(preview)
    except AppliedThenCancelled as cancelled:
        _show_result(cancelled.result, as_json, debug)
        raise
    _show_result(result, as_json, debug)
    return 0 if result.state == "done" else REFUSED


def _show_result(result: ChannelResult, as_json: bool, debug: bool) -> None:
    if as_json:
        print_json({**to_json(result), "items": [without_cause(item) for item in result.items]})
    elif result.preview is not None:
        if result.state == "changed_since":
            narrate("Nothing was done: the channel has changed since it was read. This is how it is now:")
        _print_preview(result.preview)
    else:
        print_applied(result)
    if debug:
        narrate_causes(result)


def _print_preview(preview: ChannelPreview) -> None:
    print_line(f"{_named(preview.channel)}, {preview.channel.privacy}, {_subscribers(preview.channel)}:")
    print_planned(preview)


def _subscribers(found: Channel) -> str:
    return f"{found.subscribers:,} subscriber{'' if found.subscribers == 1 else 's'}"


def _named(found: Channel) -> str:
    return f"{found.name} (id {found.id}, realm {found.realm or 'root'}{', archived' if found.archived else ''})"
