"""How an erasure is shown: what it would do, how far it is, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.erase import STEPS, Collateral, ErasurePreview, Fate, RowFate, Step
from zulip_bridge.api.residue import Residue, ResidueReport
from zulip_bridge.erase import ErasureResult

FATES: dict[Fate, str] = {
    "deleted": "deleted",
    "cleared": "cleared",
    "reassigned": "re-assigned",
    "detached": "detached",
    "kept": "kept",
}
SHORT = ("zerver_", "django_", "analytics_")
BACKUP, RESIDUE = "backup", "residue"
"""What is done before the first step, and after the last."""

OTHER_STEPS = {BACKUP: "Export first, and verify the export", RESIDUE: "Look for what is left"}
CATEGORIES = {"security_log": "audit and security", "derived": "derived by the server"}
BAR = 20
UNREACHABLE = "cannot reach"
VERDICTS = {"should be gone": "bold $error", "look": "$warning", "stays": MUTED}


def preview_sections(preview: ErasurePreview) -> tuple[Section, ...]:
    """What is against it first, then what goes, what of others goes along, and what stays."""
    refused = [Fact("✕", shown(each.sentence, "bold $error")) for each in preview.refusals]
    warned = [Fact("!", shown(each, "$warning")) for each in preview.warnings]
    files = [
        Fact(each.kind, shown(f"{wording.counted(each.files, 'file')}{_size(each.bytes)}: {each.sentence}"))
        for each in preview.files
    ]
    remains = [Fact(each.place, shown(each.sentence, MUTED)) for each in preview.remains]
    sections = (
        Section("Refused", tuple(refused)),
        Section("In short", tuple(in_short(preview))),
        Section("Mind", tuple(warned)),
        Section("Rows about the person", tuple(_fates(preview.rows))),
        Section("Other people's rows", tuple(_collateral(preview.collateral))),
        Section("Files", tuple(files)),
        Section("Their bots", tuple(_bots(preview))),
        Section("Cannot be reached, and stays", tuple(remains)),
    )
    return tuple(each for each in sections if each.facts)


def in_short(preview: ErasurePreview) -> Iterable[Fact]:
    """A line for each question that decides: what goes, what stays, who loses something, what cannot be reached."""
    gone = [each for each in preview.rows if each.fate == "deleted" and each.rows]
    number = wording.counted(sum(each.rows for each in gone), "row")
    tables = wording.counted(len({each.table for each in gone}), "table")
    files = sum(each.files for each in preview.files)
    and_files = (
        f", {wording.counted(files, 'file')}{_size(sum(each.bytes for each in preview.files))}" if files else ""
    )
    yield Fact("removed", Content(f"{number} of {tables}{and_files}"))
    cleared = sum(each.rows for each in preview.rows if each.fate == "cleared")
    if cleared:
        yield Fact(
            "cleared", Content(f"{wording.counted(cleared, 'row')}: the row stays, without what is about them")
        )
    for fate in ("reassigned", "kept"):
        for each in preview.rows:
            if each.fate == fate and each.table == "zerver_message" and each.column == "sender_id" and each.rows:
                words = f"{wording.counted(each.rows, 'message')}, {each.sentence}".rstrip(", ")
                yield Fact("stay", shown(words))
    lost = {short(each.table): each.rows for each in preview.collateral if not each.saved and each.rows}
    saved = sum(each.rows for each in preview.collateral if each.saved)
    if lost:
        yield Fact("others lose", shown(counts_words(lost), "$warning"))
    if saved:
        yield Fact("saved", Content(f"{wording.counted(saved, 'row')} of others that Zulip's deletion would take"))
    if preview.remains:
        yield Fact(UNREACHABLE, shown(" · ".join(each.place for each in preview.remains), MUTED))


def _size(number: int) -> str:
    return f", {wording.size(number)}" if number else ""


def _fates(rows: Iterable[RowFate]) -> Iterable[Fact]:
    """Rows of one fate and one sentence (or else one category) together, the most first."""
    found = list(rows)
    for fate, word in FATES.items():
        sentences: dict[str, dict[str, int]] = {}
        for each in found:
            if each.fate == fate and each.rows:
                counts = sentences.setdefault(each.sentence or CATEGORIES.get(each.category, each.category), {})
                counts[short(each.table)] = counts.get(short(each.table), 0) + each.rows
        for sentence, counts in sorted(sentences.items()):
            said = shown(f" · {sentence}", MUTED) if sentence else Content("")
            yield Fact(word, Content.assemble(shown(counts_words(counts)), said))


def _collateral(rows: Iterable[Collateral]) -> Iterable[Fact]:
    for each in sorted(rows, key=lambda each: (each.saved, -each.rows)):
        words = f"{wording.thousands(each.rows)} {short(each.table)}: {each.sentence}"
        yield Fact("saved" if each.saved else "lost", shown(words, "" if each.saved else "$warning"))


def _bots(preview: ErasurePreview) -> Iterable[Fact]:
    for bot in preview.bots:
        state = "" if bot.is_active else "deactivated, "
        words = f"{state}{wording.counted(bot.messages, 'message')}, id {bot.id}"
        yield Fact("", Content.assemble(shown(bot.full_name, "bold", limit=40), shown(f"  {words}", MUTED)))


def short(table: str) -> str:
    """A table's name without what all of them begin with."""
    prefix = next((each for each in SHORT if table.startswith(each)), "")
    return table.removeprefix(prefix)


