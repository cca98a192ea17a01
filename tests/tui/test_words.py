"""How figures, moments and states are put into words and lines."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.tui.frames import frame
from tui import clipboard, destination, wording
from tui.app import StewardApp
from tui.connection import Connection
from tui.footprint_rows import Group, arrange, table_row, total_words
from tui.listing import Listing
from tui.portrait import state_content
from tui.screens.base import StewardScreen
from tui.shown import shown
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.headline import Headline
from tui.widgets.notice import Note, Notice
from tui.widgets.phases import Phases
from tui.widgets.spark import sparkline
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import PeoplePage, Person
from zulip_bridge.launch import InstallTarget

NOW = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)


def person(number: int = 66, *, name: str = "Maria Lopez", realm: str = "acme", state: str = "active") -> Person:
    """Somebody made up."""
    return Person(
        id=number,
        full_name=name,
        delivery_email="maria@acme.example",
        email="user66@acme.example",
        realm=realm,
        realm_id=2,
        role=400,
        role_name="member",
        is_active=True,
        is_bot=False,
        bot_type=None,
        is_mirror_dummy=False,
        long_term_idle=False,
        state=state,
        date_joined="2022-03-01T00:00:00Z",
        last_login=None,
        last_seen=None,
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (9_949, "9.9 kB"), (38_400_000, "38 MB"),
     (999_600, "1.0 MB"), (1_230_000_000, "1.2 GB"), (5 * 10**18, "5,000 PB")],
)  # fmt: skip
def test_sizes(number: int, words: str) -> None:
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations(number: float, words: str) -> None:
    assert wording.seconds(number) == words


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=6), "6 d"),
        (timedelta(weeks=51), "51 w"),
        (timedelta(weeks=53), "1 y"),
        (timedelta(days=365 * 20), "20 y"),
        (timedelta(seconds=-20), "now"),
    ],
)
def test_how_long_ago(past: timedelta, words: str) -> None:
    assert wording.ago((NOW - past).isoformat().replace("+00:00", "Z"), NOW) == words


def test_moments_name_their_zone_and_nothing_is_made_up() -> None:
    assert wording.since("2026-11-01T09:00:00Z", NOW) == "3 h ago · 2026-11-01 09:00 UTC"
    assert wording.since(None, NOW) == "never"
    assert wording.moment("nonsense") == wording.NEVER
    assert wording.since("2026-12-01T09:00:00Z", NOW) == "2026-12-01 09:00 UTC"  # a clock that is wrong
    assert wording.moment("2022-03-01T23:30:00-02:00", day_only=True) == "2022-03-02"


def test_bounded_counts_say_so() -> None:
    assert wording.counted(1, "row") == "1 row"
    assert wording.counted(1, "row", exact=False) == "1+ rows"
    assert wording.counted(100_000, "row", exact=False) == "100,000+ rows"


def test_a_sparkline_ends_with_now_and_tells_one_from_none() -> None:
    assert sparkline([0, 0, 1, 8], 4) == "··▁█"
    assert sparkline([1] * 104, 26) == "█" * 26
    assert len(sparkline(list(range(104)), 30)) <= 30
    assert sparkline([0, 5, 0, 0, 0], 2) == "█·"
    assert sparkline([], 10) == ""


def test_what_is_too_long_for_a_clipboard_is_not_sent() -> None:
    assert clipboard.too_long("x" * 56_000) is None
    assert "nothing was copied" in (clipboard.too_long("x" * 57_000) or "")


def test_destinations_hold_no_name_and_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destination, "HOME", tmp_path)
    assert destination.suggest(person(), NOW) == tmp_path / "acme-66-2026-11-01"
    (tmp_path / "acme-66-2026-11-01").mkdir()
    assert destination.suggest(person(), NOW) == tmp_path / "acme-66-2026-11-01-2"
    assert destination.suggest(person(realm=""), NOW).name == "root-66-2026-11-01"


def test_destinations_that_will_not_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert destination.objection(str(tmp_path)) == "This directory is not empty: name another."
    assert destination.objection(str(tmp_path / "file")) == "This is a file: name a directory."
    assert destination.objection(str(tmp_path / "file" / "below")) is not None
    assert destination.objection("  ") == "Name a directory."
    assert destination.objection("\0") is not None
    assert destination.objection(str(tmp_path / "new" / "er")) is None


def test_states_have_words_besides_their_colours() -> None:
    assert state_content("never").plain == "○ never logged in"
    assert state_content("un\x1bknown").plain == "· un␛known"


def test_a_listing_forgets_what_was_scrolled_past() -> None:
    listing = Listing()
    people = [person(number, name=f"P{number}\u202e") for number in range(64)]
    listing.begin(PeoplePage(1, 100_000, 0, people), NOW)
    for page in range(1, 200):
        listing.add(PeoplePage(1, 100_000, page * 64, [person(page * 64 + n) for n in range(64)]), NOW)
    assert listing.rows.count == 100_000
    assert listing.rows.cached <= 4096
    assert listing.person(0) is None
    assert listing.person(199 * 64) is not None


def row(table: str, category: str, rows: int, *, exact: bool = True) -> FootprintRow:
    return FootprintRow(table, "user_id", category, rows, "x.Y", "fk", exact, "")


def test_a_footprint_is_summed_by_category() -> None:
    rows = [row("b", "content", 5), row("a", "content", 7, exact=False), row("c", "identity", 1), row("d", "odd", 2)]
    lines = arrange([*rows, row("e", "content", 0)], "category", empty_too=False)
    assert [line.category for line in lines if isinstance(line, Group)] == ["identity", "content", "odd"]
    assert [table_row(line, "category").cells[0] for line in lines] == [
        "identity", "  c", "content", "  a", "  b", "odd", "  d",
    ]  # fmt: skip
    assert table_row(lines[2], "category").cells[-1] == "12+"
    assert total_words([*rows, row("e", "content", 0)]) == "15+ rows in 4 places · 1 place without any"


class Shelf(App[None]):
    """Shows one widget."""

    def __init__(self, *widgets: Headline | Facts | Notice | Phases) -> None:
        super().__init__()
        self._widgets = widgets

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"line": "#444444"}

    def compose(self) -> ComposeResult:
        yield from self._widgets


@pytest.mark.parametrize("width", [120, 80, 60, 40, 24])
async def test_the_headline_keeps_server_and_mode_at_any_width(width: int) -> None:
    headline = Headline()
    headline.connection = Connection("ready", "chat.example.org", False, account="zulip@db1", operator="anna (sudo)")
    async with Shelf(headline).run_test(size=(width, 3)) as pilot:
        line = frame(pilot.app).splitlines()[0]
    assert ("chat.e" in line) and ("WRITE" in line or width < 30)
    assert ("anna" in line) == (width >= 80)


async def test_facts_wrap_under_their_values() -> None:
    facts = Facts([Section("Title", (Fact("label", shown("one two three four five six seven")),))])
    async with Shelf(facts).run_test(size=(22, 8)) as pilot:
        lines = frame(pilot.app).splitlines()
    assert lines[0].startswith("Title ──")
    assert lines[1] == "label  one two three"
    assert lines[2] == "       four five six"


async def test_a_notice_keeps_key_and_words_together() -> None:
    notice = Notice()
    notice.note = Note("The worker ended.", (("r", "reconnect"), ("d", "what was said")))
    async with Shelf(notice).run_test(size=(40, 5)) as pilot:
        lines = frame(pilot.app).splitlines()
    assert lines[:2] == [" ✕ The worker ended.", "   r reconnect   d what was said"]


class Noting(StewardScreen):
    """Has nothing but room for a notice."""

    def body(self) -> ComposeResult:
        yield Static("body")


async def test_a_notice_that_is_given_again_stays_its_time_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.base.NOTE_SECONDS", 1.0)
    monkeypatch.setattr(StewardApp, "_open_session", lambda self: None)
    app = StewardApp(InstallTarget(Path("/nowhere")), slow=False)
    async with app.run_test(size=(80, 10)) as pilot:
        screen = Noting()
        await app.push_screen(screen)
        screen.note(Note("Refused.", kind="note"))
        await pilot.pause(0.6)
        screen.note(Note("Refused.", kind="note"))
        await pilot.pause(0.6)
        assert "Refused." in frame(app)
        await pilot.pause(0.6)
        assert "Refused." not in frame(app)


async def test_phases_tell_speed_and_time_left() -> None:
    now = [0.0]
    phases = Phases(lambda: now[0])
    async with Shelf(phases).run_test(size=(80, 5)) as pilot:
        phases.take(Progress("account", 17, 17))
        phases.take(Progress("messages", 0, 200_000))
        now[0] = 2.0
        phases.take(Progress("messages", 50_000, 200_000, 7_000_000))
        await pilot.pause()
        lines = frame(pilot.app).splitlines()
        assert phases.bytes == 7_000_000
    assert "17 tables" in lines[0]
    assert "50,000 / 200,000  25k/s  6.0 s left" in lines[2]
    assert lines[2].count("━") * 3 == pytest.approx(lines[2].count("─"), abs=3)
    assert lines[1].startswith("files")


async def test_a_phase_that_comes_back_has_not_lasted_meanwhile() -> None:
    now = [0.0]
    phases = Phases(lambda: now[0])
    async with Shelf(phases).run_test(size=(80, 5)) as pilot:
        for seconds, progress in (
            (0.0, Progress("account", 0, 17)),
            (1.0, Progress("account", 17, 17)),
            (1.0, Progress("messages", 0, 9)),
            (61.0, Progress("messages", 9, 9)),
            (61.0, Progress("account", 0, 50)),
            (63.0, Progress("account", 50, 50)),
        ):
            now[0] = seconds
            phases.take(progress)
        await pilot.pause()
        lines = frame(pilot.app).splitlines()
    assert "50 tables  3.0 s" in lines[0]
    assert "9 messages  1 min" in lines[2]


async def test_a_phase_that_nobody_expected_gets_a_line_and_what_it_counts() -> None:
    phases = Phases(lambda: 0.0)
    async with Shelf(phases).run_test(size=(80, 8)) as pilot:
        await pilot.pause()
        phases.take(Progress("archived", 2, 2))
        phases.take(Progress("flags", 10, 40))
        await pilot.pause()
        lines = frame(pilot.app).splitlines()
        assert lines[3].startswith("deleted  ")
        assert "2 deleted messages" in lines[3]
        assert lines[4].startswith("read marks  ")
        assert "10 / 40" in lines[4]
        phases.begin_anew()
        await pilot.pause()
        assert "deleted" not in frame(pilot.app)


async def test_one_of_something_is_one() -> None:
    phases = Phases(lambda: 0.0)
    async with Shelf(phases).run_test(size=(80, 5)) as pilot:
        for name in ("account", "messages", "files"):
            phases.take(Progress(name, 1, 1))
        await pilot.pause()
        drawn = frame(pilot.app)
    assert all(f"1 {thing} " in drawn for thing in ("table", "message", "file"))
