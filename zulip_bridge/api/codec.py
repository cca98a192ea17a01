"""Dataclasses to JSON values and back, checked against their annotations.

The receiving side never trusts the shape of what arrives: unknown fields are ignored (a newer peer may send
them), missing or mistyped ones raise :class:`ShapeError` naming the path.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")
Decoder = Callable[[Any, str], Any]


class ShapeError(Exception):
    """A JSON value does not fit the annotation it was to be read as."""

    def __init__(self, path: str, expected: str, found: object) -> None:
        super().__init__(f"{path or 'value'}: expected {expected}, found {type(found).__name__}")


def to_json(value: Any) -> Any:
    """Turn a contract value into what any JSON writer takes (dicts, lists, str, int, float, bool, None)."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: to_json(getattr(value, name)) for name in _field_names(type(value))}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    return value


def from_json(kind: type[T], value: Any) -> T:
    """Read ``value`` as ``kind`` (a contract dataclass or any annotation made of them).

    Raises :class:`ShapeError` where it does not fit.
    """
    read: Decoder = _decoder(typing.cast(Any, kind))
    return typing.cast(T, read(value, ""))


@functools.cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@functools.cache
def _decoder(kind: Any) -> Decoder:
    if kind is Any or kind is object:
        return lambda value, path: value
    if kind is float:
        return _decode_float
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum_decoder(kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(typing.cast(type, kind))
    origin = get_origin(kind)
    if origin is Literal:
        return _literal_decoder(get_args(kind))
    if origin is Union or origin is types.UnionType:
        return _union_decoder(get_args(kind))
    if origin in (list, tuple):
        return _sequence_decoder(origin, get_args(kind)[0])
    if origin is dict:
        return _dict_decoder(get_args(kind)[1])
    return _plain_decoder(kind)


def _decode_float(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ShapeError(path, "a number", value)
    return float(value)


def _plain_decoder(kind: Any) -> Decoder:
    def decode(value: Any, path: str) -> Any:
        if type(value) is not kind:
            raise ShapeError(path, kind.__name__, value)
        return value

    return decode


def _enum_decoder(kind: type[enum.Enum]) -> Decoder:
    def decode(value: Any, path: str) -> Any:
        try:
            return kind(value)
        except ValueError as error:
            raise ShapeError(path, kind.__name__, value) from error

    return decode


def _literal_decoder(choices: tuple[Any, ...]) -> Decoder:
    def decode(value: Any, path: str) -> Any:
        if value not in choices:
            raise ShapeError(path, f"one of {choices}", value)
        return value

    return decode


def _union_decoder(kinds: tuple[Any, ...]) -> Decoder:
    optional = type(None) in kinds
    decoders = [_decoder(kind) for kind in kinds if kind is not type(None)]

    def decode(value: Any, path: str) -> Any:
        if value is None and optional:
            return None
        for attempt in decoders[:-1]:
            try:
                return attempt(value, path)
            except ShapeError:
                continue
        return decoders[-1](value, path)

    return decode


def _sequence_decoder(origin: type, item_kind: Any) -> Decoder:
    item = _decoder(item_kind)

    def decode(value: Any, path: str) -> Any:
        if not isinstance(value, list | tuple):
            raise ShapeError(path, "a list", value)
        return origin(item(each, f"{path}[{index}]") for index, each in enumerate(value))

    return decode


def _dict_decoder(item_kind: Any) -> Decoder:
    item = _decoder(item_kind)

    def decode(value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            raise ShapeError(path, "an object", value)
        return {key: item(each, f"{path}.{key}") for key, each in value.items()}

    return decode


def _dataclass_decoder(kind: type) -> Decoder:
    hints = typing.get_type_hints(kind)
    fields = [(field.name, _decoder(hints[field.name]), _required(field)) for field in dataclasses.fields(kind)]

    def decode(value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            raise ShapeError(path, kind.__name__, value)
        found = {}
        for name, decoder, required in fields:
            if name in value:
                found[name] = decoder(value[name], f"{path}.{name}" if path else name)
            elif required:
                raise ShapeError(f"{path}.{name}" if path else name, "a value", None)
        return kind(**found)

    return decode


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
