"""How long erasing the heavy user takes, against Zulip's own deletion of the same account.

    python -m tests.benchmarks.bench_erase [--email ADDRESS]

Each contestant gets a copy of the large demo (600,000 messages; the heavy user sent 60,000). Seconds and mebibytes;
run it on a machine with nothing else to do, and compare the ratio of the two deletions.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests.benchmarks.bench_search import say
from tests.scratch import TEMPLATE, make_scratch, make_template
from zulip_bridge.api.erase import STEPS, ErasureOptions
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall, ensure
from zulip_bridge.launch import InstallTarget, open_door
from zulip_bridge.launch.words import SHELL
from zulip_bridge.steward import Steward

HEAVY = "heavy@big.example"
OWN = """
import resource, time
from zerver.models import UserProfile
from zerver.actions.users import do_delete_user
person = UserProfile.objects.get(delivery_email='{email}')
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
do_delete_user(person, acting_user=None)
print(time.monotonic() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def own_deletion(install: DemoInstall, email: str) -> tuple[float, float]:
    """Seconds and mebibytes of do_delete_user, without the start of the shell."""
    manage = list(open_door(InstallTarget(install.path)).argv[: -len(SHELL)])
    code = OWN.format(email=email)
    done = subprocess.run([*manage, "shell", "-v", "0", "-c", code], check=True, capture_output=True, text=True)
    seconds, mebibytes = done.stdout.strip().splitlines()[-1].split()
    return float(seconds), float(mebibytes)


class Watch:
    """Seconds of each step, and the worker's memory."""

    def __init__(self, steward: Steward) -> None:
        self.times: dict[str, float] = {}
        self.idle = self.peak = 0.0
        self._worker: Bridge | None = None
        self._step, self._began = "", time.monotonic()
        self._open = steward.erasures._open_worker
        steward.erasures._open_worker = self._opened

    async def _opened(self) -> Bridge:
        self._worker = await self._open()
        self.idle = self._memory("VmRSS")
        return self._worker

    def on_step(self, step: str) -> None:
        """A step begins."""
        self.end()
        self._step, self._began = step, time.monotonic()

    def end(self) -> None:
        """The step before has ended."""
        if self._step:
            self.times[self._step] = time.monotonic() - self._began
        if self._worker is not None:
            self.peak = max(self.peak, self._memory("VmHWM"))

    def _memory(self, name: str) -> float:
        assert self._worker is not None
        try:
            lines = Path(f"/proc/{self._worker.hello.pid}/status").read_text().splitlines()
        except FileNotFoundError:  # its erasure is over and so is it; the last step's peak was read before
            return 0.0
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


async def our_erasure(install: DemoInstall, email: str) -> float:
    """The whole of it; seconds of what corresponds to do_delete_user."""
    steward = await Steward.open(InstallTarget(install.path))
    watch = Watch(steward)
    person = await steward.find(email)
    began = time.monotonic()
    preview = await steward.erasures.preview(person, ErasureOptions("delete", "deactivate"))
    say(f"preview                      {time.monotonic() - began:6.2f} s")
    assert not preview.refusals, preview.refusals
    result = await steward.erasures.erase(preview, preview.confirm, watch.on_step)
    watch.end()
    for step, seconds in watch.times.items():
        say(f"  {step:<26} {seconds:6.2f} s")
    looked = result.residue
    say(f"residue scan                 {looked.seconds:6.2f} s   {looked.columns} columns of {looked.tables} tables")
    say(f"worker's memory over idle    {watch.peak - watch.idle:6.1f} MiB")
    assert result.complete, looked.wrong
    await steward.close()
    return sum(seconds for step, seconds in watch.times.items() if step in STEPS)


def forget_template(large: DemoInstall) -> None:
    """Leave the demo's server as it was."""
    with psycopg.connect(large.url, user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}".encode())
        server.execute("ALTER SYSTEM RESET fsync")
        server.execute("SELECT pg_reload_conf()")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--email", default=HEAVY)
    email = parser.parse_args().email
    large = ensure("large", say)
    make_template(large)
    with tempfile.TemporaryDirectory() as place:
        os.environ["ZULIP_STEWARD_JOURNAL"] = str(Path(place) / "journal.jsonl")
        with make_scratch(large) as install:
            ours = asyncio.run(our_erasure(install, email))
        with make_scratch(large) as install:
            own, memory = own_deletion(install, email)
    forget_template(large)
    say(f"all steps                    {ours:6.2f} s")
    say(f"do_delete_user               {own:6.2f} s   {memory:.0f} MiB")
    say(f"ratio                        {ours / own:6.2f}")


if __name__ == "__main__":
    main()
