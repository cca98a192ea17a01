"""The fields of an account in a form: what each is now, what was collected for it, and in which part it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.widgets.columns import Column
from tui.widgets.rows import Row
from zulip_bridge.api.changes import IN, OUT, Change
from zulip_bridge.api.edit import EditableField, FieldSection
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

PARTS: dict[FieldSection, str] = {
    "identity": "Identity",
    "profile": "Profile",
    "permissions": "Permissions",
    "groups": "Groups",
    "channels": "Channels",
    "settings": "Settings",
}
"""In the order of the form. The state of the account is no field of it: that is changed by an action."""

COLUMNS = (
    Column("Part", 11),
    Column("Field", 22, weight=3, max_width=56),
    Column("Now", 15, weight=2, max_width=48),
    Column("Becomes", 15, weight=2, max_width=48),
)
LONGEST_CELL = 80
NOTHING = "–"
TOGGLED = ("yes_no", "member", "removal")
WORDS_OF = {IN: "in", OUT: "out", "yes": "yes", "no": "no", "": "removed"}


@dataclass(frozen=True)
class Wanted:
    """A value that was collected for a field, as a change takes it and as a person reads it."""

    value: str
    shown: str


class Form:
    """The fields of ``person``, and the changes collected so far. Nothing in here changes anything anywhere."""

    def __init__(self, person: Person, fields: Iterable[EditableField]) -> None:
        self.person = person
        self.fields = _ordered(person, fields)
        self.wanted: dict[str, Wanted] = {}

    def field(self, name: str) -> EditableField | None:
        """The field of that name."""
        return next((each for each in self.fields if each.field == name), None)

    def want(self, field: EditableField, value: str, shown: str) -> None:
        """Collect a value; the one that the field has already is no change."""
        if value == field.value:
            self.wanted.pop(field.field, None)
        else:
            self.wanted[field.field] = Wanted(value, shown)

    def toggle(self, field: EditableField) -> None:
        """Turn a field that has two values round, or take that back."""
        if field.field in self.wanted:
            del self.wanted[field.field]
            return
        other = {"yes": "no", "no": "yes", IN: OUT, OUT: IN}.get(field.value, "")
        self.want(field, other, toggled_words(field, other))

    def take_back(self, name: str) -> None:
        """Forget what was collected for a field."""
        self.wanted.pop(name, None)

    def replaced(self, fields: Iterable[EditableField]) -> Form:
        """A form of newer values, with what was collected and still is a change."""
        form = Form(self.person, fields)
        for field in form.fields:
            wanted = self.wanted.get(field.field)
            if wanted is not None:
                form.want(field, wanted.value, wanted.shown)
        return form

    @property
    def changes(self) -> list[Change]:
        """What was collected, in the form's order."""
        return [
            Change(each.field, self.wanted[each.field].value) for each in self.fields if each.field in self.wanted
        ]

    @property
    def seen(self) -> dict[str, str]:
        """The values that the operator saw of the fields to be changed."""
        return {each.field: each.value for each in self.fields if each.field in self.wanted}

    def listed(self, text: str) -> list[EditableField]:
        """The fields that have every word of ``text`` in their names, their parts or their values."""
        words = text.casefold().split()
        return [each for each in self.fields if all(word in _searched(each) for word in words)]


def toggled_words(field: EditableField, value: str) -> str:
    """How a field with two values reads when it has the other one."""
    if field.section == "groups":
        return "member" if value == IN else "not a member"
    if field.section == "channels":
        return "subscribed" if value == IN else "not subscribed"
    return WORDS_OF.get(value, value)


def rows(form: Form, listed: Sequence[EditableField]) -> list[Row]:
    """The listed fields as rows; the part stands where it begins."""
    made = []
    part: FieldSection | None = None
    for each in listed:
        title = PARTS[each.section] if each.section != part else ""
        part = each.section
        made.append(_row(form, each, title))
    return made


def _row(form: Form, field: EditableField, title: str) -> Row:
    wanted = form.wanted.get(field.field)
    becomes = "" if wanted is None else display_text(wanted.shown or NOTHING, limit=LONGEST_CELL)
    cells = (
        title,
        display_text(field_name(field), limit=LONGEST_CELL),
        display_text(field.shown or NOTHING, limit=LONGEST_CELL),
        becomes,
    )
    return Row(field.field, cells, style="muted" if field.why_not else "")


def field_name(field: EditableField) -> str:
    """What a field is called beside its part's name."""
    name = field.label.removeprefix("setting ")
    return name.replace("_", " ") if field.section == "settings" else name


def _ordered(person: Person, fields: Iterable[EditableField]) -> list[EditableField]:
    kept = [each for each in fields if each.section in PARTS and _concerns(person, each)]
    order = list(PARTS)
    return sorted(kept, key=lambda each: order.index(each.section))


def _concerns(person: Person, field: EditableField) -> bool:
    """Whether this kind of account can have the field at all."""
    if field.field == "bot_owner":
        return person.is_bot
    return not (person.is_bot and field.section == "settings")


def _searched(field: EditableField) -> str:
    words = (field_name(field), field.field, PARTS[field.section], field.shown)
    return " ".join(words).casefold()
