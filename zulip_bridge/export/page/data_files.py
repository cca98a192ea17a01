"""The numbered files below ``pages/``: each is one call of the page's own function with data, and nothing else.

The data are arrays, texts, numbers, true, false and null. Never objects: in a script, unlike in JSON, a key
``__proto__`` means something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import orjson

Write = Callable[[str, bytes], None]
"""Writes a whole file of the export: ``(path, data)``."""

FILE_BYTES = 512 * 1024
"""Where a data file ends, in bytes, by and by: a browser reads one in a few milliseconds."""

PAGES = "pages/"
INDEX_NUMBER = 0


def path_of(number: int) -> str:
    """Where the data file of that number is; the page's script has the same rule."""
    return f"{PAGES}data-{number:05}.js"


class DataFiles:
    """Writes data files and counts them."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._last = INDEX_NUMBER

    def put(self, encoded: Iterable[bytes]) -> int:
        """Write one file with an array of ``encoded`` values (JSON without objects); returns its number."""
        self._last += 1
        self._put(self._last, b"[%s]" % b",".join(encoded))
        return self._last

    def put_index(self, value: object) -> None:
        """Write the file that says what is in the others."""
        self._put(INDEX_NUMBER, orjson.dumps(value))

    def _put(self, number: int, data: bytes) -> None:
        self._write(path_of(number), b"steward(%d,%s);\n" % (number, data))
