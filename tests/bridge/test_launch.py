"""Which install is opened, as which Unix user, and what is said where that cannot be."""

from __future__ import annotations

import ast
import marshal
import os
import pwd
import py_compile
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

import pytest

from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client.child import Child
from zulip_bridge.launch import BOOT, InstallTarget, open_door, shipment
from zulip_bridge.launch.boot import _code_of, _sources
from zulip_bridge.worker.loader import SentModules

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a ``manage.py`` that other users may look into, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        (path / "manage.py").write_text("#!/usr/bin/env python3\n")
        yield path


def test_the_owner_needs_nobody_elses_rights(folder: Path) -> None:
    door = open_door(InstallTarget(folder))
    assert door.argv[0] == str(folder / "manage.py")
    assert door.user == pwd.getpwuid(os.geteuid()).pw_name
    assert door.password_first is None
    assert not door.on_terminal


def test_the_words_on_the_command_line_are_short_and_always_the_same(folder: Path) -> None:
    assert open_door(InstallTarget(folder)).argv[1:] == ("shell", "-v", "0", "-c", BOOT)
    assert len(BOOT) < 100


def test_no_deployment_is_one_sentence_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(StewardError) as caught:
        open_door(InstallTarget(tmp_path))
    assert caught.value.kind is ErrorKind.LAUNCH
    assert str(tmp_path) in caught.value.sentence
    assert "--demo" in caught.value.sentence


@as_root
def test_root_becomes_the_owner(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(folder / "manage.py", nobody.pw_uid, nobody.pw_gid)
    door = open_door(InstallTarget(folder))
    assert door.user == "nobody"
    assert door.argv[:4] in [("runuser", "-u", "nobody", "--"), ("sudo", "-n", "-u", "nobody")]


@as_root
def test_an_owner_without_an_account_is_named_by_number(folder: Path) -> None:
    os.chown(folder / "manage.py", 54_321, 54_321)
    with pytest.raises(StewardError, match="54321"):
        open_door(InstallTarget(folder))


@as_root
def test_somebody_else_is_told_whom_it_needs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    sentence = _as_user("nobody", lambda: _refusal(folder))
    assert "root" in sentence
    assert "nobody" not in sentence


@as_root
@pytest.mark.parametrize(("allowed", "asks"), [(True, False), (False, True)])
def test_sudo_is_used_where_it_is_allowed_and_asked_where_it_wants_a_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool, asks: bool
) -> None:
    sudo = folder / "sudo"
    sudo.write_text(f"#!/bin/sh\nexit {0 if allowed else 1}\n")
    sudo.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{Path(shutil.which('sh') or '/bin/sh').parent}")
    said = _as_user("nobody", lambda: repr(_door_words(folder)))
    words, password, on_terminal = ast.literal_eval(said)
    assert words[:4] == ("sudo", "-n", "-u", "root")
    assert (password is not None) is asks
    assert on_terminal


def _door_words(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...] | None, bool]:
    door = open_door(InstallTarget(folder))
    return door.argv, door.password_first, door.on_terminal


def _refusal(folder: Path) -> str:
    try:
        open_door(InstallTarget(folder))
    except StewardError as error:
        return error.sentence
    return "opened"


def _as_user(name: str, work: Callable[[], str]) -> str:
    """What ``work`` says in a child process that belongs to another user."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            entry = pwd.getpwnam(name)
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            os.write(writing, work().encode())
        except BaseException:  # noqa: BLE001 (the parent must see whatever it was)
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        words = said.read()
    os.waitpid(child, 0)
    return words


def test_what_is_sent_needs_nothing_but_what_zulip_has() -> None:
    """Every module that a sent module imports from the project is sent too."""
    loader, modules = _sources()
    assert b"zulip_bridge.worker.session" in loader
    for name, source in modules.items():
        assert "zulip_bridge.client" not in source, name
        assert "import psycopg" not in source, name
    assert "zulip_bridge.wire" in modules
    assert "zulip_bridge.api.people" in modules


def test_what_is_sent_over_a_network_is_small() -> None:
    assert len(shipment("0123456789abcdef", WorkerOptions(), distant=True)) < 300_000


def sent_module(source: str, compiled: dict[str, bytes]) -> ModuleType:
    finder = SentModules({"sent": source}, compiled)
    module = module_from_spec(finder.find_spec("sent", None))
    finder.exec_module(module)
    return module


def test_what_is_compiled_is_run_under_the_name_of_the_module_and_not_of_a_path_here() -> None:
    code = compile("def f(): pass\nvalue = 2", "/somewhere/on/this/machine.py", "exec")
    module = sent_module("value = 1", {"sent": marshal.dumps(code)})
    assert module.value == 2
    assert module.f.__code__.co_filename == "<sent>"


@pytest.mark.parametrize("broken", [b"", b"?", marshal.dumps(compile("value = 2", "x", "exec"))[:-9]])
def test_what_cannot_be_read_of_it_is_compiled_from_the_source(broken: bytes) -> None:
    assert sent_module("value = 1", {"sent": broken}).value == 1


def test_only_what_was_compiled_of_the_source_as_it_is_is_sent(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("value = 1")
    assert _code_of(source) is None
    py_compile.compile(str(source), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    code = _code_of(source)
    assert code is not None
    found: dict[str, int] = {}
    exec(marshal.loads(code), found)
    assert found["value"] == 1
    source.write_text("value = 12")
    assert _code_of(source) is None


@pytest.mark.asyncio
async def test_an_active_virtual_environment_is_not_the_one_that_the_shell_runs_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = folder / "venv"
    for each in (environment, environment / "bin"):
        each.mkdir()
    (environment / "pyvenv.cfg").touch()
    python = environment / "bin" / "python3"
    python.write_text("#!/bin/sh\necho the wrong one\n")
    python.chmod(0o755)
    manage = folder / "manage.py"
    manage.write_text("#!/usr/bin/env python3\nprint('the right one')\n")
    manage.chmod(0o755)
    monkeypatch.setenv("PATH", f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}")
    child = await Child.start(open_door(InstallTarget(folder)))
    said = await child.incoming.line(1_000)
    await child.end()
    assert said == b"the right one\n"
