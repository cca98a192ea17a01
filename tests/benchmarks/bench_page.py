"""What the readable page costs: ``python -m tests.benchmarks.bench_page [--messages N] [--browser]``.

Made-up messages of the usual length, in 2,000 conversations, fed to the page as an export does; then, with --browser,
a search through all of them in Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.export.page.chromium import chromium, find_chromium
from tests.export.page.pages import make_page, message

CONVERSATIONS = 2_000
TEXT = "The water pump was serviced before the summer party, and the door code changed since yesterday. "
RENDERED = 600


def messages(number: int) -> Iterator[dict[str, Any]]:
    """About as long as Zulip's on the average, a few needles among them."""
    chosen = random.Random(7)
    for each in range(1, number + 1):
        topic = f"topic {int(chosen.paretovariate(0.8)) % CONVERSATIONS}"
        text = ("needle " if each % 50_000 == 0 else "") + TEXT * chosen.randint(1, 6)
        yield message(each, text, subject=topic, rendered_content="x" * RENDERED)


async def search(index: Path) -> None:
    """Open the page and search."""
    program = find_chromium()
    if program is None:
        raise SystemExit("There is no Chromium on this machine.")
    async with chromium(program) as browser:
        began = time.perf_counter()
        await browser.open(index)
        await browser.until("document.body.dataset.ready === '1'")
        print(f"opened in {time.perf_counter() - began:.2f} s")  # noqa: T201
        began = time.perf_counter()
        await browser.evaluate("location.hash = '#search=needle'")
        await browser.until("document.getElementById('search-state')?.dataset.done === '1'")
        print(f"searched in {time.perf_counter() - began:.2f} s: {await browser.text('#search-state')}")  # noqa: T201


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--browser", action="store_true")
    arguments = parser.parse_args()
    number = arguments.messages
    began = time.process_time()
    for _ in messages(number):
        pass
    making = time.process_time() - began
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as directory:
        began = time.process_time()
        index = make_page(Path(directory), messages(number))
        spent = time.process_time() - began - making
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        files = [each.stat().st_size for each in Path(directory).rglob("*") if each.is_file()]
        print(f"{number:,} messages: {spent / number * 1e6:.1f} µs of processor time each, encoding them included")  # noqa: T201
        print(f"{(after - before) / 1024:.1f} MiB over idle; {len(files)} files, {sum(files) / 1e6:.0f} MB")  # noqa: T201
        print(f"the largest file has {max(files) / 1e6:.2f} MB")  # noqa: T201
        if arguments.browser:
            asyncio.run(search(index))


if __name__ == "__main__":
    main()
