"""What ``show --section`` can show, one module each.

To add a section: a module here with two functions, and its name in :data:`SECTIONS`.

- ``async def read(steward, person, options) -> Any``: what ``--json`` prints under the section's name; a value of the
  contract, read through the same calls as the screens' (``steward.inspect.read``), which the journal records.
- ``def show(value) -> None``: prints that value for a person to read, with ``print_facts`` and ``print_table``.

The module is imported when its section is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zulip_bridge.api.people import Person
    from zulip_bridge.steward import Steward

SECTIONS = ("overview", "messages", "files", "channels", "access", "activity", "footprint")
"""Names of the sections, which are the names of their modules."""

DEFAULT_LIMIT = 50


@dataclass(frozen=True)
class SectionOptions:
    """What narrows a section; one that knows nothing of an option ignores it.

    ``since`` and ``until`` are ISO 8601 in UTC (the beginning of a day where a day was given; ``until`` is not
    included). ``limit`` is the most rows.
    """

    kind: str | None = None
    direction: str | None = None
    channel: str | None = None
    topic: str | None = None
    text: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True)
class Section:
    """A section's two functions."""

    read: Callable[[Steward, Person, SectionOptions], Awaitable[Any]]
    show: Callable[[Any], None]


def section(name: str) -> Section:
    """The section of that name, which is one of :data:`SECTIONS`."""
    module = importlib.import_module(f"zulip_bridge.cli.sections.{name}")
    return Section(module.read, module.show)
