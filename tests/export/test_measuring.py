"""How much an export would be, told before it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.support import Exported, export
from tests.plain_sql import Database, value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export_scope import BY_NAME, ExportScope, SectionSize, choose
from zulip_bridge.api.people import FindPerson, Person
from zulip_bridge.client import Bridge
from zulip_bridge.export.measuring import measure_export

BUSIEST = "SELECT sender_id FROM zulip.zerver_message GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"


async def busiest(bridge: Bridge, database: Database) -> Person:
    """Who sent most."""
    return await bridge.call(FindPerson(str(value(database, BUSIEST))))


async def test_what_is_measured_is_what_is_exported(bridge: Bridge, database: Database, tmp_path: Path) -> None:
    person = await busiest(bridge, database)
    scope = choose("evidence")
    told: list[SectionSize] = []
    sizes = await measure_export(bridge, person, scope, told.append)
    assert sizes == told
    assert [each.section for each in sizes] == list(scope.sections)
    await export(bridge, person.id, tmp_path / "out", scope=scope)
    sections = {each["section"]: each for each in Exported.read(tmp_path / "out").manifest["sections"]}
    for size in sizes:
        kind = BY_NAME[size.section].kind
        if kind == "messages" or size.section == "uploads" or (kind == "tables" and size.exact):
            assert size.rows == sections[size.section]["found"], size.section


async def test_estimated_bytes_are_of_the_right_size(bridge: Bridge, database: Database, tmp_path: Path) -> None:
    person = await busiest(bridge, database)
    scope = choose(sections=["messages.sent"])
    (size,) = await measure_export(bridge, person, scope, lambda size: None)
    await export(bridge, person.id, tmp_path / "out", scope=scope)
    written = sum(path.stat().st_size for path in (tmp_path / "out").glob("messages-*.json"))
    assert size.bytes is not None
    assert 0.5 < size.bytes / written < 2


async def test_dates_are_measured_too(bridge: Bridge, database: Database) -> None:
    person = await busiest(bridge, database)
    (all_of_it,) = await measure_export(bridge, person, choose(sections=["messages.sent"]), lambda size: None)
    none = choose(sections=["messages.sent"], until="1999-01-01")
    (before,) = await measure_export(bridge, person, none, lambda size: None)
    assert all_of_it.rows
    assert before.rows == 0


async def test_a_scope_that_means_nothing_is_refused(bridge: Bridge, database: Database) -> None:
    person = await busiest(bridge, database)
    with pytest.raises(StewardError) as raised:
        await measure_export(bridge, person, ExportScope(("nothing",)), lambda size: None)
    assert raised.value.kind is ErrorKind.INVALID
