"""How fast questions are answered: first rows on the screen, all rows into a file, cancel, and the worker's memory.

    python -m tests.benchmarks.bench_query [--size large | --install PATH] [--rounds N]

First rows are from the byte of the key that runs the statement to the last byte of the rows. The file is written by
``zulip_bridge.query.saving``, against psycopg's own COPY of ``row_to_json`` from the same database in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.benchmarks.bench_search import quantiles, say
from tests.terminal import Terminal
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.query import FetchRows, OpenQuery, Sql
from zulip_bridge.demo import ensure
from zulip_bridge.launch import InstallTarget
from zulip_bridge.query.saving import save
from zulip_bridge.steward import Steward

from .bench_screens import start

EVERYTHING = "SELECT * FROM zerver_message"
F5 = "\x1b[15~"
ANSWER = b"rows here, more exist"
END_SECONDS = 0.012
"""Quiet after which the rows are whole."""


def bench_screen(arguments: Sequence[str], rounds: int) -> None:
    """From F5 to the rows on a terminal of 120 by 40."""
    times = []
    with start(arguments) as terminal:
        terminal.read_until(" accounts · by name")
        terminal.read_quiet(1.0)
        terminal.send("escape")
        terminal.read_quiet()
        terminal.send("q")
        terminal.read_until("no row limit")
        terminal.read_quiet(1.0)
        terminal.send(f"{EVERYTHING} m")
        terminal.read_quiet(0.5)
        for number in range(rounds * 3):
            terminal.send(f" WHERE {number} = {number}" if number == 0 else "\x7f" * 5 + f"{number} = {number}")
            terminal.read_quiet(0.5)
            times.append(_first_rows(terminal) * 1000)
            terminal.read_quiet(0.5)
    say(f"F5 to the first rows         {quantiles(times)}")


def _first_rows(terminal: Terminal) -> float:
    before = seen = len(terminal.output)
    began = last = time.perf_counter()
    terminal.send(F5)
    while ANSWER not in terminal.output[before:] or time.perf_counter() - last < END_SECONDS:
        terminal._read(0.002)
        if len(terminal.output) > seen:
            seen, last = len(terminal.output), time.perf_counter()
        if time.perf_counter() - began > 10:
            raise SystemExit("no rows:\n" + "\n".join(terminal.screen()))
    return last - began


async def bench_file(install: Path, url: str | None, rounds: int) -> None:
    """All messages as NDJSON to a file, and COPY of row_to_json; alternating."""
    ours, theirs, rows = [], [], 0
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        steward = await Steward.open(InstallTarget(install), read_only=True)
        try:
            for number in range(rounds):
                path = Path(folder) / f"{number}.ndjson"
                began = time.perf_counter()
                rows = (await save(steward.queries, Sql(EVERYTHING), path, "ndjson")).rows
                ours.append(rows / (time.perf_counter() - began))
                size = path.stat().st_size
                path.unlink()
                if url is not None:
                    theirs.append(rows / _copy(url, path))
                    path.unlink()
        finally:
            await steward.close()
    say(f"NDJSON of {rows:,} rows, {size / 1e6:,.0f} MB, the worker's start included: {max(ours):,.0f} rows/s (best)")
    if theirs:
        say(f"COPY of row_to_json, psycopg: {max(theirs):,.0f} rows/s (best); ratio {max(ours) / max(theirs):.2f}")


def _copy(url: str, path: Path) -> float:
    began = time.perf_counter()
    with psycopg.connect(url) as connection, connection.cursor() as cursor, path.open("wb") as file:
        with cursor.copy(f"COPY (SELECT row_to_json(m) FROM ({EVERYTHING}) m) TO STDOUT") as copy:
            for data in copy:
                file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - began


async def bench_cancel(install: Path, rounds: int) -> None:
    """From the cancel to the connection's next answer."""
    steward = await Steward.open(InstallTarget(install), read_only=True)
    ended, usable = [], []
    try:
        for _ in range(rounds * 5):
            task = asyncio.create_task(steward.queries.open(OpenQuery(Sql("SELECT pg_sleep(60)"))))
            await asyncio.sleep(0.2)
            began = time.perf_counter()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            ended.append((time.perf_counter() - began) * 1000)
            while True:
                active = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                opened = await steward.queries.open(OpenQuery(Sql(active)))
                if opened.first.rows == [[0]]:
                    break
            usable.append((time.perf_counter() - began) * 1000)
    finally:
        await steward.close()
    say(f"cancel until the call ended  {quantiles(ended)}")
    say(f"… and nothing sleeps any more, asked over the same session {quantiles(usable)}")


async def bench_memory(install: Path) -> None:
    """The worker's memory while a result of all messages is scrolled through, and streamed."""
    steward = await Steward.open(InstallTarget(install), read_only=True)
    try:
        await steward.queries.tables()
        idle = _resident(steward.hello.pid)
        opened = await steward.queries.open(OpenQuery(Sql(EVERYTHING)))
        rows, more, peak = len(opened.first.rows), True, 0.0
        while more and rows < 200_000:
            page = await steward.queries.rows(FetchRows(opened.query, 1_000))
            rows, more = rows + len(page.rows), page.more
            peak = max(peak, _resident(steward.hello.pid))
        say(f"worker's memory over idle ({idle:.0f} MiB) after {rows:,} rows in pages: {peak - idle:.1f} MiB")
        await steward.queries.close_all()
    except StewardError as error:
        raise SystemExit(error.sentence) from error
    finally:
        await steward.close()


def _resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", type=Path, help="a deployment, instead of the large demo")
    parser.add_argument("--size", choices=["small", "large"], default="large", help="which demo")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    install, url = chosen.install, None
    if install is None:
        demo = ensure(chosen.size)
        install, url = demo.path, demo.url
    say(json.dumps({"load": os.getloadavg()}))
    bench_screen(["--install", str(install)], chosen.rounds)
    asyncio.run(bench_file(install, url, chosen.rounds))
    asyncio.run(bench_cancel(install, chosen.rounds))
    asyncio.run(bench_memory(install))


if __name__ == "__main__":
    main()
