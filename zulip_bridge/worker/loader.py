"""First code to run in Zulip's shell: installs an importer for the modules sent over stdin, then the worker.

Executed by the BOOT line with ``f``, the buffered stdin, in its namespace. The next line holds the length of a
zlib-compressed JSON object: ``modules`` (name to source), ``nonce`` and ``options``.
"""

import importlib.abc
import importlib.machinery
import json
import linecache
import sys
import zlib
from typing import Any, BinaryIO


class SentModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules in a dictionary of sources; packages are the names that others start with."""

    def __init__(self, sources: "dict[str, str]") -> None:
        self.sources = sources

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """Spec of a module that was sent, else None."""
        if fullname not in self.sources:
            return None
        package = any(name.startswith(fullname + ".") for name in self.sources)
        return importlib.machinery.ModuleSpec(fullname, self, origin=f"<{fullname}>", is_package=package)

    def exec_module(self, module: Any) -> None:
        """Run the source; registered with linecache so that tracebacks show its lines."""
        source = self.sources[module.__name__]
        name = f"<{module.__name__}>"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)


def start(stdin: BinaryIO) -> None:
    """Read what was sent, make it importable, and hand over to the worker's session."""
    sent = json.loads(zlib.decompress(stdin.read(int(stdin.readline()))))
    sys.meta_path.insert(0, SentModules(sent["modules"]))
    for name in [name for name in sys.modules if name.split(".")[0] == "zulip_bridge"]:
        del sys.modules[name]
    from zulip_bridge.worker.session import serve

    serve(sent["nonce"], sent["options"])


if "f" in globals():
    start(globals()["f"])
