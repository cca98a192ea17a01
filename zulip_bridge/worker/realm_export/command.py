"""Zulip's ``export`` command as this version has it: which options there are, and the words to start it."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management import load_command_class

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.realm_export import RealmExportChoice

OPTIONS = {
    "public": "--public-only",
    "consent": "--export-full-with-consent",
    "consent_message": "--consent-message-id",
    "deactivate": "--deactivate-realm",
    "force": "--force",
    "upload": "--upload",
    "threads": "--threads",
}
"""Ours to Zulip's."""

MISSING = {
    "public": "has no export of public channels only",
    "consent": "has no export of members who agreed by their settings; it finds them by a message",
    "consent_message": "does not find members who agreed by a message; it knows it from their settings",
    "deactivate": "cannot deactivate the organization as part of the export",
    "force": "does not check whether the result could be imported",
    "upload": "cannot upload the archive",
    "threads": "has no choice of parallel processes",
}


def available() -> set[str]:
    """Those of our names that this version has an option for; empty where it has no such command."""
    known = _defaults()
    return {name for name, word in OPTIONS.items() if word in known}


def usual_threads() -> int | None:
    """How many processes this version takes by itself; None where it does not say."""
    usual = str(_defaults().get(OPTIONS["threads"]))
    return int(usual) if usual.isdecimal() else None


def _defaults() -> dict[str, Any]:
    """What this version's command understands, and what it takes where that is not given."""
    try:
        parser = load_command_class("zerver", "export").create_parser("manage.py", "export")
    except (ImportError, AttributeError):
        return {}
    return {word: action.default for action in parser._actions for word in action.option_strings}


def chosen(choice: RealmExportChoice) -> dict[str, list[str]]:
    """Our names of what was chosen, with their values."""
    found: dict[str, list[str]] = {}
    if choice.mode == "public":
        found["public"] = []
    elif choice.mode == "consent":
        by_message = choice.consent_message_id is not None
        found["consent_message" if by_message else "consent"] = [str(choice.consent_message_id)] if by_message else []
    for name in ("deactivate", "force", "upload"):
        if getattr(choice, name):
            found[name] = []
    if choice.threads is not None:
        found["threads"] = [str(choice.threads)]
    return found


def missing(choice: RealmExportChoice) -> list[str]:
    """A sentence for each choice that this version has no option for."""
    there = available()
    if not there:
        return ["This version of Zulip has no command that exports organizations."]
    return [f"This version of Zulip {MISSING[name]}." for name in chosen(choice) if name not in there]


def words(choice: RealmExportChoice, output: str) -> list[str]:
    """The whole command line."""
    found = [sys.executable, os.path.abspath(sys.argv[0]), "export", "-r", choice.realm, "--output", output]  # noqa: PTH100
    for name, values in chosen(choice).items():
        found += [OPTIONS[name], *values]
    return found


def output_of(tarball: str) -> str:
    """The directory that Zulip works in, and removes, when it makes this archive."""
    if not tarball.endswith(SUFFIX) or not os.path.isabs(tarball):  # noqa: PTH117
        raise StewardError(ErrorKind.INVALID, f"{tarball!r} is not the place of an archive.")
    return tarball.removesuffix(SUFFIX)


SUFFIX = ".tar.gz"
