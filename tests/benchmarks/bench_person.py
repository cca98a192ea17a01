"""How fast the person screen is: from Enter to a tab's words on the terminal, and from a request to its answer.

    python -m tests.benchmarks.bench_person [--install PATH --search TEXT] [--rounds N]

The heavy account of the large demo: 500,000 messages held, 60,000 sent. From the byte that is typed to the bytes on
the terminal, the screens included; and each request on an open bridge. Milliseconds; run it on a machine with
nothing else to do.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_screens import start
from tests.benchmarks.bench_search import quantiles, say
from zulip_bridge.api.calls import Request
from zulip_bridge.api.files import ReadFiles, ReadPictures
from zulip_bridge.api.footprint import ReadFootprint
from zulip_bridge.api.messages import MESSAGE_KINDS, CountMessages, MessageFilters, ReadMessages
from zulip_bridge.api.people import CountWeekly, SearchPeople, ShowPerson
from zulip_bridge.client import Bridge
from zulip_bridge.launch import DemoTarget, InstallTarget, Target, open_door

SEARCH = "heavy@big.example"
ESCAPE = "\x1b"
TABS = {"2": "newest first", "3": "in all", "7": "rows in"}
"""Digits, and the words that a tab has when all of it is there."""


def bench_screen(arguments: Sequence[str], search: str, rounds: int) -> None:
    """From Enter to the overview, and from a digit to its tab."""
    opened: list[float] = []
    tabs: dict[str, list[float]] = {digit: [] for digit in TABS}
    with start(arguments) as terminal:
        terminal.read_until(" accounts · by name")
        terminal.send(search)
        terminal.read_until("1 of ")
        terminal.read_quiet(1.0)
        for _ in range(rounds):
            opened.append(_timed(terminal, "\r", "Credentials"))
            terminal.read_quiet(0.5)
            for digit, words in TABS.items():
                tabs[digit].append(_timed(terminal, digit, words))
                terminal.read_quiet(0.3)
            terminal.send(ESCAPE)
            terminal.read_until("1 of ")
            terminal.read_quiet(0.5)
    say(f"enter to the whole overview  {quantiles(opened)}")
    for digit, words in TABS.items():
        say(f"{digit} to “{words}”".ljust(29) + quantiles(tabs[digit]))


def _timed(terminal: Any, keys: str, words: str) -> float:
    began, before = time.perf_counter(), len(terminal.output)
    terminal.send(keys)
    while words.encode() not in terminal.output[before:]:
        terminal._read(0.002)
        if time.perf_counter() - began > 20:
            raise SystemExit(f"no {words!r} after {keys!r}:\n" + "\n".join(terminal.screen()))
    return (time.perf_counter() - began) * 1000


async def bench_requests(target: Target, search: str, rounds: int) -> None:
    """Each request on its own."""
    bridge = await Bridge.open(open_door(target, say))
    person = (await bridge.call(SearchPeople(search))).people[0].id
    requests: dict[str, Request[Any]] = {
        "first page": ShowPerson(person),
        "messages by week": CountWeekly(person),
        **{f"{kind}, first page": ReadMessages(person, kind) for kind in MESSAGE_KINDS},
        **{f"{kind}, counted": CountMessages(person, kind) for kind in MESSAGE_KINDS},
        **{
            f"{kind}, a word": ReadMessages(person, kind, MessageFilters(text="release"))
            for kind in ("sent", "direct")
        },
        "files": ReadFiles(person),
        "pictures": ReadPictures(person),
        "footprint": ReadFootprint(person),
    }
    for name, request in requests.items():
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            await bridge.call(request)
            times.append((time.perf_counter() - began) * 1000)
        say(f"{name:<28} {quantiles(times)}")
    await bridge.close()


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", type=Path, help="a deployment, instead of the large demo")
    parser.add_argument("--search", default=SEARCH, help="finds exactly one account")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    target = InstallTarget(chosen.install) if chosen.install else DemoTarget("large")
    arguments = ["--install", str(chosen.install)] if chosen.install else ["--demo-size", "large"]
    asyncio.run(bench_requests(target, chosen.search, chosen.rounds))
    bench_screen(arguments, chosen.search, chosen.rounds)


if __name__ == "__main__":
    main()
