"""The contract between the two processes: requests, results, progress and errors as plain dataclasses.

Standard library only, imported by the steward's side and, inside Zulip's interpreter, by the worker.
"""
