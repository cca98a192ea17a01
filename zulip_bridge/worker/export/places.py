"""What concerns a person beside the tables of ``user.json``: rows without a foreign key, and rows of their bots.

Each list of ``elsewhere.json`` and ``bots.json`` has a name of its own, which the manifest explains.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.db import connection
from django.utils import timezone

from zulip_bridge.api.export import Warned

from .. import compat
from ..indirect import BY_ADDRESS, CONFIRMATIONS, NAMED_IN_PROFILES, OF_IMAGES, direct_message_group_table
from .columns import PEOPLE, Columns
from .reading import batches
from .rows import Record, RowsFile, Writing, records_of
from .tables import OWNED_BOTS, THE_PERSON, Table, other_tables, tables_of_zulip, uncovered_references

SESSIONS_READ = 500_000
"""Sessions must be decoded one by one to know whose they are; more than this are not looked at."""


@dataclass(frozen=True)
class PlaceOfRows:
    """Rows known without a foreign key: what they are called, where they are, and in which section."""

    name: str
    model: tuple[str, str]
    section: str
    description: str
    condition: str


QUEUED = f"""id IN (SELECT scheduledemail_id FROM zerver_scheduledemail_users WHERE userprofile_id = %(id)s)
    OR {BY_ADDRESS.format(column="address")}"""

PLACES = [
    PlaceOfRows(
        "registrations_of_their_address", ("zerver", "PreregistrationUser"), "invitations",
        "Invitations and registrations of this address, which no account is linked to.",
        f"{BY_ADDRESS.format(column='email')} AND created_user_id IS DISTINCT FROM %(id)s "
        "AND referred_by_id IS DISTINCT FROM %(id)s",
    ),
    PlaceOfRows(
        "organizations_begun_with_their_address", ("zerver", "PreregistrationRealm"), "invitations",
        "Organizations that somebody with this address began to create.",
        f"{BY_ADDRESS.format(column='email')} AND created_user_id IS DISTINCT FROM %(id)s",
    ),
    PlaceOfRows(
        "queued_emails", ("zerver", "ScheduledEmail"), "invitations",
        "E-mail that waits to be sent to this person.", QUEUED,
    ),
    PlaceOfRows(
        "confirmations", ("confirmation", "Confirmation"), "invitations",
        "Links that were made for them or by them: invitations, changes of address, unsubscribing.", CONFIRMATIONS,
    ),
    PlaceOfRows(
        "address_validation_codes", ("social_django", "Code"), "access",
        "Codes sent to this address by a login at another provider.", BY_ADDRESS.format(column="email"),
    ),
    PlaceOfRows(
        "profiles_that_name_them", ("zerver", "CustomProfileFieldValue"), "elsewhere",
        "Values in other people's profiles that name this person, such as a manager.", NAMED_IN_PROFILES,
    ),
    PlaceOfRows(
        "image_sizes", ("zerver", "ImageAttachment"), "contributions",
        "Dimensions and thumbnails of the images they uploaded.", OF_IMAGES,
    ),
]  # fmt: skip

REFERENCES = {
    "zerver_stream.creator_id": ("channels_they_created", "Channels that they created and are not subscribed to."),
    "zerver_muteduser.muted_user_id": ("muted_by", "Who muted this person."),
}
"""Name and description of the references that Zulip's own export leaves out of its tables; others get the table's."""

EDITS = """
    SELECT id, edit_history FROM zerver_message
    WHERE edit_history IS NOT NULL AND realm_id = %(realm)s AND sender_id <> %(id)s
      AND edit_history ~ ('"user_id": ?' || %(id)s::text || '[,}]')
    ORDER BY id
