"""The report of an erasure as files: JSON, and a page that any browser shows. Neither has a name or an address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timezone
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zulip_bridge.api.erase import STEPS, STRATEGIES
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.journal import Result
from zulip_bridge.saving import Draft, Saved

from .erasures import ErasureResult

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #1c2530; }
table { border-collapse: collapse; width: 100%; margin: .5em 0 1.5em; }
th, td { text-align: left; vertical-align: top; padding: .25em .75em .25em 0; border-bottom: 1px solid #d5dbe2; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.bad { color: #a4161a; font-weight: bold; } .good { color: #1b6b3a; font-weight: bold; } .dim { color: #5c6875; }
@media (prefers-color-scheme: dark) { body { background: #12171d; color: #dde3ea; } .dim { color: #94a0ad; } }
"""


def report_of(result: ErasureResult, server: str, at: str) -> dict[str, Any]:
    """What was done and what is left, as values of JSON."""
    person, options = result.person, result.options
    return {
        "server": server,
        "at": at,
        "person": {"id": person.id, "realm": person.realm},
        "strategy": options.strategy,
        "bots": options.bots,
        "complete": result.complete,
        "counts": result.counts,
        "warnings": result.warnings,
        "residue": result.residue,
    }


def page_of(result: ErasureResult, server: str, at: str) -> str:
    """The same as a page that needs nothing else; everything in it is escaped."""
    report, person = result.residue, result.person
    verdict = (
        '<p class="good">Nothing is left that should be gone.</p>'
        if result.complete
        else f'<p class="bad">Places that should be empty: {len(report.wrong)}.</p>'
    )
    looked = f"{report.columns:,} columns of {report.tables:,} tables and {report.files:,} files"
    facts = [
        ("server", server),
        ("organization", person.realm or "(root)"),
        ("account", f"id {person.id}"),
        ("strategy", f"{result.options.strategy}: {STRATEGIES[result.options.strategy]}"),
        ("bots", result.options.bots or "–"),
        ("finished", at),
        ("looked through", f"{looked}, in {report.seconds:.1f} s"),
    ]
    steps = [
        (STEPS[step], place, number) for step in STEPS for place, number in result.counts.get(step, {}).items()
    ]  # fmt: skip
    found = [
        (each.verdict, f"{each.place}.{each.column}".rstrip("."), each.kind, each.rows, each.reason)
        for each in sorted(report.found, key=lambda each: (each.verdict, each.place))
    ]
    warnings = "".join(f"<li>{escape(each)}</li>" for each in result.warnings)
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>Erasure of account {person.id}</title><style>{STYLE}</style></head><body>",
            f"<h1>Erasure of account {person.id}</h1>{verdict}{_table((), facts)}",
            f"<h2>What was done</h2>{_table(('step', 'where', 'rows or files'), steps)}",
            f"<h2>What is left</h2>{_table(('', 'where', 'what', 'rows', 'why'), found)}",
            f"<h2>Notes</h2><ul>{warnings}</ul>" if warnings else "",
            "</body></html>\n",
        )
    )


def _table(head: Iterable[str], rows: Iterable[tuple[object, ...]]) -> str:
    titles = "".join(f"<th>{escape(each)}</th>" for each in head)
    lines = ["".join(map(_cell, row)) for row in rows]
    if not lines:
        return '<p class="dim">Nothing.</p>'
    first = f"<thead><tr>{titles}</tr></thead>" if titles else ""
    return f"<table>{first}<tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"


def _cell(value: object) -> str:
    return f'<td class="n">{value:,}</td>' if isinstance(value, int) else f"<td>{escape(str(value))}</td>"


async def save_report(steward: Steward, result: ErasureResult, path: Path) -> list[Saved]:
    """Write the report to ``path`` as JSON, and beside it, with the ending ``.html``, as a page; both 0600.

    Recorded with their hashes before they have their names. Raises :class:`StewardError`, kind ``storage``, where one
    cannot be written or is there already, and ``invalid`` where ``path`` is the page's own name.
    """
    if path.suffix.lower() == ".html":
        raise StewardError(ErrorKind.INVALID, "Name the file for JSON; the page is written beside it.")
    at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    facts: dict[str, Any] = {"path": str(path)}
    drafts: list[Draft] = []
    try:
        drafts.append(await asyncio.to_thread(Draft.write, path, report_of(result, steward.label, at)))
        page = page_of(result, steward.label, at).encode()
        drafts.append(await asyncio.to_thread(Draft.write_bytes, path.with_suffix(".html"), page))
        facts["sha256"] = [each.saved.sha256 for each in drafts]
        await steward.record("erase.report", Result("done"), result.person, facts)
        return [await asyncio.to_thread(each.keep) for each in drafts]
    except StewardError as error:
        await steward.record("erase.report", Result("failed", error.sentence), result.person, facts)
        raise
    finally:
        for each in drafts:
            await asyncio.to_thread(each.drop)