def counts_words(counts: Mapping[str, int]) -> str:
    """``1,177 message, 51 reaction``: the most first."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{wording.thousands(number)} {name}" for name, number in ordered)


def step_name(step: str) -> str:
    """A step as a person reads it."""
    known = next((words for name, words in STEPS.items() if name == step), None)
    return known or OTHER_STEPS.get(step, step)


def steps_section(
    steps: Iterable[str],
    done: Iterable[str],
    now: str,
    *,
    progress: Progress | None = None,
    stopped: bool = False,
    counts: Mapping[str, Mapping[str, int]] | None = None,
) -> Section:
    """Every step with a sign: done, under way, still to come; where it stopped."""
    behind = set(done)
    return Section("", tuple(_step(each, behind, now, progress, stopped, (counts or {}).get(each)) for each in steps))


def _step(
    step: str, behind: set[str], now: str, progress: Progress | None, stopped: bool, counts: Mapping[str, int] | None
) -> Fact:
    name = step_name(step)
    if step in behind:
        said = {short(place): number for place, number in (counts or {}).items() if number}
        words = f"  {counts_words(said)}" if said else ""
        return Fact("✓", Content.assemble(name, shown(words, MUTED)))
    if step != now:
        return Fact("·", Content.styled(name, MUTED))
    if stopped:
        return Fact("✕", Content.styled(name, "bold $error"))
    return Fact("▸", Content.assemble((name, "bold"), _how_far(progress)))


def _how_far(progress: Progress | None) -> Content:
    if progress is None or not (progress.done or progress.total):
        return Content("")
    if not progress.total:
        return Content.styled(f"  {wording.thousands(progress.done)}", MUTED)
    full = min(BAR, BAR * progress.done // progress.total)
    figures = f"  {wording.thousands(progress.done)} / {wording.thousands(progress.total)}"
    return Content.assemble("  ", ("━" * full, "bold $primary"), ("─" * (BAR - full), "$line"), figures)


def report_sections(report: ResidueReport) -> tuple[Section, ...]:
    """What the scan found: what should be gone, what is to be looked at, what stays."""
    wrong = len(report.wrong)
    verdict = (
        Content.styled(f"✕ {wording.counted(wrong, 'place')} should be empty.", "bold $error")
        if wrong
        else Content.styled("✓ Nothing is left that should be gone.", "bold $success")
    )
    looked = (
        f"{wording.counted(report.columns, 'column')} of {wording.counted(report.tables, 'table')} and "
        f"{wording.counted(report.files, 'file')}, in {wording.seconds(report.seconds)}"
    )
    facts = (Fact("", verdict), Fact("", Content.styled(f"Looked through {looked}.", MUTED)))
    found = [
        Section(f"{title} · {len(each)}", tuple(residue_fact(residue) for residue in each))
        for verdict_word, title in (("should be gone", "Should be gone"), ("look", "Look"), ("stays", "Stays"))
        if (each := [residue for residue in report.found if residue.verdict == verdict_word])
    ]
    return (Section("What is left", facts), *found)


def residue_fact(residue: Residue) -> Fact:
    place = f"{short(residue.place)}.{residue.column}".rstrip(".")
    words = f"{wording.counted(residue.rows, 'row')} ({residue.kind}): "
    style = VERDICTS[residue.verdict]
    return Fact("", Content.assemble(shown(place, "bold"), "  ", shown(words, style), shown(residue.reason, MUTED)))


def result_sections(result: ErasureResult, backup: Path | None) -> tuple[Section, ...]:
    """That it is done, the export that was made first, and what is left."""
    facts = [Fact("", Content.styled(f"Done, with the strategy {result.options.strategy}.", "bold"))]
    if backup is not None:
        facts.append(Fact("", Content.assemble("Exported to ", shown(str(backup), "bold"))))
    warned = tuple(Fact("!", shown(each, "$warning")) for each in result.warnings)
    mind = (Section("Mind", warned),) if warned else ()
    return (Section("", tuple(facts)), *report_sections(result.residue), *mind)


def case_steps(options_steps: list[Step], backup: bool) -> list[str]:
    """All that is done, in order."""
    return [*([BACKUP] if backup else []), *options_steps, RESIDUE]
