"""How long an export takes, and how much memory, against PostgreSQL's own COPY and Zulip's own export.

Run by hand: ``python -m tests.benchmarks.bench_export --install PATH --user ID`` on a real server, or with ``--demo``
for the large demo (made on first use). Rounds alternate between the contestants, so that other work on the machine
hits them alike, and the best of each counts; compare the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.benchmarks.where_time_goes import PARTS, Spent, postgres_processor, processor, watched
from zulip_bridge.api.calls import WorkerOptions
from zulip_bridge.api.export_scope import PRESETS, Preset, choose
from zulip_bridge.api.people import FindPerson
from zulip_bridge.client import Bridge
from zulip_bridge.client.child import child_environment
from zulip_bridge.export import FORMATS, Packaging, Provenance, Recipients, export_person
from zulip_bridge.launch import InstallTarget, open_door
from zulip_bridge.launch.words import SHELL

COPY = """
import json, time
from django.db import connection
query = '''
COPY (
    WITH ids AS (
        SELECT id FROM zerver_message WHERE realm_id = {realm} AND sender_id = {user}
        UNION SELECT id FROM zerver_message WHERE realm_id = {realm} AND recipient_id IN (
            SELECT recipient_id FROM zerver_subscription JOIN zerver_recipient r ON r.id = recipient_id
            WHERE user_profile_id = {user} AND r.type <> 2)
        UNION SELECT message_id FROM zerver_reaction WHERE user_profile_id = {user}
    )
    SELECT {columns}, um.flags FROM ids JOIN zerver_message m ON m.id = ids.id
    LEFT JOIN zerver_usermessage um ON um.message_id = m.id AND um.user_profile_id = {user} ORDER BY m.id
) TO STDOUT (FORMAT binary)
'''
connection.ensure_connection()
raw = connection.connection
with raw.cursor() as cursor, open('/dev/null', 'wb') as null:
    cursor.execute('SET jit = off')
    began = time.monotonic()
    if hasattr(cursor, 'copy_expert'):
        cursor.copy_expert(query, null, 1 << 20)
    else:
        with cursor.copy(query) as copy:
            for data in copy:
                null.write(data)
print(json.dumps(time.monotonic() - began))
"""

COLUMNS = """
import json
from zerver.models.messages import Message
print(json.dumps([f.column for f in Message._meta.concrete_fields if f.column != 'search_tsvector']))
"""

ONE_PERSON = """
from zerver.models import UserProfile
user = UserProfile.objects.get(id={user})
print(user.realm_id)
"""

ADDRESS = """
from zerver.models import UserProfile
print(UserProfile.objects.get(id={user}).delivery_email)
"""


def say(line: str) -> None:
    """One line of the result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Machine:
    """An install, and ways to run things on it."""

    def __init__(self, install: Path, user: int) -> None:
        self.install = install
        self.user = user
        # Removed at the end only: for some seconds ext4 avoids what was just deleted, and that costs the next round.
        self.place = Path(tempfile.mkdtemp(prefix="bench-"))
        self.rounds = 0
        door = open_door(InstallTarget(install))
        self.manage, self.environment = list(door.argv[: -len(SHELL)]), child_environment(door.environment)
        self.realm = int(self.shell(ONE_PERSON.format(user=user)))
        self.columns = ", ".join(f"m.{each}" for each in json.loads(self.shell(COLUMNS)))

    def shell(self, code: str) -> str:
        """Run code in Zulip's shell; returns the last line it prints."""
        done = subprocess.run(
            [*self.manage, "shell", "-v", "0", "-c", code],
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            env=self.environment,
        )
        return done.stdout.strip().splitlines()[-1]

    def start_up(self) -> float:
        """Seconds for Zulip's shell to start and end."""
        return _timed(lambda: self.shell("print(0)"))

    def copy(self) -> float:
        """Seconds of the binary COPY of the same message rows, without start-up."""
        have_memory_there()
        return float(self.shell(COPY.format(realm=self.realm, user=self.user, columns=self.columns)))

    def zulips(self) -> tuple[float, float]:
        """Seconds of Zulip's own export from its start: until its directory is there, and with its archive."""
        directory = Path(tempfile.mkdtemp(prefix="bench-"))
        owner = (self.install / "manage.py").stat()
        os.chown(directory, owner.st_uid, owner.st_gid)
        try:
            address = self.shell(ADDRESS.format(user=self.user))
            command = [*self.manage, "export_single_user", address, "--output", str(directory / "out")]
            have_memory_there()
            began = time.monotonic()
            with subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", env=self.environment
            ) as process:
                while process.poll() is None and not (directory / "out.tar.gz").exists():
                    time.sleep(0.02)
                until_directory = time.monotonic() - began
                if process.wait() != 0:
                    raise RuntimeError(f"export_single_user ended with status {process.returncode}")
            return until_directory, time.monotonic() - began
        finally:
            shutil.rmtree(directory)

    def ours(
        self,
        kind: str = "directory",
        encrypted: bool = False,
        profile: bool = False,
        user: int | None = None,
        preset: Preset = "same",
    ) -> dict[str, Any]:
        """Figures of our export, whole process: started anew, as a command would be."""
        command = [sys.executable, "-m", "tests.benchmarks.bench_export"]
        command += [
            "--one",
            str(self.install),
            "--user",
            str(user or self.user),
            "--into",
            str(self.place / str(self.rounds)),
            "--format",
            kind,
            "--preset",
            preset,
            *(["--encrypt"] if encrypted else []),
            *(["--profile"] if profile else []),
        ]
        self.rounds += 1
        have_memory_there()
        began = time.monotonic()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return {**figures, "wall": time.monotonic() - began}

    def command(self, user: int | None = None) -> dict[str, Any]:
        """Figures of ``zulip-steward export``, the command itself: whole process, to a directory."""
        into, self.rounds = self.place / str(self.rounds), self.rounds + 1
        command = [str(Path(sys.executable).with_name("zulip-steward")), "--install", str(self.install)]
        command += ["export", str(user or self.user), "--preset", "same", "--output", str(into), "--json"]
        environment = {**os.environ, "ZULIP_STEWARD_JOURNAL": str(self.place / "journal.jsonl")}
        have_memory_there()
        began = time.monotonic()
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        wall = time.monotonic() - began
        return {**json.loads(done.stdout), "wall": wall}


