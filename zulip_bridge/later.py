"""Names of a package that are imported when they are first asked for.

A command starts Zulip's shell, and the screens paint, before the rest is imported: both then wait less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def later(package: str, modules: Mapping[str, tuple[str, ...]]) -> Callable[[str], object]:
    """A ``__getattr__`` for ``package``: of each of its ``modules`` these names."""
    places = {name: module for module, names in modules.items() for name in names}

    def find(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{places[name]}"), name)

    return find
