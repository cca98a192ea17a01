"""How an export and what came of it are shown: its phases, its figures, the list of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact
from tui.widgets.rows import Row
from zulip_bridge.api.export import PHASES
from zulip_bridge.api.export_scope import BY_NAME, ExportScope
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from zulip_bridge.export import ExportResult
    from zulip_bridge.export.recorded import Outcome

WARNING_COLUMNS = (Column("About", 24, weight=3), Column("What is not as it should be", 36, weight=1))
OUTCOME_COLUMNS = (
    Column("Who", 14, weight=1, max_width=40),
    Column("What came of it", 30, weight=3),
    Column("Messages", 9, align="right", priority=1),
    Column("Files", 6, align="right", priority=2),
    Column("Size", 9, align="right"),
)
CANCELLED = "cancelled; nothing is kept"
NOT_BEGUN = "not begun"
NAMED = 3


def phases_of(scope: ExportScope) -> tuple[str, ...]:
    """The phases that an export of this scope will have, a bar for each from the start, so that nothing jumps."""
    chosen = [BY_NAME[name] for name in scope.sections]
    aside = {"messages.archived": "archived", "flags": "flags"}
    has_messages = any(each.kind == "messages" and each.name not in aside for each in chosen)
    usual = [each for each in PHASES if each != "messages" or has_messages]
    return (*usual, *(phase for name, phase in aside.items() if scope.has(name)))


def result_facts(result: ExportResult) -> list[Fact]:
    """What came of one."""
    size = wording.size(result.bytes)
    if result.sha256 is not None:
        size = f"{wording.size(result.stored_bytes)}, {size} unpacked"
    return [
        Fact("directory" if result.sha256 is None else "archive", shown(str(result.path), "bold")),
        Fact("files", Content(f"{wording.thousands(result.files)} · {size}")),
        Fact("messages", Content(wording.thousands(result.messages))),
        Fact("time", Content(wording.seconds(result.seconds))),
        Fact("sha256", shown(result.digest)),
        Fact("warnings", _warnings_words(len(result.warnings))),
    ]


def many_facts(outcomes: Sequence[Outcome], *, is_cancelled: bool) -> list[Fact]:
    """What came of several, and whom there is no export of."""
    results = [each.result for each in outcomes if each.result is not None]
    words = f"{wording.thousands(len(results))} of {wording.counted(len(outcomes), 'export')} written"
    if is_cancelled:
        words += "; cancelled, and of the one under way nothing is kept"
    is_whole = len(results) == len(outcomes)
    return [
        Fact("", Content.styled(words + ".", "bold" if is_whole else "bold $warning")),
        *(() if is_whole else [Fact("no export", _names([each for each in outcomes if each.result is None]))]),
        Fact("folder", shown(str(outcomes[0].order.destination.parent), "bold")),
        Fact("size", Content(wording.size(sum(each.stored_bytes for each in results)))),
        Fact("warnings", _warnings_words(sum(len(each.warnings) for each in results))),
    ]


def _names(outcomes: Sequence[Outcome]) -> Content:
    names = [shown(each.order.person.full_name, limit=30) for each in outcomes[:NAMED]]
    more = f" and {wording.thousands(len(outcomes) - NAMED)} more, in the list" if len(outcomes) > NAMED else ""
    return Content.assemble(Content(", ").join(names), more)


def _warnings_words(number: int) -> Content:
    if not number:
        return Content("none")
    words = wording.counted(number, "thing is", "things are") + " not as they should be"
    return Content.assemble((words, "bold $warning"), "  ", ("w", "bold $primary"), (" to read", MUTED))


def outcome_row(index: int, outcome: Outcome) -> Row:
    """What came of one among several; without an export, why."""
    name = display_text(outcome.order.person.full_name, limit=60)
    result = outcome.result
    if result is None:
        return Row(index, (name, display_text(f"✕ {outcome.sentence}", limit=300), "", "", ""), style="error")
    counts = (wording.thousands(result.messages), wording.thousands(result.files))
    return Row(index, (name, display_text(result.path.name), *counts, wording.size(result.stored_bytes)))


def warning_row(index: int, subject: str, sentence: str) -> Row:
    """One thing that is not as it should be."""
    return Row(index, (display_text(subject, limit=200), display_text(sentence, limit=300)))
