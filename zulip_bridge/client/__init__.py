"""The steward's side of the bridge: starts the worker, calls it, and survives it."""

from .bridge import Bridge, Stage
from .stream import Chunk, Stream

__all__ = ["Bridge", "Chunk", "Stage", "Stream"]
