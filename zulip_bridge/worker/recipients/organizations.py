"""What depends on the organization: whom browsers call, programs of members, previews, and the public.

Each question is one narrow query; a table or column that this version has not got leaves its answer out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from zulip_bridge.api.recipients import Recipient

from .. import compat
from ..realms import INTERNAL_REALM, ROOT
from .hosts import host_of, hosts_of

OUTGOING, EMBEDDED, GENERIC = 3, 4, 1
"""Types of bots (zerver/models/users.py)."""
VIDEO = {0: "", 1: "jitsi", 3: "zoom", 4: "bbb", 5: "zoom"}
"""Realm.VIDEO_CHAT_PROVIDERS; 5 is Zoom between servers."""
BROWSER_DATA = "IP address and browser, from the browser itself"


def organizations(realm_id: int | None) -> Iterator[Recipient]:
    """Of one organization, or of all."""
    realms = _realms(realm_id)
    yield from _programs(realm_id)
    yield from _video(realms)
    yield from _pictures(realms, realm_id)
    yield from _previews(realms)
    yield from _sites()
    yield from _public(realms, realm_id)


def _realms(realm_id: int | None) -> list[Any]:
    """Instances of the organizations that are in use."""
    model = compat.model("zerver", "Realm")
    assert model is not None
    found = model.objects.filter(deactivated=False).exclude(string_id=INTERNAL_REALM).order_by("string_id")
    return list(found.filter(id=realm_id) if realm_id is not None else found)


def _programs(realm_id: int | None) -> Iterator[Recipient]:
    condition = "u.is_active AND r.string_id <> %(internal)s"
    condition += " AND u.realm_id = %(realm)s" if realm_id is not None else ""
    parameters = {"realm": realm_id, "internal": INTERNAL_REALM, "type": OUTGOING}
    users = f"zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id WHERE {condition}"
    if compat.model("zerver", "Service") is not None:
        joined = users.replace(" WHERE", " JOIN zerver_service s ON s.user_profile_id = u.id WHERE", 1)
        hosts, names, count = set(), set(), 0
        for url, name, many in _rows(
            f"SELECT s.base_url, r.string_id, count(*) FROM {joined} AND u.bot_type = %(type)s GROUP BY 1, 2",
            parameters,
        ):
            hosts.add(host_of(url))
            names.add(name or ROOT)
            count += many
        if count:
            data = "messages that mention the bot or are sent to it, with name and address of the sender"
            name = f"Outgoing webhooks ({count:,} of them)"
            yield Recipient(name, "bots", data, "bots", "outgoing webhook bots", sorted(hosts - {""}), sorted(names))
    for kind, name, data in (
        (EMBEDDED, "Bots that run on the server", "what is sent to them; some ask services of others"),
        (GENERIC, "Programs with a bot's key", "every message that the bot can read"),
    ):
        if kind == EMBEDDED and not compat.setting("EMBEDDED_BOTS_ENABLED"):
            continue
        found = _rows(
            f"SELECT r.string_id, count(*) FROM {users} AND u.bot_type = %(type)s GROUP BY 1",
            {**parameters, "type": kind},
        )
        if found:
            count = sum(many for _, many in found)
            names = {string_id or ROOT for string_id, _ in found}
            yield Recipient(f"{name} ({count:,} of them)", "bots", data, "bots", "bots", realms=sorted(names))


def _video(realms: list[Any]) -> Iterator[Recipient]:
    """By the provider that an organization has chosen."""
    chosen: dict[str, list[Any]] = {}
    for realm in realms:
        chosen.setdefault(VIDEO.get(realm.video_chat_provider, ""), []).append(realm)
    jitsi = chosen.get("jitsi", [])
    addresses = [getattr(realm, "jitsi_server_url", None) or compat.setting("JITSI_SERVER_URL") for realm in jitsi]
    if any(addresses):
        data = f"{BROWSER_DATA}; the link of the room"
        hosts = hosts_of(addresses)
        yield Recipient("Jitsi Meet", "browser", data, "video calls", "JITSI_SERVER_URL", hosts, _names(jitsi))
    for setting in ("VIDEO_ZOOM_CLIENT_ID", "VIDEO_ZOOM_SERVER_TO_SERVER_ACCOUNT_ID"):
        if chosen.get("zoom") and compat.setting(setting):
            data = "who begins a call; the account at Zoom that a person has linked"
            yield Recipient("Zoom", "service", data, "video calls", setting, ["api.zoom.us"], _names(chosen["zoom"]))
            break
    host = host_of(compat.setting("BIG_BLUE_BUTTON_URL"))
    if chosen.get("bbb") and host:
        data = "name of who joins, name of the meeting"
        setting = "BIG_BLUE_BUTTON_URL"
        yield Recipient("BigBlueButton", "service", data, "video calls", setting, [host], _names(chosen["bbb"]))


def _pictures(realms: list[Any], realm_id: int | None) -> Iterator[Recipient]:
    overridden = compat.setting("GRAVATAR_REALM_OVERRIDE") or {}
    on = [each for each in realms if overridden.get(each.string_id, compat.setting("ENABLE_GRAVATAR"))]
    users = _rows(
        """SELECT DISTINCT realm_id FROM zerver_userprofile WHERE avatar_source = 'G' AND is_active AND NOT is_bot
           AND (%(realm)s::bigint IS NULL OR realm_id = %(realm)s)""",
        {"realm": realm_id},
    )
    using = [each for each in on if (each.id,) in users]
    if using:
        data = f"a hash of the address of people without a picture of their own; {BROWSER_DATA}"
        hosts = ["secure.gravatar.com"]
        yield Recipient("Gravatar", "browser", data, "profile pictures", "ENABLE_GRAVATAR", hosts, _names(using))


def _previews(realms: list[Any]) -> Iterator[Recipient]:
    for setting, field, what in (
        ("INLINE_IMAGE_PREVIEW", "inline_image_preview", "pictures"),
        ("INLINE_URL_EMBED_PREVIEW", "inline_url_embed_preview", "titles and summaries"),
    ):
        on = [each for each in realms if getattr(each, field, False)]
        if compat.setting(setting) and on:
            data = "that somebody linked to them: the server fetches the address"
            name = f"Web sites that messages link to ({what})"
            yield Recipient(name, "service", data, "previews of links", setting, realms=_names(on))


def _sites() -> Iterator[Recipient]:
    for setting, name, host, data in (
        ("GIPHY_API_KEY", "GIPHY", "api.giphy.com", "words that are searched for"),
        ("TENOR_API_KEY", "Tenor (Google)", "tenor.googleapis.com", "words that are searched for"),
        ("DROPBOX_APP_KEY", "Dropbox", "www.dropbox.com", "the choice of files to attach"),
        ("GOOGLE_ANALYTICS_ID", "Google Analytics", "www.google-analytics.com", "visits of the public pages"),
    ):
        if compat.setting(setting):
            yield Recipient(name, "browser", f"{data}; {BROWSER_DATA}", "their service", setting, [host])
    tour = host_of(compat.setting("NAVIGATION_TOUR_VIDEO_URL"))
    if tour and tour != host_of(compat.setting("EXTERNAL_HOST")):
        setting = "NAVIGATION_TOUR_VIDEO_URL"
        yield Recipient(
            "Host of the welcome video", "browser", BROWSER_DATA, "the tour for new people", setting, [tour]
        )


def _public(realms: list[Any], realm_id: int | None) -> Iterator[Recipient]:
    if not compat.setting("WEB_PUBLIC_STREAMS_ENABLED"):
        return
    allowing = [each for each in realms if getattr(each, "enable_spectator_access", False)]
    found = _rows("SELECT DISTINCT realm_id FROM zerver_stream WHERE is_web_public AND NOT deactivated", {})
    public = [each for each in allowing if (each.id,) in found]
    if public:
        data = "messages, names and pictures in web-public channels"
        name = "Everybody on the internet"
        setting = "WEB_PUBLIC_STREAMS_ENABLED"
        yield Recipient(name, "public", data, "reading without an account", setting, realms=_names(public))


def _names(realms: list[Any]) -> list[str]:
    return [each.string_id or ROOT for each in realms]


def _rows(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
