"""The steps of an erasure. Each looks first at what there is to do: doing it again does no harm."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from zulip_bridge.api.erase import EraseStep, ErasureCase, ErasureOptions, Step, StepResult
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.edit.account import Account, forget_counts
from zulip_bridge.worker.people import index

from . import collateral
from .alone import alone
from .caches import clear_caches
from .collect import bots_of, collect, is_placeholder
from .deletion import people
from .profile import clear
from .remainder import remove_remainder
from .storage import remove_pictures, remove_uploads

AT_ONCE = 1000
"""Messages of one transaction. Django reads them before it deletes them, so this is what memory holds."""

IDS_AT_ONCE = 50_000
"""Ids that are read together. Looking for the first ones again after each batch would walk over all dead rows."""

USERS = "zerver.actions.users"


def run_step(request: EraseStep, context: Context) -> StepResult:
    """Answer :class:`EraseStep`. What a step has begun is finished; between two batches it can be ended."""
    context.finish_what_was_begun()
    with alone(request.case.person_id, context):
        result = _RUN[request.step](_Work(request.case, request.options, context))
    forget_counts()
    index.forget()
    return dataclasses.replace(result, step=request.step)


class _Work:
    """What a step works on."""

    def __init__(self, case: ErasureCase, options: ErasureOptions, context: Context) -> None:
        self.case = case
        self.options = options
        self.context = context

    @property
    def account(self) -> Account:
        """The account, read now."""
        return Account.load(self.case.person_id)

    @property
    def is_gone(self) -> bool:
        """Whether a placeholder has taken its place already."""
        row = people().objects.filter(id=self.case.person_id).first()
        return row is None or is_placeholder(row)


def _result(counts: dict[str, int], warnings: list[str] | None = None, case: ErasureCase | None = None) -> StepResult:
    return StepResult("collect", {name: number for name, number in counts.items() if number}, warnings or [], case)


def _deactivate(work: _Work) -> StepResult:
    if work.is_gone or not work.account.row.is_active:
        return _result({})
    compat.call(f"{USERS}.do_deactivate_user", work.account.row, **compat.ON_BEHALF_OF_NOBODY).run()
    return _result({"zerver_userprofile": 1})


def _sessions(work: _Work) -> StepResult:
    if work.is_gone:
        return _result({})
    before = work.account.sessions or 0
    compat.call("zerver.lib.sessions.delete_user_sessions", work.account.row).run()
    return _result({"django_session": before})


def _bots(work: _Work) -> StepResult:
    """What was noted is deleted whoever owns it now: an earlier try may have taken the owner away."""
    choice, counts = work.options.bots, dict[str, int]()
    if choice == "delete":
        for bot in people().objects.filter(id__in=work.case.bots).order_by("id"):
            if not is_placeholder(bot):
                _add(counts, _delete_bot(bot, work))
        return _result(counts)
    for bot in bots_of(work.case.person_id):
        if choice == "transfer":
            owner = people().objects.get(id=work.options.bots_to)
            compat.call("zerver.actions.bots.do_change_bot_owner", bot, owner, **compat.ON_BEHALF_OF_NOBODY).run()
        elif bot.is_active:
            compat.call(f"{USERS}.do_deactivate_user", bot, **compat.ON_BEHALF_OF_NOBODY).run()
        else:
            continue
        _add(counts, {"zerver_userprofile": 1})
    return _result(counts)


def _delete_bot(bot: Any, work: _Work) -> dict[str, int]:
    """Its files and pictures were noted, and go with the person's."""
    counts = collateral.save(work.case.accounts, bot.realm_id, work.context.check)
    messages = _delete_messages(bot.realm_id, {"sender_id": bot.id}, work, "bots")
    compat.call(f"{USERS}.do_delete_user", bot, **compat.ON_BEHALF_OF_NOBODY).run()
    return {**counts, "zerver_message": messages, "zerver_userprofile": 1}


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for table, rows in more.items():
        counts[table] = counts.get(table, 0) + rows


