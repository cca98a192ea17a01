"""``messages delete``, ``messages archive``, ``messages restore`` and ``messages purge``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import click

from zulip_bridge.api.messages import MESSAGE_KINDS, MessageFilters, MessageKind
from zulip_bridge.api.removal import Archived, MessageDeletion, PreviewMessageDeletion

from .asking import agreed, answered, check_json, refuse_unasked
from .changes import named
from .ending import REFUSED
from .narration import counted, narrate, progress_bars
from .options import Choice, target_options
from .output import print_json, print_line, print_table
from .session import with_steward
from .user import person_arguments, read_user, realm_option, utf8

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

GROUPS_SHOWN = 30
dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would happen.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
json_option = click.option("--json", "as_json", is_flag=True, help="One object; with --yes or --dry-run.")


def numbers(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[int, ...]:
    """Callback of NR: numbers, and ranges such as ``6-15``."""
    found: list[int] = []
    for word in value:
        first, dash, last = word.partition("-")
        if not (first.isdecimal() and (last.isdecimal() or not dash)):
            raise click.BadParameter(f"{word!r} is neither a number nor a range like 6-15.")
        found += range(int(first), int(last or first) + 1)
    return tuple(dict.fromkeys(found))


def ranges(found: list[int]) -> str:
    """``6-8 11``: numbers as they can be given again."""
    runs: list[list[int]] = []
    for number in sorted(found):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


@click.group()
def messages() -> None:
    """Delete messages so that clients see it, and restore them from Zulip's archive or purge them of it."""


