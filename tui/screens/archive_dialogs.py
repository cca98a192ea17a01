"""Bringing deleted messages back, and purging them for good."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, ClassVar

from textual.content import Content

from tui import wording
from tui.erasing.removal import OnProgress
from tui.erasing.removal_dialog import RemovalDialog
from tui.screens.message_removal import ranges
from tui.shown import shown
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.removal import Archived, Purged, Restored


class _ArchiveDialog(RemovalDialog):
    """Over transactions of the archive, which are read anew."""

    def __init__(self, transactions: list[int]) -> None:
        super().__init__()
        self.transactions = transactions

    def heading(self) -> str:
        """Which ones."""
        return f"{self.VERB} · archive {ranges(self.transactions)}"[:90]

    def looking(self) -> Awaitable[Any]:
        """Read them."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.removals.archive(transactions=self.transactions)


class RestoreDialog(_ArchiveDialog):
    """Brings them back, with reactions, files and read marks."""

    VERB: ClassVar[str] = "Restore"

    def against(self, preview: list[Archived]) -> str | None:
        """They may be back, or forgotten, already."""
        return None if _to_restore(preview) else "There is nothing to restore (any more)."

    def preview_sections(self, preview: list[Archived]) -> tuple[Section, ...]:
        """How many."""
        number = sum(each.messages for each in _to_restore(preview))
        facts = [Fact("restored", Content.styled(wording.counted(number, "message"), "bold"))]
        facts.append(Fact("clients", Content("see them after they have been reloaded")))
        return (Section("", tuple(facts)),)

    def doing(self, on_progress: OnProgress) -> Awaitable[Any]:
        """Do it."""
        assert self.steward_app.steward is not None
        wanted = [each.id for each in _to_restore(self.preview)]
        return self.steward_app.steward.removals.restore(wanted, on_progress)

    def result_sections(self, result: Restored) -> tuple[Section, ...]:
        """How many came back."""
        number = wording.counted(sum(result.messages.values()), "message")
        trouble = (Fact("✕", shown(result.sentence, "bold $error")),) if result.sentence else ()
        return (Section("", (Fact("restored", Content.styled(number, "bold")), *trouble)),)


class PurgeDialog(_ArchiveDialog):
    """Takes them out of the archive; the number of messages has to be typed."""

    VERB: ClassVar[str] = "Purge"

    def against(self, preview: list[Archived]) -> str | None:
        """They may be forgotten already."""
        return None if preview else "The archive has nothing of it any more."

    def confirmation(self, preview: list[Archived]) -> str:
        """There is no way back."""
        return str(sum(each.messages for each in preview))

    def preview_sections(self, preview: list[Archived]) -> tuple[Section, ...]:
        """How many; there is no way back."""
        messages, files = sum(each.messages for each in preview), sum(each.files for each in preview)
        facts = [Fact("purged", Content.styled(wording.counted(messages, "archived message"), "bold"))]
        facts.append(Fact("files", Content(f"{files:,}, of which those go that nothing else uses")))
        facts.append(Fact("no way back", Content("what is purged can only be had from a backup of the server")))
        return (Section("", tuple(facts)),)

    def doing(self, on_progress: OnProgress) -> Awaitable[Any]:
        """Do it."""
        assert self.steward_app.steward is not None
        wanted = [each.id for each in self.preview]
        return self.steward_app.steward.removals.purge(wanted, on_progress)

    def result_sections(self, result: Purged) -> tuple[Section, ...]:
        """What is gone."""
        facts = [Fact("purged", Content.styled(wording.counted(result.messages, "message"), "bold"))]
        facts.append(Fact("files", Content(f"{result.files:,} removed, {result.kept_files:,} still used")))
        facts += [Fact("✕", shown(each, "bold $error")) for each in result.sentences]
        return (Section("", tuple(facts)),)


def _to_restore(found: list[Archived]) -> list[Archived]:
    return [each for each in found if not each.restored]
