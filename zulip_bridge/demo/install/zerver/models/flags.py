"""Several yes-or-no flags in one integer column, as Zulip keeps them in ``zerver_usermessage.flags``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import BigIntegerField, Lookup


class FlagSet(int):
    """The value of a flags column: a number whose flags can be asked for by name."""

    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: int, names: Sequence[str]) -> FlagSet:
        """A value with the names of its bits, the lowest first."""
        made = cls(value)
        made.names = tuple(names)
        return made

    def __getattr__(self, name: str) -> bool:
        names = object.__getattribute__(self, "names")
        if name not in names:
            raise AttributeError(name)
        return bool(self & (1 << names.index(name)))


class Flag(int):
    """One flag as a number: ``UserMessage.flags.starred`` is 2, and so is its ``mask``."""

    @property
    def mask(self) -> int:
        """The flag's bit."""
        return int(self)


class FlagsField(BigIntegerField):
    """A bigint whose bits have names; on the model's class it gives the flags, on an instance their values."""

    def __init__(self, *args: Any, flags: Sequence[str] = (), **kwargs: Any) -> None:
        kwargs.setdefault("default", 0)
        self.flags = tuple(flags)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """For migrations: the names belong to the field."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "flags": self.flags}

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Put the descriptor in the model's class."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, _Flags(self))

    def get_prep_value(self, value: Any) -> Any:
        """PostgreSQL is given a plain number."""
        prepared = super().get_prep_value(value)
        return int(prepared) if isinstance(prepared, int) else prepared


class _Flags:
    """What ``Model.flags`` and ``instance.flags`` give."""

    def __init__(self, field: FlagsField) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname)
        if value is None and self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
            value = instance.__dict__[self.field.attname]
        return FlagSet.of(value, self.field.flags) if isinstance(value, int) else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = int(value) if isinstance(value, int) else value

    def __getattr__(self, name: str) -> Flag:
        flags = object.__getattribute__(self, "field").flags
        if name not in flags:
            raise AttributeError(name)
        return Flag(1 << flags.index(name))

    def keys(self) -> tuple[str, ...]:
        """The names of the flags, the lowest bit first."""
        return self.field.flags


class _AnyBit(Lookup):
    """``flags__andnz=mask``: at least one of the mask's bits is set. Written so that partial indexes match."""

    lookup_name = "andnz"
    comparison = "<> 0"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The condition in SQL."""
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} & {right} {self.comparison}", [*left_parameters, *right_parameters]


class _NoBit(_AnyBit):
    """``flags__andz=mask``: none of the mask's bits is set."""

    lookup_name = "andz"
    comparison = "= 0"


models.Field.register_lookup(_AnyBit)
models.Field.register_lookup(_NoBit)
