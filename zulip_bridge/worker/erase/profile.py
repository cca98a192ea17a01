"""``scrub-profile``: what is cleared of an account that stays, through Zulip's actions where there are some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zulip_bridge.api.erase import RowFate
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.edit.account import Account
from zulip_bridge.worker.personal_data import category

from .archived import archived_fate, purge_archived

NO_ACTION = "Zulip has no action for it: rows are deleted"
CLEARED: tuple[tuple[str, str, str], ...] = (
    ("CustomProfileFieldValue", "user_profile", "profile values"),
    ("AlertWord", "user_profile", "alert words"),
    ("UserStatus", "user_profile", "status text and emoji"),
    ("Draft", "user_profile", "drafts"),
    ("SavedSnippet", "user_profile", "saved snippets"),
    ("UserPresence", "user_profile", NO_ACTION),
    ("UserActivity", "user_profile", NO_ACTION),
    ("UserActivityInterval", "user_profile", NO_ACTION),
    ("MissedMessageEmailAddress", "user_profile", NO_ACTION),
    ("OnboardingStep", "user", NO_ACTION),
    ("PushDevice", "user", NO_ACTION),
    ("Device", "user", NO_ACTION),
)
"""Models of zerver, the column that names the person, and what it is; those that a version lacks are passed over."""

ELSEWHERE: tuple[tuple[str, str, str], ...] = (("analytics", "UserCount", "user"),)
CLEARED_MODELS = {name for name, _, _ in CLEARED} | {name for _, name, _ in ELSEWHERE}


def fates(account: Account, *, archived: bool) -> list[RowFate]:
    """What is cleared, counted; ``archived``: of the archive, too."""
    found = [_fate(model, column, words, account) for model, column, words in _models()]
    for name, table, rows in (
        ("push devices", "zerver_pushdevicetoken", len(account.devices)),
        ("sessions", "django_session", account.sessions or 0),
    ):
        found.append(RowFate(table, "user_id", "credentials", rows, "deleted", name))
    if account.row.avatar_source != "G":
        found.append(RowFate("zerver_userprofile", "avatar_source", "identity", 1, "cleared", "the avatar"))
    if _zoom_token(account.row):
        found.append(RowFate("zerver_userprofile", "zoom_token", "credentials", 1, "cleared", "the token for Zoom"))
    if archived:
        found.append(archived_fate(account.row.id))
    if account.row.timezone:
        found.append(RowFate("zerver_userprofile", "timezone", "identity", 1, "cleared", "the time zone"))
    return found


def clear(account: Account, context: Context, *, archived: bool) -> tuple[dict[str, int], list[str]]:
    """Clear it; rows by table, and what did not go as it should."""
    counts: dict[str, int] = {}
    warnings: list[str] = []
    for model, column, _ in _models():
        context.progress("profile", len(counts))
        rows = model.objects.filter(**{f"{column}_id": account.row.id})
        before = rows.count()
        if not before:
            continue
        try:
            ACTIONS.get(model._meta.object_name, _no_action)(account, rows)
        except compat.MissingAction as missing:
            warnings.append(str(missing))
        rows.delete()
        counts[model._meta.db_table] = before
    try:
        counts |= _clear_account(account.row)
    except compat.MissingAction as missing:
        warnings.append(str(missing))
    if archived:
        purged, failed = purge_archived(account.row.id, context)
        counts |= {place: number for place, number in purged.items() if number}
        warnings += failed
    return counts, warnings


def _clear_account(row: Any) -> dict[str, int]:
    settings, cleared = "zerver.actions.user_settings", 0
    if row.avatar_source != "G":
        compat.call(f"{settings}.do_change_avatar_fields", row, "G", **compat.ON_BEHALF_OF_NOBODY).run()
        cleared += 1
    if row.timezone:
        compat.call(f"{settings}.do_change_user_setting", row, "timezone", "", **compat.ON_BEHALF_OF_NOBODY).run()
        cleared += 1
    if _zoom_token(row):
        compat.call("zerver.actions.video_calls.do_set_zoom_token", row, None).run()
        cleared += 1
    return {"zerver_userprofile": cleared} if cleared else {}


def _zoom_token(row: Any) -> Any:
    """A secret for the person's account at Zoom; 12 keeps such among others."""
    state = getattr(row, "third_party_api_state", None)
    return getattr(row, "zoom_token", None) or (state.get("zoom") if isinstance(state, dict) else None)


def _profile_values(account: Account, rows: Any) -> None:
    for field_id in list(rows.values_list("field_id", flat=True)):
        compat.remove_profile_value(account.row, field_id).run()


def _alert_words(account: Account, rows: Any) -> None:
    words = list(rows.values_list("word", flat=True))
    compat.call("zerver.actions.alert_words.do_remove_alert_words", account.row, words).run()


def _status(account: Account, rows: Any) -> None:
    client_id = rows.values_list("client_id", flat=True)[0]
    place = "zerver.actions.user_status.do_update_user_status"
    compat.call(place, account.row, None, "", client_id, "", "", "").run()


def _drafts(account: Account, rows: Any) -> None:
    for draft_id in list(rows.values_list("id", flat=True)):
        compat.call("zerver.lib.drafts.do_delete_draft", draft_id, account.row).run()


def _snippets(account: Account, rows: Any) -> None:
    for snippet_id in list(rows.values_list("id", flat=True)):
        compat.call("zerver.actions.saved_snippets.do_delete_saved_snippet", snippet_id, account.row).run()


def _no_action(account: Account, rows: Any) -> None:
    """The rows are deleted afterwards."""


ACTIONS: dict[str, Callable[[Account, Any], None]] = {
    "CustomProfileFieldValue": _profile_values,
    "AlertWord": _alert_words,
    "UserStatus": _status,
    "Draft": _drafts,
    "SavedSnippet": _snippets,
}


def _models() -> list[tuple[Any, str, str]]:
    named = [("zerver", *each) for each in CLEARED] + [(*each, NO_ACTION) for each in ELSEWHERE]
    found = [(compat.model(app, name), column, words) for app, name, column, words in named]
    return [(model, column, words) for model, column, words in found if model is not None]


def _fate(model: Any, column: str, words: str, account: Account) -> RowFate:
    table, name = model._meta.db_table, model._meta.get_field(column).column
    rows = model.objects.filter(**{f"{column}_id": account.row.id}).count()
    return RowFate(table, name, category(table, name)[0], rows, "deleted", words)
