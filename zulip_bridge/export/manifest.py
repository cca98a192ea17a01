"""``manifest.json``: what the export holds, what it leaves out and why, and the digest of every file.

It is written last. Its own bytes are covered as well: they are exactly what :func:`encode` makes of its contents, and
``digest`` covers those, so that a change anywhere shows.
"""

from __future__ import annotations

import hashlib
import platform
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.export import ExportSummary, SectionDone, Warned
from zulip_bridge.api.export_scope import BY_NAME, PRESETS, ExportScope
from zulip_bridge.api.people import Person

from .container import WrittenFile
from .model import Provenance

FORMAT = "zulip-steward-export"
FORMAT_VERSION = 1


class ManifestError(Exception):
    """The bytes are not a manifest of ours; the text says why."""


@dataclass
class Contents:
    """What is gathered for the manifest while the export runs."""

    files: list[WrittenFile] = field(default_factory=list)
    sections: list[SectionDone] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)


def build(
    person: Person, provenance: Provenance, scope: ExportScope, summary: ExportSummary, contents: Contents
) -> dict[str, Any]:
    """The manifest as JSON values, without its digest."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "person": {
            "id": person.id,
            "realm": person.realm,
            "full_name": person.full_name,
            "delivery_email": person.delivery_email,
        },
        "made": {
            "started": _iso(provenance.started),
            "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "snapshot_taken": summary.snapshot_taken,
            "operator": provenance.operator,
            "host": platform.node(),
            "tool": "zulip-steward",
            "tool_version": provenance.tool_version,
        },
        "server": _server(provenance),
        "scope": _scope(scope),
        "redactions": summary.redactions,
        "third_parties": _third_parties(scope, summary),
        "messages": {
            "written": summary.messages,
            "without_own_row": summary.messages_without_own_row,
        },
        "tables": summary.tables,
        "places": to_json(summary.places),
        "sections": [_without_event(each) for each in sorted(contents.sections, key=_is_of_files)],
        "warnings": [_without_event(each) for each in contents.warnings],
        "files": [_file(each) for each in sorted(contents.files, key=lambda each: each.path)],
    }


def _scope(scope: ExportScope) -> dict[str, Any]:
    names: dict[str, str] = {preset: description for preset, (_, description) in PRESETS.items()}
    return {
        "preset": scope.preset,
        "words": names.get(scope.preset, "The sections that the operator chose."),
        "sections": list(scope.sections),
        "since": scope.since,
        "until": scope.until,
        "others": scope.others,
        "as_zulip": scope.as_zulip,
    }


REPLACED = [
    "Full names of the organization's people, now and before, in any row and text, by their words, whatever is "
    "between these, as 'Person 17' with the person's id.",
    "E-mail addresses in any row and text, but for those of the subject and of their bots.",
    "The text of messages by others, earlier versions included.",
    "Quotations inside the subject's own messages, mentions, links to conversations, names of files.",
    "HTML, which is left out where it only repeats a text; details of audit log entries about others.",
]
NOT_REPLACED = [
    "Nicknames, first names alone, misspelt names, names glued to another word, names of people who "
    "have no account in the organization.",
    "What others wrote or said where the subject repeats it without marking it as a quotation.",
    "Who somebody is, where the text or the circumstances tell it: ids, times, topics and channels stay.",
    "The contents of files: only their names are changed.",
    "A name that the subject, a bot of theirs or of Zulip's bears as well.",
    "A name of a single word in other letter case: it may be an ordinary word.",
]


def _third_parties(scope: ExportScope, summary: ExportSummary) -> dict[str, Any]:
    """What happened to other people's data, and what cannot be promised."""
    if not scope.redacts():
        return {"mode": "keep", "words": "Other people's names, addresses and messages are in this export."}
    return {
        "mode": "redact",
        "words": "Other people's data was replaced as far as it can be told from the data.",
        "replaced": REPLACED,
        "not_replaced": NOT_REPLACED,
        "counts": summary.third_parties,
    }


def encode(manifest: dict[str, Any]) -> bytes:
    """The manifest as it is written, with its digest added at the end."""
    body = {key: value for key, value in manifest.items() if key != "digest"}
    digest = hashlib.sha256(orjson.dumps(body)).hexdigest()
    return orjson.dumps({**body, "digest": digest}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def decode(data: bytes) -> dict[str, Any]:
    """The contents of a manifest; :class:`ManifestError` where it is not ours, is too new, or was changed."""
    try:
        manifest = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ManifestError("It is not JSON.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ManifestError("It is not the manifest of an export by zulip-steward.")
    if manifest.get("format_version") != FORMAT_VERSION:
        raise ManifestError(f"Its format has the version {manifest.get('format_version')!r}, not {FORMAT_VERSION}.")
    if encode(manifest) != data:
        raise ManifestError("It was changed after the export was made.")
    return manifest


def _file(file: WrittenFile) -> dict[str, Any]:
    described: dict[str, Any] = {"path": file.path, "size": file.size, "sha256": file.sha256}
    if file.rows:
        described["rows"] = file.rows
    if file.original:
        described["original"] = file.original
    return described


def _server(provenance: Provenance) -> dict[str, Any]:
    hello = provenance.hello
    return {
        "name": hello.server,
        "install": hello.install,
        "target": provenance.install,
        "host": hello.host,
        "zulip_version": hello.zulip_version,
        "feature_level": hello.feature_level,
        "postgres_version": hello.postgres_version,
        "database": hello.database,
    }


def _is_of_files(section: SectionDone) -> bool:
    """They come first over the wire, and are told of last."""
    return section.section in BY_NAME and BY_NAME[section.section].kind == "files"


def _without_event(value: SectionDone | Warned) -> dict[str, Any]:
    encoded: dict[str, Any] = to_json(value)
    return {key: each for key, each in encoded.items() if key != "event"}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
