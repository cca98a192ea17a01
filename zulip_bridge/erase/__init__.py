"""Carrying an erasure out from the steward's side: what is under way, its steps, and what is remembered of it."""

from .case_file import CaseFile, OpenCase
from .erasures import ErasureResult, Erasures
from .hashes import Hashes
from .replay import Replay, find_replays

__all__ = ["CaseFile", "ErasureResult", "Erasures", "Hashes", "OpenCase", "Replay", "find_replays"]
