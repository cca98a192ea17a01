"""Devices, second factors and identities elsewhere; their secrets are never read."""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.access import ExternalIdentity, PushDevice, SecondFactor
from zulip_bridge.api.people import Person
from zulip_bridge.worker import compat
from zulip_bridge.worker.instants import iso

DELIVERY = {1: "Apple (APNs)", 2: "Google (FCM)"}
"""``PushDeviceToken.kind``."""

WHAT_DELIVERS = {"apns": DELIVERY[1], "fcm": DELIVERY[2]}
"""The same as 11.0's ``PushDevice.token_kind`` has it."""


def push_devices(person: Person) -> list[PushDevice]:
    """Devices of every table that this version has; the last updated first."""
    return [*_tokens(person), *_encrypted(person)]


def _tokens(person: Person) -> list[PushDevice]:
    model = compat.model("zerver", "PushDeviceToken")
    if model is None:
        return []
    rows = model.objects.filter(user_id=person.id).order_by("-last_updated", "-id")
    return [
        PushDevice(DELIVERY.get(kind, f"kind {kind}"), app or "", iso(updated))
        for kind, app, updated in rows.values_list("kind", "ios_app_id", "last_updated")
    ]


def _encrypted(person: Person) -> list[PushDevice]:
    """Devices whose notifications are encrypted end to end (``PushDevice`` in 11, ``Device`` in 12)."""
    found = []
    for name in ("PushDevice", "Device"):
        model = compat.model("zerver", name)
        for row in model.objects.filter(user_id=person.id).order_by("-pk") if model is not None else ():
            kind = getattr(row, "token_kind", getattr(row, "push_token_kind", None))
            error = getattr(row, "error_code", None)
            note = "encrypted end to end" + (f", not registered: {error}" if error else "")
            found.append(PushDevice(_delivers(kind), "", None, note))
    return found


def _delivers(kind: Any) -> str:
    return WHAT_DELIVERS.get(str(kind).casefold()) or DELIVERY.get(kind, "unknown" if kind is None else str(kind))


def second_factors(person: Person) -> list[SecondFactor]:
    """Authenticator apps, backup codes and phones."""
    return [
        *_factors(person, "otp_totp", "TOTPDevice", "authenticator app"),
        *_factors(person, "otp_static", "StaticDevice", "backup codes"),
        *_factors(person, "two_factor", "PhoneDevice", "phone"),
        *_factors(person, "phonenumber", "PhoneDevice", "phone"),
    ]


def _factors(person: Person, app: str, name: str, kind: str) -> list[SecondFactor]:
    model = compat.model(app, name)
    if model is None:
        return []
    optional = [each for each in ("created_at", "last_used_at", "number") if compat.has_field(model, each)]
    return [
        SecondFactor(
            kind=kind,
            name=row["name"],
            confirmed=row["confirmed"],
            created=iso(row.get("created_at")),
            last_used=iso(row.get("last_used_at")),
            note=_codes_left(row["pk"]) if kind == "backup codes" else str(row.get("number") or ""),
        )
        for row in model.objects.filter(user_id=person.id).order_by("pk").values("pk", "name", "confirmed", *optional)
    ]


def _codes_left(device: int) -> str:
    model = compat.model("otp_static", "StaticToken")
    return "" if model is None else f"{model.objects.filter(device_id=device).count()} codes left"


def identities(person: Person) -> list[ExternalIdentity]:
    """Social logins, and ids at directories and login services (from 11.0)."""
    found = []
    social = compat.model("social_django", "UserSocialAuth")
    if social is not None:
        rows = social.objects.filter(user_id=person.id).order_by("pk").values_list("provider", "uid", "created")
        found += [
            ExternalIdentity("social login", provider, str(uid), iso(created)) for provider, uid, created in rows
        ]
    external = compat.model("zerver", "ExternalAuthID")
    if external is not None:
        rows = external.objects.filter(user_id=person.id).order_by("pk")
        rows = rows.values_list("external_auth_method_name", "external_auth_id", "date_created")
        found += [ExternalIdentity("external id", method, str(uid), iso(created)) for method, uid, created in rows]
    return found
