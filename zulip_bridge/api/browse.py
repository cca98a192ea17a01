"""Browsing any model of the running server: its description, its rows by the page, one row, and changing one row.

A row is named by its model (``zerver.Message``) and its ``key``: the primary key as text or, where that is itself a
secret (a session's key), a mark that stands for it and means something on this server only. Values are text as they
could be typed again; ``shown`` is the same decoded for a person (flags by name, JSON indented, moments).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Literal

from .calls import Lane, Request
from .edit import Option
from .people import Person

ROWS_OF_A_PAGE = 64
COUNT_BOUND = 100_000
"""Rows of a listing that are counted at the most."""

REFERENCES_BOUND = 10_000
"""The same for rows that refer to another."""

FieldKind = Literal[
    "text", "long_text", "choice", "yes_no", "number", "moment", "date", "json", "flags", "reference", "other"
]


@dataclass(frozen=True)
class ModelField:
    """A field of a model. ``kind`` says how it is entered, ``related`` names the model that it refers to.

    ``secret``: its values stay on the server. ``sortable`` where an index begins with its column; ``why_not_sorted``
    and ``why_not_edited`` are sentences where it cannot be.
    """

    name: str
    column: str
    type: str
    kind: FieldKind
    null: bool
    secret: bool = False
    related: str = ""
    sortable: bool = False
    why_not_sorted: str = ""
    why_not_edited: str = ""
    options: list[Option] = dataclasses.field(default_factory=list)
    lookups: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class ModelDescription:
    """A model: its primary key's field, its fields in order, PostgreSQL's estimate of its rows.

    ``person_field`` names the field that says to whom a row belongs ("" where none does).
    """

    label: str
    table: str
    key: str
    rows: int | None
    person_field: str
    fields: list[ModelField]


@dataclass(frozen=True)
class DescribeModel(Request[ModelDescription]):
    """Everything about a model that listing and editing its rows needs."""

    METHOD: ClassVar[str] = "browse.describe"
    RESULT: ClassVar[type[ModelDescription]] = ModelDescription

    model: str


@dataclass(frozen=True)
class ListedRow:
    """A row of a list: a cell per column of the page, None for NULL; long values are cut."""

    key: str
    cells: list[str | None]


@dataclass(frozen=True)
class RowsPage:
    """Rows in order. ``after`` is where the next page goes on, where there is ``more``."""

    columns: list[str]
    rows: list[ListedRow]
    more: bool
    after: str = ""


@dataclass(frozen=True)
class PageOfRows(Request[RowsPage]):
    """Rows of a model, by keyset: ``after`` is that of the page before, "" for the first.

    ``filters`` are Django's lookups with text values. ``order`` is a sortable field, ``-field`` for descending, ""
    for the primary key from the newest; rows without a value come last.
    """

    METHOD: ClassVar[str] = "browse.page"
    RESULT: ClassVar[type[RowsPage]] = RowsPage

    model: str
    filters: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    order: str = ""
    after: str = ""
    rows: int = ROWS_OF_A_PAGE


@dataclass(frozen=True)
class RowCount:
    """How many rows there are; at least so many where it is not ``exact``."""

    rows: int
    exact: bool


@dataclass(frozen=True)
class CountRows(Request[RowCount]):
    """Count the rows that filters choose, up to a bound; with 0, only find out whether the filters can be asked."""

    METHOD: ClassVar[str] = "browse.count"
    RESULT: ClassVar[type[RowCount]] = RowCount

    model: str
    filters: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    bound: int = COUNT_BOUND


Offer = Literal["edit", "erase", "messages", "files", "channel"]


@dataclass(frozen=True)
class Advice:
    """What Zulip has for it instead of changing the row. ``offers`` is what this tool does itself for ``person``, the
    best first, or for a channel; ``subject`` is the message's or the channel's id, or the file's path_id.
    """

    sentence: str
    offers: list[Offer] = dataclasses.field(default_factory=list)
    person: int | None = None
    subject: str = ""


@dataclass(frozen=True)
class FieldValue:
    """A field of one row. ``raw`` is None for NULL; ``shown`` is "" where the raw value says all; ``how`` names the
    decoding. ``target`` is the key of the row that it refers to. ``length``: characters of a value that was cut.
    """

    field: ModelField
    raw: str | None
    shown: str = ""
    how: str = ""
    target: str = ""
    masked: bool = False
    length: int = 0


@dataclass(frozen=True)
class RowDetail:
    """A row with all its fields. ``person`` is whom it belongs to. ``fingerprint`` stands for the values read."""

    model: str
    table: str
    key: str
    title: str
    values: list[FieldValue]
    person: Person | None
    fingerprint: str
    advice: list[Advice] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class ShowRow(Request[RowDetail]):
    """One row. The secrets in the fields of ``unmask`` are shown."""

    METHOD: ClassVar[str] = "browse.row"
    RESULT: ClassVar[type[RowDetail]] = RowDetail

    model: str
    key: str
    unmask: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Reference:
    """Rows of another model that refer to a row: ``lookup=key`` lists them. ``rows`` is None where counting them
    took too long; ``on_delete`` is what happens to them when the row goes.
    """

    model: str
    table: str
    lookup: str
    rows: int | None
    exact: bool
    on_delete: str
    kind: Literal["fk", "o2o", "m2m"] = "fk"


@dataclass(frozen=True)
class CountReferences(Request[list[Reference]]):
    """Who refers to a row, with bounded counts; each is sent as an event when it is known."""

    METHOD: ClassVar[str] = "browse.references"
    RESULT: ClassVar[object] = list[Reference]

    model: str
    key: str


@dataclass(frozen=True)
class FieldChange:
    """A field and what it shall be, as text; None for NULL."""

    field: str
    value: str | None


@dataclass(frozen=True)
class PlannedField:
    """One change, looked at. ``refusals`` are sentences; nothing is saved while there is one."""

    field: str
    state: Literal["change", "unchanged", "refused"]
    before: str | None
    after: str | None
    before_shown: str = ""
    after_shown: str = ""
    refusals: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class RowEditPreview:
    """What saving would do. ``refusals`` concern the row as a whole; ``notes`` say what bypassing Zulip means."""

    model: str
    key: str
    title: str
    person: Person | None
    items: list[PlannedField]
    refusals: list[str]
    notes: list[str]
    advice: list[Advice]
    fingerprint: str

    @property
    def objections(self) -> list[str]:
        """Every reason against saving it."""
        return [*self.refusals, *(f"{item.field}: {each}" for item in self.items for each in item.refusals)]

    @property
    def changes(self) -> list[PlannedField]:
        """Those items that would change something."""
        return [item for item in self.items if item.state == "change"]


@dataclass(frozen=True)
class PreviewRowEdit(Request[RowEditPreview]):
    """Check changes of a row as Django would; nothing is written."""

    METHOD: ClassVar[str] = "browse.edit.preview"
    RESULT: ClassVar[type[RowEditPreview]] = RowEditPreview

    model: str
    key: str
    changes: list[FieldChange]


@dataclass(frozen=True)
class RowEditResult:
    """``done`` with the values read back; ``changed_since``: the row is another by now, nothing was done, and
    ``preview`` is a new one; ``refused``: for a reason in the preview, or in ``sentence``.
    """

    state: Literal["done", "changed_since", "refused"]
    items: list[PlannedField] = dataclasses.field(default_factory=list)
    preview: RowEditPreview | None = None
    sentence: str = ""


@dataclass(frozen=True)
class SaveRow(Request[RowEditResult]):
    """Save what was previewed, in one transaction, only the changed fields. ``fingerprint`` is the preview's."""

    METHOD: ClassVar[str] = "browse.edit.save"
    RESULT: ClassVar[type[RowEditResult]] = RowEditResult
    LANE: ClassVar[Lane] = "write"

    model: str
    key: str
    changes: list[FieldChange]
    fingerprint: str


