"""Custom profile fields of all eight types, their values, and people's statuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, NOW_S, at
from zulip_bridge.demo.population.texts import paragraph
from zulip_bridge.demo.population.world import GUEST, Person, Realm, World

SHORT_TEXT, LONG_TEXT, SELECT, DATE, URL, USER, EXTERNAL_ACCOUNT, PRONOUNS = range(1, 9)
"""CustomProfileField.field_type"""


@dataclass(frozen=True)
class FieldPlan:
    """A custom profile field to be made."""

    name: str
    kind: int
    hint: str = ""
    data: str = ""


_TEAMS = {str(n): {"text": text, "order": str(n + 1)} for n, text in enumerate(("Engineering", "Support", "Sales"))}
FIELDS = (
    FieldPlan("Phone number", SHORT_TEXT, "Reachable in an emergency"),
    FieldPlan("About me", LONG_TEXT),
    FieldPlan("Team", SELECT, data=json.dumps(_TEAMS)),
    FieldPlan("Birthday", DATE),
    FieldPlan("Homepage", URL),
    FieldPlan("Manager", USER, "Who signs the leave"),
    FieldPlan("GitHub", EXTERNAL_ACCOUNT, data=json.dumps({"subtype": "github"})),
    FieldPlan("Pronouns", PRONOUNS, "What pronouns should people use for you?"),
    FieldPlan(
        "[b]Room[/b]",
        EXTERNAL_ACCOUNT,
        data=json.dumps({"subtype": "custom", "url_pattern": "https://rooms.acme.example/%(username)s"}),
    ),
)
HOSTILE_VALUES = (
    "\x1b]52;c;SGVsbG8=\x07",
    "=cmd|' /C calc'!A0",
    "+49 170 0000000\x9b2J",
    "[bold]x[/bold] a[/]b",
    "<script>alert(1)</script>",
    "\u202e0000000 071 94+",
)
STATUSES = (
    ("In a meeting", "calendar", "1f4c5"), ("On holiday until Monday", "palm_tree", "1f334"),
    ("Working remotely", "house", "1f3e0"), ("Out sick", "sick", "1f912"), ("\x1b[5mblinking", "", ""),
    ("Commuting", "bus", "1f68c"), ("[red]busy[/red]", "no_entry", "26d4"), ("", "rocket", "1f680"),
)  # fmt: skip


def write_profiles(world: World) -> None:
    """Fields and values; Maria Lopez has exactly four values, Marta Heavy one of each field."""
    for key in ("acme", "example", "lumen"):
        write_realm_profiles(world, world.realms[key], share=0.45)


def write_realm_profiles(world: World, realm: Realm, share: float) -> None:
    """The fields of an organization, and values in that share of them (guests: a third of it)."""
    chance = world.chance(f"profile {realm.string_id}")
    fields = [(_field(world, realm, n, plan), plan) for n, plan in enumerate(FIELDS)]
    staff = realm.staff()
    hostile = {p.id for p in realm.people if p.talk == 0.4}
    for person in realm.humans():
        if person.mirror_dummy:
            continue
        wanted = fields
        if person.delivery_email == cast.MARIA:
            wanted = [fields[n] for n in (0, 1, 3, 5)]
        elif person.full_name != "Marta Heavy":
            likely = share / 3 if person.role == GUEST else share
            wanted = [field for field in fields if chance.random() < likely]
        for field_id, plan in wanted:
            value = _value(plan.kind, person, staff, chance)
            if person.id in hostile and plan.kind in (SHORT_TEXT, LONG_TEXT, PRONOUNS):
                value = HOSTILE_VALUES[person.id % len(HOSTILE_VALUES)]
            _write_value(world, person, field_id, plan.kind, value)


def _field(world: World, realm: Realm, order: int, plan: FieldPlan) -> int:
    return world.book.add(
        "zerver_customprofilefield",
        realm_id=realm.id,
        name=plan.name,
        hint=plan.hint,
        order=order,
        display_in_profile_summary=order in (0, 2),
        required=False,
        field_type=plan.kind,
        field_data=plan.data,
        editable_by_user=plan.name != "Manager",
    )


def _value(kind: int, person: Person, staff: list[Person], chance: Random) -> str:
    number = int(chance.random() * 10_000)
    if kind == SHORT_TEXT:
        return f"+49 170 555{number:04}"
    if kind == LONG_TEXT:
        return f"I joined in {at(person.joined).year} and like **number {number}**.\n\nAsk me about bees."
    if kind == SELECT:
        return str(number % 3)
    if kind == DATE:
        return f"{1955 + number % 50}-{1 + number % 12:02}-{1 + number % 28:02}"
    if kind == URL:
        return f"https://people.{person.realm.string_id}.example/{person.id}"
    if kind == USER:
        return json.dumps([p.id for p in chance.sample(staff, 1 + number % 2)])
    if kind == PRONOUNS:
        return ("they/them", "she/her", "he/him", "sie/ihr", "")[number % 4]
    return f"user-{person.id}"


def _write_value(world: World, person: Person, field_id: int, kind: int, value: str) -> None:
    rendered = paragraph(value).rendered if kind in (SHORT_TEXT, LONG_TEXT) else None
    world.book.add(
        "zerver_customprofilefieldvalue",
        user_profile_id=person.id,
        field_id=field_id,
        value=value,
        rendered_value=rendered,
    )


def write_statuses(world: World) -> None:
    """A status for every fifth active person and for the cast."""
    chance = world.chance("status")
    for person in world.everyone():
        named = person.delivery_email in (cast.MARTA, cast.MARIA, cast.LENA)
        if person.is_bot or person.mirror_dummy or person.never_in or not (named or chance.random() < 0.2):
            continue
        text, name, code = STATUSES[int(chance.random() * len(STATUSES))]
        world.book.add(
            "zerver_userstatus",
            user_profile_id=person.id,
            timestamp=at(NOW_S - int(40 * DAY * chance.random())),
            client_id=world.clients["website"],
            status_text=text,
            emoji_name=name,
            emoji_code=code,
            reaction_type="unicode_emoji",
        )
