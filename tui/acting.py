"""The roads to a change, from whichever screen: the form, the actions of one person, and those of many.

Imported when one of them is taken: the first paint has nothing to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import App

from tui.screens.actions_dialog import ActionsDialog
from tui.screens.preview_dialog import PreviewDialog, Proposal
from zulip_bridge.api.changes import Change, lockdown
from zulip_bridge.api.people import Person


def open_edit(app: App[Any], person: Person) -> None:
    """Show all fields of a person."""
    from tui.screens.edit import EditScreen

    app.push_screen(EditScreen(person))


def open_actions(app: App[object], people: Sequence[Person]) -> None:
    """Ask what to do with people: of one there is more to choose from."""
    if len(people) == 1:
        _actions_of_one(app, people[0])
    else:
        _actions_of_many(app, people)


def propose(app: App[object], proposal: Proposal) -> None:
    """Preview changes; they may be applied from there."""
    app.push_screen(PreviewDialog(proposal))


def open_lockdown(app: App[object], person: Person) -> None:
    """Preview what shuts everybody out of an account."""
    propose(app, Proposal(person, lockdown(is_bot=person.is_bot), "Lock down"))


def _actions_of_one(app: App[object], person: Person) -> None:
    def answered(changes: list[Change] | None) -> None:
        if changes:
            propose(app, Proposal(person, changes, "Actions"))

    app.push_screen(ActionsDialog(person), callback=answered)


def _actions_of_many(app: App[object], people: Sequence[Person]) -> None:
    from tui.screens.bulk_dialog import BulkDialog, BulkOrder

    def answered(order: BulkOrder | None) -> None:
        if order is not None:
            from tui.screens.bulk import BulkScreen

            app.push_screen(BulkScreen(order))

    app.push_screen(BulkDialog(people), callback=answered)
