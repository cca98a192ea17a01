"""Changes of an account, on the only road there is to one: previewed, applied by a second step, shown."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui import portrait
from tui.changes_view import preview_sections
from tui.screens.changing import ChangingDialog
from tui.widgets.facts import Section
from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import ChangePreview
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text


@dataclass(frozen=True)
class Proposal:
    """Changes for a person that somebody wants to see previewed.

    ``seen`` are the values that a form showed, by field; ``why`` goes into the journal; ``left`` are sentences about
    what is not part of it.
    """

    person: Person
    changes: list[Change]
    title: str = "Edit"
    seen: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, Any] = field(default_factory=dict)
    left: Sequence[str] = ()


class PreviewDialog(ChangingDialog):
    """Shows the proposal, applies it, shows the result."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self.proposal = proposal

    def heading(self) -> str:
        """What is done, and whose account it is done to."""
        person = self.proposal.person
        where = f"id {person.id}, {portrait.realm_words(person)}"
        return f"{self.proposal.title} · {display_text(person.full_name, limit=30)} ({display_text(where, limit=30)})"

    def looking(self) -> Awaitable[Any]:
        """Ask for the preview."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.preview(self.proposal.person, self.proposal.changes)

    def doing(self) -> Awaitable[Any]:
        """Do what was previewed."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.apply(self.preview, dict(self.proposal.why))

    def sections(self, preview: ChangePreview) -> tuple[Section, ...]:
        """With what a form showed, and what is no part of it."""
        return preview_sections(preview, self.proposal.seen, self.proposal.left)
