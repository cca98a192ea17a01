"""Names for ids that audit rows hold: text with places for names, filled in for a whole page at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from zulip_bridge.worker import compat

from .groups import group_title

LONGEST = 500
"""Characters of one value; what is cut ends in an ellipsis."""


class Ref(NamedTuple):
    """An id to be named."""

    kind: Literal["person", "channel", "group"]
    id: int


Part = str | Ref
Text = Sequence[Part]


class Names:
    """Names of everything that a page refers to, three queries at the most."""

    def __init__(self, refs: Iterable[Ref]) -> None:
        wanted: dict[str, set[int]] = {"person": set(), "channel": set(), "group": set()}
        for ref in refs:
            wanted[ref.kind].add(ref.id)
        self._names = {
            "person": _read("UserProfile", "full_name", wanted["person"]),
            "channel": _read("Stream", "name", wanted["channel"]),
            "group": {
                each: group_title(name)
                for each, name in _read(compat.named_groups().model.__name__, "name", wanted["group"]).items()
            },
        }

    def of(self, ref: Ref) -> str:
        """``Otto Owner (id 8)``, ``design``; ``channel 12`` where it is gone, or has no name."""
        name = self._names[ref.kind].get(ref.id)
        if ref.kind == "person":
            return f"id {ref.id}" if name is None else f"{name} (id {ref.id})"
        return f"{ref.kind} {ref.id}" if name is None else name

    def fill(self, text: Text) -> str:
        """The text with the names in it, cut to ``LONGEST``."""
        whole = "".join(part if isinstance(part, str) else self.of(part) for part in text)
        return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


def refs_in(text: Text) -> Iterable[Ref]:
    """The ids in a text."""
    return (part for part in text if isinstance(part, Ref))


def _read(model_name: str, column: str, ids: set[int]) -> dict[int, str]:
    model = compat.model("zerver", model_name)
    if model is None or not ids:
        return {}
    return dict(model.objects.filter(pk__in=ids).values_list("pk", column))
