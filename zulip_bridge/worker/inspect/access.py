"""How a person gets in: what the account's own row, the sessions, the devices and the links say."""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.access import AccessReport, LoginMethod, ReadAccess, Secret
from zulip_bridge.worker import compat
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.people import person_by_id

from .devices import identities, push_devices, second_factors
from .invitations import invitations_made, invitations_received, links
from .sessions import web_sessions

MOST = 5_000
OTHER_WAYS = [
    ("ChannelEmailAddress", "sender_id", "channel e-mail addresses that post as the person"),
    ("ChannelEmailAddress", "creator_id", "channel e-mail addresses that the person made"),
    ("MissedMessageEmailAddress", "user_profile_id", "addresses for replies by e-mail"),
    ("Service", "user_profile_id", "outgoing webhooks and embedded services"),
    ("BotConfigData", "bot_profile_id", "configuration values of the bot"),
]
"""Tables whose rows hold a token with which something comes in, or goes out, under the person's name."""


def read_access(request: ReadAccess, context: Context) -> AccessReport:
    """Answer :class:`ReadAccess`."""
    person = person_by_id(request.person_id)
    limit = max(0, min(request.limit, MOST))
    model = compat.model("zerver", "UserProfile")
    assert model is not None
    account = model.objects.get(id=person.id)
    sessions, read, exact = web_sessions(person, context)
    made, total = invitations_made(person, limit)
    context.check()
    return AccessReport(
        secrets=_secrets(account),
        login_methods=_login_methods(account.realm_id),
        sessions=sessions,
        sessions_read=read,
        sessions_exact=exact,
        push_devices=push_devices(person),
        second_factors=second_factors(person),
        identities=identities(person),
        invitations_made=made,
        invitations_made_total=total,
        invitations_received=invitations_received(person, limit),
        links=links(person, limit),
        other_ways=_other_ways(person.id),
    )


def _secrets(account: Any) -> list[Secret]:
    """The columns of the account that let somebody in, or let Zulip in elsewhere."""
    password = account.has_usable_password()
    return [
        Secret(
            "password", password, "" if password else "none of Zulip's own: login through another service, if any"
        ),
        Secret("API key", bool(account.api_key), "" if account.is_active else "refused while deactivated"),
        Secret("Zoom token", bool(_zoom_token(account))),
    ]


def _zoom_token(account: Any) -> Any:
    """The token; from 11.0 among the states of other services too."""
    state = getattr(account, "third_party_api_state", None)
    return getattr(account, "zoom_token", None) or (state.get("zoom") if isinstance(state, dict) else None)


def _login_methods(realm_id: int) -> list[LoginMethod]:
    """What the organization allows, and whether the server's settings have it."""
    model = compat.model("zerver", "RealmAuthenticationMethod")
    if model is None:
        return []
    names = model.objects.filter(realm_id=realm_id).order_by("name").values_list("name", flat=True)
    backends = {_method_of(str(each)) for each in compat.setting("AUTHENTICATION_BACKENDS", ())}
    return [LoginMethod(name, name.replace(" ", "").casefold() in backends) for name in names]


def _method_of(backend: str) -> str:
    """``zproject.backends.ZulipLDAPAuthBackend`` as "ldap".

    Zulip's own table of them is in a module that takes half a second to import.
    """
    name = backend.rpartition(".")[2].removeprefix("Zulip").removeprefix("Generic")
    return name.removesuffix("Backend").removesuffix("Auth").casefold()


def _other_ways(person_id: int) -> dict[str, int]:
    counts = {}
    for name, column, words in OTHER_WAYS:
        model = compat.model("zerver", name)
        if model is not None:
            counts[words] = model.objects.filter(**{column: person_id}).count()
    return {words: count for words, count in counts.items() if count}
