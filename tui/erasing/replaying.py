"""How erasing again is shown: who is there again, and what is left of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from tui import portrait, wording
from tui.erasing.sections import UNREACHABLE, in_short, report_sections, residue_fact
from tui.shown import shown
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.people import Person
from zulip_bridge.erase import ErasureResult
from zulip_bridge.erase.replaying import Again
from zulip_bridge.text import display_text


def replay_sections(found: Iterable[Again]) -> tuple[Section, ...]:
    """Whom the journal says was erased, and who is there again: one section each."""
    return tuple(Section(_whom(each.preview.person), tuple(_again(each))) for each in found)


def _again(again: Again) -> Iterable[Fact]:
    replay = again.restored.replay
    bots = f", bots: {replay.options.bots}" if replay.options.bots else ""
    yield Fact("erased", shown(f"{wording.moment(replay.when)}, {replay.options.strategy}{bots}", "bold"))
    for refusal in again.preview.refusals:
        yield Fact("✕", shown(f"Left out: {refusal.sentence}", "bold $error"))
    yield from (fact for fact in in_short(again.preview) if fact.label != UNREACHABLE)


def several_results(results: Sequence[ErasureResult]) -> tuple[Section, ...]:
    """How it ended for each of several, in the order in which they were erased."""
    wrong = sum(not each.complete for each in results)
    words = f"{wording.counted(len(results), 'person', 'people')} erased again."
    if wrong:
        words += f" Of {wrong} something is left that should be gone."
    summary = Section("", (Fact("", Content.styled(words, "bold $error" if wrong else "bold")),))
    return (summary, *(Section(_whom(each.person), tuple(_ended(each))) for each in results))


def _ended(result: ErasureResult) -> Iterable[Fact]:
    verdict, looked = report_sections(result.residue)[0].facts
    yield verdict
    yield looked
    yield from (residue_fact(each) for each in result.residue.wrong)
    yield from (Fact("!", shown(each, "$warning")) for each in result.warnings)


def _whom(person: Person) -> str:
    return (
        f"{display_text(person.full_name, limit=40)} · {display_text(portrait.realm_words(person))} · id {person.id}"
    )
