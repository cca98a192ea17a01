"""Make the README's picture of the readable page from the demo: ``python -m tests.export.page.make_picture``."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.export.page.chromium import chromium, find_chromium
from zulip_bridge.demo import ensure

PICTURE = Path(__file__).parents[3] / "screenshots" / "readable-page.png"
WHO = "marta@example.org"
WORDS = "water pump"


async def main() -> None:
    """Export somebody, search, take the picture."""
    program = find_chromium()
    if program is None:
        sys.exit("There is no Chromium on this machine.")
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "export"
        script = Path(sys.executable).with_name("zulip-steward")
        install = str(ensure("small").path)
        words = [str(script), "export", WHO, "--preset", "access", "--output", str(place), "--install", install]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        async with chromium(program) as browser:
            await browser.open(place / "index.html", f"#search={WORDS}")
            await browser.until("document.getElementById('search-state')?.dataset.done === '1'")
            await browser.picture(PICTURE, 1100, 720)


if __name__ == "__main__":
    asyncio.run(main())
