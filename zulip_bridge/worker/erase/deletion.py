"""What Zulip's deletion of an account takes with it: Django's cascade, followed through the running server's models.

``UserProfile.delete()`` (zerver/actions/users.py, do_delete_user, until 11.x) deletes every row that refers to the
person with ``CASCADE``, and every row that refers to those. Here the same is counted, without loading a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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


INVITATION_LINKS = """(content_type_id, object_id) IN (
    SELECT c.id, m.id FROM django_content_type c, zerver_multiuseinvite m
    WHERE c.app_label = 'zerver' AND c.model = 'multiuseinvite')"""
"""Secret links of invitations for several people, as long as there is the invitation."""


@dataclass(frozen=True)
class Leaving:
    """Accounts that go in the same way; ``who`` is the parameter that holds their ids in the conditions."""

    strategy: str
    who: str


def condition_of(reference: Reference, who: str) -> str:
    """How the rows of a reference are found, with the ids ``%(who)s`` and ``%(realm_id)s``."""
    condition = f'"{reference.column}" = ANY(%({who})s)'
    return f"{condition} AND realm_id = %(realm_id)s" if reference.table in BY_REALM_FIRST else condition


@dataclass(frozen=True)
class Hanging:
    """Rows that refer to rows that go, and go with them; ``own`` where nothing else has a claim to them."""

    table: str
    column: str
    condition: str
    own: bool


def hanging(leaving: Iterable[Leaving], saved: set[tuple[str, str]]) -> Iterator[Hanging]:
    """The second step of the cascade: what hangs on rows that name the accounts."""
    parents: dict[str, list[str]] = defaultdict(list)
    for each in leaving:
        for reference in deleted_directly(each.strategy):
            if (reference.table, reference.column) not in saved:
                parents[reference.table].append(condition_of(reference, each.who))
        if each.strategy == "delete":
            parents["zerver_message"].append(own_recipient(each.who))
            parents["zerver_archivedmessage"].append(own_recipient(each.who))
    for table, conditions in sorted(parents.items()):
        parent = _model_of(table)
        rows = " OR ".join(f"({each})" for each in conditions)
        for model, field in _children(parent):
            condition = f'"{field.column}" IN (SELECT "{parent._meta.pk.column}" FROM "{table}" WHERE {rows})'
            yield Hanging(model._meta.db_table, field.column, condition, _belongs_to(model, parent))


def own_recipient(who: str) -> str:
    """Direct messages to the accounts: they go with the recipient."""
    return f"recipient_id IN (SELECT id FROM zerver_recipient WHERE type = 1 AND type_id = ANY(%({who})s))"


def names(table: str, who: str) -> list[str]:
    """Conditions under which a row of the table is one of the accounts' own."""
    return [condition_of(each, who) for each in references_to_people() if each.table == table]


def count(table: str, condition: str, parameters: dict[str, Any]) -> int:
    """Rows of a table that fulfil a condition written here."""
    return number(f'SELECT count(*) FROM "{table}" WHERE {condition}', parameters)


def number(query: str, parameters: dict[str, Any]) -> int:
    """The one figure of a query; nothing counts as 0."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return int(cursor.fetchone()[0] or 0)


def people() -> Any:
    """The model of accounts."""
    found = compat.model("zerver", "UserProfile")
    assert found is not None
    return found


def _belongs_to(model: Any, parent: Any) -> bool:
    """Whether the rows name nobody themselves, and go with nobody's rows but those of ``parent``."""
    references = references_to_people()
    if any(each.table == model._meta.db_table for each in references):
        return False
    of_people = {each.table for each in references if on_delete(each.model, each.column) == "CASCADE"}
    parents = {
        field.remote_field.model._meta.db_table
        for field in model._meta.local_concrete_fields
        if field.is_relation and field.remote_field.on_delete.__name__ == "CASCADE"
    }
    return parents & of_people == {parent._meta.db_table}


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
