"""What an extract is read from, named by the path of a folder or the address of a database."""

from __future__ import annotations

from pathlib import Path

from gymreg_core.sources.formats.database import Database, is_url
from gymreg_core.sources.formats.folder import Folder
from gymreg_core.sources.formats.source import Source


def source_of(data: Path | str) -> Source:
    """The source at a path or address; nothing is opened yet."""
    return Database(str(data)) if is_url(data) else Folder(Path(data))
