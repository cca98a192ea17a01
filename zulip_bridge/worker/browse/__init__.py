"""Browsing any model: its rows by the page, one row with what refers to it, editing and deleting a row."""

from .deleting import delete_row, preview_deletion
from .describing import describe_model
from .editing import preview_edit, save_row
from .paging import count_rows, page_of_rows
from .references import count_references
from .row import show_row

__all__ = [
    "count_references",
    "count_rows",
    "delete_row",
    "describe_model",
    "page_of_rows",
    "preview_deletion",
    "preview_edit",
    "save_row",
    "show_row",
]
