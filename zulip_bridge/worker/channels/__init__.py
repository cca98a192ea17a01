"""Changing channels through Zulip's own actions: found, previewed, applied one by one, and read back."""

from .applying import apply
from .finding import find
from .planning import preview

__all__ = ["apply", "find", "preview"]
