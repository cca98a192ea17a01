"""A real browser for tests: headless Chromium, driven over a pipe by its DevTools protocol.

It has a profile of its own, no way to the network (names resolve to nothing), and notes what a page asks for.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WAIT_SECONDS = 60.0
LONGEST_ANSWER = 1 << 27
START = """
import fcntl, os, sys
# The browser expects the protocol on its descriptors 3 and 4.
pipes = [fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3]]
for wanted, pipe in enumerate(pipes, 3):
    os.dup2(pipe, wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find_chromium() -> str | None:
    """The browser's path, or None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page in one browser."""

    def __init__(self, writing: int, reader: asyncio.StreamReader) -> None:
        self.requested: list[str] = []
        self.said: list[str] = []
        self._writing = writing
        self._reader = reader
        self._number = 0
        self._session = ""
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._listening = asyncio.ensure_future(self._listen())

    async def begin(self) -> None:
        """Attach to a page and have everything noted."""
        made = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.call(f"{domain}.enable")

    async def call(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol; raises where the browser answers with an error."""
        self._number += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[self._number] = answer
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        await asyncio.to_thread(_write_all, self._writing, json.dumps(message).encode() + b"\0")
        return await asyncio.wait_for(answer, WAIT_SECONDS)

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, promises awaited."""
        found = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise AssertionError(found["exceptionDetails"])
        return found["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Wait until the expression is true in the page; returns its value."""
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while not (value := await self.evaluate(expression)):
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"It never became true: {expression}; the page says {await self.text('body')!r}")
            await asyncio.sleep(0.02)
        return value

    async def open(self, path: Path, part: str = "") -> None:
        """Open a file and wait until the page has read its index; ``part`` is what follows in the address."""
        await self.call("Page.navigate", url=path.as_uri() + part)
        await self.until("document.readyState === 'complete' && !!document.body")

    async def go(self, part: str) -> None:
        """Go to another part of the page (``#files``), and wait until it is shown."""
        await self.evaluate(f"location.hash = {json.dumps(part)}")
        await self.until(f"document.body.dataset.shown === {json.dumps(part)}")

    async def text(self, selector: str = "main") -> str:
        """What can be read in an element."""
        return str(await self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    async def picture(self, path: Path, width: int = 1200, height: int = 900, dark: bool = False) -> None:
        """Save a picture of the page as PNG."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        taken = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(taken["data"]))

    async def end(self) -> None:
        """Close the browser."""
        self._session = ""
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            await self.call("Browser.close")
        self._listening.cancel()

    async def _listen(self) -> None:
        while True:
            message = json.loads((await self._reader.readuntil(b"\0"))[:-1])
            if "id" in message:
                answer = self._answers.pop(message["id"])
                if answer.done():
                    continue
                if "error" in message:
                    answer.set_exception(AssertionError(message["error"]["message"]))
                else:
                    answer.set_result(message["result"])
            elif message["method"] == "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])
            elif message["method"] == "Log.entryAdded":
                self.said.append(message["params"]["entry"]["text"])
            elif message["method"] == "Runtime.exceptionThrown":
                self.said.append(json.dumps(message["params"]["exceptionDetails"]))


@contextlib.asynccontextmanager
async def chromium(program: str) -> AsyncIterator[Browser]:
    """Start a browser, and end it."""
    commands, writing = os.pipe()
    reading, answers = os.pipe()
    profile = tempfile.mkdtemp(prefix="zs-chromium-")
    words = [
        program,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={profile}",
        "--remote-debugging-pipe",
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        START,
        str(commands),
        str(answers),
        *words,
        pass_fds=(commands, answers),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(commands)
    os.close(answers)
    reader = asyncio.StreamReader(limit=LONGEST_ANSWER)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb", buffering=0)
    )
    browser = Browser(writing, reader)
    try:
        await browser.begin()
        yield browser
    finally:
        await browser.end()
        await process.wait()
        transport.close()
        os.close(writing)
        shutil.rmtree(profile, ignore_errors=True)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
