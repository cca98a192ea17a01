"""How fast the screens are, seen from the terminal: bytes in, bytes out.

    python -m tests.benchmarks.bench_screens [--size large | --install PATH] [--rounds N]

First paint is from exec to the search line's words on the screen. A keystroke is from the byte that is typed to the
last byte of the rows that answer it: the count line names how many match, so the answer is known to be the new one.
Milliseconds; run it on a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.bench_search import quantiles, say
from tests.terminal import Terminal

PROGRAM = [sys.executable, "-c", "from tui.main import main; main()"]
NAMES = ["marta heavy", "otto", "kowalski", "annabe", "1042"]
ANSWER = " · exact matches first".encode()
END_SECONDS = 0.012
"""Quiet after which the rows are whole: they come in one frame with their count, the summary 50 ms later."""

FIRST_WORDS = "name, address, id"
CLEAR = "\x15"


def start(arguments: Sequence[str]) -> Terminal:
    """The program on a terminal of 120 by 40."""
    return Terminal([*PROGRAM, *arguments], columns=120, lines=40, environment={"SSH_CONNECTION": None})


def bench_start(arguments: Sequence[str], rounds: int) -> None:
    """From exec to the first paint, and to the first rows; with the bytes that it took."""
    painted, listed, sent = [], [], []
    for _ in range(rounds):
        began = time.perf_counter()
        with start(arguments) as terminal:
            terminal.read_until(FIRST_WORDS)
            painted.append((time.perf_counter() - began) * 1000)
            terminal.read_until(" accounts · by name")
            listed.append((time.perf_counter() - began) * 1000)
            sent.append(len(terminal.output))
    say(f"exec to first paint          {quantiles(painted)}")
    say(f"exec to everybody listed     {quantiles(listed)}")
    say(f"bytes until then             {max(sent):,}")


def bench_keystrokes(arguments: Sequence[str], rounds: int) -> None:
    """From a typed letter to its rows. The pause after each is a fast typist's; every answer is waited for."""
    times, sent = [], []
    with start(arguments) as terminal:
        terminal.read_until(" accounts · by name")
        terminal.read_quiet(1.0)
        for _ in range(rounds):
            for name in NAMES:
                terminal.send(CLEAR)
                terminal.read_until(" accounts · by name")
                terminal.read_quiet()
                for end in range(1, len(name) + 1):
                    before = len(terminal.output)
                    times.append(_keystroke(terminal, name[end - 1], name[:end]) * 1000)
                    sent.append(len(terminal.output) - before)
                    terminal.read_quiet(0.4)  # the summary comes after the rows
    say(f"a letter typed to its rows   {quantiles(times)}")
    say(f"bytes for a letter           {sorted(sent)[len(sent) // 2]:,} (median)")


def _keystroke(terminal: Terminal, letter: str, typed: str) -> float:
    """Seconds until the last byte of the answer; the quiet that shows its end is not counted."""
    before = seen = len(terminal.output)
    began = last = time.perf_counter()
    terminal.send(letter)
    while ANSWER not in terminal.output[before:] or time.perf_counter() - last < END_SECONDS:
        terminal._read(0.002)
        if len(terminal.output) > seen:
            seen, last = len(terminal.output), time.perf_counter()
        if time.perf_counter() - began > 5:
            raise SystemExit(f"no answer to {typed!r}:\n" + "\n".join(terminal.screen()))
    assert terminal.screen()[1].startswith(f" / {typed}"), terminal.screen()[1]
    return last - began


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", help="a deployment, instead of the large demo")
    parser.add_argument("--size", choices=["small", "large"], default="large", help="which demo")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    arguments = ["--install", chosen.install] if chosen.install else ["--demo-size", chosen.size]
    bench_start(arguments, chosen.rounds)
    bench_keystrokes(arguments, chosen.rounds)


if __name__ == "__main__":
    main()
