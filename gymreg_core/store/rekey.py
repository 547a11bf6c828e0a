"""A new key to the pseudonyms: everything that is stored turned into what it gives, and the old one destroyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.ledger import CUT_OFF
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.rules import rule
from gymreg_core.sources.register.keys import (
    mark_of,
    marks_under_other_key,
    secret_of,
    under_other_key,
    with_other_store_key,
)
from gymreg_core.store.changing import Change, decided, finish
from gymreg_core.store.durable import remove, sync_folder, told
from gymreg_core.store.erased import LIST, REAL, as_list, marks
from gymreg_core.store.persons import NAME, Tables
from gymreg_core.store.private import require_private, write
from gymreg_core.store.record import REKEY, Entry
from gymreg_core.store.rewriting import ENROLMENTS, REGISTERS, Clock, alter, shelves, utc_now
from gymreg_core.store.shelf import TableSet


def rekey(workspace: Path, key: Path, *, clock: Clock = utc_now) -> Entry:
    """Make a new key, put all of a workspace under it, and put it in the place of the one in the file `key`.

    The same persons get the same new pseudonyms everywhere, and later extracts read with the file know them again.
    Ended at any moment, workspace and file are both as before or both new (once the workspace is opened again). The
    bytes of the old key are overwritten; copies elsewhere are the owner's to destroy.
    Errors: BadParameters where `key` is no file; BadInput where it is not the key of what is stored, or nothing here is
    under a key; NotPermitted where others than the owner may read it, or another run is at work; as `alter`.
    """
    workspace, key = Path(workspace), Path(key)
    finish(workspace)
    if not key.is_file():
        raise BadParameters(
            "the key has to lie in a file, which the new one is put into",
            where="--key",
            remedy="Write what GYMREG_KEY holds into a file for you alone, and name it with --key.",
        )
    require_private(key, [key])
    old = secret_of(key)
    if len(old) < rule("register", "key_bytes"):
        raise BadInput("the file holds no key", where=str(key), remedy="Name the file with the key to the pseudonyms.")
    require_key_of(workspace, old)
    if not any(mark for mark in marks_here(workspace)):
        raise BadInput(
            "nothing here is under a key",
            where=str(workspace),
            why="Invented persons are known by a public key, and nothing else of persons is stored.",
            remedy="There is nothing to do.",
        )
    new = with_other_store_key(old)
    beside = key.with_name(f"{key.name}.next").resolve()
    with told(key.parent):
        write(beside, new + b"\n")
        sync_folder(beside.parent)
    try:
        return alter(workspace, _Rekey(old, new, workspace, beside, key.resolve()), clock=clock).entry
    except BaseException:
        if not decided(workspace):
            remove(beside)
        raise


def marks_here(workspace: Path) -> set[str]:
    """What tells apart the keys that real persons are stored under; '' for what an older version stored."""
    abouts = [shelf.about() for shelf in shelves(workspace, REGISTERS, ENROLMENTS).values()]
    return {str(about.get("key_id", "")) for about in abouts if about is not None and not about["made_up"]}


def require_key_of(workspace: Path, key: bytes) -> None:
    """Errors: BadInput where real persons are stored here under another key."""
    if others := marks_here(workspace) - {mark_of(key)}:
        raise BadInput(
            "this is not the key of what is stored" if "" not in others else "an older version stored these persons",
            where=str(workspace),
            why="A key tells nothing about pseudonyms that another one gave.",
            remedy="Name the file with the right key." if "" not in others else "Ingest the extracts again first.",
        )


@dataclass
class _Rekey:
    old: bytes
    new: bytes
    workspace: Path
    ready: Path
    file: Path
    what: str = REKEY
    key_before: str = ""
    key_after: str = ""

    def __post_init__(self) -> None:
        self.key_before, self.key_after = mark_of(self.old), mark_of(self.new)

    def people(self, place: str, stored: TableSet, *, current: bool) -> Tables | None:
        if stored.about["made_up"] or (stored.about.get("key_id") != self.key_before and not current):
            return stored.tables if stored.about["made_up"] else None
        name = "persons" if place == ENROLMENTS else "pupils"
        table = stored.tables[name]
        renamed = under_other_key(table[NAME], self.old, self.new)
        return {**stored.tables, name: table.assign(**{NAME: pd.Series(renamed, dtype="str", index=table.index)})}

    def about(self, about: Mapping[str, Any]) -> dict[str, Any]:
        return dict(about) if about["made_up"] else {**about, "key_id": self.key_after}

    def names(self, names: pd.Index[str], cut_off: Sequence[str], *, made_up: bool) -> pd.Index[str]:  # noqa: ARG002
        if made_up:
            return names
        known: NDArray[np.bool_] = ~np.asarray(names.str.startswith(CUT_OFF), np.bool_)
        renamed = names.to_numpy(object).copy()
        renamed[known] = under_other_key(names[known], self.old, self.new)
        new: pd.Index[str] = pd.Index(list(renamed), dtype="str")
        return new

    def more(self, change: Change) -> None:
        held = marks(self.workspace)
        if held[REAL]:
            change.file(LIST, as_list({**held, REAL: marks_under_other_key(held[REAL], self.old, self.new)}))
        change.over(self.ready, self.file)
