"""The choices of an erasure: the strategy, what becomes of bots, and the export that is made first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui import destination
from tui.screens.person_pick import PersonPick
from tui.shown import MUTED, shown
from tui.widgets.choices import Choices, Option
from zulip_bridge.api.erase import OVERRIDABLE, STRATEGIES, BotChoice, ErasureOptions, Strategy
from zulip_bridge.api.people import Person

LABEL = 11
BOTS = [Option("deactivate", "deactivate"), Option("delete", "delete"), Option("transfer", "transfer to…")]
RULES = {rule: f"rule-{number}" for number, rule in enumerate(OVERRIDABLE)}
"""The lines of rules that can be set aside; each is only there where it is against this person."""

RULE = [Option("keep", "leave it alone"), Option("aside", "set the rule aside")]
ARCHIVE = [Option("keep", "keep until Zulip forgets"), Option("purge", "purge now")]
FIRST = [Option("export", "export, and verify"), Option("none", "no export")]


class EraseForm(Vertical):
    """Says :class:`Changed` when another preview is needed, :class:`Checked` when only the export's place changed."""

    class Changed(Message):
        """What would be done is something else now."""

    class Checked(Message):
        """The export's place is another."""

    def __init__(self, person: Person, now: datetime) -> None:
        super().__init__()
        self.person = person
        self.heir: Person | None = None
        self._suggested = str(destination.suggest(person, now, "-before-erasure"))

    def compose(self) -> ComposeResult:
        """The lines."""
        strategies = [Option(each, each) for each in STRATEGIES]
        yield Choices("strategy", strategies, value="anonymize", label_width=LABEL, id="strategy")
        yield Static(Content.styled(STRATEGIES["anonymize"], MUTED), id="strategy-about", classes="about")
        yield Choices("bots", BOTS, label_width=LABEL, id="bots")
        for rule, name in RULES.items():
            yield Choices(rule, RULE, value="keep", label_width=max(map(len, RULES)) + 2, id=name)
        yield Choices("archive", ARCHIVE, value="keep", label_width=LABEL, id="archive")
        yield Choices("first", FIRST, value="export", label_width=LABEL, id="first")
        with Horizontal(classes="line", id="backup-line"):
            yield Static(Content.styled("to", MUTED), classes="label")
            yield Input(self._suggested, compact=True, select_on_focus=False, id="backup-path")

    def on_mount(self) -> None:
        """Bots are asked about where there are some, rules where they are against it, the archive where it stays."""
        for name in ("bots", "archive", *RULES.values()):
            self.query_one(f"#{name}").display = False

    @property
    def strategy(self) -> Strategy:
        """What becomes of the person."""
        return cast(Strategy, self.query_one("#strategy", Choices).value)

    @property
    def options(self) -> ErasureOptions:
        """All that was chosen."""
        allow = [rule for rule, name in RULES.items() if self.query_one(f"#{name}", Choices).value == "aside"]
        if self.strategy == "scrub-profile":
            archived = self.query_one("#archive", Choices).value == "purge"
            return ErasureOptions(self.strategy, allow=allow, archived=archived)
        bots = cast("BotChoice | None", self.query_one("#bots", Choices).value or None)
        heir = self.heir.id if bots == "transfer" and self.heir is not None else None
        return ErasureOptions(self.strategy, bots, heir, allow)

    @property
    def backup(self) -> Path | None:
        """Where the export goes that is made first; None where none is."""
        if self.query_one("#first", Choices).value == "none":
            return None
        return destination.read_path(self.query_one("#backup-path", Input).value)

    @property
    def trouble(self) -> str | None:
        """Why the export cannot go there."""
        if self.query_one("#first", Choices).value == "none":
            return None
        return destination.objection(self.query_one("#backup-path", Input).value)

    def ask_about_bots(self, number: int) -> None:
        """There are so many."""
        self.query_one("#bots").display = number > 0 and self.strategy != "scrub-profile"

    def ask_about_rules(self, against: Iterable[str]) -> None:
        """These rules are against it now; what was set aside stays in sight."""
        shown = {*against, *self.options.allow}
        for rule, name in RULES.items():
            self.query_one(f"#{name}").display = rule in shown

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Take it."""
        event.stop()
        name = event.choices.id
        if name == "first":
            self.query_one("#backup-line").display = event.value == "export"
            self.post_message(self.Checked())
            return
        if name == "strategy":
            about = Content.styled(STRATEGIES[self.strategy], MUTED)
            self.query_one("#strategy-about", Static).update(about)
            self.query_one("#archive").display = self.strategy == "scrub-profile"
        elif event.value == "transfer":
            self._pick_heir()
        self.post_message(self.Changed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """The place is checked as it is typed."""
        event.stop()
        self.post_message(self.Checked())

    def _pick_heir(self) -> None:
        def answered(heir: Person | None) -> None:
            if heir is not None:
                self.heir = heir
                self.post_message(self.Changed())

        picker = PersonPick("Who gets the bots", self.person.realm, self.person.id)
        self.app.push_screen(picker, callback=answered)

    @property
    def heir_words(self) -> Content | None:
        """Who gets the bots."""
        if self.options.bots != "transfer" or self.heir is None:
            return None
        return Content.assemble("to ", shown(self.heir.full_name, "bold", limit=40), f", id {self.heir.id}")