async def one_export(
    install: Path, user: int, into: Path, packaging: Packaging, preset: Preset = "same", profile: bool = False
) -> dict[str, Any]:
    """One export: seconds, messages, bytes, memory in KiB, and seconds of processor by process and kind of work."""
    options = WorkerOptions(role="export", read_only=True, statement_timeout_ms=0)
    bridge = await Bridge.open(open_door(InstallTarget(install)), options)
    try:
        person = await bridge.call(FindPerson(str(user)))
        worker_before, steward_before = _peak(bridge.hello.pid), _peak(os.getpid())
        provenance = Provenance("benchmark", "benchmark", bridge.hello, str(install))
        before = processor(os.getpid()), processor(bridge.hello.pid), postgres_processor()
        with watched() if profile else nullcontext(Spent()) as spent:
            result = await export_person(
                bridge, person, into, lambda progress: None, provenance, choose(preset), packaging
            )
        return {
            "steward_cpu": processor(os.getpid()) - before[0],
            "worker_cpu": processor(bridge.hello.pid) - before[1],
            "postgres_cpu": postgres_processor() - before[2],
            **{part: spent.seconds[part] for part in PARTS},
            "stored": result.stored_bytes,
            "export": result.seconds,
            "messages": result.messages,
            "bytes": result.bytes,
            "worker_kib": _peak(bridge.hello.pid) - worker_before,
            "steward_kib": _peak(os.getpid()) - steward_before,
        }
    finally:
        await bridge.close()


