"""What can be named in a question, for completing what is typed: asked for once, and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from .calls import Request
from .query import TableInfo


@dataclass(frozen=True)
class ModelNames:
    """A model: its fields, and for those that lead to another model, which one; lookups by field."""

    name: str
    fields: dict[str, str]
    """Field name to its type (``CharField``)."""
    related: dict[str, str] = field(default_factory=dict)
    """Field name, also backwards, to the name of the model it leads to."""


@dataclass(frozen=True)
class Names:
    """All names: tables and views with columns, SQL functions, models, lookups by type of field, Python names."""

    tables: list[TableInfo]
    functions: list[str]
    models: list[ModelNames]
    lookups: dict[str, list[str]]
    python: list[str]


@dataclass(frozen=True)
class DescribeNames(Request[Names]):
    """The names of the running server."""

    METHOD: ClassVar[str] = "names.describe"
    RESULT: ClassVar[type[Names]] = Names
