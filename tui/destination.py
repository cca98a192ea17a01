"""Where an export goes: a suggestion without personal data in it, and whether a place will do."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from zulip_bridge.api.people import Person

HOME = Path("~/zulip-steward-exports")
MOST_TRIES = 100


def suggest(person: Person, now: datetime, suffix: str = "") -> Path:
    """A directory, or a file with this suffix, that does not exist yet.

    Named by realm, id and day; never by name or address.
    """
    base = f"{person.realm or 'root'}-{person.id}-{now:%Y-%m-%d}"
    names = (base, *(f"{base}-{number}" for number in range(2, MOST_TRIES)))
    places = [HOME.expanduser() / f"{name}{suffix}" for name in names]
    return next((path for path in places if not path.exists()), places[0])


def suggest_file(person: Person, section: str, now: datetime) -> Path:
    """A file that does not exist yet, named by realm, id, day and what is in it; never by name or address."""
    base = HOME.expanduser() / f"{person.realm or 'root'}-{person.id}-{now:%Y-%m-%d}-{section}"
    others = (base.with_name(f"{base.name}-{number}") for number in range(2, MOST_TRIES))
    files = (each.with_name(f"{each.name}.json") for each in (base, *others))
    return next((path for path in files if not path.exists()), base.with_name(f"{base.name}.json"))


def file_objection(typed: str) -> str | None:
    """Why this will not do as a new file; None where it will. It is checked again when the file is written."""
    if not typed.strip():
        return "Name a file."
    if not typed.strip().isprintable():
        return "This path holds characters that cannot be seen."
    try:
        path = read_path(typed)
        if path.is_dir():
            return "This is a directory: name a file."
        if path.exists() or path.is_symlink():
            return "There is such a file already: name another."
        return _cannot_write_below(path)
    except (OSError, RuntimeError, ValueError) as error:
        return f"This path cannot be used: {getattr(error, 'strerror', None) or error}."


def read_path(typed: str) -> Path:
    """What the operator typed, ``~`` included, as an absolute path."""
    return Path(typed.strip()).expanduser().absolute()


def objection(typed: str) -> str | None:
    """Why this will not do as a destination; None where it will. The export checks again when it starts."""
    if not typed.strip():
        return "Name a directory."
    if not typed.strip().isprintable():
        return "This path holds characters that cannot be seen."
    try:
        path = read_path(typed)
        if path.is_dir():
            return "This directory is not empty: name another." if any(path.iterdir()) else None
        if path.exists():
            return "This is a file: name a directory."
        return _cannot_write_below(path)
    except (OSError, RuntimeError, ValueError) as error:
        return f"This path cannot be used: {getattr(error, 'strerror', None) or error}."


def folder_objection(typed: str) -> str | None:
    """Why this will not do as a folder for several exports, which may be there already; None where it will."""
    if not typed.strip():
        return "Name a folder."
    if not typed.strip().isprintable():
        return "This path holds characters that cannot be seen."
    try:
        path = read_path(typed)
        if path.exists() and not path.is_dir():
            return "This is a file: name a folder."
        return _cannot_write_below(path / "export")
    except (OSError, RuntimeError, ValueError) as error:
        return f"This path cannot be used: {getattr(error, 'strerror', None) or error}."


def _cannot_write_below(path: Path) -> str | None:
    parent = next(each for each in path.parents if each.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        return f"You may not write to {parent}."
    return None
