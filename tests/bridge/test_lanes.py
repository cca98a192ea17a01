"""What a reading lane cannot do: PostgreSQL refuses it. In the demo's own shell, as a real child process."""

from __future__ import annotations

import subprocess

import pytest

from zulip_bridge.demo import DemoInstall

WRITES_ON_A_LANE = """
import queue, django.db
from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.worker.lanes import Lanes
from zulip_bridge.worker.context import Context
said = queue.Queue()
def write(context, lane):
    try:
        with lane.connection().cursor() as cursor:
            cursor.execute({statement!r})
        said.put("written")
    except django.db.Error as error:
        said.put(error.__cause__.sqlstate)
Lanes(WorkerOptions()).submit({lane!r}, Context(1, None), write)
print("said:", said.get(timeout=20))
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE zerver_userprofile SET full_name = 'changed'",
        "DELETE FROM zerver_draft",
        "INSERT INTO zerver_client (name) VALUES ('x')",
        "WITH gone AS (DELETE FROM zerver_draft RETURNING 1) SELECT count(*) FROM gone",
        "DO $$ BEGIN DELETE FROM zerver_draft; END $$",
        "CREATE TABLE planted (x int)",
        "SELECT nextval(pg_get_serial_sequence('zerver_client', 'id'))",
    ],
)
def test_no_kind_of_write_passes_a_reading_lane(demo: DemoInstall, statement: str) -> None:
    assert _try_on_lane(demo, "read", statement) == "said: 25006"


def test_the_writing_lane_can_write(demo: DemoInstall) -> None:
    assert _try_on_lane(demo, "write", "UPDATE zerver_realm SET name = name") == "said: written"


def _try_on_lane(demo: DemoInstall, lane: str, statement: str) -> str:
    code = WRITES_ON_A_LANE.format(lane=lane, statement=statement)
    shell = [str(demo.path / "manage.py"), "shell", "-v", "0", "-c", code]
    return subprocess.run(shell, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


ANSWERS_TOO_LONG = """
import os, threading
from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.api.people import SearchPeople
from zulip_bridge.worker import registry, session
from zulip_bridge.worker.output import Output
reading, writing = os.pipe()
registry.find = lambda method: (SearchPeople, lambda request, context: 'x' * 17_000_000)
served = session.Session(Output(writing), WorkerOptions())
served._start(7, 'people.search', {})
print(os.read(reading, 65536)[5:].decode())
"""


def test_an_answer_that_is_too_long_for_the_wire_is_an_error_and_not_silence(demo: DemoInstall) -> None:
    shell = [str(demo.path / "manage.py"), "shell", "-v", "0", "-c", ANSWERS_TOO_LONG]
    said = subprocess.run(shell, capture_output=True, text=True, check=True, timeout=60).stdout
    assert '"id":7' in said
    assert "cannot be sent" in said
