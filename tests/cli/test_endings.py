"""How commands end: exit status, one sentence on stderr, nothing on stdout; and never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import SCRIPT, run, start
from zulip_bridge.demo import DemoInstall

USAGE_ERRORS = [
    ("nonsense",),
    ("search", "--nonsense"),
    ("search", "--limit", "0", "--demo"),
    ("search", "--limit", "many", "--demo"),
    ("search", "--role", "king", "--demo"),
    ("search", "--status", "sleepy", "--demo"),
    ("search", "--demo-size", "huge"),
    ("search", "--demo", "--install", "/nowhere"),
    ("--demo", "search", "--install", "/nowhere"),
    ("show",),
    ("show", "1", "2"),
    ("export", "66", "--demo"),
    ("export", "verify"),
    ("demo", "path", "--size", "huge"),
    ("completion", "powershell"),
    ("journal", "nonsense"),
]


@pytest.mark.parametrize("words", USAGE_ERRORS, ids=" ".join)
def test_usage_errors(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Usage: zulip-steward")
    assert "\nError: " in ran.stderr


def test_bytes_that_are_no_text_are_a_usage_error() -> None:
    for words in (("show", "\udcff"), ("search", "a", "\udcff"), ("search", "--realm", "\udcff")):
        ran = run(*words)
        assert (ran.status, ran.stdout) == (2, "")
        assert "UTF-8" in ran.stderr


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    for words in (("doctor",), ("search", "a"), ("show", "1"), ("export", "1", "--output", "/nonexistent/a")):
        ran = run(*words, "--install", "/nowhere")
        assert (ran.status, ran.stdout) == (1, "")
        assert (
            ran.stderr
            == "There is no manage.py in /nowhere; name one with --install PATH, or look around with --demo.\n"
        )


def test_an_install_that_does_not_start_is_one_sentence_and_with_debug_more(tmp_path: Path) -> None:
    manage = tmp_path / "manage.py"
    manage.write_text(
        f"#!{sys.executable}\nimport sys\nprint('\\x1b[2Jfirst', file=sys.stderr)\nsys.exit('no \\x9b good')\n"
    )
    manage.chmod(0o755)
    ran = run("doctor", "--install", str(tmp_path))
    assert (ran.status, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    assert "good" in ran.stderr
    more = run("doctor", "--install", str(tmp_path), "--debug")
    assert more.status == 1
    assert "␛[2Jfirst" in more.stderr


def test_the_screens_need_a_terminal() -> None:
    ran = run("--demo")
    assert (ran.status, ran.stdout) == (1, "")
    assert "need a terminal" in ran.stderr


def test_a_reader_that_goes_away_is_no_complaint(demo: DemoInstall) -> None:
    with start("search", "--demo", "--limit", "1000") as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate(timeout=60)
    assert process.returncode == 141
    assert err == b""


def test_a_full_disk_is_one_sentence(demo: DemoInstall) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([str(SCRIPT), "search", "--demo"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 1
    assert ended.stderr == f"zulip-steward could not go on: {os.strerror(28)}.\n".encode()


@pytest.mark.parametrize(("closed", "expected"), [("<&-", 0), (">&-", 0), ("2>&-", 0), ("<&- >&- 2>&-", 0)])
def test_closed_streams_do_no_harm(demo: DemoInstall, closed: str, expected: int) -> None:
    line = f'exec "$0" search marta --demo {closed}'
    assert subprocess.run(["/bin/sh", "-c", line, str(SCRIPT)], check=False).returncode == expected


def test_ctrl_c_while_connecting(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    manage = tmp_path / "manage.py"
    manage.write_text(f"#!{sys.executable}\nimport time\nopen({str(ready)!r}, 'w').close()\ntime.sleep(60)\n")
    manage.chmod(0o755)
    with start("doctor", "--install", str(tmp_path)) as process:
        while not ready.exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"Interrupted.\n")


FAULTY = """
import sys
from zulip_bridge.cli import doctor, main
def work(*_):
    password = "s3cret-value"
    raise RuntimeError("marta@example.org " + password)
doctor.with_steward = work
sys.argv = ["zulip-steward", "doctor"]
main.run(lambda *_: 0)
"""


def test_a_fault_of_its_own_shows_no_values() -> None:
    ended = subprocess.run([sys.executable, "-c", FAULTY], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "fault: builtins.RuntimeError" in ended.stderr
    assert "zulip_bridge.cli.doctor" in ended.stderr
    assert "s3cret" not in ended.stderr
    assert "marta" not in ended.stderr


STRAY = """
import asyncio, sys
from zulip_bridge.cli import options, session
def fail():
    raise ValueError("s3cret-value")
async def work():
    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0.01)
asyncio.run(session._interruptible(work, options.Choice(debug=len(sys.argv) > 1)))
"""


def test_a_fault_that_nobody_waits_for_is_told_with_debug_only_and_without_values() -> None:
    quiet, debug = (
        subprocess.run([sys.executable, "-c", STRAY, *words], capture_output=True, text=True, check=True)
        for words in ((), ("--debug",))
    )
    assert (quiet.stdout, quiet.stderr) == ("", "")
    assert "fault: builtins.ValueError" in debug.stderr
    assert "s3cret" not in debug.stderr


HEAVY = ("textual", "tui.app", "django", "psycopg", "zulip_bridge.worker", "rich.progress")
LOADED = """
import sys
from tui.main import main
sys.argv[0] = "zulip-steward"
try:
    main()
finally:
    print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [("--help",), ("search", "marta", "--demo"), ("show", "66", "--demo"), ("journal",), ("completion", "zsh")],
)
def test_commands_import_neither_the_screens_nor_the_server(demo: DemoInstall, words: tuple[str, ...]) -> None:
    ended = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    loaded = ended.stderr.splitlines()
    assert "zulip_bridge.cli.main" in loaded
    assert [name for name in loaded if name.startswith(HEAVY)] == []


def test_the_help_waits_for_nothing() -> None:
    ended = subprocess.run([sys.executable, "-c", LOADED, "--help"], capture_output=True, text=True, check=False)
    loaded = set(ended.stderr.splitlines())
    assert not loaded & {"asyncio", "orjson", "importlib.metadata", "zulip_bridge.steward", "zulip_bridge.client"}
