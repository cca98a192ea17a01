"""A management shell gone wrong, as a real child process: ``rogue.py MODE``; used by test_rogue_worker.py."""

from __future__ import annotations

import json
import marshal
import os
import signal
import struct
import sys
import time
import zlib
from typing import Any, NoReturn

OUT = 1


def write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(OUT, view) :]


def frame(message: dict[str, Any]) -> bytes:
    payload = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return struct.pack(">IB", len(payload), ord("J")) + payload


def chunk(request_id: int, data: bytes) -> bytes:
    return struct.pack(">IBI", len(data) + 4, ord("B"), request_id) + data


def receive_shipment() -> str:
    """Read what the launcher sends, as the BOOT line and the loader do; returns the nonce."""
    stdin = sys.stdin.buffer
    stdin.read(int(stdin.readline()))
    sent = marshal.loads(zlib.decompress(stdin.read(int(stdin.readline()))))
    return str(sent["nonce"])


def say_hello() -> None:
    write(f"zulip-steward-wire/1 {receive_shipment()}\n".encode())
    write(frame({"method": "hello", "params": HELLO}))


def read_request() -> dict[str, Any]:
    stdin = sys.stdin.buffer
    while True:
        header = stdin.read(5)
        if len(header) < 5:
            sys.exit(0)
        message: dict[str, Any] = json.loads(stdin.read(struct.unpack(">IB", header)[0]))
        if message["method"] not in ("ping", "cancel"):
            return message


HELLO = {
    "protocol": 1, "zulip_version": "rogue", "feature_level": None, "python_version": "3", "django_version": "5",
    "driver": "none", "postgres_version": "15", "database": "none", "server": "rogue.example.org",
    "unix_user": "nobody", "host": "rogue", "install": "/nowhere", "pid": os.getpid(), "read_only": True,
    "reads_proved_read_only": True,
}  # fmt: skip


def banner() -> None:
    write(b"Welcome to chat.example.org\n\x1b[31mlast login: never\n12 objects imported automatically\n")
    say_hello()
    request = read_request()
    write(frame({"id": request["id"], "result": []}))
    read_request()


def chatter() -> None:
    while True:
        write(b"this shell never stops talking\n" * 100)


def one_long_line() -> None:
    write(b"x" * 4_000_000)
    time.sleep(60)


def refuses() -> NoReturn:
    write(b"This command must be run as the zulip user.\n")
    sys.exit(1)


def crashes_at_once() -> NoReturn:
    raise RuntimeError("no such database")


def never_says_hello() -> None:
    write(f"zulip-steward-wire/1 {receive_shipment()}\n".encode())
    time.sleep(60)


def wrong_protocol() -> None:
    HELLO["protocol"] = 99
    say_hello()
    time.sleep(60)


def dies_in_a_frame() -> NoReturn:
    say_hello()
    read_request()
    write(struct.pack(">IB", 1000, ord("J")) + b'{"half')
    os.kill(os.getpid(), signal.SIGKILL)
    sys.exit()


def dies_quietly() -> NoReturn:
    say_hello()
    read_request()
    sys.stderr.write("the last thing it said\n")
    sys.exit(3)


def garbage() -> None:
    say_hello()
    read_request()
    write(b"Traceback (most recent call last):\n")
    time.sleep(60)


def huge_frame() -> None:
    say_hello()
    read_request()
    write(struct.pack(">IB", 2**31, ord("J")))
    time.sleep(60)


def wrong_shape() -> None:
    say_hello()
    request = read_request()
    write(frame({"id": request["id"], "result": [{"id": "not a number"}]}))
    read_request()


def hangs() -> None:
    say_hello()
    read_request()
    os.kill(os.getpid(), signal.SIGSTOP)


def floods_stderr() -> None:
    say_hello()
    request = read_request()
    for _ in range(3_000):
        sys.stderr.write("noise " * 20 + "\n")
    sys.stderr.write("y" * 1_000_000)
    sys.stderr.flush()
    write(frame({"id": request["id"], "result": []}))
    read_request()


def floods_chunks() -> None:
    say_hello()
    request_id = read_request()["id"]
    sent = 0
    os.set_blocking(OUT, True)
    while True:
        write(chunk(request_id, b"z" * 65_536))
        sent += 1
        sys.stderr.write(f"{sent}\n")
        sys.stderr.flush()


def ignores_cancel_and_term() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say_hello()
    read_request()
    while True:
        time.sleep(1)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
