"""First code to run in Zulip's shell: installs an importer for the modules sent over stdin, then the worker.

Executed by the BOOT line with ``f``, the buffered stdin, in its namespace. The next line holds the length of a
zlib-compressed, marshalled dictionary: ``modules`` (name to source), ``compiled`` (name to marshalled code) for the
Python whose ``magic`` is given, ``nonce`` and ``options``.
"""

import _imp
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import marshal
import sys
import zlib
from typing import Any, BinaryIO


class SentModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules in a dictionary of sources; packages are the names that others start with.

    What was compiled by the same Python need not be compiled again: that is most of the time that the worker's start
    takes after the shell's.
    """

    def __init__(self, sources: "dict[str, str]", compiled: "dict[str, bytes]") -> None:
        self.sources = sources
        self.compiled = compiled

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
        exec(self._code(module.__name__, source, name), module.__dict__)

    def _code(self, module: str, source: str, name: str) -> Any:
        try:
            code = marshal.loads(self.compiled[module])
        except (KeyError, EOFError, ValueError, TypeError):
            return compile(source, name, "exec", dont_inherit=True)
        # As importlib does with a module that has moved: no path of the steward's machine in tracebacks.
        _imp._fix_co_filename(code, name)  # type: ignore[attr-defined]
        return code


def start(stdin: BinaryIO) -> None:
    """Read what was sent, make it importable, and hand over to the worker's session."""
    sent = marshal.loads(zlib.decompress(stdin.read(int(stdin.readline()))))
    is_same_python = sent["magic"] == importlib.util.MAGIC_NUMBER
    sys.meta_path.insert(0, SentModules(sent["modules"], sent["compiled"] if is_same_python else {}))
    for name in [name for name in sys.modules if name.split(".")[0] == "zulip_bridge"]:
        del sys.modules[name]
    from zulip_bridge.worker.session import serve

    serve(sent["nonce"], sent["options"])


if "f" in globals():
    start(globals()["f"])
