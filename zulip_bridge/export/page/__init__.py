"""``index.html``: the export as one page that a person without tools can open and read.

It is made on the steward's side while the files stream through, from the same bytes that are written. What does not
fit into one page (messages, rows) goes into numbered data files below ``pages/``, loaded when they are wanted.
"""

from .data_files import PAGES
from .document import INDEX
from .readable import ReadablePage

__all__ = ["INDEX", "PAGES", "ReadablePage"]
