"""A person as sections of facts: for the summary beside the list, and for the person's own screen."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown, shown_lines
from tui.widgets.facts import Fact, Section
from tui.widgets.spark import sparkline
from zulip_bridge.api.people import NamedCount, Person, PersonDetail, ProfileValue
from zulip_bridge.text import display_text

WAITING = Content.styled("…", MUTED)
"""Stands where a value will come."""

WEEKS_WAITING = Content.styled("…\n", MUTED)
"""The same in two lines, so that nothing moves when they come."""

NONE = Content.styled("none", MUTED)
SPARK_WIDTH = 52
BYTES = "bytes in files"
STATE_STYLES = {
    "active": "$success",
    "deactivated": "$error",
    "never": "$warning",
    "idle": "",
    "dummy": MUTED,
    "system": MUTED,
}
STATE_MARKS = {"active": "●", "deactivated": "✕", "never": "○", "idle": "◐", "dummy": "◌", "system": "◆"}
STATE_WORDS = {"never": "never logged in", "idle": "long-term idle", "dummy": "mirror dummy", "system": "system bot"}


def state_content(state: str) -> Content:
    """A state with its mark; the word alone says it all."""
    mark = STATE_MARKS.get(state, "·")
    word = STATE_WORDS.get(state, display_text(state))
    return Content.styled(f"{mark} {word}", STATE_STYLES.get(state, ""))


def realm_words(person: Person) -> str:
    """The realm's string_id; the root domain's is empty and gets a name."""
    return person.realm or "(root)"


def headline_facts(person: Person) -> Section:
    """Name, address and what the list knows: on the screen before anything is asked."""
    kind = "bot" if person.is_bot else person.role_name
    line = Content.assemble(
        state_content(person.state), (" · ", MUTED), shown(kind), (" · ", MUTED), shown(realm_words(person))
    )
    facts = (
        Fact("", shown(person.full_name, "bold $accent")),
        Fact("", shown(person.delivery_email)),
        Fact("", Content.assemble(line, (f" · id {person.id}", MUTED))),
    )
    return Section("", facts)


def summary_sections(
    person: Person, detail: PersonDetail | None, now: datetime, *, full: bool = False
) -> tuple[Section, ...]:
    """The summary beside the list; with ``…`` where the details are still to come, in the same lines.

    ``full`` adds what a large screen has room for.
    """
    sections = [
        headline_facts(person),
        Section(
            "",
            (
                Fact("seen", shown(wording.since(person.last_seen, now))),
                Fact("joined", shown(wording.moment(person.date_joined, day_only=True))),
                Fact("zone", _zone(detail)),
                Fact("status", _status(detail)),
                Fact("messages", _count(detail, "messages sent")),
                Fact("per week", _spark(detail)),
                Fact("files", _files(detail)),
                Fact("channels", _count(detail, "channels")),
                Fact("bots", _bots_line(detail)),
            ),
        ),
    ]
    if detail is not None:
        sections += [profile_section(detail), credentials_section(detail)]
        if full:
            sections += [account_section(person, detail, now), groups_section(detail), bots_section(detail)]
    return tuple(sections)


def identity_section(person: Person, detail: PersonDetail | None) -> Section:
    """Who this is."""
    realm = Content.assemble(shown(realm_words(person)))
    if detail is not None:
        closed = " · deactivated" if detail.realm_deactivated else ""
        realm = Content.assemble(realm, (" · ", MUTED), shown(detail.realm_name), (closed, "$error"))
    facts = [
        Fact("name", shown(person.full_name, "bold")),
        Fact("address", shown(person.delivery_email)),
        Fact("API address", _api_address(person)),
        Fact("id", Content(str(person.id))),
        Fact("organization", realm),
        Fact("URL", shown(detail.realm_url) if detail else WAITING),
        Fact("role", shown(person.role_name)),
    ]
    if person.is_bot:
        facts.append(Fact("bot", _bot_line(detail)))
    return Section("Identity", tuple(facts))


def account_section(person: Person, detail: PersonDetail | None, now: datetime) -> Section:
    """The account's state and its moments."""
    states = Content("\n").join(shown(each) for each in detail.states) if detail else state_content(person.state)
    facts = [
        Fact("state", states),
        Fact("last seen", shown(wording.since(person.last_seen, now))),
        Fact("last login", shown(wording.since(person.last_login, now))),
        Fact("joined", shown(wording.since(person.date_joined, now))),
        Fact("permissions", _listed(detail.permissions) if detail else WAITING),
        Fact("terms accepted", shown(detail.tos_version or "none") if detail else WAITING),
    ]
    return Section("Account", tuple(facts))


def contact_section(detail: PersonDetail | None) -> Section:
    """Where and how the person is reached."""
    avatar = WAITING
    if detail is not None:
        avatar = Content.assemble(shown(detail.avatar), (f" · version {detail.avatar_version}", MUTED))
    facts = (
        Fact("address seen by", shown(detail.email_visibility) if detail else WAITING),
        Fact("time zone", shown(detail.timezone or "not set") if detail else WAITING),
        Fact("language", shown(detail.language) if detail else WAITING),
        Fact("status", _status(detail)),
        Fact("avatar", avatar),
    )
    return Section("Contact", facts)


