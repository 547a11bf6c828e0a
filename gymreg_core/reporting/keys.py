"""What decides a result: a key over inputs, parameters, rules, code and the libraries that draw."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_DRAWING_LIBRARIES = (
    "pandas",
    "numpy",
    "altair",
    "vl-convert-python",
    "papermill",
    "babel",
    "pypandoc_binary",
    "typst",
    "pikepdf",
)


def key_of(*parts: Any) -> str:
    """SHA-256 over the parts as canonical JSON."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def library_versions() -> dict[str, str]:
    """Versions of the libraries whose output reaches a page; absent ones are left out."""
    found: dict[str, str] = {}
    for name in _DRAWING_LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def tree_hash(folders: Sequence[Path]) -> str:
    """SHA-256 over names and bytes of the files below the folders, but for caches and hidden ones."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(p.startswith((".", "_site", "__pycache__")) for p in parts):
                digest.update(
                    "/".join((folder.name, *parts)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
                )
    return digest.hexdigest()
