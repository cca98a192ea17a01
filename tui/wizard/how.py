"""How: the format, the encryption, who may read it, and where it goes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from tui.export_plan import Protection
from tui.shown import MUTED, shown
from tui.widgets.choices import Choices, Option
from tui.wizard.step import Step
from zulip_bridge.export import FORMATS, Format, Permissions

LABEL = 13
NOTHING_KEPT = "Nothing is kept of an export that fails or is cancelled."
FORMAT_ABOUT: dict[Format, str] = {
    "directory": "Files in a folder: quickest to look into.",
    "tar.gz": "One file that every Unix and macOS opens.",
    "tar.zst": "One file, packed smaller and on several cores; opens with zstd.",
    "zip": "One file that every system opens, Windows too.",
}
PROTECTION_ABOUT: dict[Protection, str] = {
    "none": "",
    "keys": "age1…, ssh-ed25519 …, or files with keys; several with commas between. Opens with age -d -i.",
    "passphrase": "At least 10 characters. Tell it by another way than the file. Opens with age -d.",
}


class How(Step):
    """Lines of choices and inputs; those that do not apply are not there."""

    TITLE = "How"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next", show=False, id="how.next", tooltip="Go to the next line"),
        Binding("up", "app.focus_previous", "before", show=False, id="how.before", tooltip="Go to the line before"),
    ]

    def compose(self) -> ComposeResult:
        """All lines."""
        yield self._choices("format", "format", [(each, each) for each in FORMATS], self.plan.format)
        yield Static(id="format-about", classes="about")
        protections = [("none", "no"), ("keys", "to public keys"), ("passphrase", "with a passphrase")]
        yield self._choices("protection", "encrypted", protections, self.plan.protection)
        yield from self._input("keys", "keys", "a key, or a file of keys")
        yield from self._input("passphrase", "passphrase", "at least 10 characters", secret=True)
        yield from self._input("again", "once more", "the same", secret=True)
        yield Static(id="protection-about", classes="about")
        yield self._choices("permissions", "readable by", [("owner", "you alone"), ("group", "your group")], "owner")
        yield from self._input("destination", "folder" if self.plan.is_for_many else "to", "a path")
        yield Static(id="place-about", classes="about")

    def show(self) -> None:
        """The format has the focus."""
        self._fill()
        self.query_one("#format").focus()

    def show_trouble(self) -> None:
        """The place has the focus, if nothing else is wrong."""
        self.show()
        if self.plan.protection_trouble() is None:
            self.query_one("#destination").focus()

    def trouble(self) -> str | None:
        """A key that is none, passphrases that differ, a place that will not do."""
        return self.plan.protection_trouble() or self.plan.place_trouble()

    def sizes_changed(self) -> None:
        """The room that it takes."""
        self._say()

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Take it; what does not go together any more follows."""
        event.stop()
        name = event.choices.id
        if name == "format":
            self.plan.take_format(next(each for each in FORMATS if each == event.value))
        elif name == "protection":
            self.plan.take_protection(next(each for each in PROTECTION_ABOUT if each == event.value))
        else:
            permissions: dict[str, Permissions] = {"owner": "owner", "group": "group"}
            self.plan.permissions = permissions[event.value]
        self.post_message(self.Touched())
        self._fill()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take what was typed."""
        event.stop()
        name = str(event.input.id)
        if getattr(self.plan, name) != event.value:  # and not what the plan has put there
            setattr(self.plan, name, event.value)
            self.post_message(self.Touched())
        self._say()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on: to a line that is still empty, or to the next step."""
        event.stop()
        empty = [each for each in self.query(Input) if each.display and each.parent.display and not each.value]  # type: ignore[union-attr]
        if empty and event.value:
            empty[0].focus()
        else:
            self.post_message(self.Stepped())

    def _choices(self, name: str, label: str, options: list[tuple[str, str]], value: str) -> Choices:
        return Choices(label, [Option(*each) for each in options], value=value, label_width=LABEL, id=name)

    def _input(self, name: str, label: str, wanted: str, *, secret: bool = False) -> ComposeResult:
        with Horizontal(classes="line", id=f"{name}-line"):
            yield Static(Content.styled(label, MUTED), classes="label")
            yield Input(
                getattr(self.plan, name),
                placeholder=wanted,
                compact=True,
                select_on_focus=False,
                password=secret,
                id=name,
            )

    def _fill(self) -> None:
        plan = self.plan
        self.query_one("#format", Choices).value = plan.format
        self.query_one("#protection", Choices).value = plan.protection
        self.query_one("#permissions", Choices).value = plan.permissions
        self.query_one("#keys-line").display = plan.protection == "keys"
        for name in ("passphrase", "again"):
            self.query_one(f"#{name}-line").display = plan.protection == "passphrase"
        self.query_one("#protection-about").display = plan.protection != "none"
        self.query_one("#destination", Input).value = plan.destination
        self._say()

    def _say(self) -> None:
        plan = self.plan
        self.query_one("#format-about", Static).update(Content.styled(FORMAT_ABOUT[plan.format], MUTED))
        self.query_one("#protection-about", Static).update(Content.styled(PROTECTION_ABOUT[plan.protection], MUTED))
        trouble = plan.place_trouble()
        said = shown(f"✕ {trouble}", "bold $error") if trouble else Content.styled(self._room(), MUTED)
        self.query_one("#place-about", Static).update(said)

    def _room(self) -> str:
        if self.plan.free_bytes() is None:
            return NOTHING_KEPT
        words = self.plan.size_words()
        return words[:1].upper() + words[1:] + "."
