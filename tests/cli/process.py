"""The command line as a process, as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from zulip_bridge.demo import DemoInstall

SCRIPT = Path(sys.executable).with_name("zulip-steward")


@dataclass(frozen=True)
class Ended:
    """What a finished command has left."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """stdout, read as JSON."""
        return orjson.loads(self.stdout)


def run(*words: str | Path, stdin: str = "", **environment: str) -> Ended:
    """Run ``zulip-steward WORDS`` to its end, without a terminal."""
    done = subprocess.run(
        [SCRIPT, *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, **environment},
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def start(*words: str | Path) -> subprocess.Popen[bytes]:
    """Start ``zulip-steward WORDS`` without a terminal."""
    return subprocess.Popen(
        [SCRIPT, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def on(demo: DemoInstall, *words: str | Path, stdin: str = "", **environment: str) -> Ended:
    """The same on the session's demo."""
    return run(*words, "--install", demo.path, stdin=stdin, **environment)