def profile_section(detail: PersonDetail) -> Section:
    """Custom profile values under their fields' names."""
    if not detail.profile:
        return Section("Profile", (Fact("", NONE),))
    return Section("Profile", tuple(_profile_fact(value) for value in detail.profile))


def groups_section(detail: PersonDetail) -> Section:
    """User groups."""
    return Section("Groups", (Fact("", _listed(detail.groups)),))


def bots_section(detail: PersonDetail) -> Section:
    """Bots that the person owns."""
    if not detail.bots_owned:
        return Section("Bots", (Fact("", NONE),))
    lines = []
    for bot in detail.bots_owned:
        state = "" if bot.is_active else " · deactivated"
        lines.append(
            Content.assemble(shown(bot.full_name), (f" · {display_text(bot.bot_kind)} · id {bot.id}{state}", MUTED))
        )
    return Section("Bots", (Fact("", Content("\n").join(lines)),))


def credentials_section(detail: PersonDetail) -> Section:
    """Which secrets exist; never their values."""
    facts = []
    for sentence in detail.credentials:
        name, separator, state = sentence.partition(": ")
        facts.append(Fact(display_text(name) if separator else "", shown(state if separator else name)))
    return Section("Credentials", tuple(facts))


def activity_section(detail: PersonDetail | None, cells: int = SPARK_WIDTH // 2) -> Section:
    """What the person has left, in figures; the plot takes so many cells."""
    facts = (
        Fact("messages", _count(detail, "messages sent")),
        Fact("per week", _spark(detail, cells)),
        Fact("files", _files(detail)),
        Fact("channels", _count(detail, "channels")),
    )
    return Section("Activity", facts)


def counts_line(detail: PersonDetail) -> Content:
    """The figures in one line: what an export will at least contain."""
    messages, channels = _find(detail, "messages sent"), _find(detail, "channels")
    parts = []
    if messages is not None:
        parts.append(wording.counted(messages.count, "message", exact=messages.exact))
    files = _files(detail).plain
    if files != "none":
        parts.append(f"{files.replace(' · ', ' files, ', 1)}")
    if channels is not None:
        parts.append(wording.counted(channels.count, "channel", exact=channels.exact))
    parts.append(wording.counted(len(detail.profile), "profile value"))
    return Content(" · ".join(parts))


def _api_address(person: Person) -> Content:
    if person.email == person.delivery_email:
        return Content.styled("the same", MUTED)
    return shown(person.email)


def _bot_line(detail: PersonDetail | None) -> Content:
    if detail is None:
        return WAITING
    kind = shown(detail.bot_kind or "bot")
    if detail.bot_owner is None:
        return Content.assemble(kind, (" · nobody owns it", MUTED))
    return Content.assemble(
        kind, (" · owned by ", MUTED), shown(detail.bot_owner.full_name), (f" (id {detail.bot_owner.id})", MUTED)
    )


def _zone(detail: PersonDetail | None) -> Content:
    if detail is None:
        return WAITING
    return shown(" · ".join((detail.timezone or "zone not set", detail.language)))


def _status(detail: PersonDetail | None) -> Content:
    if detail is None:
        return WAITING
    return shown(detail.status_text) if detail.status_text else NONE


def _bots_line(detail: PersonDetail | None) -> Content:
    if detail is None:
        return WAITING
    return Content(wording.thousands(len(detail.bots_owned))) if detail.bots_owned else NONE


def _find(detail: PersonDetail, name: str) -> NamedCount | None:
    return next((count for count in detail.counts if count.name == name), None)


def _count(detail: PersonDetail | None, name: str) -> Content:
    if detail is None:
        return WAITING
    found = _find(detail, name)
    if found is None:
        return Content.styled("unknown", MUTED)
    return Content(wording.thousands(found.count, exact=found.exact)) if found.count else NONE


def _files(detail: PersonDetail | None) -> Content:
    if detail is None:
        return WAITING
    files, size = _find(detail, "files"), _find(detail, BYTES)
    if files is None or not files.count:
        return NONE
    amount = f" · {wording.size(size.count)}" if size else ""
    return Content(wording.thousands(files.count, exact=files.exact) + amount)


def _spark(detail: PersonDetail | None, cells: int = SPARK_WIDTH // 2) -> Content:
    if detail is None or detail.weekly_messages is None:
        return WEEKS_WAITING
    weeks = detail.weekly_messages
    if not any(weeks):
        return Content.styled("nothing in two years\n", MUTED)
    peak = f"peak {wording.thousands(max(weeks))} a week, two years"
    return Content.assemble((sparkline(weeks, cells), "$primary"), "\n", (peak, MUTED))


def _listed(values: list[str]) -> Content:
    return Content(", ").join(shown(value) for value in values) if values else NONE


def _profile_fact(value: ProfileValue) -> Fact:
    return Fact(display_text(value.name, limit=40), shown_lines(value.shown))
