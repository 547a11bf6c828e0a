"""The record of what was changed in a whole workspace: keys renewed, persons erased, old rows removed; never who.

It lies in `changes.json`. Each entry holds the hash of the one before. Sets of persons are known, after a change, by a
key made of the one before and of the entry, so that nothing computed from what is no longer there is taken for current.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadInput
from gymreg_core.store.changing import finish
from gymreg_core.store.fingerprint import fingerprint

RECORD = "changes.json"
REKEY, ERASE, PRUNE = "rekey", "erase", "prune"
FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """A change. at : UTC (ISO, seconds). places : the shelves whose sets were changed, as 'registers/2024'. key_before,
    key_after : what tells the keys to the pseudonyms apart. rows : how many rows were removed, by shelf and table.
    closings : of the ledger, month (YYYYMM) and hash before and after. previous : hash of the entry before, '' of the
    first."""

    what: str
    at: str
    previous: str
    places: Sequence[str] = ()
    key_before: str = ""
    key_after: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    closings: Sequence[tuple[int, str, str]] = ()

    @property
    def mark(self) -> str:
        """What the keys of the sets that were changed are made of besides."""
        return fingerprint(self.previous, self.what, self.at, self.key_after)

    @property
    def sha256(self) -> str:
        """The hash of all of it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def record(workspace: Path) -> tuple[Entry, ...]:
    """The entries in order. Errors: BadInput where one was changed."""
    finish(Path(workspace))
    try:
        content = json.loads((Path(workspace) / RECORD).read_bytes())
        entries = tuple(map(_entry, content["entries"]))
        whole = content["format"] == FORMAT and content["last"] == (entries[-1].sha256 if entries else "")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise _changed(workspace) from None
    before = ["", *(entry.sha256 for entry in entries)]
    if not whole or any(entry.previous != told for entry, told in zip(entries, before, strict=False)):
        raise _changed(workspace)
    return entries


def as_record(entries: Sequence[Entry]) -> bytes:
    """The file; `record` is the way back."""
    last = entries[-1].sha256 if entries else ""
    content = {"format": FORMAT, "entries": [asdict(entry) for entry in entries], "last": last}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def known_as(workspace: Path, place: str, key: str) -> str:
    """What a set on the shelf `place` is known by after all changes, from the key that it had before any."""
    return reduce(after, (entry for entry in record(workspace) if place in entry.places), key)


def after(key: str, entry: Entry) -> str:
    """What a set is known by after one change of its shelf."""
    return fingerprint("changed", key, entry.mark)


def first_mark(workspace: Path, mark: str) -> str:
    """What told the first key to the pseudonyms apart, of which the key with this mark came; else `mark` itself. A key
    that another took the place of is no longer known by its mark."""
    renewed = [entry for entry in record(workspace) if entry.what == REKEY]
    if any(entry.key_before == mark for entry in renewed):
        return fingerprint("replaced", mark)
    for entry in reversed(renewed):
        if entry.key_after == mark:
            mark = entry.key_before
    return mark


def head_now(workspace: Path, head: str) -> str:
    """The hash that a closing has now, from any that was told of it."""
    for entry in record(workspace):
        head = {old: new for _, old, new in entry.closings}.get(head, head)
    return head


def _entry(held: Mapping[str, Any]) -> Entry:
    closings = tuple((int(month), str(old), str(new)) for month, old, new in held["closings"])
    return Entry(**{**held, "closings": closings, "places": tuple(held["places"])})


def _changed(workspace: Path) -> BadInput:
    return BadInput(
        "the record of changes was changed or cannot be read",
        where=str(Path(workspace) / RECORD),
        why="Each entry holds the hash of the one before.",
        remedy="Put it back from a copy; without it nothing stored before a change is recognised.",
    )
