"""Questions to the database, the steward's side: journaled, written out in several formats, saved under names."""

from .formats import CsvWriter, JsonWriter, NdjsonWriter, RowsKept, Writer
from .library import Parameter, SavedQuery, library
from .queries import Queries

__all__ = [
    "CsvWriter",
    "JsonWriter",
    "NdjsonWriter",
    "Parameter",
    "Queries",
    "RowsKept",
    "SavedQuery",
    "Writer",
    "library",
]
