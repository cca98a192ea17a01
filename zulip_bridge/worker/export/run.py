"""The export of one person, from one snapshot: account, messages, files."""

from __future__ import annotations

from zulip_bridge.api.export import ExportPerson, ExportSummary

from ..context import Context
from ..people import person_by_id
from .account import send_account
from .files import plan_files, send_files
from .messages import send_messages
from .reading import snapshot


def export_person(request: ExportPerson, context: Context) -> ExportSummary:
    """Answer :class:`ExportPerson`: stream every file, then say what was written."""
    with snapshot() as taken:
        person = person_by_id(request.person_id)
        expected = plan_files(context, person)
        account = send_account(context, person)
        counts = send_messages(context, person)
        send_files(context, person, expected)
    return ExportSummary(
        person_id=person.id,
        realm=person.realm,
        snapshot_taken=taken,
        messages=counts.messages,
        messages_without_own_row=counts.without_own_row,
        tables=account.tables,
        redactions=account.redactions,
    )
