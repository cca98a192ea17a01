"""An export under way, and its result; what cancelling, failing and quitting leave."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tests.tui.driving import Driver, running
from tests.tui.test_export_wizard import ask, exports, review, wizard
from tui.export_rows import phases_of
from tui.screens.export import ExportScreen
from tui.screens.export_wizard import ExportWizard
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.export_scope import choose
from zulip_bridge.api.people import Person
from zulip_bridge.export import ExportResult, Keys, verify_export
from zulip_bridge.export.recorded import Exports, Order, Outcome

__all__ = ["exports"]


async def begun(driver: Driver) -> ExportScreen:
    """The screen of the export that was just ordered."""
    await driver.until(lambda: isinstance(driver.app.screen, ExportScreen), "the export")
    screen = driver.app.screen
    assert isinstance(screen, ExportScreen)
    return screen


async def result_of(driver: Driver) -> ExportResult:
    """Wait for the export's end, and its result."""
    screen = await begun(driver)
    await driver.until(lambda: not screen.running, "the end")
    assert screen.result is not None, driver.text
    return screen.result


async def test_from_search_to_export_with_enter_alone(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "marc admin")
        for title in ("Whose data", "How", "Review"):
            await driver.press("enter")
            await driver.until(lambda title=title: title == wizard(driver).steps[wizard(driver).at].TITLE)  # type: ignore[misc]
        await driver.until(lambda: wizard(driver).focused is wizard(driver).query_one("#export"))
        await driver.press("enter")
        result = await result_of(driver)
        assert result.path.parent == exports
        assert verify_export(result.path) == []
        await driver.until_text("Done", f"{result.messages:,}", result.manifest_sha256, f"{result.files:,} · ")
        assert "marc" not in str(result.path).lower()
        await driver.press("y")
        assert driver.app.clipboard == str(result.path)
        await driver.press("h")
        assert driver.app.clipboard == result.manifest_sha256
        await driver.press("v")
        await driver.until_text("every file is as the manifest says")
        await driver.press("escape")
        await driver.until_text("Identity")


async def test_every_phase_has_a_bar(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "marta heavy")
        await review(driver)
        await driver.press("enter")
        await result_of(driver)
        await driver.until_text("account ", "files ", "messages ", "deleted ", "read marks ")
        await driver.until(lambda: re.search(r"read marks +━+ +[\d,]+ messages", driver.text), driver.text)
        assert re.search(r"deleted +━+ +\d+ deleted message", driver.text), driver.text


@pytest.mark.parametrize(
    ("preset", "phases"),
    [
        ("access", ("account", "files", "messages", "archived", "flags")),
        ("same", ("account", "files", "messages")),
    ],
)
def test_the_phases_of_a_preset_are_known_before(preset: str, phases: tuple[str, ...]) -> None:
    assert phases_of(choose(preset)) == phases
    assert phases_of(choose("", ["profile"])) == ("account", "files")


