"""People: searching them, and everything on one person's first page.

Times are ISO 8601 in UTC with a trailing ``Z``, or ``None``. Roles are Zulip's numbers (owner 100,
administrator 200, moderator 300, member 400, guest 600).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .calls import Request

Status = Literal["any", "active", "deactivated"]
Bots = Literal["any", "people", "bots"]

ROLE_NAMES: dict[int, str] = {
    100: "owner",
    200: "administrator",
    300: "moderator",
    400: "member",
    600: "guest",
}


@dataclass(frozen=True)
class Realm:
    """An organization on the server; ``people`` counts accounts that are neither bots nor deactivated."""

    id: int
    string_id: str
    name: str
    deactivated: bool
    people: int


@dataclass(frozen=True)
class Person:
    """One account, as a row in a list.

    ``state`` is one word for the list: active, deactivated, idle (long-term idle), never (never logged in),
    dummy (mirror dummy), system (a system bot). ``last_seen`` is the newest of presence and last login.
    """

    id: int
    full_name: str
    delivery_email: str
    email: str
    realm: str
    realm_id: int
    role: int
    role_name: str
    is_active: bool
    is_bot: bool
    bot_type: int | None
    is_mirror_dummy: bool
    long_term_idle: bool
    state: str
    date_joined: str
    last_login: str | None
    last_seen: str | None


@dataclass(frozen=True)
class PeoplePage:
    """Part of a listing. ``listing`` names it for :class:`PageOfPeople`; ``total`` counts all that match."""

    listing: int
    total: int
    offset: int
    people: list[Person]


@dataclass(frozen=True)
class SearchPeople(Request[PeoplePage]):
    """Find accounts by name, real or API address, id, or custom profile value.

    Every word of ``text`` must occur in one of these, regardless of case; a word without accents also matches
    letters with them. Exact matches (id, address,
    full name) come first, then names that start with the text, then by name. Empty ``text`` lists everybody.
    """

    METHOD: ClassVar[str] = "people.search"
    RESULT: ClassVar[type[PeoplePage]] = PeoplePage

    text: str = ""
    realm: str | None = None
    roles: list[int] = field(default_factory=list)
    status: Status = "any"
    bots: Bots = "any"
    limit: int = 100


@dataclass(frozen=True)
class PageOfPeople(Request[PeoplePage]):
    """Rows ``offset`` to ``offset + limit`` of a listing; error kind ``stale`` where it is gone."""

    METHOD: ClassVar[str] = "people.page"
    RESULT: ClassVar[type[PeoplePage]] = PeoplePage

    listing: int
    offset: int
    limit: int = 100


@dataclass(frozen=True)
class ListRealms(Request[list[Realm]]):
    """All organizations of the server but the internal one, by string_id."""

    METHOD: ClassVar[str] = "realms.list"
    RESULT: ClassVar[object] = list[Realm]


@dataclass(frozen=True)
class FindPerson(Request[Person]):
    """The one account meant by ``user``: an id, or an address in any realm or in ``realm``.

    Error kind ``not_found``, or ``ambiguous`` with the candidates named.
    """

    METHOD: ClassVar[str] = "person.find"
    RESULT: ClassVar[type[Person]] = Person

    user: str
    realm: str | None = None


@dataclass(frozen=True)
class ProfileValue:
    """One custom profile value under its field's name; ``shown`` is the value as a person reads it.

    ``kind`` is Zulip's type as a word: short text, long text, choice, date, link, people, external account,
    pronouns.
    """

    field_id: int
    name: str
    kind: str
    value: str
    shown: str


@dataclass(frozen=True)
class NamedCount:
    """A thing counted, for the summary; ``exact`` is false where the count was bounded."""

    name: str
    count: int
    exact: bool = True


@dataclass(frozen=True)
class OwnedBot:
    """A bot that the person owns."""

    id: int
    full_name: str
    bot_kind: str
    is_active: bool


@dataclass(frozen=True)
class PersonDetail:
    """Everything on the first page of a person, read in one go.

    ``person`` is the list row; secrets are only ever told to exist (``credentials``: sentences such as
    "API key: set"). ``weekly_messages`` has the messages sent in each of the last two years' weeks, the current one
    last; None where that was not asked: of a heavy account it takes longer than all the rest.
    """

    person: Person
    realm_name: str
    realm_url: str
    realm_deactivated: bool
    email_visibility: str
    timezone: str
    language: str
    avatar: str
    avatar_version: int
    permissions: list[str]
    bot_kind: str | None
    bot_owner: Person | None
    states: list[str]
    profile: list[ProfileValue]
    groups: list[str]
    bots_owned: list[OwnedBot]
    credentials: list[str]
    counts: list[NamedCount]
    status_text: str
    tos_version: str | None
    weekly_messages: list[int] | None


@dataclass(frozen=True)
class ShowPerson(Request[PersonDetail]):
    """Read the first page of the person with this id; ``weekly`` as well the messages by week."""

    METHOD: ClassVar[str] = "person.show"
    RESULT: ClassVar[type[PersonDetail]] = PersonDetail

    person_id: int
    weekly: bool = False


@dataclass(frozen=True)
class CountWeekly(Request[list[int]]):
    """Messages that the person sent in each of the last two years' weeks, the current one last."""

    METHOD: ClassVar[str] = "person.weekly"
    RESULT: ClassVar[object] = list[int]

    person_id: int
