"""``residue USER`` and ``residue --hash HEX``."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.residue import Needles

from .ending import REFUSED
from .erasure_words import print_report
from .narration import narrate, progress_bars
from .options import Choice, target_options
from .output import print_json
from .session import with_steward
from .user import read_user, realm_option, utf8

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

HASH = re.compile(r"[0-9a-f]{64}")


@click.command()
@click.argument("user", metavar="[USER]", required=False, callback=utf8)
@realm_option("The organization, where an address exists in several.")
@click.option("--address", "addresses", multiple=True, metavar="EMAIL", callback=utf8, help="Also look for this.")
@click.option("--name", "names", multiple=True, metavar="NAME", callback=utf8, help="Also look for this.")
@click.option("--hash", "hashes", multiple=True, metavar="HEX", help="Look for the address with this hash.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@target_options
def residue(
    user: str | None,
    realm: str | None,
    addresses: tuple[str, ...],
    names: tuple[str, ...],
    hashes: tuple[str, ...],
    as_json: bool,
    choice: Choice,
) -> None:
    """Look through every text column of every table, and the storage, for what is left of somebody.

    USER is an id or an address, or - to read it from stdin; it need not be an account any more. --hash takes a hash
    that the journal has of an erased address: the key beside the journal recognizes it. Exit status 1 where something
    is found that nothing explains. Recorded in the journal, without what was looked for.
    """
    if not (user or addresses or names or hashes):
        raise click.UsageError("Name whom to look for: USER, --address, --name or --hash.")
    if bad := [each for each in hashes if not HASH.fullmatch(each.lower())]:
        raise click.UsageError(f"{bad[0]!r} is not a hash: it has 64 hexadecimal digits.")
    wanted = read_user(user) if user else ""

    async def work(steward: Steward) -> int:
        needles = await _needles(steward, wanted, realm)
        needles.addresses.extend(addresses)
        needles.names.extend(names)
        needles.hashes.extend(each.lower() for each in hashes)
        with progress_bars() as show:
            report = await steward.erasures.look_for(needles, show)
        if as_json:
            print_json(report)
        else:
            print_report(report)
        return REFUSED if report.wrong else 0

    status = with_steward(choice, work)
    if status:
        sys.exit(status)


async def _needles(steward: Steward, user: str, realm: str | None) -> Needles:
    """An account's id, addresses and name; of one that is gone, what was typed."""
    if not user:
        return Needles(None, None)
    try:
        person = await steward.find(user, realm)
    except StewardError as error:
        if "@" not in user:
            raise
        narrate(f"{error.sentence} The address itself is looked for.")
        return Needles(None, None, addresses=[user])
    return Needles(person.id, person.realm_id, [person.delivery_email, person.email], [person.full_name])