def _devices(work: _Work) -> StepResult:
    if work.is_gone:
        return _result({})
    devices, account = work.account.devices, work.account
    warnings: list[str] = []
    for token, kind in devices:
        try:
            compat.call("zerver.lib.push_notifications.remove_push_device_token", account.row, token, kind).run()
        except Exception as error:  # noqa: BLE001 (an unreachable push service must not keep the data here)
            warnings.append(f"The push service was not told about a device ({type(error).__name__}).")
    return _result({"zerver_pushdevicetoken": len(devices)}, warnings)


def _collect(work: _Work) -> StepResult:
    case = collect(work.case, work.options)
    noted = {"addresses": len(case.addresses), "names": len(case.names), "uploads": len(case.files)}
    return _result({**noted, "pictures": len(case.pictures), "bots": len(case.bots)}, case=case)


def _collateral(work: _Work) -> StepResult:
    if work.is_gone:
        return _result({})
    return _result(collateral.save(work.case.accounts, work.case.realm_id, work.context.check))


def _messages(work: _Work) -> StepResult:
    """In batches, with Zulip's own function: its deletion of an account would load all of them at once."""
    if work.is_gone:
        return _result({})
    realm_id, person_id = work.case.realm_id, work.case.person_id
    done = _delete_messages(realm_id, {"sender_id": person_id}, work, "messages")
    recipients = compat.model("zerver", "Recipient")
    assert recipients is not None
    own = recipients.objects.filter(type=1, type_id=person_id).values_list("id", flat=True).first()
    if own is not None:
        done += _delete_messages(realm_id, {"recipient_id": own}, work, "messages", done)
    return _result({"zerver_message": done})


def _delete_messages(realm_id: int, which: dict[str, Any], work: _Work, phase: str, before: int = 0) -> int:
    model = compat.model("zerver", "Message")
    assert model is not None
    rows, done = model.objects.filter(realm_id=realm_id, **which), 0
    total = before + rows.count()
    while ids := list(rows.order_by("id").values_list("id", flat=True)[:IDS_AT_ONCE]):
        for start in range(0, len(ids), AT_ONCE):
            work.context.progress(phase, before + done, total)
            batch = ids[start : start + AT_ONCE]
            compat.call("zerver.lib.retention.delete_messages", batch).run()
            compat.reset_queries()
            done += len(batch)
    work.context.progress(phase, total, total)
    return done


def _account(work: _Work) -> StepResult:
    if work.is_gone:
        return _result({})
    row = work.account.row
    if work.options.strategy == "delete":
        compat.call(f"{USERS}.do_delete_user", row, **compat.ON_BEHALF_OF_NOBODY).run()
    else:
        place = f"{USERS}.do_delete_user_preserving_messages"
        compat.call(place, row, **compat.ON_BEHALF_OF_NOBODY).run()
    return _result({"zerver_userprofile": 1})


def _profile(work: _Work) -> StepResult:
    counts, warnings = clear(work.account, work.context, archived=work.options.archived)
    return _result(counts, warnings)


def _remainder(work: _Work) -> StepResult:
    return _result(remove_remainder(work.case, work.context))


def _files(work: _Work) -> StepResult:
    case = work.case
    uploads = [] if work.options.strategy == "scrub-profile" else case.files
    removed, failed = remove_uploads(uploads, lambda done: work.context.progress("files", done, len(uploads)))
    pictures, unremoved = remove_pictures(case.pictures)
    return _result({"uploads": removed, "avatars": pictures}, failed + unremoved)


def _caches(work: _Work) -> StepResult:
    addresses, warnings = clear_caches(work.case)
    return _result({"addresses": addresses}, warnings)


_RUN: dict[Step, Callable[[_Work], StepResult]] = {
    "deactivate": _deactivate,
    "sessions": _sessions,
    "bots": _bots,
    "devices": _devices,
    "collect": _collect,
    "collateral": _collateral,
    "messages": _messages,
    "account": _account,
    "profile": _profile,
    "remainder": _remainder,
    "files": _files,
    "caches": _caches,
}
