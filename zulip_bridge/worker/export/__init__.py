"""Exporting a person, the worker's half: reads one snapshot of the database, streams files, writes nothing."""

from .measuring import measure_export
from .run import export_person

__all__ = ["export_person", "measure_export"]
