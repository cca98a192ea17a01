"""The wizard: what each step asks, what it refuses, and that going back forgets nothing."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pyrage
import pytest
from textual import events
from textual.widgets import Input

from tests.tui.driving import SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui import destination, wording
from tui.screens.export_wizard import ExportWizard
from tui.theme import THEMES
from tui.widgets.choices import Choices
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export_scope import PRESETS, Preset, sections_of
from zulip_bridge.api.people import Person
from zulip_bridge.export import Packaging, Recipients
from zulip_bridge.steward import Steward


@pytest.fixture
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where exports go by default."""
    directory = tmp_path / "exports"
    monkeypatch.setattr(destination, "HOME", directory)
    return directory


def wizard(driver: Driver) -> ExportWizard:
    """The wizard, which is on top."""
    screen = driver.app.screen
    assert isinstance(screen, ExportWizard)
    return screen


async def ask(driver: Driver, text: str) -> ExportWizard:
    """Open the wizard for the first that a search finds."""
    await driver.open(text)
    await driver.press("x")
    await driver.until(lambda: isinstance(driver.app.screen, ExportWizard), "the wizard")
    await driver.until(lambda: wizard(driver).focused is not None, "the focus")
    return wizard(driver)


async def step(driver: Driver, title: str) -> None:
    """Press Enter until this step is there."""
    screen = wizard(driver)
    wanted = [each.TITLE for each in screen.steps].index(title)
    while screen.at < wanted:
        before = screen.at
        await driver.press("enter")
        await driver.until(lambda before=before: screen.at > before, f"the step after {screen.steps[before].TITLE}")  # type: ignore[misc]
    await driver.until(lambda: screen.focused is not None and screen.steps[wanted] in screen.focused.ancestors)


async def review(driver: Driver) -> None:
    """Go to the last step."""
    await step(driver, "Review")


def type_into(driver: Driver, name: str, text: str) -> None:
    """As if it had been pasted."""
    wizard(driver).query_one(f"#{name}", Input).value = text


async def test_sections_are_counted_and_can_be_taken_out(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "marta heavy")
        await driver.until_text("Made by them", "up to 5,", "24 sections of 26")
        assert screen.plan.sizes["messages.sent"].rows == 3_768
        assert screen.plan.sections == set(sections_of("access"))
        await driver.press("down", "space")
        await driver.until_text("Sections chosen one by one.", "23 sections of 26")
        assert screen.plan.sections == set(sections_of("access")) - {"profile"}
        await driver.press("up", "space")
        await driver.until_text("● Access request", "24 sections of 26")
        await driver.press("up", "up", "right")
        await driver.until_text("Portability", "What the person provided (GDPR Art. 20).")
        assert screen.plan.sections == set(sections_of("portability"))


