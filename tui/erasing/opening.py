"""The roads to erasing, and to what was begun and not finished."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import Command
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from tui.app import StewardApp
    from zulip_bridge.erase import OpenCase


def under_way(app: StewardApp, person: Person | None = None) -> list[OpenCase]:
    """Erasures that were begun and not finished, of ``person`` or all; what cannot be read is for the diagnostics."""
    if app.steward is None:
        return []
    try:
        return app.steward.erasures.under_way(str(person.id) if person is not None else None)
    except StewardError as error:
        app.remember(error.problem)
        return []


def open_erase(app: StewardApp, person: Person) -> None:
    """Ask how to erase ``person``; where that has begun already, offer to finish it."""
    cases = under_way(app, person)
    if cases:
        open_case(app, cases[0])
        return
    from tui.screens.erase import EraseScreen

    app.push_screen(EraseScreen(person))


def open_case(app: StewardApp, case: OpenCase) -> None:
    """Offer to finish an erasure."""
    from tui.screens.erase import ResumeScreen

    app.push_screen(ResumeScreen(case))


def _open_archive(app: StewardApp) -> None:
    from tui.screens.archive import ArchiveScreen

    app.push_screen(ArchiveScreen())


def _open_replay(app: StewardApp) -> None:
    from tui.screens.replay import ReplayScreen

    app.push_screen(ReplayScreen())


def commands(app: StewardApp) -> Iterator[Command]:
    """For the palette: the archive, erasing again after a restore, and each erasure that is not finished."""
    yield Command("Deleted messages: restore or purge", "archive transactions", "", partial(_open_archive, app))
    yield Command("Erase again after a restore", "replay backup journal erasures", "", partial(_open_replay, app))
    for case in under_way(app):
        name = display_text(case.person.full_name, limit=40)
        words = f"Finish the erasure of {name} (id {case.person.id})"
        yield Command(words, "erase resume delete", "", partial(open_case, app, case))
