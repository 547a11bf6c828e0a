"""What decides a result, as a key and as a manifest: inputs, parameters, rules, code and libraries."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core import __version__
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.vocabulary.packaged import yaml_of

if TYPE_CHECKING:
    from gymreg_core.reporting.runner import Executed

MANIFEST = "manifest.json"
FOLDERS_OF_CODE = ("gymreg_core", "notebooks", "reports")
_LIBRARIES = (
    "altair",
    "babel",
    "numba",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "pypandoc_binary",
    "scikit-learn",
    "scipy",
    "statsmodels",
    "typst",
    "vl-convert-python",
)
_EXPLAINS = ("unit", "source")
_SAID = 500  # characters of JSON; a longer value of a rule stands as its hash


def key_of(*parts: Any) -> str:
    """SHA-256 over the parts as canonical JSON."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def library_versions() -> dict[str, str]:
    """Versions of the libraries whose output reaches a page, and of Python; absent ones are left out."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in _LIBRARIES:
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
        "code": tree_hash([home / name for name in FOLDERS_OF_CODE]),
        "rules": tree_hash([package / "rules"]),
        "libraries": library_versions(),
        "made_up": provenance.made_up,
        "inputs": [{"name": i.name, "sha256": i.sha256, "size": i.size} for i in provenance.inputs],
        "reference": list(name_and_hash(reference)) if reference else None,
    }


def parts_of_code(home: Path) -> dict[str, str]:
    """A hash for each room of the code, and for the notebooks and the pages' own files; `home` as in `made_from`."""
    package = home / "gymreg_core"
    rooms = [room for room in sorted(package.iterdir()) if not room.name.startswith((".", "_")) and room.is_dir()]
    single = key_of([name_and_hash(file) for file in sorted(package.glob("*.py"))])
    others = [home / name for name in FOLDERS_OF_CODE[1:]]
    return {"gymreg_core": single, **{folder.name: tree_hash([folder]) for folder in (*rooms, *others)}}


def decisions(home: Path) -> dict[str, dict[str, Any]]:
    """What every rule says, by file and key: its entry without unit and source, or a hash of it where it is long."""
    rules = home / "gymreg_core" / "rules"
    found = {
        path.relative_to(rules).as_posix(): yaml_of(path.read_text(encoding="utf-8"))
        for path in sorted(rules.rglob("*.yml"))
    }
    return {name: {str(key): _said(entry) for key, entry in content.items()} for name, content in found.items()}


def _said(entry: Any) -> Any:
    bare = _plain(entry)
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True, default=str)
    return json.loads(text) if len(text) <= _SAID else f"sha256 {hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    """What YAML read, with the keys that JSON can sort, less what explains it."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items() if key not in _EXPLAINS}
    return value


def report_entry(done: Executed) -> dict[str, Any]:
    """A run as a manifest names it: its page, the year that it is about, its parameters and its key."""
    params = done.run.params.model_dump(mode="json")
    about = {"report": done.run.report, "page": done.run.slug, "year": done.run.params.about_year}
    return {**about, "params": params, "key": done.run.key}


def as_json(content: dict[str, Any]) -> str:
    """Readable JSON with sorted keys: the same content gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def manifest_of(content: str | bytes) -> dict[str, Any]:
    """The manifest that a file holds, what it tells being of the kinds that readers count on.

    Errors: ValueError where it is none.
    """
    try:
        found = json.loads(content)
    except RecursionError:
        raise ValueError(MANIFEST) from None
    if not isinstance(found, dict):
        raise ValueError(MANIFEST)  # noqa: TRY004 one error for all that is no manifest
    wrong = [name for name, shape in _SHAPES.items() if name in found and not _fits(found[name], shape)]
    if wrong:
        raise ValueError(f"{MANIFEST}: {', '.join(wrong)}")
    return found


_EVERY = "*"
_FILE = {"size": int, "sha256": str}
_RUN = {"language?": ("sv", "en")}
_SHAPES: Mapping[str, Any] = {
    **dict.fromkeys(("key", "renderer", "gymreg", "code", "rules", "address", "audience"), str),
    "libraries": {_EVERY: str},
    "parts_of_code": {_EVERY: str},
    "inputs": [{"name": str, **_FILE}],
    "reference": (None, [str]),
    "reports": [{"page": str, "key": str, "params": _RUN}],
    "plans": [{"languages?": [str]}],
    "decisions": {_EVERY: {}},
    "files": {_EVERY: _FILE},
    "tables": {_EVERY: {}},
    "states": {},
}
"""What stands under a name: a type; (one of these); [all such]; {name: such, name?: such if there, *: every one}."""


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, tuple):
        return any(_fits(value, one) if isinstance(one, list) else value == one for one in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(one, shape[0]) for one in value)
    if isinstance(shape, type):
        return isinstance(value, shape) and not (shape is int and isinstance(value, bool))
    if not isinstance(value, dict):
        return False
    if _EVERY in shape:
        return all(_fits(one, shape[_EVERY]) for one in value.values())
    names = {name.rstrip("?"): inner for name, inner in shape.items() if not name.endswith("?") or name[:-1] in value}
    return all(name in value and _fits(value[name], inner) for name, inner in names.items())
