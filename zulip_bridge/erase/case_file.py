"""Erasures under way: one owner-only file each, so that one that was cut off can be finished.

It holds what the server no longer knows (old addresses, paths of files). It is written whole, beside the journal,
and destroyed when the erasure is complete.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from zulip_bridge.api.codec import ShapeError, from_json, to_json
from zulip_bridge.api.erase import ErasureCase, ErasureOptions, Step
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person

FOLDER = "erasures"
ENDING = ".case.json"


@dataclass(frozen=True)
class OpenCase:
    """An erasure that has begun. ``done`` has the steps that are behind it, ``counts`` what they did."""

    number: str
    server: str
    install: str
    person: Person
    options: ErasureOptions
    case: ErasureCase
    done: list[Step] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def left(self) -> list[Step]:
        """The steps that are still to be done."""
        return [step for step in self.options.steps if step not in self.done]

    def means(self, user: str) -> bool:
        """Whether ``user`` (id or address) is the person whom it is about."""
        wanted = user.strip().casefold()
        return wanted == str(self.case.person_id) or wanted in (each.casefold() for each in self.case.addresses)


class CaseFile:
    """The erasures under way that a journal's directory holds."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / FOLDER

    def begin(
        self, server: str, install: str, person: Person, options: ErasureOptions, case: ErasureCase
    ) -> OpenCase:
        """Write a new one."""
        opened = OpenCase(secrets.token_hex(6), server, install, person, options, case)
        self.save(opened)
        return opened

    def save(self, case: OpenCase) -> None:
        """Write it whole, and make sure that it is on the disk before anything else is done.

        Raises :class:`StewardError`, kind ``storage``.
        """
        path = self._path(case.number)
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = path.with_suffix(".part")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(orjson.dumps(to_json(case)))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            _sync_directory(self.directory)
        except OSError as error:
            sentence = f"The erasure under way cannot be noted in {self.directory}: {error.strerror or error}."
            raise StewardError(ErrorKind.STORAGE, sentence) from error

    def destroy(self, case: OpenCase) -> None:
        """Remove it: nothing of it is needed any more."""
        path = self._path(case.number)
        path.unlink(missing_ok=True)
        path.with_suffix(".part").unlink(missing_ok=True)
        _sync_directory(self.directory)

    def open_on(self, install: str) -> list[OpenCase]:
        """Those under way on a server, by the place of its install.

        Raises :class:`StewardError`, kind ``storage``, for one that cannot be read.
        """
        return [case for case in self._all() if case.install == install]

    def find(self, install: str, user: str) -> OpenCase | None:
        """The one about ``user`` (id or address), if there is one."""
        return next((case for case in self.open_on(install) if case.means(user)), None)

    def _all(self) -> Iterator[OpenCase]:
        if not self.directory.is_dir():
            return
        for path in sorted(self.directory.glob(f"*{ENDING}")):
            try:
                yield from_json(OpenCase, orjson.loads(path.read_bytes()))
            except (OSError, orjson.JSONDecodeError, ShapeError) as error:
                sentence = f"An erasure was begun and cannot be read: {path} ({type(error).__name__})."
                raise StewardError(ErrorKind.STORAGE, sentence) from error

    def _path(self, number: str) -> Path:
        return self.directory / f"{number}{ENDING}"


def with_step(case: OpenCase, step: Step, counts: dict[str, int], warnings: list[str], noted: Any = None) -> OpenCase:
    """The case after a step; ``noted`` is a newer :class:`ErasureCase` where the step made one."""
    return replace(
        case,
        case=noted or case.case,
        done=[*case.done, step],
        counts={**case.counts, step: counts} if counts else case.counts,
        warnings=[*case.warnings, *warnings],
    )


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
