"""``channel`` as a command: what it prints, asks, and ends with."""

from __future__ import annotations

import pytest

from tests.channels.rows import audit, new_name, newest_audit, of, some_channel
from tests.cli.process import SCRIPT, on, run
from tests.edit.test_commands import OBEYED
from tests.plain_sql import Database
from tests.terminal import Terminal
from zulip_bridge.demo import DemoInstall


def test_a_channel_is_shown_by_id_name_and_from_stdin(trial: DemoInstall, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    name = of(trial_db, channel, "name")
    by_id = on(trial, "channel", str(channel))
    assert by_id.status == 0
    assert f"{name} (id {channel}, realm acme):\nprivacy      public\n" in by_id.stdout
    assert on(trial, "channel", name, "--realm", "acme").stdout == by_id.stdout
    assert on(trial, "channel", "-", "--realm", "acme", stdin=f"{name}\n").stdout == by_id.stdout
    shown = on(trial, "channel", str(channel), "--json").json
    assert (shown["id"], shown["name"], shown["archived"], shown["realm"]) == (channel, name, False, "acme")


def test_a_name_that_several_organizations_have_is_refused_with_them(trial: DemoInstall) -> None:
    ended = on(trial, "channel", "general", "archive", "--yes")
    assert (ended.status, ended.stdout) == (1, "")
    assert "general (id 1, realm acme)" in ended.stderr
    assert ended.stderr.count("id ") > 2
    for words in (["nowhere to be found"], ["999999"], ["general", "--realm", "none"]):
        missing = on(trial, "channel", *words)
        assert (missing.status, missing.stdout) == (1, "")
        assert "There is no channel" in missing.stderr


def test_a_former_name_leads_to_what_is_archived(trial: DemoInstall, trial_db: Database) -> None:
    channel, name = some_channel(trial_db), new_name()
    marked = f"0123456!DEACTIVATED:{name}"
    trial_db.execute("UPDATE zerver_stream SET deactivated = true, name = %s WHERE id = %s", [marked, channel])
    ended = on(trial, "channel", name)
    assert ended.status == 1
    assert f"There is {marked} (id {channel}, realm acme, archived)." in ended.stderr


def test_it_is_shown_asked_and_done(trial: DemoInstall, trial_db: Database) -> None:
    channel, name, since = some_channel(trial_db), new_name(), newest_audit(trial_db)
    dry = on(trial, "channel", str(channel), f"rename={name}", "archive", "--dry-run")
    assert (dry.status, audit(trial_db, channel, since)) == (0, [])
    assert name in dry.stdout
    assert "event 602" in dry.stdout
    unasked = on(trial, "channel", str(channel), "archive", stdin="y\n")
    assert (unasked.status, unasked.stdout) == (1, "")
    assert "no terminal to ask on" in unasked.stderr
    done = on(trial, "channel", str(channel), f"rename={name}", "archive", "--yes")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith("archived     done")
    assert of(trial_db, channel, "name, deactivated") == (name, True)
    again = on(trial, "channel", str(channel), "archive", "--yes")
    assert (again.status, "nothing to change" in again.stderr) == (0, True)
    back = on(trial, "channel", str(channel), "unarchive", "--yes", "--json").json
    assert (back["state"], back["channel"]["archived"], back["items"][0]["after"]) == ("done", False, "no")
    assert "cause" not in back["items"][0]
    refused = on(trial, "channel", str(channel), "rename=general", "--yes")
    assert (refused.status, "Refused (name taken):" in refused.stderr) == (1, True)
    preview = on(trial, "channel", str(channel), "rename=general", "--dry-run", "--json")
    assert (preview.status, preview.json["items"][0]["refusals"][0]["rule"]) == (1, "name taken")
    assert on(trial, "channel", str(channel), "archive", "--yes", "--read-only").status == 1
    assert of(trial_db, channel, "name, deactivated") == (name, False)


def test_the_terminal_is_asked_and_no_is_the_default(trial: DemoInstall, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    words = [str(SCRIPT), "channel", str(channel), "archive", "--install", str(trial.path)]
    for keys, status in [(["enter"], 1), (["ctrl+c"], 130), (["y", "enter"], 0)]:
        with Terminal(words, columns=120) as terminal:
            terminal.read_until("[y/N]")
            assert of(trial_db, channel, "deactivated") is False
            terminal.send(*keys)
            assert terminal.wait() == status
    assert of(trial_db, channel, "deactivated") is True


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("1", "nonsense"),
        ("1", "rename"),
        ("1", "archive=yes"),
        ("1", "archive", "unarchive", "--yes"),
        ("1", "rename=a", "name=b", "--yes"),
        ("1", "archive", "--json"),
        ("1", "color=red", "--yes"),
    ],
)
def test_wrong_usage_is_status_2(words: tuple[str, ...]) -> None:
    assert run("channel", *words).status == 2


def test_hostile_text_is_made_visible(trial: DemoInstall, trial_db: Database) -> None:
    channel = some_channel(trial_db)
    hostile = "\x1b]52;c;SEVMTE8=\x07[red]x\u202e"
    trial_db.execute("UPDATE zerver_stream SET description = %s WHERE id = %s", [hostile, channel])
    for words in ([], ["description=plain", "--dry-run"]):
        assert OBEYED.search(on(trial, "channel", str(channel), *words).stdout) is None


@pytest.mark.parametrize(
    ("begun", "expected"), [("", {"rename=", "description=", "archive", "unarchive"}), ("un", {"unarchive"})]
)
def test_changes_are_completed(begun: str, expected: set[str]) -> None:
    line = f"zulip-steward channel 4 {begun}"
    answer = run(_ZULIP_STEWARD_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD="3").stdout.split()
    assert {each.split(",", 1)[1] for each in answer} == expected
