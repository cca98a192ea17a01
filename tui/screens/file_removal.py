"""Deleting uploads of a person: which messages will show a broken link, and then it is done; there is no way back."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.content import Content

from tui import wording
from tui.erasing.removal import OnProgress
from tui.erasing.removal_dialog import RemovalDialog
from tui.shown import MUTED, shown
from tui.widgets.choices import Choices, Option
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.people import Person
from zulip_bridge.api.removal import DeletedFiles, FileDeletion
from zulip_bridge.text import display_text

MOST_FILES = 200


class FileRemovalDialog(RemovalDialog):
    """Deletes from database and storage, with thumbnails; how many has to be typed."""

    VERB: ClassVar[str] = "Delete"

    def __init__(self, person: Person, marked: list[str], current: str | None) -> None:
        super().__init__()
        self.person = person
        self._paths = {"marked": marked, "current": [] if current is None else [current]}

    def heading(self) -> str:
        """Whose."""
        return f"Delete files · {display_text(self.person.full_name, limit=40)} (id {self.person.id})"

    def choices(self) -> ComposeResult:
        """Which ones."""
        options = [Option("marked", f"marked ({len(self._paths['marked']):,})")] if self._paths["marked"] else []
        options += [Option("current", "the one under the cursor")] if self._paths["current"] else []
        options.append(Option("all", "all uploads"))
        yield Choices("which", options, value=options[0].value, label_width=8, id="which")

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Others would go."""
        event.stop()
        if self.stage in ("looking", "ready"):
            self.look()

    def looking(self) -> Awaitable[Any]:
        """Ask."""
        assert self.steward_app.steward is not None
        paths = self._paths.get(self.query_one("#which", Choices).value)
        return self.steward_app.steward.removals.preview_files(self.person, paths)

    def doing(self, on_progress: OnProgress) -> Awaitable[Any]:
        """Delete them."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.removals.delete_files(self.person, self.preview, on_progress)

    def against(self, preview: list[FileDeletion]) -> str | None:
        """There may be none."""
        return None if preview else "There is no file to delete."

    def confirmation(self, preview: list[FileDeletion]) -> str:
        """There is no way back."""
        return str(len(preview))

    def preview_sections(self, preview: list[FileDeletion]) -> tuple[Section, ...]:
        """How much, and which links will be broken."""
        size = wording.size(sum(each.size for each in preview))
        number = wording.counted(len(preview), "file")
        broken, others = sum(each.messages for each in preview), sum(each.others for each in preview)
        facts = [Fact("deleted", Content.styled(f"{number}, {size}", "bold"))]
        facts.append(Fact("broken links", Content(f"in {wording.counted(broken, 'message')}, {others:,} by others")))
        facts.append(Fact("no way back", Content("from storage, with thumbnails; files are in no archive")))
        files = [
            Fact(wording.counted(each.messages, "message"), Content.assemble(
                shown(each.name, limit=80), (f"  {wording.size(each.size)}", MUTED)
            ))
            for each in preview[:MOST_FILES]
        ]  # fmt: skip
        if len(preview) > MOST_FILES:
            files.append(Fact("", Content.styled(f"and {len(preview) - MOST_FILES:,} more", MUTED)))
        return (Section("", tuple(facts)), *([Section("Used in", tuple(files))] if files else []))

    def result_sections(self, result: DeletedFiles) -> tuple[Section, ...]:
        """What is gone, and what is not."""
        facts = [Fact("deleted", Content.styled(wording.counted(result.files, "file"), "bold"))]
        facts += [Fact("✕", shown(each, "bold $error")) for each in result.sentences]
        return (Section("", tuple(facts)),)
