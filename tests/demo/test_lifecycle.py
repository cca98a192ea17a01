"""A demo is created once, started when wanted, shared by processes, and rebuilt when it is not whole."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.cli.process import start
from tests.demo import tiny_population
from tests.plain_sql import value
from zulip_bridge import demo
from zulip_bridge.demo import DemoError, DemoInstall
from zulip_bridge.demo.paths import DIRECTORY_VARIABLE

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).parent.parent.parent
TINY = "zulip_bridge.demo.database.POPULATION"
IN_A_CHILD = f"""
from zulip_bridge import demo
from zulip_bridge.demo import database
database.POPULATION = {tiny_population.__name__!r}
print(demo.ensure("small").url)
"""
MakeDirectory = Callable[[str], Path]


@pytest.fixture
def make_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeDirectory]:
    """Makes a short-lived directory for demos, of a name, and lets the steward use it."""
    parent = Path(tempfile.mkdtemp(prefix="zs-", dir="/tmp"))
    parent.chmod(0o711 if ROOT else 0o700)
    monkeypatch.setattr(TINY, tiny_population.__name__)

    def make(name: str) -> Path:
        monkeypatch.setenv(DIRECTORY_VARIABLE, str(parent / name))
        return parent / name

    make("d")
    yield make
    with suppress(DemoError):
        demo.stop("small")
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def standing_directory() -> Iterator[Path]:
    """Where the demo is that several tests of this file share."""
    parent = Path(tempfile.mkdtemp(prefix="zs-", dir="/tmp"))
    parent.chmod(0o711 if ROOT else 0o700)
    yield parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DIRECTORY_VARIABLE, str(parent))
        demo.stop("small")
    shutil.rmtree(parent)


@pytest.fixture
def standing(standing_directory: Path, monkeypatch: pytest.MonkeyPatch) -> DemoInstall:
    """A running demo that was created before."""
    monkeypatch.setattr(TINY, tiny_population.__name__)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(standing_directory))
    return demo.ensure("small")


@pytest.fixture
def directory(make_directory: MakeDirectory) -> Path:
    """A directory for demos that does not exist yet."""
    return make_directory("d")


def test_a_running_demo_is_reused(standing: DemoInstall) -> None:
    first = standing
    started = server_start(first)

    again = demo.ensure("small")

    assert again == first
    assert server_start(again) == started


def test_what_was_changed_survives_a_stop(standing: DemoInstall) -> None:
    with psycopg.connect(standing.url) as connection:
        connection.execute("INSERT INTO zerver_client (name) VALUES ('kept')")

    demo.stop("small")

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(standing.url)
    with psycopg.connect(demo.ensure("small").url) as connection:
        assert value(connection, "SELECT count(*) FROM zerver_client WHERE name = 'kept'") == 1


def test_a_reset_forgets_what_was_changed(directory: Path) -> None:
    made = demo.ensure("small")
    with psycopg.connect(made.url) as connection:
        connection.execute("INSERT INTO zerver_client (name) VALUES ('changed')")
    (made.base / "uploads" / "added.txt").write_text("added")

    again = demo.reset("small")

    with psycopg.connect(again.url) as connection:
        assert value(connection, "SELECT array_agg(name) FROM zerver_client") == ["tiny"]
    assert [path.name for path in (again.base / "uploads").iterdir()] == ["tiny.txt"]


def test_a_demo_is_located_without_being_started(standing: DemoInstall) -> None:
    demo.stop("small")

    assert demo.locate("small") == standing
    assert not server_answers(standing)
    assert demo.locate("large") is None


def test_what_never_was_is_not_located_and_not_stopped(directory: Path) -> None:
    assert demo.locate("small") is None

    demo.stop("small")

    assert not directory.exists()


def test_two_processes_at_once_share_one_server(directory: Path) -> None:
    children = [start_child() for _ in range(2)]

    urls = {child.communicate(timeout=100)[0] for child in children}

    assert [child.returncode for child in children] == [0, 0]
    assert len(urls) == 1
    with psycopg.connect(urls.pop().strip()) as connection:
        assert value(connection, "SELECT array_agg(name) FROM zerver_client") == ["tiny"]


def test_the_server_outlives_its_starter_and_lets_go_of_its_pipes(directory: Path) -> None:
    # communicate() returns when nobody holds the other ends of stdout and stderr any more.
    child = start_child()
    url, _ = child.communicate(timeout=100)

    with psycopg.connect(url.strip(), user="postgres") as connection:
        server = int(value(connection, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))
    assert os.getsid(server) not in (os.getsid(0), child.pid)


def test_a_killed_creation_is_rebuilt(directory: Path, tmp_path: Path) -> None:
    marker = tmp_path / "populating"
    child = start_child({tiny_population.WAIT_VARIABLE: str(marker)})
    wait_for(marker.exists)
    child.kill()
    child.communicate()
    assert demo.locate("small") is None

    made = demo.ensure("small")

    with psycopg.connect(made.url) as connection:
        assert value(connection, "SELECT array_agg(name) FROM zerver_client") == ["tiny"]
        assert value(connection, "SHOW fsync") == "on"


def test_a_crashed_server_is_started_again(standing: DemoInstall) -> None:
    with psycopg.connect(standing.url, user="postgres") as connection:
        server = int(value(connection, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))
    os.kill(server, signal.SIGQUIT)
    wait_for(lambda: not server_answers(standing))

    again = demo.ensure("small")

    assert server_answers(again)


def test_a_demo_of_another_version_is_rebuilt(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = demo.ensure("small")
    with psycopg.connect(made.url) as connection:
        connection.execute("INSERT INTO zerver_client (name) VALUES ('old')")
    monkeypatch.setattr("zulip_bridge.demo.lifecycle.fingerprint", lambda: "another")

    with psycopg.connect(demo.ensure("small").url) as connection:
        assert value(connection, "SELECT array_agg(name) FROM zerver_client") == ["tiny"]


def test_manage_py_is_written_again_when_the_steward_has_moved(standing: DemoInstall) -> None:
    manage = standing.path / "manage.py"
    text = manage.read_text()
    manage.write_text("#!/nonexistent/python\n")

    demo.ensure("small")

    assert manage.read_text() == text


def test_a_path_may_hold_spaces_and_quotes(make_directory: MakeDirectory) -> None:
    make_directory("it's a demo")

    made = demo.ensure("small")

    assert shell(made, "from zerver.models import Client; print(Client.objects.get().name)") == "tiny"
    assert server_answers(made)


def test_a_path_that_postgresql_s_tools_cannot_use_is_refused(make_directory: MakeDirectory) -> None:
    named = make_directory('a "demo"')

    with pytest.raises(DemoError, match=DIRECTORY_VARIABLE):
        demo.ensure("small")

    assert not named.exists()


def test_a_path_may_be_longer_than_a_socket_s(make_directory: MakeDirectory) -> None:
    make_directory("long-" * 20)

    made = demo.ensure("small")

    with psycopg.connect(made.url, user="postgres") as connection:
        sockets = Path(value(connection, "SHOW unix_socket_directories").strip('"'))
    assert shell(made, "from zerver.models import Client; print(Client.objects.get().name)") == "tiny"
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    demo.stop("small")
    assert not sockets.exists()


def test_only_its_owner_reaches_the_demo(standing: DemoInstall) -> None:

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in standing.base.iterdir()}
    assert {name: oct(modes[name]) for name in ("server", "install", "uploads")} == dict.fromkeys(
        ("server", "install", "uploads"), oct(0o700)
    )
    assert modes["secrets.json"] == 0o600
    assert stat.S_IMODE((standing.base / "server" / "run" / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert stat.S_IMODE(standing.base.stat().st_mode) == (0o711 if ROOT else 0o700)
    with psycopg.connect(standing.url) as connection:
        assert value(connection, "SHOW listen_addresses") == ""


@pytest.mark.skipif(not ROOT, reason="about what root does")
def test_root_s_server_runs_as_somebody_else(standing: DemoInstall) -> None:

    assert (standing.base / "server").stat().st_uid != 0
    assert (standing.path / "manage.py").stat().st_uid == 0


@pytest.mark.skipif(not ROOT, reason="about what root does")
def test_root_does_not_loosen_directories_it_did_not_make(make_directory: MakeDirectory) -> None:
    closed = make_directory("closed")
    closed.mkdir(mode=0o700)

    with pytest.raises(DemoError, match=DIRECTORY_VARIABLE):
        demo.ensure("small")

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def server_start(made: DemoInstall) -> object:
    with psycopg.connect(made.url) as connection:
        return value(connection, "SELECT pg_postmaster_start_time()")


def server_answers(made: DemoInstall) -> bool:
    try:
        psycopg.connect(made.url).close()
    except psycopg.OperationalError:
        return False
    return True


def shell(made: DemoInstall, code: str) -> str:
    words = [str(made.path / "manage.py"), "shell", "-v", "0", "-c", code]
    return subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip()


def start_child(environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IN_A_CHILD],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, **(environment or {})},
    )


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def has_postgres(directory: Path) -> bool:
    """Whether one was started there; what comes and goes meanwhile is no error."""
    return any("postmaster.pid" in files for _, _, files in os.walk(directory))


def test_ctrl_c_while_it_is_made_ends_the_making(make_directory: MakeDirectory) -> None:
    directory = make_directory("interrupted")
    with start("search", "--demo", "marta") as process:
        while not has_postgres(directory):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert demo.locate() is None, "it was finished, though nobody waited for it"
    assert not has_postgres(directory), "its PostgreSQL was left running"
