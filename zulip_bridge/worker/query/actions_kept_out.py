"""Zulip's own actions are kept out of a transaction that waits for a decision.

They commit by themselves, and send events and mails that no rolling back takes back (design: they are never wrapped
in an outer transaction). Some are marked durable and refuse it; the others are recognized here by their names, before
any of the code is run. That guards against mistakes, not against who wants to get around it.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

from zulip_bridge.api.errors import ErrorKind, StewardError

ACTION = re.compile(r"^def ((?:do|check|bulk|internal|notify|send|try)_\w+)\(", re.MULTILINE)


def refuse_actions(code: str) -> None:
    """Raise :class:`StewardError`, kind ``refused``, where code that can be compiled names one of Zulip's actions."""
    try:
        compiled = compile(code, "<query>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return  # running it says so better
    for name in _names(compiled):
        if name in _actions():
            sentence = f"{name} is one of Zulip's actions, which commit by themselves: edit and erase call them."
            raise StewardError(ErrorKind.REFUSED, f"{sentence} Nothing was written.")


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@functools.cache
def _actions() -> frozenset[str]:
    """The names of the running version's actions, from its source."""
    names: set[str] = set()
    for place in importlib.import_module("zerver.actions").__path__:
        for path in Path(place).glob("*.py"):
            names.update(ACTION.findall(path.read_text("utf-8", "replace")))
    return frozenset(names)
