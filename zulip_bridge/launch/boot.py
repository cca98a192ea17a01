"""What is sent to Zulip's management shell: the worker's source.

It goes over stdin, where neither the kernel's limit for one argument nor ``manage.log`` is in the way.
"""

from __future__ import annotations

import dataclasses
import functools
import zlib
from pathlib import Path

import orjson

from zulip_bridge.api.calls import WorkerOptions

SENT_PACKAGES = ("api", "worker")


def shipment(nonce: str, options: WorkerOptions) -> bytes:
    """The bytes for the shell's stdin: the loader, then the worker's modules, the nonce and the options."""
    loader, modules = _sources()
    payload = orjson.dumps({"modules": modules, "nonce": nonce, "options": dataclasses.asdict(options)})
    packed = zlib.compress(payload, 6)
    return b"%d\n%s%d\n%s" % (len(loader), loader, len(packed), packed)


@functools.cache
def _sources() -> tuple[bytes, dict[str, str]]:
    root = Path(__file__).parent.parent
    modules: dict[str, str] = {"zulip_bridge": "", "zulip_bridge.wire": (root / "wire.py").read_text("utf-8")}
    for package in SENT_PACKAGES:
        _collect(root / package, f"zulip_bridge.{package}", modules)
    loader = modules.pop("zulip_bridge.worker.loader")
    return loader.encode(), modules


def _collect(folder: Path, name: str, modules: dict[str, str]) -> None:
    for entry in folder.iterdir():
        if entry.name == "__init__.py":
            modules[name] = entry.read_text("utf-8")
        elif entry.name.endswith(".py"):
            modules[f"{name}.{entry.name[:-3]}"] = entry.read_text("utf-8")
        elif entry.is_dir() and not entry.name.startswith("__"):
            _collect(entry, f"{name}.{entry.name}", modules)
