"""``edit``, ``deactivate``, ``reactivate`` and ``lockdown``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zulip_bridge.api.changes import FIELDS, ONE_OFF, PREFIXES, WORDS, Change, ChangeError, parse_change
from zulip_bridge.api.changes import lockdown as lockdown_changes
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.edit import ApplyResult, ChangePreview

from .asking import agreed, check_json, refuse_unasked
from .change_names import complete_changes
from .changes import narrate_causes, print_preview, print_result, without_cause
from .ending import REFUSED
from .narration import narrate
from .options import Choice, target_options
from .output import print_json
from .session import with_steward
from .user import person_arguments, read_user, realm_option, utf8

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from zulip_bridge.steward import Steward

dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would happen.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
json_option = click.option("--json", "as_json", is_flag=True, help="One object; with --yes or --dry-run.")

FIELD_LIST = "\n".join(
    ["\b", "Fields:"]
    + [f"  {name:<26}{words}" for name, words in FIELDS.items()]
    + [f"  {prefix + ':…':<26}{words}" for prefix, words in PREFIXES.items()]
    + ["In one word:"]
    + [f"  {name:<26}{ONE_OFF[name]}" for name in ONE_OFF]
    + [f"  {', '.join(name for name in WORDS if name not in ONE_OFF)}"]
)


@click.command(epilog=FIELD_LIST)
@click.argument("user", metavar="[USER]", required=False, callback=utf8)
@click.argument("changes", metavar="[FIELD=VALUE]…", nargs=-1, callback=utf8, shell_complete=complete_changes)
@click.option(
    "--from", "source", metavar="FILE.csv", type=click.Path(path_type=Path), help="Many people; - for stdin."
)
@click.option("--revert", metavar="NR", type=click.IntRange(1), help="Undo the edit with this number in the journal.")
@realm_option("The organization, where an address exists in several.")
@dry_run_option
@yes_option
@json_option
@target_options
def edit(
    user: str | None,
    changes: tuple[str, ...],
    source: Path | None,
    revert: int | None,
    realm: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Change an account through Zulip's own actions, after showing what that does. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin. Everything is checked against Zulip's rules first, and
    nothing is done where one forbids it. --from takes a file with a column "user" and one for each field.
    """
    if (user is not None) + (source is not None) + (revert is not None) != 1:
        raise click.UsageError("Name whom to edit: USER with changes, --from FILE.csv, or --revert NR.")
    check_json(as_json, yes or dry_run)
    wanted = _parsed(changes) if user is not None else []
    refuse_unasked(yes, dry_run)
    if source is not None:
        from .edit_many import edit_many

        edit_many(source, realm, choice, dry_run=dry_run, yes=yes, as_json=as_json)
    elif revert is not None:
        _run(choice, _preview_of_revert(revert), dry_run, yes, as_json, {"reverts": revert})
    else:
        name = read_user(user or "")
        _run(choice, lambda steward: _preview(steward, name, realm, wanted), dry_run, yes, as_json)


@click.command()
@person_arguments
@dry_run_option
@yes_option
@json_option
@target_options
def deactivate(user: str, realm: str | None, dry_run: bool, yes: bool, as_json: bool, choice: Choice) -> None:
    """Deactivate an account: log it out, and its bots with it. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin. reactivate is the way back.
    """
    _one_word("deactivate", user, realm, dry_run, yes, as_json, choice)


@click.command()
@person_arguments
@dry_run_option
@yes_option
@json_option
@target_options
def reactivate(user: str, realm: str | None, dry_run: bool, yes: bool, as_json: bool, choice: Choice) -> None:
    """Reactivate an account; bots that went with it stay deactivated. Recorded in the journal.

    USER is an id or an address, or - to read it from stdin.
    """
    _one_word("reactivate", user, realm, dry_run, yes, as_json, choice)


