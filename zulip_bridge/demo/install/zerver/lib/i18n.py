"""Languages of the user interface."""

from __future__ import annotations


def get_available_language_codes() -> list[str]:
    """The languages that can be chosen."""
    return ["ar", "cs", "de", "en", "en-gb", "es", "fr", "it", "ja", "ko", "pl", "pt", "ru", "tr", "uk", "zh-hans"]
