"""Exporting a person, the steward's half: writes what the worker streams, and checks an export later, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zulip_bridge.later import later

if TYPE_CHECKING:
    from .destination import abandoned_exports, check_destination, free_bytes
    from .keys import Keys, encryption_of, read_identities, read_recipients
    from .model import Difference, ExportResult, Provenance
    from .packaging import (
        ARCHIVES,
        FORMATS,
        PERMISSIONS,
        Format,
        Packaging,
        Passphrase,
        Permissions,
        Recipients,
        format_of,
        stem_of,
    )
    from .run import export_person
    from .verify import digest_of, verify_export

__all__ = [
    "ARCHIVES",
    "FORMATS",
    "PERMISSIONS",
    "Difference",
    "ExportResult",
    "Format",
    "Keys",
    "Packaging",
    "Passphrase",
    "Permissions",
    "Provenance",
    "Recipients",
    "abandoned_exports",
    "check_destination",
    "digest_of",
    "encryption_of",
    "export_person",
    "format_of",
    "free_bytes",
    "read_identities",
    "read_recipients",
    "stem_of",
    "verify_export",
]

__getattr__ = later(
    __name__,
    {
        "destination": ("abandoned_exports", "check_destination", "free_bytes"),
        "keys": ("Keys", "encryption_of", "read_identities", "read_recipients"),
        "model": ("Difference", "ExportResult", "Provenance"),
        "packaging": (
            "ARCHIVES",
            "FORMATS",
            "PERMISSIONS",
            "Format",
            "Packaging",
            "Passphrase",
            "Permissions",
            "Recipients",
            "format_of",
            "stem_of",
        ),
        "run": ("export_person",),
        "verify": ("digest_of", "verify_export"),
    },
)
