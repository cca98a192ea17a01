"""What is sent to Zulip's management shell: the worker's source, and what Python has compiled of it here.

It goes over stdin, where neither the kernel's limit for one argument nor ``manage.log`` is in the way.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import marshal
import zlib
from pathlib import Path

from zulip_bridge.api.calls import WorkerOptions

SENT_PACKAGES = ("api", "worker")
LOADER = "zulip_bridge.worker.loader"
MARSHAL_VERSION = 2
"""Of marshal's formats one that every Python reads."""
PYC_HEADER = 16
"""Bytes before the code in a ``.pyc``: magic number, flags, and the source's time and size."""


def shipment(nonce: str, options: WorkerOptions, *, distant: bool = False) -> bytes:
    """The bytes for the shell's stdin: the loader, then the worker's modules, the nonce and the options.

    To a ``distant`` machine as few bytes as can be; otherwise what Python has compiled as well, which the worker uses
    where it is run by the same Python.
    """
    loader, modules = _sources()
    sent = {
        "modules": modules,
        "compiled": {} if distant else _compiled(),
        "magic": importlib.util.MAGIC_NUMBER,
        "nonce": nonce,
        "options": dataclasses.asdict(options),
    }
    packed = zlib.compress(marshal.dumps(sent, MARSHAL_VERSION), 6 if distant else 0)
    return b"%d\n%s%d\n%s" % (len(loader), loader, len(packed), packed)


@functools.cache
def _sources() -> tuple[bytes, dict[str, str]]:
    modules = {name: path.read_text("utf-8") for name, path in _paths().items()}
    loader = modules.pop(LOADER)
    return loader.encode(), {"zulip_bridge": "", **modules}


@functools.cache
def _compiled() -> dict[str, bytes]:
    return {name: code for name, path in _paths().items() if (code := _code_of(path)) is not None}


@functools.cache
def _paths() -> dict[str, Path]:
    root = Path(__file__).parent.parent
    paths = {"zulip_bridge.wire": root / "wire.py"}
    for package in SENT_PACKAGES:
        _collect(root / package, f"zulip_bridge.{package}", paths)
    return paths


def _collect(folder: Path, name: str, paths: dict[str, Path]) -> None:
    for entry in folder.iterdir():
        if entry.name == "__init__.py":
            paths[name] = entry
        elif entry.name.endswith(".py"):
            paths[f"{name}.{entry.name[:-3]}"] = entry
        elif entry.is_dir() and not entry.name.startswith("__"):
            _collect(entry, f"{name}.{entry.name}", paths)


def _code_of(path: Path) -> bytes | None:
    """The code in the module's ``.pyc``, if there is one that belongs to the source (as importlib finds out)."""
    try:
        data = Path(importlib.util.cache_from_source(str(path))).read_bytes()
    except (OSError, NotImplementedError):
        return None
    source = path.stat()
    made_of = int(source.st_mtime).to_bytes(8, "little")[:4] + source.st_size.to_bytes(8, "little")[:4]
    belongs = data[:PYC_HEADER] == importlib.util.MAGIC_NUMBER + bytes(4) + made_of
    return data[PYC_HEADER:] if belongs else None
