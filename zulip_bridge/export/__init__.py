"""Exporting a person, the steward's half: writes what the worker streams, and checks an export later, offline."""

from .directory import abandoned_exports, check_destination
from .model import Difference, ExportResult, Provenance
from .run import export_person
from .verify import verify_export

__all__ = [
    "Difference",
    "ExportResult",
    "Provenance",
    "abandoned_exports",
    "check_destination",
    "export_person",
    "verify_export",
]
