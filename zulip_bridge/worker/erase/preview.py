"""What erasing a person would do, table by table, before anything is done."""

from __future__ import annotations

import hashlib
from typing import Any

from zulip_bridge.api.edit import Refusal
from zulip_bridge.api.erase import (
    ErasureCase,
    ErasureOptions,
    ErasurePreview,
    OpenErasure,
    OwnedBot,
    PreviewErasure,
)
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.edit.account import Account
from zulip_bridge.worker.instants import iso
from zulip_bridge.worker.people import person_by_id

from . import profile, rules
from .collect import bots_of, collect
from .counting import Counting
from .deletion import count
from .remains import remains


def preview(request: PreviewErasure, context: Context) -> ErasurePreview:
    """Answer :class:`PreviewErasure`."""
    account = Account.load(request.person_id)
    options = request.options
    bots = owned_bots(request.person_id)
    case = collect(begin(account), options, pictures=False)
    counting = Counting(account, options, case, context)
    scrubs = options.strategy == "scrub-profile"
    rows = profile.fates(account, archived=options.archived) if scrubs else counting.rows()
    return ErasurePreview(
        person=person_by_id(request.person_id),
        options=options,
        confirm=account.row.delivery_email,
        rows=[each for each in rows if each.rows],
        collateral=[] if scrubs else counting.collateral(),
        files=counting.files(),
        bots=bots,
        remains=remains(account, options),
        warnings=rules.warnings(account, options),
        refusals=rules.refusals(account, options, bots),
        fingerprint=fingerprint(account, options),
    )


def open_erasure(request: OpenErasure, context: Context) -> ErasureCase:
    """Answer :class:`OpenErasure`."""
    account = Account.load(request.person_id)
    found: list[Refusal] = rules.refusals(account, request.options, owned_bots(request.person_id))
    if found:
        raise StewardError(ErrorKind.REFUSED, " ".join(each.sentence for each in found))
    if fingerprint(account, request.options) != request.fingerprint:
        raise StewardError(ErrorKind.STALE, "The account has changed since it was shown; look at it again.")
    return begin(account)


def begin(account: Account) -> ErasureCase:
    """What is known from the account alone."""
    row = account.row
    return ErasureCase(
        person_id=row.id,
        realm_id=row.realm_id,
        realm=account.realm.string_id,
        addresses=sorted({row.delivery_email, row.email}),
        names=[row.full_name],
        date_joined=iso(row.date_joined) or "",
    )


def fingerprint(account: Account, options: ErasureOptions) -> str:
    """Changes when it is no longer the account that was looked at; its use does not count."""
    row = account.row
    seen = (row.id, row.delivery_email, row.email, row.full_name, row.role, row.is_mirror_dummy, repr(options))
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def owned_bots(person_id: int) -> list[OwnedBot]:
    """Bots of the person, active or not."""
    return [OwnedBot(bot.id, bot.full_name, bot.is_active, _sent(bot)) for bot in bots_of(person_id)]


def _sent(row: Any) -> int:
    parameters = {"id": row.id, "realm_id": row.realm_id}
    return count("zerver_message", "realm_id = %(realm_id)s AND sender_id = %(id)s", parameters)
