"""The numbered files below ``pages/``: each is one call of the page's own function with data, and nothing else.

The data are arrays, texts, numbers, true, false and null. Never objects: in a script, unlike in JSON, a key
``__proto__`` means something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import orjson

Write = Callable[[str, Iterable[bytes]], None]
"""Writes a whole file of the export: ``(path, pieces)``."""

PIECE_BYTES = 64 * 1024
"""What is handed on at once of a file that is not in memory as a whole."""

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

    def put_index(self, *parts: Iterable[object]) -> None:
        """Write the file that says what is in the others: an array of arrays, one after the other."""
        self._write(path_of(INDEX_NUMBER), in_pieces(_index(parts)))

    def _put(self, number: int, data: bytes) -> None:
        self._write(path_of(number), [b"steward(%d,%s);\n" % (number, data)])


def _index(parts: Iterable[Iterable[object]]) -> Iterator[bytes]:
    yield b"steward(%d,[" % INDEX_NUMBER
    for number, values in enumerate(parts):
        yield b",[" if number else b"["
        for at, value in enumerate(values):
            yield b"," + orjson.dumps(value) if at else orjson.dumps(value)
        yield b"]"
    yield b"]);\n"


def in_pieces(small: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces."""
    piece = bytearray()
    for each in small:
        piece += each
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
