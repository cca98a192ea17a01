"""Many people, one after the other, each as a whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from zulip_bridge.api.edit import ApplyResult, ChangePreview
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person

from .applying import AppliedThenCancelled

OutcomeState = Literal["done", "unchanged", "refused", "changed_since", "incomplete", "failed", "not_reached"]
GOES_ON: tuple[OutcomeState, ...] = ("done", "unchanged", "refused", "changed_since")
"""After the others nobody else is begun: what half-worked for one would half-work for all."""


@dataclass(frozen=True)
class Outcome:
    """What became of one person's changes."""

    person: Person
    state: OutcomeState
    result: ApplyResult | None = None
    sentence: str = ""


class AllThenCancelled(AppliedThenCancelled):
    """The task was cancelled; the person who was under way was finished, and ``outcomes`` has everybody."""

    def __init__(self, result: ApplyResult, outcomes: list[Outcome]) -> None:
        super().__init__(result)
        self.outcomes = outcomes


async def apply_all(
    previews: Sequence[ChangePreview],
    apply: Callable[[ChangePreview], Awaitable[ApplyResult]],
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    go_on: Callable[[], bool] = lambda: True,
) -> list[Outcome]:
    """Apply previews in their order; an outcome for each, also told to ``on_outcome`` as it comes.

    Between two people ``go_on`` is asked: where it says no, the rest is not begun. Cancelling stops there too, and
    raises :class:`AllThenCancelled`.
    """
    outcomes: list[Outcome] = []
    for index, preview in enumerate(previews):
        if not go_on():
            return [*outcomes, *_rest(previews[index:])]
        try:
            outcome = await _apply_one(preview, apply)
        except AppliedThenCancelled as cancelled:
            outcomes.append(_outcome(preview, cancelled.result))
            on_outcome(outcomes[-1])
            raise AllThenCancelled(cancelled.result, [*outcomes, *_rest(previews[index + 1 :])]) from cancelled
        outcomes.append(outcome)
        on_outcome(outcome)
        if outcome.state not in GOES_ON:
            return [*outcomes, *_rest(previews[index + 1 :])]
    return outcomes


async def _apply_one(preview: ChangePreview, apply: Callable[[ChangePreview], Awaitable[ApplyResult]]) -> Outcome:
    if not preview.changes:
        return Outcome(preview.person, "unchanged")
    try:
        return _outcome(preview, await apply(preview))
    except StewardError as error:
        return Outcome(preview.person, "failed", None, error.sentence)


def _outcome(preview: ChangePreview, result: ApplyResult) -> Outcome:
    refusals = result.preview.refusals if result.preview is not None else []
    said = [item.sentence for item in result.items if item.sentence] + [each.sentence for each in refusals]
    if result.state == "changed_since":
        said = ["What was previewed is no longer so.", *said]
    return Outcome(preview.person, result.state, result, " ".join(said))


def _rest(previews: Sequence[ChangePreview]) -> list[Outcome]:
    return [Outcome(preview.person, "not_reached") for preview in previews]
