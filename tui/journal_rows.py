"""Journal entries as rows and as facts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Section
from tui.widgets.rows import Row
from zulip_bridge.journal import Operator, RecordedEntry, VerifyReport
from zulip_bridge.text import display_text

COLUMNS = (
    Column("Nr", 6, align="right", priority=4),
    Column("When (UTC)", 16),
    Column("Operator", 8, weight=1, max_width=20, priority=3),
    Column("Action", 16, weight=1, max_width=24),
    Column("Person", 12, weight=1, max_width=24, priority=1),
    Column("Result", 9, priority=2),
)
LONGEST_CELL = 40
MOST_PROBLEMS = 3


def entry_row(recorded: RecordedEntry) -> Row:
    """An entry as a row; what failed or is under way is told by its word."""
    entry = recorded.entry
    person = f"{entry.person.id} · {entry.person.realm or '(root)'}" if entry.person else wording.NEVER
    cells = (
        str(recorded.seq),
        wording.moment(entry.when).removesuffix(" UTC"),
        display_text(entry.operator.sudo_user or entry.operator.login, limit=LONGEST_CELL),
        display_text(entry.action, limit=LONGEST_CELL),
        display_text(person, limit=LONGEST_CELL),
        display_text(entry.result.state, limit=LONGEST_CELL),
    )
    return Row(recorded.seq, cells, style="warning" if entry.result.state == "failed" else "")


def entry_sections(recorded: RecordedEntry, now: datetime) -> tuple[Section, ...]:
    """Everything that an entry says."""
    entry = recorded.entry
    who = [
        Fact("when", shown(wording.since(entry.when, now))),
        Fact("operator", shown(_operator_words(entry.operator))),
        Fact("at", shown(entry.host)),
    ]
    if entry.server is not None:
        who.append(Fact("server", shown(f"{entry.server.name} · Zulip {entry.server.version}")))
        who.append(Fact("install", shown(entry.server.install)))
    if entry.person is not None:
        who.append(Fact("person", shown(f"id {entry.person.id} · {entry.person.realm or '(root)'}")))
    result = Content.assemble((display_text(entry.result.state), "bold"))
    if entry.result.sentence:
        result = Content.assemble(result, (" · ", MUTED), shown(entry.result.sentence))
    who.append(Fact("result", result))
    sections = [Section(f"{recorded.seq} · {display_text(entry.action, limit=30)}", tuple(who))]
    for title, values in (("Parameters", entry.parameters), ("Before", entry.before), ("After", entry.after)):
        if values:
            sections.append(Section(title, tuple(_value_fact(name, value) for name, value in values.items())))
    chain = (Fact("hash", shown(recorded.hash)), Fact("before it", shown(recorded.prev)))
    return (*sections, Section("Chain", chain))


def report_content(report: VerifyReport) -> Content:
    """What the check of the chain found, in a line; or the first problems, each in one."""
    if report.ok:
        last = f"  last hash {report.last_hash[:16]}…" if report.entries else ""
        words = wording.counted(report.entries, "entry", "entries")
        notes = f", {wording.counted(len(report.notes), 'note')}" if report.notes else ""
        return Content.assemble(("✓ The chain is whole", "$success"), f": {words}{notes}", (last, MUTED))
    lines = [shown(f"✕ {problem.sentence}", "bold $error") for problem in report.problems[:MOST_PROBLEMS]]
    more = len(report.problems) - MOST_PROBLEMS
    if more > 0:
        lines.append(Content.styled(f"  and {wording.counted(more, 'further problem')}", "$error"))
    return Content("\n").join(lines)


def _operator_words(operator: Operator) -> str:
    words = [operator.sudo_user or operator.login]
    if operator.sudo_user:
        words.append(f"by sudo as {operator.login}")
    if operator.ssh_client:
        words.append(f"from {operator.ssh_client}")
    return " ".join(words)


def _value_fact(name: str, value: Any) -> Fact:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Fact(display_text(name, limit=LONGEST_CELL), shown(text))
