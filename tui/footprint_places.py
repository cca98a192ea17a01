"""From a place of the footprint to its rows: as filters of the browser, or which tab lists them instead."""

from __future__ import annotations

from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import Person

Filters = tuple[tuple[str, str], ...]

BY_ADDRESS = (
    "zerver_preregistrationuser",
    "zerver_preregistrationrealm",
    "zerver_scheduledemail",
    "social_auth_code",
)
ELSEWHERE = {
    "zerver_usermessage": "The tab Messages lists these: mentions.",
    "zerver_imageattachment": "The tab Files lists the images.",
    "django_session": "The tab Access tells of the sessions; what is in them stays on the server.",
    "confirmation_confirmation": "The tab Access tells of these; the links themselves are secrets.",
    "zerver_huddle": "The tab Channels lists the groups of direct messages.",
}
"""Tables whose rows are found by more than a filter can say, and where they can be seen."""

NO_LIST = "These rows are found by a search of their own: there is no list of them."


def filters_of(place: FootprintRow, person: Person) -> Filters | None:
    """The filters (Django's lookups, with values as text) that choose the rows of a place; None where none can."""
    if place.kind in ("fk", "o2o", "m2m", "self"):
        return ((place.column, str(person.id)),)
    if place.table in BY_ADDRESS:
        return ((f"{place.column}__iexact", person.delivery_email),)
    if place.table == "zerver_recipient":
        return (("type", "1"), ("type_id", str(person.id)))
    if place.table == "zerver_message":
        return (("sender_id", str(person.id)), ("edit_history__isnull", "false"))
    return None
