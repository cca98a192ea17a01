"""The demo's actions take what Zulip's take, and are transactions where Zulip's are."""

from __future__ import annotations

import ast
import json
import subprocess
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from zulip_bridge.demo import DemoInstall

FACTS = Path(__file__).parent.parent / "facts" / "actions-11.0-dev.json"

ALLOWED: dict[str, str] = {}
"""Differences, and why each is there."""

DESCRIBE = """
import importlib, inspect, json, sys
from django.db.transaction import Atomic

def describe(place):
    module, _, name = place.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    signature = inspect.signature(function)
    parameters = [
        [p.name, p.kind.name, p.annotation, p.default is not p.empty]
        for p in signature.parameters.values()
    ]
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    blocks = [cell for cell in cells if isinstance(cell, Atomic)]
    transaction = ""
    if blocks:
        transaction = "atomic(durable=True)" if blocks[0].durable else "atomic(savepoint=False)"
    return {"parameters": parameters, "returns": signature.return_annotation, "transaction": transaction}

print(json.dumps({place: describe(place) for place in json.load(sys.stdin)}))
"""


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(FACTS.read_text())["functions"]
    return read


@pytest.fixture(scope="module")
def functions(demo: DemoInstall, facts: dict[str, dict[str, str]]) -> dict[str, dict[str, Any]]:
    words = [str(demo.path / "manage.py"), "shell", "-v", "0", "-c", DESCRIBE]
    output = subprocess.run(words, input=json.dumps(list(facts)), capture_output=True, check=True, text=True).stdout
    read: dict[str, dict[str, Any]] = json.loads(output)
    return read


def test_signatures_are_zulips(functions: dict[str, dict[str, Any]], facts: dict[str, dict[str, str]]) -> None:
    found = [
        f"{place}: {wanted} in Zulip, {present} in the demo"
        for place, fact in facts.items()
        for wanted, present in _differences(fact["signature"], functions[place])
    ]

    assert [line for line in found if line not in ALLOWED] == []
    assert [line for line in ALLOWED if line not in found] == [], "no longer different"


def test_transactions_are_zulips(functions: dict[str, dict[str, Any]], facts: dict[str, dict[str, str]]) -> None:
    expected = {place: fact["transaction"] for place, fact in facts.items() if "transaction" in fact}

    assert {place: functions[place]["transaction"] for place in expected} == expected


def _differences(signature: str, found: dict[str, Any]) -> list[tuple[object, object]]:
    (parsed,) = ast.parse(f"def f{signature}: ...").body
    assert isinstance(parsed, ast.FunctionDef)
    wanted: list[object] = [*_parameters(parsed.args), _source(parsed.returns)]
    present: list[object] = [
        (name, kind, _text(type_), default) for name, kind, type_, default in found["parameters"]
    ]
    present.append(_text(found["returns"]))
    return [(one, other) for one, other in zip_longest(wanted, present) if one != other]


Parameter = tuple[str, str, str, bool]
"""Name, kind, annotation, and whether there is a default."""


def _parameters(arguments: ast.arguments) -> list[Parameter]:
    without = len(arguments.args) - len(arguments.defaults)
    positional = [
        (each.arg, "POSITIONAL_OR_KEYWORD", _source(each.annotation), number >= without)
        for number, each in enumerate(arguments.args)
    ]
    keyword_only = [
        (each.arg, "KEYWORD_ONLY", _source(each.annotation), default is not None)
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    return [*positional, *keyword_only]


def _source(annotation: ast.expr | None) -> str:
    return "" if annotation is None else _text(ast.unparse(annotation))


def _text(annotation: object) -> str:
    """An annotation without quotes and spaces: some of Zulip's are strings, for names imported later."""
    return str(annotation).replace("'", "").replace('"', "").replace(" ", "")
