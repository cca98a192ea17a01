"""What holds for every command: help, completion, imports, quiet ends, and the README that names them all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.process import SCRIPT, on, run
from zulip_bridge.cli.main import command_line
from zulip_bridge.demo import DemoInstall

README = Path(__file__).parents[2] / "README.md"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands(command_line(lambda *args, **kwargs: 0)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    ended = run(*path, "--help")
    assert ended.status == 0
    assert "Usage:" in ended.stdout


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_and_option_is_in_the_readme(path: tuple[str, ...]) -> None:
    text = README.read_text()
    words = " ".join(word for word in path if word != "person")
    assert f"zulip-steward {words}" in text or f"`{words}`" in text
    for parameter in ALL[path].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert f"`{parameter.opts[0]}" in text or f" {parameter.opts[0]}" in text, parameter.opts[0]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    ended = run("completion", shell)
    assert ended.status == 0
    assert "zulip-steward" in ended.stdout


def test_completion_offers_the_commands() -> None:
    ended = run(_ZULIP_STEWARD_COMPLETE="bash_complete", COMP_WORDS="zulip-steward fo", COMP_CWORD="1")
    assert "footprint" in ended.stdout


@pytest.mark.parametrize(
    "module", ["zulip_bridge.cli.main", "zulip_bridge.cli.search", "zulip_bridge.steward", "tui.main"]
)
def test_the_command_line_does_not_import_the_screens_nor_django(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{name.split('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not any(f"'{name}'" in loaded for name in ("textual", "django", "psycopg"))


def test_a_reader_that_goes_away_ends_it_quietly(demo: DemoInstall) -> None:
    words = f"{SCRIPT} search --limit 1000 --install {demo.path} | head -1"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_demo_path_and_url_are_the_sessions_own(demo: DemoInstall) -> None:
    assert run("demo", "path").stdout.strip() == str(demo.path)
    assert run("demo", "url").stdout.strip() == demo.url


def test_the_demo_opens_by_its_own_option(demo: DemoInstall) -> None:
    assert run("search", "marta", "--demo", "--json").json == on(demo, "search", "marta", "--json").json
