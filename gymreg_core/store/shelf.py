"""Sets of tables that are there as a whole or not at all, each under its key, with one of them current."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.errors import BadInput
from gymreg_core.store.changing import finish
from gymreg_core.store.durable import remove, sync_folder, told
from gymreg_core.store.locking import exclusive
from gymreg_core.store.parquet import dtypes_of, from_parquet, to_parquet
from gymreg_core.store.private import make_private, require_private, write

FORMAT = 1
MANIFEST, POINTER, LOCK, MAKING = "manifest.json", "current.json", ".lock", ".making"
FOR_GOOD = "kept"  # a file in the folder of a set that is never cleared away
_TEMPORARY = ".writing-"

_WAIT = 60.0  # seconds for another writer to finish
_KEPT = 3  # sets behind the current one are kept for readers that began before it was switched
_DAMAGED = (OSError, ValueError, KeyError, TypeError, RecursionError)
_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")


@dataclass(frozen=True, eq=False)
class TableSet:
    """A whole set: its key, its tables by name, and `about`, what else was stored with them (JSON)."""

    key: str
    tables: dict[str, pd.DataFrame]
    about: dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """A folder of table sets of one kind.

    A set is written beside the others under a name that nobody reads, brought to the disk, and then put in its place in
    one step; a second step makes it current. Ended at any moment, the set before it stays current and whole. What an
    ended process leaves behind is cleared away by the next that writes. Of the sets before the current one the newest
    few stay, and those that `keep` was asked for.
    `made_by`: the command that stores sets here, which is named where one is missing or damaged.
    """

    folder: Path
    made_by: str = "gymreg ingest"

    def put(self, key: str, tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> None:
        """Store a set under `key` and make it current; one that is there whole is only made current.

        Errors: BadParameters where the folder cannot be written; GymregError where the disk is full or another process
        writes for too long; TypeError where a table would not come back as it is.
        """
        files = files_of(key, tables, about)
        with told(self.folder):
            make_private(self.folder)
            with exclusive(self.folder / LOCK, _WAIT):
                self.clear_leftovers()
                if not self.has(key):
                    mark = {FOR_GOOD: b""} if self.is_for_good(key) else {}
                    self._place(key, {**files, **mark})
                self._point_to(key)

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Hold off others who want to store what they make from the current set, while the block runs.

        Errors: as `put`, which is called within.
        """
        with told(self.folder):
            make_private(self.folder)
        with exclusive(self.folder / MAKING, _WAIT):
            yield

    def make_current(self, key: str) -> None:
        """Make the set `key`, which is there, the current one; where it is already, nothing is written.

        Errors: as `put`.
        """
        if self.history()[:1] != [key]:
            with told(self.folder), exclusive(self.folder / LOCK, _WAIT):
                self._point_to(key)

    def keep(self, key: str) -> None:
        """Keep the set `key`, which is there, for good: no other set that is stored later clears it away.

        Errors: as `put`.
        """
        if not self.is_for_good(key):
            with told(self.folder), exclusive(self.folder / LOCK, _WAIT):
                write(self.folder / key / FOR_GOOD, b"")
                sync_folder(self.folder / key)

    def has(self, key: str) -> bool:
        """Whether the set `key` is there, every file as it was when it was stored.

        Errors: NotPermitted where others than the owner may use the files.
        """
        try:
            manifest = self._manifest(key)
            return all(self._checked(manifest, name) is not None for name in manifest["files"])
        except _DAMAGED:
            return False

    @property
    def current(self) -> str | None:
        """The key of the current set, or None where nothing has been stored to the end.

        Errors: BadInput where what says so is damaged.
        """
        finish(self.folder)
        if not (self.folder / POINTER).exists():
            return None
        history = self.history()
        if not history:
            raise self._damaged(POINTER, "cannot be read")
        return history[0]

    def about(self) -> dict[str, Any] | None:
        """What was stored with the current set, None where nothing is stored; of the tables nothing is read.

        Errors: BadInput where it is damaged.
        """
        if (current := self.current) is None:
            return None
        try:
            return dict(self._manifest(current)["about"])
        except _DAMAGED:
            raise self._damaged(current, "is damaged or incomplete") from None

    def abouts(self) -> list[dict[str, Any]]:
        """What was stored with each set that is kept: for good, then the others, the last that was current first.

        Of the tables nothing is read.
        """
        history = self.history()
        older = [key for key in self.sets() if key not in history and self.is_for_good(key)]
        kept = []
        for key in sorted(history + older, key=lambda key: not self.is_for_good(key)):
            with suppress(*_DAMAGED):
                kept.append(dict(self._manifest(key)["about"]))
        return kept

    def get(self, key: str | None = None) -> TableSet:
        """The set `key`, or the current one, checked against the hashes that were taken when it was stored.

        Errors: BadInput where nothing is stored under the key, or a file of it is missing or damaged.
        """
        chosen = key or self.current
        if chosen is None or not (self.folder / chosen).is_dir():
            if key is None and chosen is not None:
                raise self._damaged(chosen, "is missing")
            raise BadInput(
                "nothing is stored here" if key is None else "no table set is stored under this key",
                where=str(self.folder),
                remedy=f"Run {self.made_by} with this workspace first.",
            )
        try:
            manifest = self._manifest(chosen)
            dtypes = {name: {str(c): str(d) for c, d in pairs} for name, pairs in manifest["dtypes"].items()}
            tables = {n: from_parquet(self._checked(manifest, f"{n}.parquet"), dtypes[n]) for n in dtypes}
            return TableSet(chosen, tables, dict(manifest["about"]))
        except (*_DAMAGED, AttributeError, pa.ArrowException):
            raise self._damaged(chosen, "is damaged or incomplete") from None

    def sets(self) -> list[str]:
        """The keys of all sets that are there, whole or damaged."""
        return [path.name for path in self._entries() if path.is_dir() and not path.name.startswith(".")]

    def history(self) -> list[str]:
        """The keys of the current set and of the newest before it, where what says so can be read."""
        finish(self.folder)
        require_private(self.folder, [self.folder, self.folder / POINTER])
        try:
            keys = json.loads((self.folder / POINTER).read_bytes())["keys"]
        except _DAMAGED:
            return []
        whole = isinstance(keys, list) and all(isinstance(key, str) and _KEY.fullmatch(key) for key in keys)
        return keys if whole else []

    def is_for_good(self, key: str) -> bool:
        """Whether `keep` was asked for the set `key`."""
        return (self.folder / key / FOR_GOOD).exists()

    def _manifest(self, key: str) -> dict[str, Any]:
        finish(self.folder)
        place = self.folder / key
        require_private(self.folder, [self.folder, place, place / MANIFEST])
        manifest: dict[str, Any] = json.loads((self.folder / key / MANIFEST).read_bytes())
        inside = all(Path(name).name == name for name in (*manifest["files"], *manifest["dtypes"]))
        if manifest["format"] != FORMAT or manifest["key"] != key or not inside:
            raise ValueError(key)
        return manifest

    def _checked(self, manifest: dict[str, Any], name: str) -> bytes:
        place = self.folder / str(manifest["key"]) / name
        require_private(self.folder, [place])
        content: bytes = place.read_bytes()
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]["sha256"]:
            raise ValueError(name)
        return content

    def _point_to(self, key: str) -> None:
        history = [key, *(k for k in self.history() if k != key)][:_KEPT]
        temporary = self.folder / f"{_TEMPORARY}pointer"
        write(temporary, pointing_to(history))
        temporary.replace(self.folder / POINTER)
        sync_folder(self.folder)
        self._forget_all_but(history)

    def _place(self, key: str, files: dict[str, bytes]) -> None:
        temporary, place = self.folder / f"{_TEMPORARY}{key}", self.folder / key
        try:
            make_private(temporary)
            for name, content in files.items():
                write(temporary / name, content)
            sync_folder(temporary)
            if place.exists():
                place.replace(self.folder / f"{_TEMPORARY}damaged-{key}")
            temporary.replace(place)
            sync_folder(self.folder)
        finally:
            self.clear_leftovers()

    def _entries(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []

    def clear_leftovers(self) -> None:
        """Remove what an ended process left behind; for whoever holds the lock."""
        for path in self._entries():
            if path.name.startswith(_TEMPORARY):
                remove(path)

    def _forget_all_but(self, keys: list[str]) -> None:
        for path in self._entries():
            if path.is_dir() and path.name not in keys and not self.is_for_good(path.name):
                remove(path)

    def _damaged(self, name: str, how: str) -> BadInput:
        return BadInput(
            f"the stored {name if name == POINTER else 'set'} {how}",
            where=str(self.folder),
            why="Every file was hashed when it was stored, and a set counts only as a whole.",
            remedy=f"Delete this folder and run {self.made_by} again.",
        )


def files_of(key: str, tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> dict[str, bytes]:
    """The files of a set by name. Errors: TypeError where a table would not come back as it is."""
    files = {f"{name}.parquet": to_parquet(table) for name, table in tables.items()}
    manifest = {
        "format": FORMAT,
        "key": key,
        "dtypes": {name: list(dtypes_of(table).items()) for name, table in tables.items()},
        "files": {name: {"size": len(b), "sha256": hashlib.sha256(b).hexdigest()} for name, b in files.items()},
        "about": about,
    }
    return {**files, MANIFEST: _json(manifest)}


def pointing_to(keys: list[str]) -> bytes:
    """The file that says which set is current, and which were before, the newest first."""
    return _json({"format": FORMAT, "keys": keys})


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
