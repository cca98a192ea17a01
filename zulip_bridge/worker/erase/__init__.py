"""Erasing people: what would go, what goes with it, and the steps that do it."""

from .preview import open_erasure, preview
from .residue import scan
from .steps import run_step

__all__ = ["open_erasure", "preview", "run_step", "scan"]
