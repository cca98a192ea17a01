"""Zulip's caches: entries about an account that is gone."""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.erase import ErasureCase
from zulip_bridge.worker import compat

from .deletion import people

PLACE = "zerver.lib.cache.delete_user_profile_caches"


def clear_caches(case: ErasureCase) -> tuple[int, list[str]]:
    """Remove the entries under each address that the account had; under how many, and what could not be done."""
    realm = compat.model("zerver", "Realm")
    assert realm is not None
    row = people().objects.filter(id=case.person_id).first()
    organization = realm.objects.get(id=case.realm_id)
    # From 9.0 it wants the organization's id, before that the organization.
    wanted: Any = case.realm_id if compat.takes(PLACE, "realm_id") else organization
    model = people()
    for address in case.addresses:
        ghost = model(id=case.person_id, email=address, delivery_email=address, realm=organization)
        compat.call(PLACE, [ghost], wanted).run()
    try:
        if row is not None:
            compat.call("zerver.lib.cache.flush_user_profile", instance=row, sender=model).run()
    except compat.MissingAction as missing:
        return len(case.addresses), [str(missing)]
    return len(case.addresses), []
