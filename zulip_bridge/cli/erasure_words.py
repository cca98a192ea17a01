"""How erasures are shown: tables on stdout, reasons and warnings on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zulip_bridge.api.erase import STEPS, ErasurePreview
from zulip_bridge.api.residue import ResidueReport

from .changes import named
from .narration import counted, narrate
from .output import Align, print_line, print_table

if TYPE_CHECKING:
    from zulip_bridge.erase import ErasureResult

NUMBERS_LAST: tuple[Align, ...] = ("left", "left", "right")


def print_preview(preview: ErasurePreview) -> None:
    """What goes, what of others goes with it, what stays."""
    print_line(f"{named(preview.person)}, strategy {preview.options.strategy}:")
    rows = [[each.fate, f"{each.table}.{each.column}", f"{each.rows:,}", each.sentence] for each in preview.rows]
    print_table(["", "where", "rows", ""], rows, NUMBERS_LAST)
    if preview.files:
        rows = [[each.kind, f"{each.files:,}", f"{each.bytes:,}", each.sentence] for each in preview.files]
        print_table(["files", "number", "bytes", ""], rows, ["left", "right", "right"])
    if preview.collateral:
        print_line("Other people's:")
        rows = [
            ["saved" if each.saved else "lost", each.table, f"{each.rows:,}", each.sentence]
            for each in preview.collateral
        ]
        print_table(["", "where", "rows", ""], rows, NUMBERS_LAST)
    if preview.bots:
        rows = [[str(each.id), each.full_name, f"{each.messages:,}"] for each in preview.bots]
        print_table(["bot", "name", "messages"], rows, ["right", "left", "right"])
    print_line("Stays, and is not this tool's to remove:")
    print_table(["where", ""], [[each.place, each.sentence] for each in preview.remains])
    for sentence in preview.warnings:
        narrate(f"Note: {sentence}")
    for refusal in preview.refusals:
        narrate(f"Refused ({refusal.rule}): {refusal.sentence}")


def print_result(result: ErasureResult) -> None:
    """What each step did."""
    rows = [
        [STEPS[step], place, f"{number:,}"]
        for step, counts in ((step, result.counts.get(step, {})) for step in STEPS)
        for place, number in counts.items()
    ]
    print_table(["step", "where", "rows or files"], rows, NUMBERS_LAST)
    for sentence in result.warnings:
        narrate(f"Note: {sentence}")


def print_report(report: ResidueReport) -> None:
    """What was found, and the verdict."""
    rows = [
        [each.verdict, f"{each.place}.{each.column}".rstrip("."), each.kind, f"{each.rows:,}", each.reason]
        for each in sorted(report.found, key=lambda each: (each.verdict, each.place))
    ]
    if rows:
        print_table(["", "where", "what", "rows", "why"], rows, ["left", "left", "left", "right"])
    looked = (
        f"{counted(report.columns, 'column')} of {counted(report.tables, 'table')}, {counted(report.files, 'file')}"
    )
    wrong = len(report.wrong)
    verdict = "Nothing is left that should be gone." if not wrong else f"{counted(wrong, 'place')} should be empty."
    narrate(f"{verdict} Looked through {looked} in {report.seconds:.1f} s.")
