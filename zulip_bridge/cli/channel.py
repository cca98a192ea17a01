"""``channel``: show a channel, archive it, or bring it back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .asking import agreed, check_json, refuse_unasked
from .ending import REFUSED
from .narration import narrate
from .options import Choice, target_options
from .output import print_json, print_line, print_table
from .session import with_steward
from .user import read_line, realm_option, utf8

if TYPE_CHECKING:
    from zulip_bridge.api.channel_archiving import ChannelPreview, ChannelVerb, FoundChannel
    from zulip_bridge.steward import Steward


@click.command()
@click.argument("channel", metavar="CHANNEL", callback=utf8)
@click.argument("verb", metavar="[archive|unarchive]", type=click.Choice(["archive", "unarchive"]), required=False)
@realm_option("The organization, where a name exists in several.")
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One object; with a verb, --yes or --dry-run is needed.")
@target_options
def channel(
    channel: str,
    verb: ChannelVerb | None,
    realm: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Show a channel, archive it or bring it back, through Zulip's own actions. Recorded in the journal.

    CHANNEL is an id or a name, or - to read it from stdin.
    """
    if verb is not None:
        check_json(as_json, yes or dry_run)
        refuse_unasked(yes, dry_run)
    name = read_line("Name the channel.", "CHANNEL") if channel == "-" else channel

    async def work(steward: Steward) -> int:
        found = await steward.channels.find(name, realm)
        if verb is None:
            print_json(found) if as_json else _print(found)
            return 0
        preview = await steward.channels.preview(found.id, verb)
        if not as_json:
            _print_preview(preview)
        if dry_run or preview.refusals:
            if as_json:
                print_json(preview)
            return REFUSED if preview.refusals else 0
        if not yes and not await agreed(f"{verb.capitalize()} it on {steward.label}?"):
            narrate("Nothing was changed.")
            return REFUSED
        result = await steward.channels.apply(preview)
        if as_json:
            print_json(result)
        elif result.preview is not None:
            _print_preview(result.preview)
        else:
            print_line(f"{result.channel.name}: {'archived' if result.channel.archived else 'not archived'}.")
        if result.sentence:
            narrate(result.sentence)
        return 0 if result.state == "done" else REFUSED

    status = with_steward(choice, work)
    if status:
        sys.exit(status)


def _print(found: FoundChannel) -> None:
    rows = [
        ["name", found.name],
        ["id", str(found.id)],
        ["realm", found.realm],
        ["state", "archived" if found.archived else "active"],
        ["privacy", "private" if found.private else "public"],
        ["subscribers", f"{found.subscribers:,}"],
        ["messages", f"{found.messages:,}"],
        ["description", found.description],
    ]
    print_table(["", ""], rows)


def _print_preview(preview: ChannelPreview) -> None:
    found = preview.channel
    print_line(f"{preview.verb} {found.name} (id {found.id}, realm {found.realm or 'root'}):")
    if not preview.refusals:
        for effect in preview.effects:
            print_line(f"  - {effect.sentence}")
    for refusal in preview.refusals:
        narrate(f"Refused ({refusal.rule}): {refusal.sentence}")