"""


def send_elsewhere(writing: Writing) -> None:
    """Stream ``elsewhere.json``."""
    file = RowsFile(writing, "elsewhere.json")
    writing.context.progress("account", 0, None)
    for place in PLACES:
        model = compat.model(*place.model)
        if model is not None and writing.scope.has(place.section):
            _rows(writing, file, place.name, Table(model, place.condition, place.section, False), place.description)
    group = direct_message_group_table()
    if group is not None and writing.scope.has("memberships"):
        table = Table(group.model_class, group.condition, "memberships", False)
        _rows(writing, file, "direct_message_groups", table, "Groups in which they exchange direct messages.")
    if writing.scope.has("elsewhere"):
        _references(writing, file)
        description = "Messages of others that they edited or moved: their entries in the history."
        file.place("edits_of_others_messages", "elsewhere", description, _edits(writing))
    if writing.scope.has("access"):
        description = "Web sessions that have not expired; a session is not linked to an address or a device."
        file.place("sessions", "access", description, _sessions(writing))
        _backup_codes(writing)
    file.end()


def send_bots(writing: Writing) -> None:
    """Stream ``bots.json``: the rows of the person's bots, by table, as ``user.json`` has the person's own."""
    file = RowsFile(writing, "bots.json")
    tables = [*tables_of_zulip(), *other_tables()]
    for done, table in enumerate(tables):
        writing.context.progress("account", done, len(tables))
        written = file.table(Table(table.model, table.condition, "bots", table.as_zulip), OWNED_BOTS)
        if table.name == PEOPLE and written:
            for name in ("api_key", "password", "uuid"):
                writing.redactions[f"bots.{PEOPLE}.{name}"] = "Left out: the same of their bots."
    file.end()
    writing.context.progress("account", len(tables), len(tables))


def _rows(writing: Writing, file: RowsFile, name: str, table: Table, description: str) -> None:
    columns = Columns(table.model, every=True)
    query = f'SELECT {columns.select_list("t")} FROM "{table.name}" t'
    records = records_of(
        writing, columns, f'{query} WHERE {table.where(THE_PERSON)} ORDER BY "{columns.primary_key}"'
    )
    file.place(name, table.section, description, records)
    writing.withhold(columns, writing.places[name].rows)


def _references(writing: Writing, file: RowsFile) -> None:
    covered = {each.name: each for each in tables_of_zulip()}
    for reference in uncovered_references():
        if (reference.table, reference.column) == (PEOPLE, "bot_owner_id"):
            continue
        column = f"{reference.table}.{reference.column}"
        name, description = REFERENCES.get(column, (column, f"Rows of {reference.table} that name this person."))
        beside = covered[reference.table].where(THE_PERSON)
        condition = f'"{reference.column}" = %(id)s AND NOT ({beside})'
        _rows(writing, file, name, Table(reference.model, condition, "elsewhere", False), description)


def _edits(writing: Writing) -> Iterator[Record]:
    for rows in batches(EDITS, writing.parameters):
        for message, history in rows:
            try:
                entries = json.loads(history)
            except ValueError:
                continue
            mine = [each for each in entries if isinstance(each, dict) and each.get("user_id") == writing.person.id]
            if mine:
                record: Record = {"message": message, "edit_history": mine}
                if writing.redactor is not None:
                    writing.redactor.edit_of_another(record)
                yield record


def _sessions(writing: Writing) -> Iterator[Record]:
    """When each of the person's sessions ends. Zulip's own ``user_sessions`` decodes every row too."""
    store_class = import_module(settings.SESSION_ENGINE).SessionStore
    stored = store_class.get_model_class().objects.filter(expire_date__gt=timezone.now())
    rows = stored.order_by("expire_date").values_list("session_data", "expire_date")
    found = 0
    for read, (data, expires) in enumerate(rows[: SESSIONS_READ + 1].iterator(chunk_size=1000)):
        if read == SESSIONS_READ:
            sentence = f"The server has more than {SESSIONS_READ:,} sessions; those that end last were not looked at."
            writing.context.event(Warned("sessions", sentence))
            break
        if read % 500 == 0:
            writing.context.check()
        if str(store_class().decode(data).get("_auth_user_id")) == str(writing.person.id):
            found += 1
            yield {"expire_date": expires.timestamp()}
    if found:
        where = "1 session" if found == 1 else f"{found:,} sessions"
        statement = f"Left out, in {where}: secrets that let their holder act as this person."
        writing.redactions["django_session.session_data"] = statement


def _backup_codes(writing: Writing) -> None:
    """State that there are codes for the second factor; they belong to a device, not to a person."""
    if compat.model("otp_static", "StaticToken") is None:
        return
    query = """SELECT count(*) FROM otp_static_statictoken t JOIN otp_static_staticdevice d ON d.id = t.device_id
               WHERE d.user_id = %s"""
    with connection.cursor() as cursor:
        cursor.execute(query, [writing.person.id])
        count = cursor.fetchone()[0]
    if count:
        codes = "1 code, which works once" if count == 1 else f"{count:,} codes, each of which works once"
        writing.redactions["otp_static_statictoken"] = f"Left out: {codes}."