async def test_what_was_changed_since_is_found_by_verifying(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await review(driver)
        await driver.press("enter")
        result = await result_of(driver)
        (result.path / "user.json").write_text("{}")
        await driver.press("v")
        await driver.until_text("✕", "user.json")


async def test_an_encrypted_archive_is_verified_with_the_passphrase_that_was_typed(
    install: Path, exports: Path
) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await driver.press("enter", "enter", "down", "right", "right")
        await driver.until_text("once more")
        await driver.press("down", *"correct horse battery".replace(" ", "-"), "enter")
        await driver.press(*"correct horse battery".replace(" ", "-"), "enter")
        await driver.until_text("encrypted with a passphrase", "tar.gz")
        assert "horse" not in driver.text
        await driver.press("enter")
        result = await result_of(driver)
        assert result.path.name.endswith(".tar.gz.age")
        assert verify_export(result.path, Keys("correct-horse-battery")) == []
        await driver.until_text("archive", str(result.sha256), "unpacked")
        await driver.press("v")
        await driver.until_text("every file is as the manifest says")


async def test_a_second_export_on_a_day_gets_another_name(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await review(driver)
        await driver.press("enter")
        first = await result_of(driver)
        await driver.press("escape")
        await driver.until_text("Identity")
        await driver.press("x")
        await driver.until(lambda: isinstance(driver.app.screen, ExportWizard))
        assert wizard(driver).plan.destination == f"{first.path}-2"


async def test_cancelling_keeps_nothing_but_the_choices(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "marta heavy")
        await driver.press("right")
        await driver.until(lambda: not screen.plan.counts.is_counting)
        estimate = screen.plan.estimate()
        await review(driver)
        await driver.press("enter")
        await begun(driver)
        await driver.until_text("esc cancel…")
        await driver.press("escape")
        await driver.until_text("would be cancelled", "esc cancel it")
        await driver.press("escape")
        await driver.until_text("Cancelled.", "Nothing is kept")
        assert not exports.exists() or list(exports.iterdir()) == []
        await driver.press("escape")
        await driver.until_text("Portability · ", "[ Export ]", "about ")
        await driver.until(lambda: "still counting" not in driver.text)
        assert wizard(driver).plan.estimate() == estimate


async def test_quitting_under_way_keeps_nothing(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "marta heavy")
        await review(driver)
        await driver.press("enter")
        await begun(driver)
        await driver.press("ctrl+q")
    assert not exports.exists() or list(exports.iterdir()) == []


async def test_a_failure_is_a_sentence(
    install: Path, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await review(driver)
        taken = Path(wizard(driver).plan.destination)
        monkeypatch.setattr("tui.destination.objection", lambda typed: None)
        taken.mkdir(parents=True)
        (taken / "something").touch()  # after the wizard has looked
        await driver.press("enter")
        export = await begun(driver)
        await driver.until(lambda: not export.running)
        await driver.until_text("✕", "Nothing is kept")
        assert export.result is None
        assert [path.name for path in taken.iterdir()] == ["something"]


async def test_several_people_get_an_export_each_and_one_may_fail(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await driver.find("never")
        await driver.press("escape", "space")
        await driver.find("marc admin")
        await driver.press("space", "x")
        await driver.until(lambda: isinstance(driver.app.screen, ExportWizard), "the wizard")
        await driver.until_text("2 people of 2", "Noel", "Marc")
        await review(driver)
        await driver.until_text("2 people: ")
        plan = wizard(driver).plan
        first, second = (order.destination for order in plan.orders(driver.app.clock()))
        first.mkdir(parents=True)
        (first / "something").touch()
        await driver.press("enter")
        export = await begun(driver)
        await driver.until(lambda: not export.running)
        await driver.until_text("1 of 2 exports written", second.name, "✕")
        assert verify_export(second) == []
        await driver.press("v")
        await driver.until_text("every file is as the manifest says")
        await driver.until_text("no export  Noel Never", "sha256     –", "Messages", "Files")
        assert "copy hash" not in driver.text
        await driver.press("down")
        (result,) = export.results
        await driver.until_text("copy path", "copy hash", result.digest, f" {result.messages:,} ")
        await driver.press("up", "down", "v")
        await driver.until_text("every file is as the manifest says")
        assert driver.text.count("sha256  ") == driver.text.count("verified  ") == 1
        await driver.press("y")
        assert driver.app.clipboard == str(second)
        await driver.press("h")
        assert driver.app.clipboard == result.digest


def _parts(order: Order) -> tuple[Person, Path]:
    return order.person, order.destination


async def test_who_has_no_export_after_cancelling_is_named(
    install: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = asyncio.Event()

    async def export_some(self: Exports, orders: Any, progress: Any, outcome: Any, scope: Any, packaging: Any) -> Any:
        outcome(Outcome(orders[0], "done", await self.export(*_parts(orders[0]), lambda _: None, scope, packaging)))
        progress(orders[1], Progress("account", 1, 17))
        await held.wait()

    monkeypatch.setattr(Exports, "export_all", export_some)
    async with running(install, (120, 40)) as driver:
        for text in ("never", "marc admin", "marta heavy"):
            await driver.find(text)
            await driver.press(*(("escape",) if text == "never" else ()), "space")
        await driver.press("x")
        await driver.until(lambda: isinstance(driver.app.screen, ExportWizard), "the wizard")
        await review(driver)
        await driver.press("enter")
        export = await begun(driver)
        await driver.until_text("2 of 3 · Marc Admin")
        await driver.press("escape")
        await driver.until_text("Those that are written are kept.")
        await driver.press("escape")
        await driver.until(lambda: not export.running)
        await driver.until_text(
            "1 of 3 exports written; cancelled",
            "no export  Marc Admin, Marta Heavy",
            "✕ cancelled; nothing is kept",
            "✕ not begun",
        )


async def test_who_would_cancel_what_has_just_ended_reads_so_first(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "marta heavy")
        await review(driver)
        await driver.press("enter")
        export = await begun(driver)
        await driver.press("escape")
        await driver.until_text("would be cancelled")
        await driver.until_text("Done", "was not cancelled")
        await driver.press("escape")
        assert driver.app.screen is export
        await driver.press("escape")
        await driver.until_text("Identity")
