"""Making what an export is written into."""

from __future__ import annotations

from pathlib import Path

from .container import Container
from .destination import check_destination
from .packaging import Packaging


def create(destination: Path, packaging: Packaging) -> Container:
    """Check the destination and make the container for it. Blocking.

    Raises :class:`StewardError`: ``refused`` for a place that will not do, ``storage`` where nothing can be written,
    ``invalid`` for a key that is none.
    """
    place = check_destination(destination, packaging)
    if packaging.is_archive:
        from .archive import PartialArchive

        return PartialArchive.create(place, packaging)
    from .directory import PartialDirectory

    return PartialDirectory.create(place, packaging)
