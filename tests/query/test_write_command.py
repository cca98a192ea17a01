"""``query --write`` as a process, on a terminal and in a script."""

from __future__ import annotations

import psycopg
import pytest

from tests.cli.process import SCRIPT, on
from tests.plain_sql import value as plain_value
from tests.terminal import Terminal
from zulip_bridge.demo import DemoInstall

SOME = "UPDATE zerver_draft SET topic = 'x' WHERE id <= 3"
COUNT = "SELECT count(*) FROM zulip.zerver_draft WHERE topic = 'x'"


def test_a_script_commits_with_yes_only(scratch: DemoInstall) -> None:
    database = psycopg.connect(scratch.url, user="postgres", autocommit=True)
    refused = on(scratch, "query", "--write", "--sql", SOME)
    assert (refused.status, plain_value(database, COUNT)) == (1, 0)
    assert "UPDATE zerver_draft: 3 rows" in refused.stdout
    assert "--yes" in refused.stderr and "caches" in refused.stderr
    wants = on(scratch, "query", "--write", "--yes", "--sql", "UPDATE zerver_draft SET topic = 'x'")
    assert (wants.status, plain_value(database, COUNT)) == (1, 0)
    assert "--confirm 'every row of zerver_draft'" in wants.stderr
    done = on(scratch, "query", "--write", "--yes", "--json", "--sql", SOME)
    assert (done.status, plain_value(database, COUNT)) == (0, 3)
    assert done.json["outcome"]["state"] == "committed"
    assert done.json["tried"]["rows"] == 3
    words = ["--confirm", "every row of zerver_draft"]
    code = "Draft.objects.update(topic='y')"
    assert on(scratch, "query", "--write", "--yes", "--orm", code, *words).status == 0
    assert plain_value(database, COUNT) == 0


@pytest.mark.parametrize("words", [["--write", "--saved", "guests"], ["--yes", "--sql", "SELECT 1"]])
def test_what_does_not_go_together_is_a_usage_error(scratch: DemoInstall, words: list[str]) -> None:
    assert on(scratch, "query", *words).status == 2


def test_read_only_refuses(scratch: DemoInstall) -> None:
    ended = on(scratch, "query", "--read-only", "--write", "--yes", "--sql", SOME)
    assert ended.status == 1 and "opened read-only" in ended.stderr


@pytest.mark.parametrize(("answer", "rows"), [("y", 3), ("", 0), ("n", 0)])
def test_on_a_terminal_it_asks_and_the_default_is_no(scratch: DemoInstall, answer: str, rows: int) -> None:
    database = psycopg.connect(scratch.url, user="postgres", autocommit=True)
    with Terminal([str(SCRIPT), "query", "--write", "--sql", SOME, "--install", str(scratch.path)]) as terminal:
        terminal.read_until("[y/N]")
        terminal.send(answer, "enter")
        terminal.read_until("Committed" if rows else "Rolled back")
    assert plain_value(database, COUNT) == rows
