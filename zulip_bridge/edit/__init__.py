"""Editing people, the steward's half: applies previews whatever happens meanwhile, in bulk, from a file, and back."""

from .applying import AppliedThenCancelled, apply_changes
from .bulk import Outcome, apply_all
from .record import after_of, before_of, parameters_of, result_of
from .revert import Reversal, find_entry, reversal
from .table import Row, TableError, read_table

__all__ = [
    "AppliedThenCancelled",
    "Outcome",
    "Reversal",
    "Row",
    "TableError",
    "after_of",
    "apply_all",
    "apply_changes",
    "before_of",
    "find_entry",
    "parameters_of",
    "read_table",
    "result_of",
    "reversal",
]
