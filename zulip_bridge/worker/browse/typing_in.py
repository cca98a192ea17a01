"""Values as somebody types them: text to what a field holds, or a sentence why it does not fit."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError

from .. import compat_values
from ..query.model_rows import WORDS
from .fields import kind_of

LONGEST_INTEGER = 30
"""Digits; no column of PostgreSQL's holds more."""


class DoesNotFit(Exception):
    """The text is no value of the field; the message is a sentence."""


def parsed(field: Any, text: str | None) -> Any:
    """The value that ``text`` stands for, None being NULL; raises :class:`DoesNotFit`."""
    if text is None:
        if not field.null:
            raise DoesNotFit("It cannot be NULL.")
        return None
    if "\0" in text:
        raise DoesNotFit("PostgreSQL's text has no NUL character.")
    kind = kind_of(field)
    try:
        if kind == "yes_no":
            return WORDS[text.strip().lower()]
        if kind == "json":
            return json.loads(text)
        if kind == "flags":
            return _flags(field, text)
        target = field
        while target.is_relation:
            target = target.target_field
        value = target.to_python(text if kind in ("text", "long_text") else _choice(field, text.strip()))
    except KeyError as error:
        raise DoesNotFit(f"It is yes or no, not {text}.") from error
    except ValidationError as error:
        raise DoesNotFit(" ".join(error.messages)) from error
    except (ValueError, TypeError, ArithmeticError) as error:
        raise DoesNotFit(f"This is no value for it: {text[:80]}.") from error
    known = compat_values.KNOWN.get((field.model._meta.db_table, field.column))
    if known and value not in known:
        raise DoesNotFit(f"It is one of {', '.join(f'{number} ({words})' for number, words in known.items())}.")
    return value


def _choice(field: Any, text: str) -> str:
    """A choice may be given by its words as well."""
    if len(text) > LONGEST_INTEGER:
        return text
    pairs = dict(field.flatchoices) or compat_values.constants(field.model, field.name)
    return next((str(value) for value, words in pairs.items() if str(words).lower() == text.lower()), text)


def _flags(field: Any, text: str) -> int:
    """A number, or names with commas between."""
    if text.strip().isdigit():
        return int(text)
    names = compat_values.flag_names(field)
    wanted = [name.strip() for name in text.split(",") if name.strip() and name.strip() != "none"]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise DoesNotFit(f"There is no flag {unknown[0]}; there are {', '.join(names)}.")
    return sum(1 << names.index(name) for name in set(wanted))
