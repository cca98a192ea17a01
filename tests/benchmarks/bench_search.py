"""How long a search takes: from a request to its rows, and as a whole process.

    python -m tests.benchmarks.bench_search [--install PATH]

Types names letter by letter on the large demo (20,000 people), as a person does, and runs the command line's search.
Times in milliseconds; run it on a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

from zulip_bridge.api.people import PageOfPeople, SearchPeople
from zulip_bridge.client import Bridge
from zulip_bridge.launch import DemoTarget, InstallTarget, Target, open_door

NAMES = ["marta heavy", "otto", "example.org", "1042", "kowalski", "zz"]
ROUNDS = 10
ROWS = 60


def say(line: str) -> None:
    """One line of the result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def quantiles(milliseconds: list[float]) -> str:
    """Median, 95th percentile and maximum."""
    ordered = sorted(milliseconds)
    high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"median {statistics.median(ordered):6.1f}   p95 {high:6.1f}   max {ordered[-1]:6.1f}   n {len(ordered)}"


async def keystrokes(target: Target) -> None:
    """Searches and pages over an open bridge."""
    bridge = await Bridge.open(open_door(target, say))
    page = await bridge.call(SearchPeople(limit=ROWS))
    say(f"{page.total:,} people")
    typed, scrolled = [], []
    for _ in range(ROUNDS):
        for name in NAMES:
            for end in range(1, len(name) + 1):
                began = time.perf_counter()
                await bridge.call(SearchPeople(name[:end], limit=ROWS))
                typed.append((time.perf_counter() - began) * 1000)
    page = await bridge.call(SearchPeople(limit=ROWS))
    for offset in range(0, page.total, max(1, page.total // 200)):
        began = time.perf_counter()
        await bridge.call(PageOfPeople(page.listing, offset))
        scrolled.append((time.perf_counter() - began) * 1000)
    await bridge.close()
    say(f"a letter typed to its rows   {quantiles(typed)}")
    say(f"a page of 100 people         {quantiles(scrolled)}")


def whole_process(words: list[str]) -> None:
    """``zulip-steward search`` from start to end."""
    script = Path(sys.executable).with_name("zulip-steward")
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([script, "search", "marta", *words], check=True, capture_output=True)
        times.append((time.perf_counter() - began) * 1000)
    say(f"search as a whole process    {quantiles(times)}")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", type=Path, help="a real install instead of the large demo")
    install: Path | None = parser.parse_args().install
    asyncio.run(keystrokes(InstallTarget(install) if install else DemoTarget("large")))
    whole_process(["--install", str(install)] if install else ["--demo-size", "large"])


if __name__ == "__main__":
    main()
