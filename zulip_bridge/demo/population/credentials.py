"""Sessions, push tokens, second factors and other things that let somebody in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, NOW_S, ago, at
from zulip_bridge.demo.population.personal import writers
from zulip_bridge.demo.population.world import Person, World, token

_SALT = "django.contrib.sessions.SessionStore"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
SESSIONS = {cast.MARIA: 3, cast.MARTA: 3, cast.OTTO: 2, cast.MARC: 2, cast.LENA: 0}


def write_credentials(world: World) -> None:
    """All of it."""
    chance = world.chance("credentials")
    people = [p for p in writers(world) if not p.realm.deactivated]
    for person in people:
        count = SESSIONS.get(person.delivery_email)
        if count is None:
            count = int(3 * chance.random()) if person.is_active and person.idle_since is None else 0
        write_sessions(world, person, count, chance)
        if person.delivery_email in (cast.MARIA, cast.MARTA, cast.LENA) or chance.random() < 0.3:
            _push_tokens(world, person, chance)
    _odd_sessions(world, chance)
    _second_factors(
        world, [p for p in people if p.role <= 200 or p.delivery_email in (cast.MARTA, cast.LENA)], chance
    )
    _social(world, people, chance)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits or "0"


def _hmac(salt: str, value: str, key: str) -> bytes:
    derived = hashlib.sha256((salt + key).encode()).digest()
    return hmac.new(derived, value.encode(), hashlib.sha256).digest()


def session_data(content: dict[str, object], when: int, key: str) -> str:
    """What Django keeps of a session (signing.dumps with compress=True), signed at a fixed time."""
    plain = json.dumps(content, separators=(",", ":")).encode("latin-1")
    packed = zlib.compress(plain)
    body = "." + _encode(packed) if len(packed) < len(plain) - 1 else _encode(plain)
    value = f"{body}:{_base62(when)}"
    return f"{value}:{_encode(_hmac(_SALT + 'signer', value, key))}"


def write_sessions(world: World, person: Person, count: int, chance: Random) -> None:
    """That many web sessions of a person."""
    for n in range(count):
        _session(world, person, n, chance)


def _session(world: World, person: Person, n: int, chance: Random) -> None:
    when = NOW_S - 2 * HOUR - n * 30 * HOUR
    password_hash = hashlib.sha256(f"{person.id}".encode()).hexdigest()
    content = {
        "_auth_user_id": str(person.id),
        "_auth_user_backend": "zproject.backends.EmailAuthBackend",
        "_auth_user_hash": password_hash,
        "realm_id": person.realm.id,
    }
    world.book.put(
        "django_session",
        session_key=token(chance, 32, _LOWER),
        session_data=session_data(content, when, world.secret_key),
        expire_date=at(when + 14 * DAY),
    )


def _odd_sessions(world: World, chance: Random) -> None:
    """Sessions of nobody, one that ran out, and one whose signature is wrong."""
    marta = world.realms["example"].person(cast.MARTA)
    for content, when, good in (
        ({"registration_desktop_flow_otp": "x"}, ago(1), True),
        ({"_auth_user_id": str(marta.id)}, ago(30), True),
        ({"_auth_user_id": str(marta.id)}, ago(2), False),
    ):
        data = session_data(dict(content), when, world.secret_key)
        world.book.put(
            "django_session",
            session_key=token(chance, 32, _LOWER),
            session_data=data if good else data[:-4] + "AAAA",
            expire_date=at(when + 14 * DAY),
        )


def _push_tokens(world: World, person: Person, chance: Random) -> None:
    """A phone or two; Maria and Marta have one of each kind."""
    named = person.delivery_email in (cast.MARIA, cast.MARTA)
    for kind in (1, 2) if named else (1 + person.id % 2,):
        world.book.add(
            "zerver_pushdevicetoken",
            user_id=person.id,
            kind=kind,
            token=token(chance, 64, "0123456789abcdef") if kind == 1 else token(chance, 150),
            last_updated=at(NOW_S - int(60 * DAY * chance.random())),
            ios_app_id="org.zulip.Zulip" if kind == 1 else None,
        )


def _second_factors(world: World, people: list[Person], chance: Random) -> None:
    for n, person in enumerate(people):
        world.book.add(
            "otp_totp_totpdevice",
            user_id=person.id,
            name="default",
            confirmed=True,
            key=token(chance, 40, "0123456789abcdef"),
            step=30,
            t0=0,
            digits=6,
            tolerance=1,
            drift=0,
            last_t=NOW_S // 30 - 500,
            throttling_failure_count=n % 3,
        )
        device = world.book.add("otp_static_staticdevice", user_id=person.id, name="backup", confirmed=True)
        for _ in range(3):
            world.book.add("otp_static_statictoken", device_id=device, token=token(chance, 8, _LOWER))
        if n % 2 == 0:
            world.book.add(
                "two_factor_phonedevice",
                user_id=person.id,
                name="backup",
                confirmed=True,
                number=f"+49170555{n:04}",
                key=token(chance, 40, "0123456789abcdef"),
                method="sms",
            )


def _social(world: World, people: list[Person], chance: Random) -> None:
    """Rows of Python Social Auth, which a real server has few of."""
    named = [p for p in people if p.delivery_email in (cast.MARTA, cast.MARIA, cast.LENA, cast.OTTO)]
    for person in named:
        world.book.add(
            "social_auth_usersocialauth",
            user_id=person.id,
            provider="github",
            uid=str(800_000 + person.id),
            created=at(person.joined),
            modified=at(person.joined),
            extra_data={"login": f"user-{person.id}", "access_token": "gho_" + token(chance, 36)},
        )
    world.book.add(
        "social_auth_partial",
        token=token(chance, 32, _LOWER),
        next_step=4,
        backend="github",
        timestamp=at(ago(2)),
        data={"args": [], "kwargs": {"details": {"email": cast.MARIA, "fullname": "Maria Lopez"}}},
    )
    world.book.add(
        "social_auth_code", email=cast.MARIA, code=token(chance, 32, _LOWER), verified=False, timestamp=at(ago(2))
    )
    world.book.add(
        "social_auth_association",
        server_url="https://id.example.org",
        handle="1",
        secret="made-up",
        issued=NOW_S,
        lifetime=3600,
        assoc_type="HMAC-SHA1",
    )
    world.book.add("social_auth_nonce", server_url="https://id.example.org", timestamp=NOW_S, salt=token(chance, 20))
