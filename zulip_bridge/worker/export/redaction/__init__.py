"""Replacing third parties' data: other people's names, addresses and message text, wherever it can be told."""

from .redactor import Redactor

__all__ = ["Redactor"]
