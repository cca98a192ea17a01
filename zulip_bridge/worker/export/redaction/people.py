"""Who the third parties of an export are: read from the organization's accounts and the names they had before."""

from __future__ import annotations

import json
from typing import Any

from zulip_bridge.api.people import Person

from ... import compat_audit
from ..reading import batches
from .redactor import Redactor

OWN = """
    SELECT id, delivery_email, email, full_name FROM zerver_userprofile
    WHERE id = %(id)s OR (bot_owner_id = %(id)s AND is_bot)
"""
OWN_ADDRESSES = "SELECT old_email, new_email FROM zerver_emailchangestatus WHERE user_profile_id = %(id)s"
NAMES = "SELECT id, full_name FROM zerver_userprofile WHERE realm_id = %(realm)s ORDER BY id"
NAMES_BEFORE = """
    SELECT modified_user_id, extra_data FROM zerver_realmauditlog
    WHERE realm_id = %(realm)s AND event_type = %(event)s AND modified_user_id IS NOT NULL ORDER BY id
"""
BOTS_OF_ZULIP = """
    SELECT full_name FROM zerver_userprofile
    WHERE is_bot AND realm_id IN (SELECT id FROM zerver_realm WHERE string_id = 'zulipinternal')
"""
PLAIN_FENCE = "SELECT to_jsonb(r) ->> 'default_code_block_language' FROM zerver_realm r WHERE id = %(realm)s"
"""A setting of the organization; it may make quotations of all blocks that say nothing else."""
NAME_CHANGED = "USER_FULL_NAME_CHANGED"
OLD_VALUE = "1"
"""Key of an audit log entry's details."""


def make_redactor(person: Person) -> Redactor:
    """Everything that replacing needs to know; read once, in the export's snapshot."""
    parameters = {"id": person.id, "realm": person.realm_id, "event": _name_changed()}
    own = _all(OWN, parameters)
    addresses = [each for row in own for each in row[1:3]] + [
        each for row in _all(OWN_ADDRESSES, parameters) for each in row
    ]
    ids = {row[0] for row in own}
    ((plain_fence,),) = _all(PLAIN_FENCE, parameters)
    redactor = Redactor(ids, addresses, plain_fence or "")
    for (name,) in _all(BOTS_OF_ZULIP, parameters):
        redactor.learn(name, None)
    for _, _, _, name in own:
        redactor.learn(name, None)
    for rows in batches(NAMES, parameters, 2_000):
        for other, name in rows:
            redactor.learn(name, None if other in ids else other)
    for rows in batches(NAMES_BEFORE, parameters, 2_000):
        for other, details in rows:
            before = _details(details).get(OLD_VALUE)
            if isinstance(before, str):
                redactor.learn(before, None if other in ids else other)
    return redactor


def _name_changed() -> int:
    """Number of the event; one that no row has, where there is none of that name."""
    return next((number for number, name in compat_audit.event_names().items() if name == NAME_CHANGED), -1)


def _details(value: Any) -> dict[str, Any]:
    """The details of an audit log entry, as either driver gives them."""
    if isinstance(value, str):
        value = json.loads(value)
    return value if isinstance(value, dict) else {}


def _all(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [row for rows in batches(query, parameters) for row in rows]
