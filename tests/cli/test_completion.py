"""Completion, the version, and what README and the gate must have word for word."""

from __future__ import annotations

import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from tests.cli.process import run
from tests.cli.test_command_line import ALL
from zulip_bridge.cli.options import SHOWN_DEFAULT
from zulip_bridge.launch.targets import DEFAULT_INSTALL

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_help_of_export_has_both_forms_and_all_options() -> None:
    out = run("export", "--help").stdout
    assert "export USER --output PATH" in out
    assert "export verify PATH" in out
    assert "--realm" in out


def test_the_help_names_the_default_that_is_used() -> None:
    assert str(DEFAULT_INSTALL) == SHOWN_DEFAULT


def test_the_readme_documents_no_option_that_does_not_exist() -> None:
    reference = README.split("## Commands")[1].split("\n## ")[0]
    root = {"--slow", "--mouse", "--version", "--help"}
    known = root | {name for command in ALL.values() for each in command.params for name in each.opts}
    mentioned = {word.strip("`.,;:()[]") for word in reference.split() if word.startswith(("`--", "--"))}
    assert mentioned
    assert mentioned <= known


def test_the_readme_has_the_two_commands_and_the_gate_runs_one() -> None:
    tests = "python3 -m pip install '.[demo,dev]' && python3 -m pytest\n"
    assert "python3 -m pip install '.[demo]' && zulip-steward --demo\n" in README
    assert tests in README
    assert tests in (ROOT / ".ci" / "run").read_text()


def test_the_version_is_the_distributions() -> None:
    assert run("--version").stdout == f"zulip-steward {metadata.version('zulip-steward')}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_can_read_its_script(shell: str) -> None:
    script = run("completion", shell).stdout
    assert "_ZULIP_STEWARD_COMPLETE" in script
    if program := shutil.which(shell):
        assert subprocess.run([program, "-n", "/dev/stdin"], input=script, text=True, check=False).returncode == 0


def test_no_shell_is_needed_to_print_a_script() -> None:
    assert run("completion", "bash", PATH="/nowhere").status == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("zulip-steward sea", {"search"}),
        ("zulip-steward demo ", {"reset", "stop", "path", "url"}),
        ("zulip-steward search --role m", {"moderator", "member"}),
        ("zulip-steward search --st", {"--status"}),
        ("zulip-steward search --status ", {"active", "deactivated", "any"}),
        ("zulip-steward export v", {"verify"}),
        ("zulip-steward export --out", {"--output"}),
        ("zulip-steward export 66 --out", {"--output"}),
        ("zulip-steward --demo-size ", {"small", "large"}),
    ],
)
def test_the_shell_is_told_what_fits(line: str, expected: set[str]) -> None:
    at = str(len(line.split(" ")) - 1)
    answer = run(_ZULIP_STEWARD_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=at).stdout.split()
    assert {each.split(",", 1)[1] for each in answer} == expected
