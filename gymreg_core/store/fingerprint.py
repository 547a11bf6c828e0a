"""What decides a stored result: the bytes of its inputs and the code and rules that read them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SUFFIXES = (".py", ".yml", ".yaml", ".csv", ".lua", ".css", ".html", ".typ")


def code_fingerprint(packages: Iterable[str] = ("gymreg_core",)) -> str:
    """SHA-256 over the source and data files of packages or modules: their places below them and their bytes.

    The same files give the same hash on every machine and in every order of `packages`; caches and other files do not
    count. Nothing of the packages is imported but their parents.
    Errors: ModuleNotFoundError where there is no such package.
    """
    digest = hashlib.sha256()
    for package in sorted(set(packages)):
        for name, path in _files(package):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{package}\0{name}\0{content}\n".encode())
    return digest.hexdigest()


def fingerprint(*parts: Any) -> str:
    """SHA-256 over parts that JSON can hold, whatever the order of their dictionaries."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _files(package: str) -> list[tuple[str, Path]]:
    spec = find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"no package {package!r}", name=package)
    if spec.submodule_search_locations is None:
        return [(Path(spec.origin).name, Path(spec.origin))] if spec.origin else []
    found = [
        (path.relative_to(root).as_posix(), path)
        for root in map(Path, spec.submodule_search_locations)
        for path in root.rglob("*")
        if path.suffix in SUFFIXES and path.is_file()
    ]
    return sorted(found)
