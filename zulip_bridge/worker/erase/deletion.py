"""What Zulip's deletion of an account takes with it: Django's cascade, followed through the running server's models.

``UserProfile.delete()`` (zerver/actions/users.py, do_delete_user, until 11.x) deletes every row that refers to the
person with ``CASCADE``, and every row that refers to those. Here the same is counted, without loading a row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.db import connection

from zulip_bridge.worker import compat
from zulip_bridge.worker.references import Reference, references_to_people

BY_REALM_FIRST = {"zerver_message", "zerver_archivedmessage"}
"""Tables whose sender column is indexed together with the realm only."""


def on_delete(model: Any, column: str) -> str:
    """What Django does to a row when the person that its column names is deleted: ``CASCADE``, ``SET_NULL`` …"""
    field = next(field for field in model._meta.local_concrete_fields if field.column == column)
    return str(field.remote_field.on_delete.__name__)


def deleted_directly(strategy: str) -> list[Reference]:
    """References whose rows go with the account."""
    kept = {("zerver_message", "sender_id")} if strategy == "anonymize" else set()
    return [
        each
        for each in references_to_people()
        if on_delete(each.model, each.column) == "CASCADE" and (each.table, each.column) not in kept
    ]


def condition_of(reference: Reference) -> str:
    """How the rows of a reference are found, with ``%(id)s`` and ``%(realm_id)s``."""
    condition = f'"{reference.column}" = %(id)s'
    return f"{condition} AND realm_id = %(realm_id)s" if reference.table in BY_REALM_FIRST else condition


def deleted_with_them(strategy: str, saved: set[tuple[str, str]]) -> dict[str, list[str]]:
    """Conditions, by table, of rows that refer to rows that go, and do not name the person: the second step."""
    found: dict[str, list[str]] = defaultdict(list)
    parents: dict[str, list[str]] = defaultdict(list)
    for reference in deleted_directly(strategy):
        if (reference.table, reference.column) in saved:
            continue
        parents[reference.table].append(condition_of(reference))
    if strategy == "delete":
        parents["zerver_message"].append(OWN_RECIPIENT)
        parents["zerver_archivedmessage"].append(OWN_RECIPIENT)
    for table, conditions in sorted(parents.items()):
        parent = _model_of(table)
        rows = " OR ".join(f"({each})" for each in conditions)
        for model, field in _children(parent):
            condition = f'"{field.column}" IN (SELECT "{parent._meta.pk.column}" FROM "{table}" WHERE {rows})'
            found[model._meta.db_table].append(condition)
    return found


OWN_RECIPIENT = """recipient_id IN (SELECT id FROM zerver_recipient WHERE type = 1 AND type_id = %(id)s)"""
"""Direct messages to the person: they go with the recipient."""


def names_the_person(table: str) -> list[str]:
    """Conditions under which a row of the table is the person's own."""
    return [condition_of(each) for each in references_to_people() if each.table == table]


def count(table: str, condition: str, parameters: dict[str, Any]) -> int:
    """Rows of a table that fulfil a condition written here."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {condition}', parameters)
        return int(cursor.fetchone()[0])


def people() -> Any:
    """The model of accounts."""
    found = compat.model("zerver", "UserProfile")
    assert found is not None
    return found


def _model_of(table: str) -> Any:
    return next(model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table)


def _children(parent: Any) -> list[tuple[Any, Any]]:
    return [
        (model, field)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if field.is_relation and field.remote_field.model is parent
        if field.remote_field.on_delete.__name__ == "CASCADE"
    ]
