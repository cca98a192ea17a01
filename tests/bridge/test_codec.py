"""The contract survives the way over JSON, and what does not fit is refused with its place."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zulip_bridge.api.calls import Hello, Progress
from zulip_bridge.api.codec import ShapeError, from_json, to_json
from zulip_bridge.api.errors import ErrorKind, Problem
from zulip_bridge.api.export import ExportSummary
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import PeoplePage, Person, PersonDetail, SearchPeople

text = st.text(st.characters(exclude_categories=["Cs"]))
whole = st.integers(-(2**53), 2**53)
for kind, strategy in ((str, text), (int, whole)):
    st.register_type_strategy(kind, strategy)


@settings(deadline=None)  # a slow machine is no failure
@given(
    st.one_of(
        st.builds(Person),
        st.builds(PersonDetail),
        st.builds(PeoplePage),
        st.builds(FootprintRow),
        st.builds(ExportSummary),
        st.builds(SearchPeople),
        st.builds(Hello),
        st.builds(Progress),
        st.builds(Problem),
    )
)
def test_round_trip(value: object) -> None:
    carried = orjson.loads(orjson.dumps(to_json(value)))
    assert from_json(type(value), carried) == value


def test_unknown_fields_are_ignored() -> None:
    assert from_json(Progress, {"phase": "files", "done": 1, "colour": "red"}) == Progress("files", 1)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"phase": "files"}, "done"),
        ({"phase": 7, "done": 1}, "phase"),
        ({"phase": "files", "done": True}, "done"),
        ({"phase": "files", "done": "1"}, "done"),
        ([], "value"),
        (None, "value"),
    ],
)
def test_what_does_not_fit_names_the_place(value: object, place: str) -> None:
    with pytest.raises(ShapeError, match=place):
        from_json(Progress, value)


def test_a_problem_keeps_its_kind() -> None:
    problem = Problem(ErrorKind.AMBIGUOUS, "Two match.", candidates=["id 1", "id 2"])
    assert from_json(Problem, to_json(problem)) == problem
    with pytest.raises(ShapeError):
        from_json(Problem, {"kind": "unheard of", "sentence": ""})


def test_literals_are_checked() -> None:
    with pytest.raises(ShapeError, match="status"):
        from_json(SearchPeople, {"status": "dead"})