def _peak(pid: int) -> int:
    """Largest resident size so far, in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def have_memory_there(size: int = 2 << 30) -> None:
    """Touch memory and give it back to the kernel, so that what is measured next finds it there.

    A virtual machine that reports its free memory to its host has to ask for every page again: there, writing 250 MB
    to files takes 0.6 s, and with memory that was touched a moment ago 0.08 s.
    """
    piece = b"\1" * (1 << 20)
    with mmap.mmap(-1, size) as memory:
        for _ in range(size // len(piece)):
            memory.write(piece)


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def main() -> None:
    """Run the contest and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--install", type=Path)
    parser.add_argument("--demo", action="store_true", help="the large demo")
    parser.add_argument("--user", type=int, help="id; by default who sent most (demo)")
    parser.add_argument("--light", type=int, help="id of somebody with about 500 messages, for the memory")
    parser.add_argument("--profile", action="store_true", help="tell where the time goes, and the memory, instead")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--zulip", action="store_true", help="run Zulip's own export as well")
    parser.add_argument("--formats", action="store_true", help="compare archives with the directory instead")
    parser.add_argument("--format", default="directory", help=argparse.SUPPRESS)
    parser.add_argument("--preset", default="same", choices=PRESETS, help=argparse.SUPPRESS)
    parser.add_argument("--encrypt", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
        packaging = Packaging(chosen.format, Recipients((key,)) if chosen.encrypt else None)
        say(
            json.dumps(
                asyncio.run(
                    one_export(chosen.one, chosen.user, chosen.into, packaging, chosen.preset, chosen.profile)
                )
            )
        )
        return
    install = chosen.install
    if chosen.demo:
        from zulip_bridge import demo

        install = demo.ensure("large", say).path
    machine = Machine(install, chosen.user)
    if chosen.profile:
        profile(machine, chosen.rounds, chosen.light)
    elif chosen.formats:
        compare_formats(machine, chosen.rounds, chosen.zulip)
    else:
        contest(machine, chosen.rounds, chosen.zulip)
        if chosen.light:
            memory(machine, chosen.light)
    shutil.rmtree(machine.place)


def contest(machine: Machine, rounds: int, with_zulip: bool) -> None:
    """Alternate between the contestants; print the best of each, and the ratios."""
    starts, copies, ours = [], [], []
    for number in range(rounds):
        starts.append(machine.start_up())
        copies.append(machine.copy())
        ours.append(machine.command())
        figures = f"start-up {starts[-1]:.2f} s, COPY {copies[-1]:.2f} s, export {ours[-1]['wall']:.2f} s"
        rest = f"(without start-up {ours[-1]['seconds']:.2f} s); load {os.getloadavg()[0]:.1f}"
        say(f"round {number + 1}: {figures} {rest}")
    best = min(ours, key=lambda figures: float(figures["wall"]))
    floor = min(copies)
    say(f"{best['messages']} messages, {best['bytes'] / 1e6:.0f} MB")
    say(f"whole process / (1.3 COPY + start-up): {best['wall'] / (1.3 * floor + min(starts)):.2f} (goal: 1)")
    say(f"export without start-up / COPY: {min(each['seconds'] for each in ours) / floor:.2f}")
    if with_zulip:
        directory, whole = machine.zulips()
        say(f"Zulip's export_single_user, its directory: {directory:.2f} s; ratio {directory / best['wall']:.1f}")
        say(f"with its archive, whole process: {whole:.2f} s; ratio {whole / best['wall']:.1f}")


def profile(machine: Machine, rounds: int, light: int | None) -> None:
    """Where the time goes, by format; the best round of each."""
    say("seconds of processor, but writing and fsync by the clock; processes work side by side")
    columns = ("wall", "export", "postgres_cpu", "worker_cpu", "steward_cpu", *PARTS)
    titles = ("whole", "export", "PostgreSQL", "worker", "steward", *PARTS)
    say(f"{'format':10} " + " ".join(f"{title:>11}" for title in titles))
    for kind in FORMATS:
        runs = [machine.ours(kind, profile=True) for _ in range(rounds)]
        best = min(runs, key=lambda figures: float(figures["wall"]))
        say(f"{kind:10} " + " ".join(f"{best[column]:11.2f}" for column in columns))
    say(f"load {os.getloadavg()[0]:.1f}; {best['messages']} messages, {best['bytes'] / 1e6:.0f} MB")
    memory(machine, light)


def memory(machine: Machine, light: int | None) -> None:
    """Memory over idle for somebody with few messages and for the heavy one, in one table."""
    say(f"{'messages':>10} {'preset':10} {'format':10} {'worker':>12} {'steward':>12}   (over idle; at most 60 MiB)")
    whom: list[tuple[int | None, Preset]] = [(light, "same"), (machine.user, "same"), (machine.user, "evidence")]
    for kind in ("directory", "tar.gz"):
        for user, preset in whom:
            if user is not None:
                found = machine.ours(kind, user=user, preset=preset)
                worker, steward = (f"{found[f'{name}_kib'] / 1024:+.1f} MiB" for name in ("worker", "steward"))
                say(f"{found['messages']:10,} {preset:10} {kind:10} {worker:>12} {steward:>12}")


def compare_formats(machine: Machine, rounds: int, with_zulip: bool) -> None:
    """Alternate between the formats; print the best of each."""
    kinds = [
        (kind, encrypted) for kind in FORMATS for encrypted in (False, True) if kind != "directory" or not encrypted
    ]
    taken: dict[tuple[str, bool], list[dict[str, Any]]] = {each: [] for each in kinds}
    for _ in range(rounds):
        for kind, encrypted in kinds:
            taken[kind, encrypted].append(machine.ours(kind, encrypted))
    theirs = machine.zulips() if with_zulip else None
    for (name, encrypted), runs in taken.items():
        best = min(runs, key=lambda figures: float(figures["wall"]))
        like = theirs[0 if name == "directory" else 1] if theirs else 0
        ratio = f", {like / best['wall']:.1f} times as fast as Zulip's" if like else ""
        cpu = f"processor: worker {best['worker_cpu']:.2f} s, steward {best['steward_cpu']:.2f} s"
        size = f"{best['stored'] / 1e6:.0f} MB of {best['bytes'] / 1e6:.0f} MB"
        memory = f"worker {best['worker_kib'] / 1024:+.0f} MiB, steward {best['steward_kib'] / 1024:+.0f} MiB"
        title = name + (".age" if encrypted else "")
        say(f"{title:12} {best['wall']:6.2f} s (export {best['export']:.2f} s; {cpu}), {size}, {memory}{ratio}")
    if theirs:
        say(f"Zulip's export_single_user: {theirs[0]:.2f} s to its directory, {theirs[1]:.2f} s to its archive")


if __name__ == "__main__":
    main()
