"""The export of one person, from one snapshot: account, files, messages, and what there is besides."""

from __future__ import annotations

from zulip_bridge.api.export import ExportPerson, ExportSummary
from zulip_bridge.api.export_scope import check

from ..context import Context
from ..people import person_by_id
from .account import send_account
from .files import plan_files, send_files
from .flags import send_flags
from .messages import looking_for_messages, send_archived, send_messages
from .places import send_bots, send_elsewhere
from .reading import snapshot
from .recipients import send_recipients
from .redaction.people import make_redactor
from .reference import send_reference
from .rows import Writing

BESIDE = ("memberships", "contributions", "access", "invitations", "elsewhere")
"""Sections that have lists in elsewhere.json."""


def export_person(request: ExportPerson, context: Context) -> ExportSummary:
    """Answer :class:`ExportPerson`: stream every file, then say what was written."""
    scope = request.scope
    check(scope)
    with snapshot() as seen:
        person = person_by_id(request.person_id)
        writing = Writing(context, person, scope)
        if scope.redacts():
            writing.redactor = make_redactor(person)
        with looking_for_messages(writing, seen) as messages:
            expected = plan_files(writing)
            send_account(writing)
            send_files(writing, expected)
            counts = send_messages(messages)
        if not scope.as_zulip and any(scope.has(each) for each in BESIDE):
            send_elsewhere(writing)
        if scope.has("bots"):
            send_bots(writing)
        if scope.has("messages.archived"):
            send_archived(writing, seen)
        if scope.has("flags"):
            send_flags(writing)
        if scope.has("reference"):
            send_reference(writing)
        if scope.has("recipients"):
            send_recipients(writing)
        writing.report()
    return ExportSummary(
        person_id=person.id,
        realm=person.realm,
        snapshot_taken=seen.taken,
        messages=counts.messages,
        messages_without_own_row=counts.without_own_row,
        tables=writing.tables,
        redactions=writing.redactions,
        places=writing.places,
        third_parties=dict(+writing.redactor.counts) if writing.redactor is not None else {},
    )
