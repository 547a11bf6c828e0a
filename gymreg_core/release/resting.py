"""Which releases rest on certain files: by the manifests of the sites in a folder, whole releases and never a cell."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from gymreg_core.errors import BadParameters
from gymreg_core.reporting.manifest import MANIFEST


@dataclass(frozen=True)
class Resting:
    """A site: its folder, and the key and the names of the pages in its manifest."""

    folder: str
    key: str
    pages: tuple[str, ...]


def resting_on(folders: Iterable[Path], hashes: Collection[str]) -> list[Resting]:
    """The sites in these folders, versions kept beside them too, that were made from one of the files with these
    SHA-256. A folder is a site, a desk, or one that sites lie in.

    Errors: BadParameters where a folder is not there.
    """
    found = {}
    for folder in folders:
        if not folder.is_dir():
            raise BadParameters("there is no such folder", where=str(folder), remedy="Name a site, or a release desk.")
        beside = folder.with_name(f".{folder.name}-versions")
        for root in (folder, beside):
            for path in sorted(root.rglob(MANIFEST)) if root.is_dir() else ():
                if (one := _of(path, hashes)) is not None:
                    found[path.resolve()] = one
    return sorted(found.values(), key=lambda one: (one.folder, one.key))


def _of(path: Path, hashes: Collection[str]) -> Resting | None:
    try:
        content = json.loads(path.read_bytes())
        if "reports" not in content or not any(one["sha256"] in hashes for one in content["inputs"]):
            return None
        pages = tuple(sorted({str(one["page"]) for one in content["reports"]}))
        return Resting(str(path.parent), str(content["key"]), pages)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
