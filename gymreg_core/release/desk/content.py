"""What lies locked at the desk: a copy of the site, its private record, and their hashes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadInput
from gymreg_core.provenance import sha256_of
from gymreg_core.release.desk.stamps import places_missing
from gymreg_core.reporting.manifest import MANIFEST, key_of
from gymreg_core.reporting.site import list_files
from gymreg_core.store.durable import remove, sync_folder, write

SITE, RECORD, LOCK, REVIEW = "site", "disclosure.json", "lock.json", "review"
_TEMPORARY = ".writing-"
_TOLD = 5


@dataclass(frozen=True)
class Content:
    """The folder of one submission: `site/`, `disclosure.json`, `lock.json`, and `review/` when it is reviewed."""

    folder: Path

    @property
    def site(self) -> Path:
        return self.folder / SITE

    @property
    def record(self) -> Path:
        return self.folder / RECORD

    @property
    def review(self) -> Path:
        return self.folder / REVIEW

    def manifest(self) -> dict[str, Any]:
        """The manifest of the locked site."""
        held: dict[str, Any] = json.loads((self.site / MANIFEST).read_bytes())
        return held

    def tree(self) -> str:
        """The hash over names, sizes and hashes of everything that was handed in, as it lies here now."""
        return key_of(self._files())

    def changed(self) -> list[str]:
        """The files that are not as they were locked, by name."""
        try:
            locked = json.loads((self.folder / LOCK).read_bytes())
        except (OSError, ValueError, RecursionError):
            return [LOCK]
        if not isinstance(locked, dict):
            return [LOCK]
        now = self._files()
        return sorted(name for name in locked.keys() | now.keys() if locked.get(name) != now.get(name))

    def refuse_changed(self, tree: str) -> None:
        """Errors: BadInput where the content is not what was locked under this hash."""
        if self.tree() != tree:
            names = self.changed() or [LOCK]
            raise BadInput(
                f"{len(names)} files are not as they were requested: {', '.join(names[:_TOLD])}",
                where=self.folder.parent.name,
                why="What is requested is locked by the hash of every file.",
                remedy="Send it back with gymreg release return; the site is then requested again.",
            )

    def review_hash(self) -> str:
        """The hash over what the reviewer was shown; of nothing where there is no review."""
        return key_of(list_files(self.review)) if self.review.is_dir() else ""

    def _files(self) -> dict[str, Any]:
        files = {f"{SITE}/{name}": entry for name, entry in list_files(self.site).items()}
        if self.record.is_file():
            files[RECORD] = {"size": self.record.stat().st_size, "sha256": sha256_of(self.record)}
        return files


def take_in(site: Path, record: Path | None, place: Path) -> tuple[Content, str]:
    """Copy a finished site below `place`, whole or not at all, and lock it; the content and the hash of its tree.

    Errors: BadInput where it is no whole site of gymreg, holds links to files elsewhere, or has pages without a place
    for their release; OSError where it cannot be written.
    """
    site = site.resolve()
    _refuse_unfit(site)
    place.mkdir(parents=True, exist_ok=True)
    for path in place.iterdir():
        if path.name.startswith(_TEMPORARY):
            remove(path)
    temporary = place / f"{_TEMPORARY}content"
    try:
        copied = Content(temporary)
        copy_tree(site, copied.site)
        if record is not None:
            write(copied.record, record.read_bytes())
        tree = copied.tree()
        write(temporary / LOCK, as_bytes(copied._files()))  # noqa: SLF001 of the same class
        if _unlike_manifest(copied.site):
            raise _no_site(site, "it changed while it was read")
        sync_folder(temporary)
        target = place / tree[:16]
        if target.exists():
            remove(target)
        temporary.rename(target)
        sync_folder(place)
    finally:
        remove(temporary)
    return Content(target), tree


def copy_tree(source: Path, target: Path) -> None:
    """Copy every file of a folder, the bytes alone, and wait until all is on the disk."""
    target.mkdir(parents=True)
    folders = [target]
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir()
            folders.append(place)
        else:
            write(place, path.read_bytes())
    for folder in folders:
        sync_folder(folder)


def as_bytes(content: Any) -> bytes:
    """Readable JSON with sorted keys: the same content gives the same bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _refuse_unfit(site: Path) -> None:
    if not (site / MANIFEST).is_file():
        raise _no_site(site, "it has no manifest")
    linked = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_symlink()]
    if linked:
        raise _no_site(site, f"it holds links: {', '.join(sorted(linked)[:_TOLD])}")
    if unlike := _unlike_manifest(site):
        raise _no_site(site, f"{len(unlike)} files are not as its manifest has them: {', '.join(unlike[:_TOLD])}")
    if missing := places_missing(site):
        raise _no_site(site, f"{len(missing)} pages have no place for their release: {', '.join(missing[:_TOLD])}")


def _unlike_manifest(site: Path) -> list[str]:
    """Names of files that are missing, altered, or not in the manifest."""
    try:
        told = dict(json.loads((site / MANIFEST).read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return [MANIFEST]
    found = {name: entry for name, entry in list_files(site).items() if name != MANIFEST}
    return sorted(name for name in told.keys() | found.keys() if told.get(name) != found.get(name))


def _no_site(site: Path, why: str) -> BadInput:
    return BadInput(
        "this is not a whole site as gymreg build makes it",
        where=str(site),
        why=f"In short: {why}.",
        remedy="Build it anew with this version, and name its folder.",
    )
