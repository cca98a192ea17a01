"""Completing a filter while it is typed: fields, lookups, fields of what is referred to, and choices' values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zulip_bridge.api.browse import ModelDescription, ModelField

MOST = 200


@dataclass(frozen=True)
class Candidate:
    """What the text may become, and what there is to say about it."""

    text: str
    about: str


def split(text: str) -> tuple[str, str | None]:
    """The lookup and the value of what was typed; no value before the sign."""
    name, equals, value = text.partition("=")
    return name.strip(), value.strip() if equals else None


def wanted_models(description: ModelDescription, text: str) -> list[str]:
    """Models that must be known to complete the text: those that its path leads through."""
    name, _ = split(text)
    field = _field(description, name.split("__")[0])
    return [field.related] if field is not None and field.related and "__" in name else []


def candidates(description: ModelDescription, text: str, known: Mapping[str, ModelDescription]) -> list[Candidate]:
    """What may follow, the best first."""
    name, value = split(text)
    owner, prefix, last = _owner(description, name, known)
    if value is not None:
        return _values(owner, last, name, value)
    found = [] if owner is None else _fields(owner, prefix, last)
    field = _field(owner, last) if owner is not None else None
    if field is not None:
        found = [*_lookups(field, prefix), *(each for each in found if each.text != f"{prefix}{last}=")]
    base, _, ending = name.rpartition("__")
    before = _target(description, base, known)
    if before is not None:
        start = [each for each in before.lookups if each.startswith(ending)]
        found = [*(Candidate(f"{base}__{each}=", _kind(before)) for each in start), *found]
    return found[:MOST]


def _owner(
    description: ModelDescription, name: str, known: Mapping[str, ModelDescription]
) -> tuple[ModelDescription | None, str, str]:
    """The model whose field is being typed, what stands before it, and the field's beginning."""
    first, lines, rest = name.partition("__")
    field = _field(description, first)
    if lines and field is not None and field.related:
        return known.get(field.related), f"{first}__", rest.partition("__")[0]
    return (None if lines else description), "", first


def _target(description: ModelDescription, path: str, known: Mapping[str, ModelDescription]) -> ModelField | None:
    if not path:
        return None
    owner, _, last = _owner(description, path, known)
    return None if owner is None else _field(owner, last)


def _field(description: ModelDescription | None, name: str) -> ModelField | None:
    fields = description.fields if description is not None else []
    return next((each for each in fields if each.name == name), None)


def _fields(owner: ModelDescription, prefix: str, start: str) -> list[Candidate]:
    matching = [each for each in owner.fields if start.casefold() in each.name.casefold()]
    matching.sort(key=lambda each: not each.name.startswith(start))
    return [Candidate(f"{prefix}{each.name}{'__isnull' if each.secret else ''}=", _kind(each)) for each in matching]


def _lookups(field: ModelField, prefix: str) -> list[Candidate]:
    plain = [] if field.secret else [Candidate(f"{prefix}{field.name}=", _kind(field))]
    more = [each for each in field.lookups if each != "exact"]
    inner = [Candidate(f"{prefix}{field.name}__", f"fields of {field.related}")] if field.related else []
    return [*plain, *inner, *(Candidate(f"{prefix}{field.name}__{each}=", _kind(field)) for each in more)]


def _values(owner: ModelDescription | None, last: str, name: str, start: str) -> list[Candidate]:
    """The choices that fit, and what was typed as it is."""
    as_typed = Candidate(f"{name}={start}", "as typed" if start else "empty")
    if name.endswith("__isnull"):
        return [Candidate(f"{name}={each}", "") for each in ("yes", "no") if each.startswith(start)] or [as_typed]
    field = _field(owner, last)
    options = field.options if field is not None else []
    fitting = [each for each in options if start.casefold() in f"{each.value} {each.shown}".casefold()]
    fitting.sort(key=lambda each: each.value != start)
    found = [
        Candidate(f"{name}={each.value}", "" if each.shown == each.value else each.shown) for each in fitting[:MOST]
    ]
    return found if as_typed.text in [each.text for each in found] else [*found, as_typed]


def _kind(field: ModelField) -> str:
    return f"→ {field.related}" if field.related else field.type