@click.command()
@person_arguments
@dry_run_option
@yes_option
@json_option
@target_options
def lockdown(user: str, realm: str | None, dry_run: bool, yes: bool, as_json: bool, choice: Choice) -> None:
    """Shut everybody out of an account that is in wrong hands. Recorded in the journal.

    It is deactivated with its bots, its sessions are ended, its API key is renewed, its devices are unregistered and
    its open invitations revoked. reactivate is the way back to the account; the rest stays ended.
    USER is an id or an address, or - to read it from stdin.
    """
    check_json(as_json, yes or dry_run)
    refuse_unasked(yes, dry_run)
    name = read_user(user)

    async def look(steward: Steward) -> ChangePreview:
        person = await steward.find(name, realm)
        return await steward.preview(person, lockdown_changes(is_bot=person.is_bot))

    _run(choice, look, dry_run, yes, as_json)


def _one_word(
    word: str, user: str, realm: str | None, dry_run: bool, yes: bool, as_json: bool, choice: Choice
) -> None:
    check_json(as_json, yes or dry_run)
    refuse_unasked(yes, dry_run)
    name = read_user(user)
    _run(choice, lambda steward: _preview(steward, name, realm, [Change(word)]), dry_run, yes, as_json)


def _run(
    choice: Choice,
    look: Callable[[Steward], Awaitable[ChangePreview]],
    dry_run: bool,
    yes: bool,
    as_json: bool,
    why: dict[str, Any] | None = None,
) -> None:
    """Preview, ask, apply, show."""

    async def work(steward: Steward) -> int:
        preview = await look(steward)
        if not as_json:
            print_preview(preview)
        if dry_run or preview.refusals or not preview.changes:
            return _look_only(preview, as_json)
        if not yes and not await agreed(f"Apply this on {steward.label}?"):
            narrate("Nothing was changed.")
            return REFUSED
        return await _apply(steward, preview, as_json, choice.debug, why)

    status = with_steward(choice, work)
    if status:
        sys.exit(status)


def _look_only(preview: ChangePreview, as_json: bool) -> int:
    if as_json:
        print_json(preview)
    elif not preview.refusals and not preview.changes:
        narrate("There is nothing to change.")
    return REFUSED if preview.refusals else 0


async def _apply(
    steward: Steward, preview: ChangePreview, as_json: bool, debug: bool, why: dict[str, Any] | None
) -> int:
    from zulip_bridge.edit import AppliedThenCancelled

    try:
        result = await steward.apply(preview, why)
    except AppliedThenCancelled as cancelled:
        _show_result(preview, cancelled.result, as_json, debug)
        raise
    _show_result(preview, result, as_json, debug)
    return 0 if result.state == "done" else REFUSED


def _show_result(preview: ChangePreview, result: ApplyResult, as_json: bool, debug: bool) -> None:
    if as_json:
        items = [without_cause(item) for item in result.items]
        print_json({"person": to_json(preview.person), **to_json(result), "items": items})
    else:
        print_result(result)
    if debug:
        narrate_causes(result)


async def _preview(steward: Steward, user: str, realm: str | None, changes: list[Change]) -> ChangePreview:
    return await steward.preview(await steward.find(user, realm), changes)


def _preview_of_revert(seq: int) -> Callable[[Steward], Awaitable[ChangePreview]]:
    async def look(steward: Steward) -> ChangePreview:
        from zulip_bridge.edit import find_entry, reversal

        entry = await asyncio.to_thread(find_entry, steward.journal, seq)
        found = reversal(entry, steward.label)
        for sentence in found.left:
            narrate(sentence)
        return await steward.preview(await steward.find(str(found.person_id)), found.changes)

    return look


def _parsed(texts: tuple[str, ...]) -> list[Change]:
    if not texts:
        raise click.UsageError("Say what to change: FIELD=VALUE; --help lists the fields.")
    try:
        return [parse_change(text) for text in texts]
    except ChangeError as error:
        raise click.UsageError(str(error)) from error
