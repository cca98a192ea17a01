"""The filters of the people list: four of them in one line, each stepped through with its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.shown import MUTED
from zulip_bridge.api.people import ROLE_NAMES, Bots, Realm, Status
from zulip_bridge.text import display_text

FilterName = Literal["realm", "role", "status", "bots"]
NAMES: tuple[FilterName, ...] = ("realm", "role", "status", "bots")
TITLES: dict[FilterName, str] = {"realm": "realm", "role": "role", "status": "state", "bots": "kind"}
KEYS: dict[FilterName, str] = {"realm": "^r", "role": "^o", "status": "^s", "bots": "^t"}
STATUSES: tuple[Status, ...] = ("any", "active", "deactivated")
KINDS: tuple[Bots, ...] = ("any", "people", "bots")
LONGEST_REALM = 18
FilterValue = TypeVar("FilterValue")


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; the defaults narrow nothing."""

    realm: str | None = None
    role: int | None = None
    status: Status = "any"
    bots: Bots = "any"

    @property
    def narrowing(self) -> bool:
        """Whether anybody is left out."""
        return self != Filters()


class FilterBar(Widget, can_focus=True):
    """Shows and steps the filters; says :class:`Changed`. ``realms`` are the choices of the first one."""

    DEFAULT_CSS = """
    FilterBar { height: 1; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right", "move(1)", "next filter", id="filter.next", key_display="→", tooltip="Go to the next filter"
        ),
        Binding("left", "move(-1)", "previous", id="filter.previous", show=False, tooltip="Go to the filter before"),
        Binding(
            "down,space", "turn(1)", "change", id="filter.change", key_display="↓", tooltip="Take its next value"
        ),
        Binding("up", "turn(-1)", "change back", id="filter.back", show=False, tooltip="Take its value before"),
        Binding(
            "backspace,delete", "reset", "everybody", id="filter.reset", key_display="⌫", tooltip="Lift all filters"
        ),
    ]

    filters: reactive[Filters] = reactive(Filters(), init=False)
    chosen: reactive[int] = reactive(0)

    @dataclass
    class Changed(Message):
        """The filters are others now."""

        filters: Filters

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._realms: list[str] = []

    def offer_realms(self, realms: Sequence[Realm]) -> None:
        """Set the choices of the realm filter."""
        self._realms = [realm.string_id for realm in realms]

    def watch_filters(self, filters: Filters) -> None:
        """Tell whoever lists people."""
        self.post_message(self.Changed(filters))

    def step(self, name: FilterName, direction: int = 1) -> None:
        """Take the next value of one filter; behind the last comes the first."""
        if name == "realm":
            realms: list[str | None] = [None, *self._realms]
            self.filters = replace(self.filters, realm=_next(realms, self.filters.realm, direction))
        elif name == "role":
            roles: list[int | None] = [None, *ROLE_NAMES]
            self.filters = replace(self.filters, role=_next(roles, self.filters.role, direction))
        elif name == "status":
            self.filters = replace(self.filters, status=_next(STATUSES, self.filters.status, direction))
        else:
            self.filters = replace(self.filters, bots=_next(KINDS, self.filters.bots, direction))

    def action_move(self, by: int) -> None:
        """Choose another filter."""
        self.chosen = (self.chosen + by) % len(NAMES)

    def action_turn(self, direction: int) -> None:
        """Step the chosen filter."""
        self.step(NAMES[self.chosen], direction)

    def action_reset(self) -> None:
        """Lift all filters."""
        self.filters = Filters()

    def render(self) -> Content:
        """All four, with what narrows in bold and the chosen one in reverse while this has the focus."""
        chips = [self._chip(index, name) for index, name in enumerate(NAMES)]
        return Content("   ").join(chips)

    def _chip(self, index: int, name: FilterName) -> Content:
        value = self._value(name)
        narrowing = getattr(self.filters, name) != getattr(Filters(), name)
        style = "bold $accent" if narrowing else ""
        if self.has_focus and index == self.chosen:
            style = "bold reverse"
        key = KEYS[name]
        return Content.assemble((key, "bold $primary"), " ", (TITLES[name], MUTED), " ", (value, style))

    def _value(self, name: FilterName) -> str:
        if name == "realm":
            realm = self.filters.realm
            return "all" if realm is None else display_text(realm or "(root)", limit=LONGEST_REALM)
        if name == "role":
            return "any" if self.filters.role is None else ROLE_NAMES[self.filters.role]
        return self.filters.status if name == "status" else self.filters.bots


def _next(values: Sequence[FilterValue], current: FilterValue, direction: int) -> FilterValue:
    index = values.index(current) if current in values else 0
    return values[(index + direction) % len(values)]
