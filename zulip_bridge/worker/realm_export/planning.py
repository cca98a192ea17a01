"""What an export of an organization would be, before anything is started."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from django.db import connection

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.realm_export import PlanRealmExport, RealmExportPlan

from .. import compat
from ..context import Context
from ..realms import INTERNAL_REALM, string_id
from .command import SUFFIX, available, missing, usual_threads, words

COUNTS = """
    SELECT (SELECT count(*) FROM zerver_userprofile WHERE realm_id = %(realm)s AND is_active AND NOT is_bot),
           (SELECT count(*) FROM zerver_message WHERE realm_id = %(realm)s),
           (SELECT count(*) FROM zerver_attachment WHERE realm_id = %(realm)s),
           (SELECT coalesce(sum(size), 0)::bigint FROM zerver_attachment WHERE realm_id = %(realm)s)
"""
BYTES_A_MESSAGE = 2_000
"""What a message takes while the archive is made, about: its JSON, and as much again for who read it."""


def plan_realm_export(request: PlanRealmExport, context: Context) -> RealmExportPlan:
    """Answer :class:`PlanRealmExport`; :class:`StewardError`, kind ``not_found``, for an unknown organization."""
    wanted = string_id(request.choice.realm)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, deactivated FROM zerver_realm WHERE string_id = %s AND string_id <> %s",
            [wanted, INTERNAL_REALM],
        )
        found = cursor.fetchone()
        if found is None:
            raise StewardError(ErrorKind.NOT_FOUND, f"There is no organization {request.choice.realm!r}.")
        realm_id, name, deactivated = found
        cursor.execute(COUNTS, {"realm": realm_id})
        people, messages, files, file_bytes = cursor.fetchone()
    choice = replace(request.choice, realm=wanted or "")
    output = choice.output or _default(choice.realm)
    plan = RealmExportPlan(
        choice=choice,
        name=name,
        words=words(choice, output),
        tarball=output + SUFFIX,
        people=people,
        messages=messages,
        files=files,
        file_bytes=file_bytes,
        free_bytes=_free(Path(output).parent),
        deactivated=deactivated,
        threads=usual_threads(),
        options=sorted(available() - (set() if _upload_place() else {"upload"})),
    )
    return replace(plan, notes=_notes(plan), refusals=[*missing(choice), *_refusals(plan, output)])


def _upload_place() -> str:
    """Where Zulip would put an uploaded archive and who can fetch it, as the end of a sentence; empty for nowhere."""
    if bucket := compat.setting("S3_EXPORT_BUCKET"):
        return f"in the bucket {bucket}; who knows the address that Zulip tells can fetch it for a week"
    if folder := compat.setting("LOCAL_AVATARS_DIR") or compat.setting("LOCAL_UPLOADS_DIR"):
        return f"below {folder}; who knows its address can fetch it"
    if bucket := compat.setting("S3_AVATAR_BUCKET"):
        return f"in the bucket {bucket}, which anybody can read; who knows its address can fetch it"
    return ""


def _default(realm: str) -> str:
    """In the home of Zulip's user, whom the process runs as; nobody else reads there."""
    moment = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    return str(Path.home() / f"export-{realm or 'root'}-{moment}")


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _notes(plan: RealmExportPlan) -> list[str]:
    choice = plan.choice
    notes = {
        "full": "It holds everything: private channels and direct messages of everybody, and every address.",
        "public": "It holds public channels and the accounts of all members, with their addresses.",
        "consent": "It holds public channels, and what those members can read who agreed to it.",
    }
    found = [notes[choice.mode], "The archive stays on the server, and only Zulip's user can read it."]
    if choice.upload and (place := _upload_place()):
        found[1] = f"The archive is put {place}."
    if choice.deactivate:
        found.append(f"{plan.name} is deactivated first: nobody can log in any more.")
    elif not plan.deactivated:
        found.append("Messages that are sent meanwhile may be missing in parts: Zulip takes no snapshot.")
    return found


def _refusals(plan: RealmExportPlan, output: str) -> list[str]:
    choice, found = plan.choice, []
    place = Path(output)
    if not place.is_absolute() or ".." in place.parts:
        found.append(f"{output} is not an absolute path on the server.")
    elif not os.access(place.parent, os.W_OK | os.X_OK):
        found.append(f"Zulip's user cannot write in {place.parent}.")
    elif place.exists() or Path(plan.tarball).exists():
        found.append(f"{output} or its archive is there already.")
    if choice.deactivate and plan.deactivated:
        found.append("The organization is deactivated already; export it without that option.")
    if choice.threads is not None and choice.threads < 1:
        found.append("At least one process is needed.")
    needed = 2 * plan.file_bytes + BYTES_A_MESSAGE * plan.messages
    if choice.mode != "full":
        needed = 0
    if plan.free_bytes is not None and needed > plan.free_bytes:
        free = f"{plan.free_bytes / 1e6:,.0f} MB are free on the server"
        found.append(f"There is not enough room: about {needed / 1e6:,.0f} MB are needed, and {free}.")
    if choice.upload and not _upload_place():
        found.append("There is no bucket to upload the archive to.")
    if choice.consent_message_id is not None:
        found += _message_refusals(choice.consent_message_id)
    return found


def _message_refusals(number: int) -> list[str]:
    """What Zulip would only say when it has begun."""
    model = compat.model("zerver", "Message")
    assert model is not None
    edited = model.objects.filter(id=number).values_list("last_edit_time", flat=True).first()
    if edited is not None:
        return [f"Message {number} was edited since; Zulip takes only one that was not."]
    return [] if model.objects.filter(id=number).exists() else [f"There is no message {number}."]
