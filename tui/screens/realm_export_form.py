"""Which organization, and the options that this server's Zulip has for exporting it, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.shown import MUTED
from tui.widgets.choices import Choices, Option
from zulip_bridge.api.people import Realm
from zulip_bridge.api.realm_export import ExportMode, RealmExportChoice, RealmExportPlan
from zulip_bridge.text import display_text, pad

ROOT = "(root)"
LABELS = 14
NUMBER = r"[0-9]{0,9}"
NO, YES = "no", "yes"
FULL, PUBLIC = Option("full", "everything"), Option("public", "public channels")
CONSENT = Option("consent", "public, private by consent")
SWITCHES = {
    "upload": ("upload", "no, it stays on the server", "yes, to where uploads are"),
    "force": ("check", "stop where it could not be imported", "export anyway"),
    "deactivate": ("deactivate", "no", "yes, first: nobody can log in"),
}
"""Label, and what not choosing and choosing is called."""


class OneOf(Choices):
    """As many as there may be: the chosen one, and which of them it is."""

    def render(self) -> Content:
        """The line."""
        values = [each.value for each in self._options]
        at = values.index(self.value)
        style = "bold reverse" if self.has_focus else "bold $accent"
        of = f"  {at + 1} of {len(values)}" if len(values) > 1 else ""
        return Content.assemble(
            (pad(self._label, LABELS), MUTED), (f"● {self._options[at].title}", style), (of, MUTED)
        )


class Line(Input):
    """Something to type; Enter goes on, and from a line that is not typed into the export is begun."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "next", key_display="⏎", id="realm_export.line", tooltip="Go to the next line"),
    ]


class RealmExportForm(Vertical):
    """Says :class:`Changed` with whatever is chosen now; ``typed``: and more of it may come."""

    @dataclass
    class Changed(Message):
        """Something else is wanted."""

        choice: RealmExportChoice
        typed: bool

    def __init__(self, realms: Sequence[Realm], plan: RealmExportPlan, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._realms = [Option(each.string_id or ROOT, display_text(each.name, limit=50)) for each in realms]
        self._options = set(plan.options)
        self._usual = plan.threads
        self._by_message = "consent" not in self._options and "consent_message" in self._options

    def compose(self) -> ComposeResult:
        """A line for each."""
        yield OneOf("organization", self._realms, value=self._realms[0].value, label_width=LABELS, id="realm")
        yield Choices("contents", self._modes(), value="full", label_width=LABELS, id="mode")
        if self._by_message:
            yield from self._input(
                "message", "asked in", "id of the message that members agreed to with an outbox tray"
            )
        if "threads" in self._options:
            usual = "as many as Zulip takes" if self._usual is None else f"{self._usual}, as Zulip takes"
            yield from self._input("threads", "processes", usual)
        yield from self._input("output", "directory", "a new one in the home of Zulip's user")
        for name, (label, no, yes) in SWITCHES.items():
            if name in self._options:
                yield Choices(label, [Option(NO, no), Option(YES, yes)], value=NO, label_width=LABELS, id=name)

    def on_mount(self) -> None:
        """A message is asked for where it is needed."""
        self._fit()

    def _modes(self) -> list[Option]:
        there = {"public": PUBLIC, "consent": CONSENT, "consent_message": CONSENT}
        return [FULL, *dict.fromkeys(option for name, option in there.items() if name in self._options)]

    def _input(self, name: str, label: str, hint: str) -> ComposeResult:
        restrict = None if name == "output" else NUMBER
        with Horizontal(classes="line", id=f"{name}-line"):
            yield Static(Content.styled(label, MUTED), classes="label")
            yield Line(placeholder=hint, compact=True, select_on_focus=False, restrict=restrict, id=name)

    @property
    def choice(self) -> RealmExportChoice:
        """Whatever is chosen now."""
        mode = cast(ExportMode, self.query_one("#mode", Choices).value)
        message = self._typed("message") if mode == "consent" else ""
        return RealmExportChoice(
            realm=self.query_one("#realm", Choices).value,
            mode=mode,
            consent_message_id=int(message) if message else None,
            deactivate=self._switched("deactivate"),
            force=self._switched("force"),
            upload=self._switched("upload"),
            threads=int(self._typed("threads")) if self._typed("threads") else None,
            output=self._typed("output").rstrip("/"),
        )

    def _typed(self, name: str) -> str:
        return next((each.value.strip() for each in self.query(f"#{name}").results(Input)), "")

    def _switched(self, name: str) -> bool:
        return any(each.value == YES for each in self.query(f"#{name}").results(Choices))

    def _fit(self) -> None:
        for line in self.query("#message-line"):
            line.display = self.query_one("#mode", Choices).value == "consent"

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Another one was taken."""
        event.stop()
        self._fit()
        self.post_message(self.Changed(self.choice, typed=False))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Somebody types."""
        event.stop()
        self.post_message(self.Changed(self.choice, typed=True))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the next line."""
        event.stop()
        self.screen.focus_next()
