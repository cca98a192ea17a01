"""The demo's tables and models are Zulip's: any difference that is not listed here, with its reason, is a failure."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.demo.live_schema import differences, read_tables
from tests.plain_sql import Database
from zulip_bridge.demo import DemoInstall

FACTS = Path(__file__).parent.parent / "facts"

ALLOWED: dict[str, str] = {
    "auth_group_permissions columns id: bigint not null identity in Zulip, integer not null identity in the demo": (
        "an empty table of Django's; its model says integer in Zulip too, and only the migrated column is wider"
    ),
    "zerver_channelfolder: additional": "came between this development version and 11.0",
    "zerver_externalauthid: additional": "came between this development version and 11.0",
    "zerver_navigationview: additional": "came between this development version and 11.0",
    "zerver_pushdevice: additional": "came between this development version and 11.0",
}
"""Differences in the tables, and why each is there."""

ALLOWED_IN_MODELS: dict[str, str] = {}
"""Differences in the models, and why each is there."""

DUMP_MODELS = """
import json
from django.apps import apps
models, on_delete = {}, {}
for model in apps.get_models(include_auto_created=True):
    meta = model._meta
    fields = {f.name: f"{f.get_internal_type()} {f.column}" for f in meta.concrete_fields}
    models[meta.label] = {"table": meta.db_table, "fields": fields}
    for field in meta.local_concrete_fields:
        if field.remote_field:
            on_delete[f"{meta.db_table}.{field.column}"] = field.remote_field.on_delete.__name__
print(json.dumps({"models": models, "on_delete": on_delete}))
"""


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FACTS / "models-11.0-dev.json").read_text())
    return read


@pytest.fixture(scope="module")
def models(demo: DemoInstall) -> dict[str, Any]:
    words = [str(demo.path / "manage.py"), "shell", "-v", "0", "-c", DUMP_MODELS]
    read: dict[str, Any] = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
    return read


def test_tables_are_those_of_zulip(database: Database) -> None:
    expected = json.loads((FACTS / "schema-11.0-dev.json").read_text())["tables"]

    found = differences(expected, read_tables(database))

    assert [line for line in found if line not in ALLOWED] == []
    assert [line for line in ALLOWED if line not in found] == [], "no longer different"


def test_every_table_with_data_about_people_is_there(database: Database, facts: dict[str, Any]) -> None:
    found = read_tables(database)

    assert [table for table in facts["personal_data_tables"] if table not in found] == []


def test_models_and_fields_have_zulips_names(models: dict[str, Any], facts: dict[str, Any]) -> None:
    found = [line for name, model in facts["models"].items() for line in _of_model(name, model, models["models"])]

    assert [line for line in found if line not in ALLOWED_IN_MODELS] == []
    assert [line for line in ALLOWED_IN_MODELS if line not in found] == [], "no longer different"


def test_deleting_cascades_as_in_zulip(models: dict[str, Any], facts: dict[str, Any]) -> None:
    found = {column: models["on_delete"].get(column) for column in facts["on_delete"]}

    assert found == facts["on_delete"]


def _of_model(name: str, expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    if name not in found:
        return [f"{name}: missing"]
    lines = []
    if found[name]["table"] != expected["table"]:
        lines.append(f"{name}: table {found[name]['table']}")
    fields = found[name]["fields"]
    for field in sorted(expected["fields"].keys() | fields.keys()):
        if expected["fields"].get(field) != fields.get(field):
            lines.append(f"{name}.{field}: {expected['fields'].get(field)} in Zulip, {fields.get(field)} in the demo")
    return lines