async def test_what_is_left_out_by_hand_is_named_in_the_review(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await driver.press("down", "space")
        await review(driver)
        await driver.until_text("not in it", "Profile and settings")


async def test_nothing_cannot_be_exported(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        screen.plan.take_sections(set())
        await driver.press("enter")
        await driver.until_text("Nothing is chosen")
        assert screen.at == 0


async def test_a_day_that_is_none_is_refused_and_dates_are_counted_anew(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "marta heavy")
        await driver.until(lambda: "messages.sent" in screen.plan.sizes)
        await step(driver, "Whose data")
        type_into(driver, "first", "2026-13-01")
        await driver.until_text("✕", "2026-13-01")
        await driver.press("enter")
        assert screen.at == 1
        type_into(driver, "first", "2090-01-01")
        await step(driver, "How")
        await driver.press("escape", "escape")
        await driver.until(lambda: screen.at == 0)
        await driver.until(lambda: screen.plan.sizes and screen.plan.sizes["messages.sent"].rows == 0, "new figures")
        assert screen.plan.scope().since == "2090-01-01T00:00:00Z"


async def test_going_back_and_forth_forgets_nothing(install: Path, exports: Path, tmp_path: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        await driver.press("right", "right")
        await step(driver, "Whose data")
        await driver.press("right")
        type_into(driver, "last", "2026-10-31")
        await step(driver, "How")
        await driver.press("right", "right", "right")
        screen.query_one("#permissions", Choices).focus()
        await driver.press("right")
        await driver.press("escape", "escape")
        await driver.until(lambda: screen.at == 0)
        await review(driver)
        await driver.until_text("Same as export_single_user", "replaced", "to 2026-10-31", "zip", "your group")
        scope, packaging = screen.plan.scope(), screen.plan.packaging()
        assert (scope.preset, scope.others, scope.until) == ("same", "redact", "2026-11-01T00:00:00Z")
        assert packaging == Packaging("zip", None, "group")
        (order,) = screen.plan.orders(driver.app.clock())
        assert order.destination.parent == exports
        assert order.destination.name.endswith(".zip")


async def test_encryption_wants_an_archive_and_keys_that_are_keys(install: Path, exports: Path) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        await step(driver, "How")
        await driver.press("down", "right")
        await driver.until(lambda: screen.query_one("#destination", Input).value.endswith(".tar.gz.age"))
        type_into(driver, "keys", "age1nonsense")
        await driver.press("enter")
        await driver.until_text("This is not a key to encrypt to")
        type_into(driver, "keys", key)
        await review(driver)
        await driver.until_text("encrypted to 1 key")
        assert screen.plan.packaging().encryption == Recipients((key,))
        await driver.press("escape")
        await driver.until(lambda: screen.query_one("#format").has_focus)
        await driver.press("left")
        await driver.until(lambda: screen.plan.protection == "none", "a directory cannot be encrypted")
        assert not screen.plan.destination.endswith(".age")


async def test_passphrases_must_agree(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        await step(driver, "How")
        await driver.press("down", "left")
        type_into(driver, "passphrase", "correct horse battery")
        type_into(driver, "again", "something else")
        screen.query_one("#format").focus()
        await driver.press("enter")
        await driver.until_text("The two passphrases differ.")
        assert screen.steps[screen.at].TITLE == "How"
        assert "horse" not in driver.text


async def test_a_place_that_will_not_do_is_refused_at_once(install: Path, exports: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        await step(driver, "How")
        type_into(driver, "destination", str(tmp_path / "full"))
        await driver.until_text("This directory is not empty: name another.")
        await driver.press("enter")
        assert screen.steps[screen.at].TITLE == "How"
        type_into(driver, "destination", "")
        await driver.until_text("Name a directory.")
        type_into(driver, "destination", str(tmp_path / "full" / "something"))
        await driver.until_text("This is a file")
        type_into(driver, "destination", str(tmp_path / "empty"))
        await review(driver)


def take(place: Path) -> None:
    """Put something there, as another session would."""
    place.mkdir(parents=True)
    (place / "manifest.json").touch()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_a_suggested_place_that_is_taken_meanwhile_is_replaced(
    install: Path, exports: Path, size: tuple[int, int]
) -> None:
    async with running(install, size=size) as driver:
        screen = await ask(driver, "noel never")
        await review(driver)
        suggested = destination.read_path(screen.plan.destination)
        take(suggested)
        await driver.press("enter")
        await driver.until_text("put there meanwhile", "Review")
        assert screen.plan.destination == f"{suggested}-2"
        await driver.until(lambda: not screen.query_one("#export").has_class("-active"), "the button to come up")
        await driver.press("enter")
        await driver.until_text("Done", "sha256")
    assert (suggested.parent / f"{suggested.name}-2" / "manifest.json").stat().st_size
    assert not (suggested / "manifest.json").stat().st_size


async def test_a_place_of_ones_own_that_is_taken_meanwhile_is_asked_for_again(
    install: Path, exports: Path, tmp_path: Path
) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        await step(driver, "How")
        type_into(driver, "destination", str(tmp_path / "mine"))
        await review(driver)
        take(tmp_path / "mine")
        await driver.press("enter")
        await driver.until_text("✕ This directory is not empty", "› This directory is not empty")
        await driver.until(lambda: screen.focused is not None and screen.focused.id == "destination", "the place")


def burst(driver: Driver, *keys: str) -> None:
    """Keys that arrive in one packet."""
    for key in keys:
        driver.app.post_message(events.Key(key, "\r" if key == "enter" else key))


@pytest.mark.parametrize("number", [3, 4, 9])
async def test_a_burst_of_enters_leads_to_the_review_and_begins_nothing(
    install: Path, exports: Path, number: int
) -> None:
    async with running(install) as driver:
        await driver.open("noel never")
        burst(driver, "x", *["enter"] * number)
        await driver.until_text("Review", "[ Export ]", "left out")
        screen = wizard(driver)
        await driver.until(lambda: screen.query_one("#export").has_focus)
        await driver.until(lambda: ("typed before" in driver.text) == (number > 3))
        assert not exports.exists()
        assert wizard(driver) is screen
        await driver.press("enter")
        await driver.until_text("Done", "sha256")


async def test_typing_over_a_slow_line_reaches_the_right_step(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        burst(driver, "right", "enter", "right", "down", *"2026-01-02", "enter", "right")
        await driver.until(lambda: screen.steps[screen.at].TITLE == "How")
        await driver.until(lambda: screen.plan.format == "tar.gz", "the last key")
        assert (screen.plan.preset, screen.plan.others, screen.plan.first) == ("portability", "redact", "2026-01-02")


async def test_what_was_chosen_is_not_forgotten_with_one_key(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        await driver.until_text("esc back")
        await driver.press("right")
        await driver.until_text("esc forget…")
        await step(driver, "Whose data")
        await driver.until_text("esc back")
        await driver.press("escape", "escape")
        await driver.until_text("would be forgotten", "esc forget it")
        assert wizard(driver) is screen
        await driver.press("left")
        await driver.until(lambda: "would be forgotten" not in driver.text, "nothing is chosen any more")
        await driver.press("right", "escape")
        await driver.until_text("would be forgotten")
        await driver.press("escape")
        await driver.until_text("Identity")


async def test_a_refusal_goes_when_what_it_was_about_is_mended(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await step(driver, "Whose data")
        type_into(driver, "first", "2026-13-01")
        await driver.pilot.pause()
        await driver.press("enter")
        await driver.until_text("› '2026-13-01' is not a day")
        type_into(driver, "first", "2026-12-01")
        await driver.until(lambda: "is not a day" not in driver.text, "the end of the refusal")


async def test_what_is_empty_can_be_seen(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await step(driver, "Whose data")
        await driver.until_text("from         the beginning", "to           now")
        await step(driver, "How")
        await driver.press("down", "right")
        await driver.until_text("keys         a key, or a file of keys")


@pytest.mark.parametrize("theme", [each.name for each in THEMES])
async def test_fields_stand_out_from_what_is_around_them(install: Path, exports: Path, theme: str) -> None:
    async with running(install) as driver:
        driver.app.theme = theme
        screen = await ask(driver, "noel never")
        await step(driver, "Whose data")
        style = screen.query_one("#first", Input).visual_style
        assert style.underline or style.background != screen.visual_style.background


@pytest.mark.parametrize("preset", PRESETS)
async def test_presets_are_told_whole_in_80_columns(install: Path, exports: Path, preset: Preset) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "marta heavy")
        await driver.press(*["right"] * list(PRESETS).index(preset))
        await driver.until(lambda: screen.plan.preset == preset and not screen.plan.counts.is_counting)
        words = " ".join(driver.text.split())
        assert PRESETS[preset][1] in words
        assert re.search(r"\d+ sections of 26 · up to [\d,]+ messages · about [\d.]+ [kM]B", words), driver.text


async def test_the_readable_page_is_in_the_estimate(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        for text in ("noel never", "marta heavy"):
            screen = await ask(driver, text)
            await driver.until(lambda screen=screen: not screen.plan.counts.is_counting)  # type: ignore[misc]
            estimate = screen.plan.estimate()
            assert estimate is not None
            await driver.until_text(f"about {wording.size(estimate)}")
            await review(driver)
            await driver.press("enter")
            await driver.until_text("Done", "sha256")
            written = driver.app.screen.result.bytes  # type: ignore[attr-defined]
            assert 0.5 * written < estimate < 2 * written
            await driver.press("escape", "escape")
            await driver.until(lambda: driver.app.screen is driver.people)


async def test_where_there_is_not_enough_room_it_is_said_and_asked_again(
    install: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.export_plan.free_bytes", lambda path: 1_000_000)
    async with running(install) as driver:
        screen = await ask(driver, "marta heavy")
        await driver.until(lambda: not screen.plan.counts.is_counting)
        await step(driver, "How")
        await driver.until_text("1.0 MB are free: not enough room.")
        await review(driver)
        await driver.until_text("1.0 MB are free: not enough room")
        await driver.press("enter")
        await driver.until_text("there is not enough room there", "begin all the same")
        assert wizard(driver) is screen
        await driver.until(lambda: not screen.query_one("#export").has_class("-active"), "the button to come up")
        await driver.press("enter")
        await driver.until_text("Done", "sha256")


async def test_leaving_does_nothing(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "marc admin")
        await driver.press("escape")
        await driver.until_text("Identity")
        assert not exports.exists()


async def test_somebody_can_be_taken_out_of_several(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await driver.find("never")
        await driver.press("escape", "space")
        await driver.find("marc admin")
        await driver.press("space", "x")
        await driver.until(lambda: isinstance(driver.app.screen, ExportWizard), "the wizard")
        await driver.until_text("2 people of 2", "Noel", "Marc")
        screen = wizard(driver)
        await driver.press("space")
        await driver.until_text("1 person of 2")
        assert [person.full_name for person in screen.plan.chosen] == ["Marc Admin"]
        await driver.press("space", "enter")
        await driver.until_text("Nobody is chosen")
        await driver.press("up", "space")
        await step(driver, "What")
        await driver.until(lambda: not screen.plan.counts.is_counting, "the figures")
        assert screen.plan.uncounted == []


async def mark(driver: Driver, *texts: str) -> ExportWizard:
    """Mark the first that each search finds, and open the wizard for all of them, at the sections."""
    for text in texts:
        await driver.find(text)
        await driver.press("escape" if text == texts[0] else "space", "space" if text == texts[0] else "x")
    await driver.until(lambda: isinstance(driver.app.screen, ExportWizard), "the wizard")
    await step(driver, "What")
    return wizard(driver)


async def test_sections_of_several_people_are_counted_and_added_up(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        alone = await ask(driver, "marta heavy")
        await driver.until(lambda: not alone.plan.counts.is_counting, "the figures")
        marta = alone.plan.sizes
        await driver.press("escape", "escape")
        screen = await mark(driver, "marta heavy", "marc admin")
        await driver.until(lambda: not screen.plan.counts.is_counting, "the figures")
        both = screen.plan.sizes
        assert both["messages.sent"].exact
        assert (both["messages.sent"].rows or 0) > (marta["messages.sent"].rows or 0) > 0
        await driver.until_text(f"{both['profile'].rows} ", "up to ", "about ")
        assert "counted" not in driver.text
        await driver.press("escape")
        await driver.until(lambda: screen.focused is not None and screen.focused.id == "people")
        await driver.press("down", "space")
        await step(driver, "What")
        assert screen.plan.sizes["messages.sent"] == marta["messages.sent"], "who is taken out is not in the sums"
        await review(driver)
        await driver.until_text("size", "about ")


async def test_sums_are_partial_while_they_come_in_and_counting_can_be_stopped(
    install: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()
    measure = Steward.measure_export

    async def slow(self: Steward, person: Person, *rest: Any) -> Any:
        if person.full_name.startswith("Marc"):
            await release.wait()
        return await measure(self, person, *rest)

    monkeypatch.setattr(Steward, "measure_export", slow)
    async with running(install) as driver:
        screen = await mark(driver, "marta heavy", "marc admin")
        await driver.until(lambda: "messages.sent" in screen.plan.sizes)
        await driver.until_text("1 of 2 people counted…", "13+", "stop counting")
        await driver.press("c")
        await driver.until_text("1 of 2 people counted")
        assert "counted…" not in driver.text
        assert "stop counting" not in driver.text
        await review(driver)
        await driver.until_text("for 1 of 2 people")
        release.set()
        await driver.press("escape", "escape", "escape")
        await driver.until(lambda: screen.steps[screen.at].TITLE == "What")
        assert len(screen.plan.counts.counted) == 1, "stopped is stopped"
        await step(driver, "Whose data")
        type_into(driver, "last", "2026-10-31")
        await step(driver, "How")
        await driver.until(lambda: len(screen.plan.counts.counted) == 2, "other dates are counted anew")


async def test_who_cannot_be_counted_does_not_stop_the_others(
    install: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = Steward.measure_export

    async def failing(self: Steward, person: Person, *rest: Any) -> Any:
        if person.full_name.startswith("Marta"):
            raise StewardError(ErrorKind.DATABASE, "The database would not.")
        return await measure(self, person, *rest)

    monkeypatch.setattr(Steward, "measure_export", failing)
    async with running(install) as driver:
        screen = await mark(driver, "marta heavy", "marc admin")
        await driver.until(lambda: not screen.plan.counts.is_counting, "the figures")
        await driver.until_text("1 of 2 people counted")
        assert screen.plan.sizes["messages.sent"].exact is False


@pytest.mark.parametrize("size", SIZES)
async def test_wizard_frames(install: Path, monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setattr(destination, "HOME", Path("/tmp/zulip-steward-frames"))
    monkeypatch.setattr("tui.export_plan.free_bytes", lambda path: None)
    async with running(install, SIZES[size]) as driver:
        screen = await ask(driver, "marta heavy")
        await driver.until(lambda: not screen.plan.counts.is_counting, "the figures")
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"export-wizard-what-{size}", driver.app)
        await step(driver, "Whose data")
        assert_frame(f"export-wizard-whose-{size}", driver.app)
        await step(driver, "How")
        await driver.press("down", "left")
        type_into(driver, "passphrase", "correct horse battery")
        type_into(driver, "again", "correct horse battery")
        await driver.pilot.pause()
        assert_frame(f"export-wizard-how-{size}", driver.app)
        await review(driver)
        await driver.pilot.pause()
        assert_frame(f"export-wizard-review-{size}", driver.app)
