"""Keys come from one place: the bindings; footer, key help and palette show them, and each has an id and words."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import tui
from tests.tui.driving import running
from tests.tui.frames import assert_frame
from tui.screens.diagnostics import DiagnosticsScreen
from tui.screens.help import HelpScreen
from tui.screens.palette import PaletteScreen
from tui.widgets.filters import FilterBar, Filters
from tui.widgets.virtual_table import VirtualTable

NOWHERE = Path("/no/such/deployment")


def own_classes() -> list[type[DOMNode]]:
    """Every class of the package that can have bindings."""
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(tui.__path__, "tui.")]
    members = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    own = [each for each in members if issubclass(each, DOMNode) and each.__module__.startswith("tui.")]
    return sorted(own, key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", own_classes(), ids=lambda kind: kind.__name__)
def test_every_binding_has_an_id_and_words(kind: type[DOMNode]) -> None:
    for binding in kind.__dict__.get("BINDINGS", []):
        assert isinstance(binding, Binding)
        assert binding.id, f"{kind.__name__}: {binding.key} has no id"
        assert binding.tooltip or binding.description, f"{kind.__name__}: {binding.key} has no words"


def test_ids_name_one_action_each() -> None:
    actions: dict[str, set[str]] = {}
    for kind in own_classes():
        for binding in kind.__dict__.get("BINDINGS", []):
            actions.setdefault(binding.id, set()).add(binding.action)
    assert {name: each for name, each in actions.items() if len(each) > 1} == {}


async def test_the_footer_shows_what_the_focus_takes(install: Path) -> None:
    async with running(install) as driver:
        assert driver.text.splitlines()[-1].split("   ")[0].strip() == "⏎ open"
        await driver.press("escape")
        await driver.until_text("space mark")
        await driver.press("f")
        await driver.until_text("→ next filter", "↓ change")


async def test_help_frame(install: Path) -> None:
    async with running(install) as driver:
        await driver.find("noel never")
        await driver.press("escape", "question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, HelpScreen))
        assert "Mark the row under the cursor" in driver.text
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame("help-80x24", driver.app)
        await driver.press("question_mark")
        await driver.until(lambda: not isinstance(driver.app.screen, HelpScreen))


async def test_help_is_there_while_typing(install: Path) -> None:
    async with running(install) as driver:
        await driver.press("f1")
        await driver.until_text("Open the first of the list")


async def test_the_palette_finds_and_does(install: Path) -> None:
    async with running(install) as driver:
        await driver.press("ctrl+p")
        await driver.until(lambda: isinstance(driver.app.screen, PaletteScreen))
        await driver.press(*"marked")
        await driver.until_text("Copy the address")
        await driver.press("escape", "ctrl+p")
        await driver.press(*"onlyacme", "enter")
        await driver.until(lambda: driver.people.query_one(FilterBar).filters == Filters(realm="acme"))
        await driver.until_found()


async def test_the_palette_offers_what_typing_would_take(install: Path) -> None:
    async with running(install) as driver:
        assert not driver.people.query_one(VirtualTable).has_focus
        await driver.press("ctrl+p", *"diagn", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, DiagnosticsScreen))
        await driver.until_text("feature level", "refused by PostgreSQL")


async def test_colours_can_be_changed(install: Path) -> None:
    async with running(install) as driver:
        await driver.press("ctrl+p", *"sixteen", "enter")
        await driver.until(lambda: driver.app.theme == "steward-ansi")
        assert driver.app.native_ansi_color


async def test_diagnostics_show_the_cause_of_a_failure() -> None:
    async with running(NOWHERE, connect=False) as driver:
        await driver.until_text("[ Retry ]")
        await driver.press("d")
        await driver.until_text("What went wrong", "There is no manage.py in /no/such/deployment")
        assert "j journal" in driver.text
        await driver.press("escape")
        await driver.until_text("[ Retry ]")


async def test_control_c_says_how_to_leave(install: Path) -> None:
    async with running(install) as driver:
        await driver.press("escape", "ctrl+c")
        await driver.until_text("To leave zulip-steward:", "^q quit")