DeletionKind = Literal["delete", "clear", "protect", "leave"]


@dataclass(frozen=True)
class DeletionNode:
    """A branch of what goes with a row: ``rows`` of ``model``, found through ``via``, ``depth`` steps from it.

    ``delete``: they are deleted too; ``clear``: their reference is set to NULL (or a default); ``protect``: they
    forbid it; ``leave``: Django leaves them as they are, and PostgreSQL may forbid it.
    """

    depth: int
    model: str
    table: str
    via: str
    kind: DeletionKind
    rows: int


@dataclass(frozen=True)
class DeletionPreview:
    """What deleting a row would do. ``deleted`` counts distinct rows by model; ``confirm`` is what must be typed.

    ``before`` has the row's own values, secrets masked, for the record.
    """

    model: str
    key: str
    title: str
    person: Person | None
    tree: list[DeletionNode]
    deleted: dict[str, int]
    refusals: list[str]
    notes: list[str]
    advice: list[Advice]
    before: dict[str, str | None]
    confirm: str
    fingerprint: str

    @property
    def total(self) -> int:
        """Rows that would be gone."""
        return sum(self.deleted.values())


@dataclass(frozen=True)
class PreviewRowDeletion(Request[DeletionPreview]):
    """Ask Django's own collector what would go with a row; nothing is written."""

    METHOD: ClassVar[str] = "browse.delete.preview"
    RESULT: ClassVar[type[DeletionPreview]] = DeletionPreview

    model: str
    key: str


@dataclass(frozen=True)
class DeletionResult:
    """``done`` with the rows that are gone by model; else as in :class:`RowEditResult`."""

    state: Literal["done", "changed_since", "refused"]
    deleted: dict[str, int] = dataclasses.field(default_factory=dict)
    preview: DeletionPreview | None = None
    sentence: str = ""


@dataclass(frozen=True)
class DeleteRow(Request[DeletionResult]):
    """Delete what was previewed, in one transaction; ``confirm`` is the preview's, as it was typed."""

    METHOD: ClassVar[str] = "browse.delete"
    RESULT: ClassVar[type[DeletionResult]] = DeletionResult
    LANE: ClassVar[Lane] = "write"

    model: str
    key: str
    confirm: str
    fingerprint: str
