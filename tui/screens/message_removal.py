"""Deleting messages of a person: those that are marked, the one under the cursor, or all that pass the filters."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.content import Content

from tui import wording
from tui.erasing.removal import OnProgress
from tui.erasing.removal_dialog import RemovalDialog
from tui.message_rows import KIND_WORDS
from tui.shown import MUTED, shown
from tui.widgets.choices import Choices, Option
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.messages import MessageFilters, MessageKind
from zulip_bridge.api.people import Person
from zulip_bridge.api.removal import Deleted, MessageDeletion, MessageGroup, PreviewMessageDeletion
from zulip_bridge.text import display_text

MOST_GROUPS = 200


class MessageRemovalDialog(RemovalDialog):
    """Deletes through Zulip's own action, so that clients see it; until Zulip forgets them they can be restored."""

    VERB: ClassVar[str] = "Delete"
    IN_JOURNAL: ClassVar[str] = "It is in the journal. “Deleted messages” in the palette restores or purges them."

    def __init__(
        self, person: Person, kind: MessageKind, filters: MessageFilters, marked: list[int], current: int | None
    ) -> None:
        super().__init__()
        self.person = person
        self._kind = kind
        self._filters = filters
        self._ids = {"marked": marked, "current": [] if current is None else [current]}

    def heading(self) -> str:
        """Whose."""
        return f"Delete messages · {display_text(self.person.full_name, limit=40)} (id {self.person.id})"

    def choices(self) -> ComposeResult:
        """Which ones."""
        options = [Option("marked", f"marked ({len(self._ids['marked']):,})")] if self._ids["marked"] else []
        options += [Option("current", "the one under the cursor")] if self._ids["current"] else []
        kind = KIND_WORDS[self._kind].lower()
        options.append(Option("all", f"all {kind}{' that pass the filters' if self._filters.names else ''}"))
        yield Choices("which", options, value=options[0].value, label_width=8, id="which")

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Others would go."""
        event.stop()
        if self.stage in ("looking", "ready"):
            self.look()

    def looking(self) -> Awaitable[Any]:
        """Ask."""
        assert self.steward_app.steward is not None
        ids = self._ids.get(self.query_one("#which", Choices).value)
        request = PreviewMessageDeletion(self.person.id, self._kind, self._filters, ids)
        return self.steward_app.steward.removals.preview(request, self.person)

    def doing(self, on_progress: OnProgress) -> Awaitable[Any]:
        """Delete them."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.removals.delete(self.preview, on_progress)

    def against(self, preview: MessageDeletion) -> str | None:
        """There may be none."""
        return None if preview.ids else "There is no message to delete."

    def preview_sections(self, preview: MessageDeletion) -> tuple[Section, ...]:
        """Until when there is a way back, what goes along, and where they are."""
        number = wording.counted(len(preview.ids), "message")
        back = f"{wording.moment(preview.restorable_until, day_only=True)} ({preview.days} days), unless purged"
        facts = [Fact("deleted", Content.styled(number, "bold")), Fact("restorable until", Content(back))]
        for count, label, words in (
            (preview.from_others, "written by others", "messages of this selection that others wrote"),
            (preview.reactions, "others' reactions", "go with them, and come back with them"),
            (preview.holders, "others hold copies", "other people see them vanish"),
            (preview.files, "files", "that nothing else uses: Zulip removes them weeks later, a purge at once"),
        ):
            if count:
                facts.append(Fact(label, Content.assemble(f"{count:,}", (f"  {words}", MUTED))))
        groups = [_group(each) for each in preview.groups[:MOST_GROUPS]]
        if len(preview.groups) > MOST_GROUPS:
            more = f"and {len(preview.groups) - MOST_GROUPS:,} more places"
            groups.append(Fact("", Content.styled(more, MUTED)))
        where = Section(f"Where · {len(preview.groups):,}", tuple(groups))
        return (Section("", tuple(facts)), *([where] if groups else []))

    def result_sections(self, result: Deleted) -> tuple[Section, ...]:
        """How many, and what they can be restored from."""
        facts = [Fact("deleted", Content.styled(wording.counted(result.messages, "message"), "bold"))]
        facts.append(Fact("archive", Content(ranges(result.transactions) or "nothing")))
        if result.left:
            words = f"{wording.counted(len(result.left), 'message')} left: {result.sentence}"
            facts.append(Fact("✕", shown(words, "bold $error")))
        return (Section("", tuple(facts)),)


def _group(group: MessageGroup) -> Fact:
    topic = f" › {group.topic}" if group.topic else ""
    name = f"#{group.to}{topic}" if group.where == "channel" else f"{group.where} {group.to}".strip()
    return Fact(f"{group.messages:>7,}", shown(name, limit=120))


def ranges(numbers: list[int]) -> str:
    """``6-8, 11``: numbers of the archive, as the command line takes them."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
