"""What decides a result, as a key and as a manifest: inputs, parameters, rules, code and the libraries that draw."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core import __version__
from gymreg_core.provenance import InputFile, Provenance

if TYPE_CHECKING:
    from gymreg_core.reporting.runner import Executed

MANIFEST = "manifest.json"
_DRAWING_LIBRARIES = (
    "pandas",
    "numpy",
    "altair",
    "vl-convert-python",
    "papermill",
    "babel",
    "pypandoc_binary",
    "typst",
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


def name_and_hash(path: Path) -> tuple[str, str]:
    """A file's name without its folder, and its SHA-256."""
    file = InputFile.of(path)
    return file.name, file.sha256


def made_from(home: Path, provenance: Provenance, reference: Path | None) -> dict[str, Any]:
    """What the numbers rest on: inputs by hash, code, rules and libraries; `home` is the project's folder."""
    package = home / "gymreg_core"
    return {
        "gymreg": __version__,
        "code": tree_hash([package, home / "notebooks", home / "reports"]),
        "rules": tree_hash([package / "rules"]),
        "libraries": library_versions(),
        "made_up": provenance.made_up,
        "inputs": [{"name": i.name, "sha256": i.sha256, "size": i.size} for i in provenance.inputs],
        "reference": list(name_and_hash(reference)) if reference else None,
    }


def report_entry(done: Executed) -> dict[str, Any]:
    """A run as a manifest names it: its page, its parameters and its key."""
    return {"page": done.run.slug, "params": done.run.params.model_dump(mode="json"), "key": done.run.key}


def as_json(content: dict[str, Any]) -> str:
    """Readable JSON with sorted keys: the same content gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