@messages.command()
@person_arguments
@click.option("--id", "ids", multiple=True, type=click.IntRange(1), help="This message; several may be named.")
@click.option("--kind", type=click.Choice(MESSAGE_KINDS), default="sent", show_default=True)
@click.option("--channel", callback=utf8, help="Name or id.")
@click.option("--topic", callback=utf8, help="A part of the topic.")
@click.option("--text", callback=utf8, help="Searched for as Zulip does.")
@click.option("--since", help="From this day or instant on.")
@click.option("--until", help="Before this day or instant.")
@click.option("--all", "everything", is_flag=True, help="All of that kind; needed where nothing narrows them.")
@dry_run_option
@yes_option
@json_option
@target_options
def delete(
    user: str,
    realm: str | None,
    ids: tuple[int, ...],
    kind: str,
    channel: str | None,
    topic: str | None,
    text: str | None,
    since: str | None,
    until: str | None,
    everything: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Delete messages of USER. They stay in Zulip's archive for some days, from which restore brings them back."""
    filters = MessageFilters(channel, topic, text, since, until)
    if not (ids or filters.names or everything):
        raise click.UsageError("Say which messages: --id, a filter, or --all.")
    check_json(as_json, yes or dry_run)
    refuse_unasked(yes, dry_run)
    name = read_user(user)

    async def work(steward: Steward) -> int:
        person = await steward.find(name, realm)
        request = PreviewMessageDeletion(person.id, cast(MessageKind, kind), filters, list(ids) or None)
        preview = await steward.removals.preview(request, person)
        if not as_json:
            _print_deletion(preview)
        if dry_run or not preview.ids:
            if as_json:
                print_json(preview)
            return 0
        if not yes and not await agreed(f"Delete {counted(len(preview.ids), 'message')} on {steward.label}?"):
            narrate("Nothing was deleted.")
            return REFUSED
        with progress_bars() as show:
            done = await steward.removals.delete(preview, show)
        if as_json:
            print_json(done)
        else:
            print_line(f"{counted(done.messages, 'message')} deleted. Archive: {ranges(done.transactions)}")
        if done.left:
            narrate(f"{counted(len(done.left), 'message')} left: {done.sentence}")
        return REFUSED if done.left else 0

    _end(with_steward(choice, work))


@messages.command()
@click.argument("user", metavar="[USER]", required=False, callback=utf8)
@realm_option("The organization, where an address exists in several.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
@target_options
def archive(user: str | None, realm: str | None, as_json: bool, choice: Choice) -> None:
    """List what Zulip's archive of deleted messages has, and until when; with USER, what holds messages of theirs."""
    name = read_user(user) if user else None

    async def work(steward: Steward) -> int:
        person = await steward.find(name, realm) if name else None
        found = await steward.removals.archive(person)
        if as_json:
            print_json(found)
        else:
            _print_archive(found)
        return 0

    _end(with_steward(choice, work))


@messages.command()
@click.argument("transactions", metavar="NR…", nargs=-1, required=True, callback=numbers)
@dry_run_option
@yes_option
@json_option
@target_options
def restore(transactions: tuple[int, ...], dry_run: bool, yes: bool, as_json: bool, choice: Choice) -> None:
    """Bring deleted messages back. NR is a number (or a range: 6-15) that delete has told, or that archive lists."""
    check_json(as_json, yes or dry_run)
    refuse_unasked(yes, dry_run)

    async def work(steward: Steward) -> int:
        found = await _wanted(steward, transactions)
        if dry_run:
            _show(found, as_json)
            return 0
        if not as_json:
            _print_archive(found)
        total = sum(each.messages for each in found if not each.restored)
        if not yes and not await agreed(f"Restore {counted(total, 'message')} on {steward.label}?"):
            narrate("Nothing was restored.")
            return REFUSED
        with progress_bars() as show:
            done = await steward.removals.restore([each.id for each in found], show)
        if as_json:
            print_json(done)
        else:
            print_line(f"{counted(sum(done.messages.values()), 'message')} restored.")
        if done.sentence:
            narrate(done.sentence)
        return REFUSED if done.sentence else 0

    _end(with_steward(choice, work))


@messages.command()
@click.argument("transactions", metavar="NR…", nargs=-1, required=True, callback=numbers)
@dry_run_option
@click.option("--confirm", metavar="NUMBER", type=int, help="How many messages; instead of being asked.")
@json_option
@target_options
def purge(transactions: tuple[int, ...], dry_run: bool, confirm: int | None, as_json: bool, choice: Choice) -> None:
    """Take deleted messages out of the archive for good, with the files that nothing else uses. No way back."""
    check_json(as_json, confirm is not None or dry_run, "--confirm or --dry-run")
    refuse_unasked(confirm is not None, dry_run)

    async def work(steward: Steward) -> int:
        found = await _wanted(steward, transactions)
        if dry_run:
            _show(found, as_json)
            return 0
        if not as_json:
            _print_archive(found)
        total = sum(each.messages for each in found)
        typed = str(confirm) if confirm is not None else await answered(f"Type {total} to purge them: ")
        if typed != str(total):
            narrate(f"These are {counted(total, 'message')}. Nothing was purged.")
            return REFUSED
        with progress_bars() as show:
            done = await steward.removals.purge([each.id for each in found], show)
        if as_json:
            print_json(done)
        else:
            print_line(f"{counted(done.messages, 'message')} and {counted(done.files, 'file')} purged.")
        for sentence in done.sentences:
            narrate(sentence)
        return REFUSED if done.sentences else 0

    _end(with_steward(choice, work))


async def _wanted(steward: Steward, transactions: tuple[int, ...]) -> list[Archived]:
    from zulip_bridge.api.errors import ErrorKind, StewardError

    found = await steward.removals.archive(transactions=list(transactions))
    missing = sorted(set(transactions).difference(each.id for each in found))
    if missing:
        raise StewardError(ErrorKind.NOT_FOUND, f"The archive has no transaction {missing[0]} (any more).")
    return found


def _print_deletion(preview: MessageDeletion) -> None:
    print_line(f"{named(preview.person)}: {counted(len(preview.ids), 'message')}")
    rows = [[each.where, each.to, each.topic, f"{each.messages:,}"] for each in preview.groups[:GROUPS_SHOWN]]
    print_table(["where", "channel", "topic", "messages"], rows, ["left", "left", "left", "right"])
    if len(preview.groups) > GROUPS_SHOWN:
        print_line(f"and {len(preview.groups) - GROUPS_SHOWN:,} more places")
    for number, words in (
        (preview.from_others, "of them written by others"),
        (preview.reactions, "reactions of others go with them"),
        (preview.holders, "other people hold copies, and see them vanish"),
        (preview.files, "files are used by nothing else; Zulip removes them weeks later, purge at once"),
    ):
        if number:
            narrate(f"{number:,} {words}")
    narrate(f"They can be restored until {preview.restorable_until[:10]} ({preview.days} days), unless purged.")


def _print_archive(found: list[Archived]) -> None:
    rows = [
        [
            str(each.id),
            each.at,
            each.realm,
            f"{each.messages:,}",
            f"{each.files:,}",
            (each.until or "never")[:10],
            "restored" if each.restored else "retention policy" if each.by_policy else "",
        ]
        for each in found
    ]
    print_table(["nr", "deleted", "realm", "messages", "files", "until", ""], rows, ["right"])


def _show(found: list[Archived], as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        _print_archive(found)


def _end(status: int) -> None:
    if status:
        sys.exit(status)
