"""``doctor``: can the server be reached, as whom, which versions, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zulip_bridge.api.calls import Hello
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.server import Finding

from .ending import refused
from .narration import counted
from .options import Choice, target_options
from .output import path_text, print_facts, print_json
from .session import with_steward

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object.")
@target_options
def doctor(as_json: bool, choice: Choice) -> None:
    """Look at a server without touching anything: reached as whom, which versions, what is missing.

    Ends with status 1 where something is a problem.
    """

    async def work(steward: Steward) -> tuple[Hello, list[Finding], str]:
        return steward.hello, await steward.examine(), path_text(steward.journal.path)

    hello, findings, journal = with_steward(choice, work)
    if as_json:
        print_json({**to_json(hello), "journal": journal, "findings": findings})
    else:
        print_facts([*_facts(hello, journal), *((each.name, _shown(each)) for each in findings)])
    problems = sum(each.level == "problem" for each in findings)
    if problems:
        refused(f"{counted(problems, 'problem')} among {counted(len(findings), 'finding')}.")


def _shown(finding: Finding) -> str:
    return f"{MARKS[finding.level]}: {finding.sentence}"


def _facts(hello: Hello, journal: str) -> list[tuple[str, str]]:
    level = f", feature level {hello.feature_level}" if hello.feature_level else ""
    return [
        ("server", hello.server),
        ("install", hello.install),
        ("as", f"{hello.unix_user}@{hello.host}"),
        ("Zulip", f"{hello.zulip_version}{level}"),
        ("PostgreSQL", f"{hello.postgres_version}, database {hello.database}, {hello.driver}"),
        ("Python", f"{hello.python_version}, Django {hello.django_version}"),
        ("session", "read only" if hello.read_only else "may write"),
        ("journal", journal),
    ]
