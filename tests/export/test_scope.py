"""Choosing what an export holds."""

from __future__ import annotations

import pytest

from zulip_bridge.api.codec import from_json, to_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export import ExportPerson
from zulip_bridge.api.export_scope import BY_NAME, PRESETS, SAME, ExportScope, check, choose, instant, sections_of


def refused(*arguments: object, **named: object) -> str:
    """The sentence with which a choice is refused."""
    with pytest.raises(StewardError) as raised:
        choose(*arguments, **named)  # type: ignore[arg-type]
    assert raised.value.kind is ErrorKind.INVALID
    return raised.value.sentence


def test_every_preset_is_a_choice_of_sections() -> None:
    for preset in PRESETS:
        scope = choose(preset)
        assert scope.sections == sections_of(preset) != ()
        assert scope.as_zulip == (preset == "same")
    assert set(sections_of("same")) < set(sections_of("access")) < set(sections_of("evidence"))
    assert "messages.direct" not in sections_of("portability")
    assert "audit" not in sections_of("portability")


def test_sections_are_added_to_a_preset_and_keep_their_order() -> None:
    scope = choose("same", ["flags", "drafts"])
    assert set(scope.sections) == {*sections_of("same"), "flags", "drafts"}
    assert list(scope.sections) == [name for name in BY_NAME if name in scope.sections]
    assert choose(sections=["drafts"]).sections == ("drafts",)
    assert choose(sections=["drafts"]).preset == ""


def test_what_is_no_choice_is_refused() -> None:
    assert "secrets" in refused("", ["secrets"])
    assert "everything" in refused("everything")
    assert "Nothing is chosen" in refused()
    assert "leave nothing" in refused("access", since="2026-02-01", until="2026-01-31")
    assert "yesterday" in refused("access", since="yesterday")
    assert "2026-02-30" in refused("access", until="2026-02-30")


def test_the_worker_checks_again() -> None:
    for scope in (ExportScope(()), ExportScope(("nothing",)), ExportScope(("drafts",), since="2026-01-01")):
        with pytest.raises(StewardError):
            check(scope)


@pytest.mark.parametrize(
    ("text", "of_day", "end"),
    [
        ("2026-01-31", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-01-31T09:30Z", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"),
        ("2026-01-31T09:30:00+02:00", "2026-01-31T07:30:00Z", "2026-01-31T07:30:00Z"),
        ("2026-01-31 09:30", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"),
    ],
)
def test_days_and_times_become_instants(text: str, of_day: str, end: str) -> None:
    assert instant(text) == of_day
    assert instant(text, end_of_day=True) == end


def test_one_day_is_that_whole_day() -> None:
    scope = choose("access", since="2026-01-31", until="2026-01-31")
    assert (scope.since, scope.until) == ("2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z")


def test_a_scope_crosses_the_wire() -> None:
    request = ExportPerson(7, choose("evidence", since="2026-01-01", others="redact"))
    assert from_json(ExportPerson, to_json(request)) == request
    assert from_json(ExportPerson, {"person_id": 7}).scope == SAME
