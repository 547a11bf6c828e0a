"""Everything that a workspace holds of persons, altered in one step: sets of all shelves, old ones too, and the ledger.

What is altered gets another key (store/record.py), the ledger other hashes; the record says which came of which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import CUT_OFF
from gymreg_core.errors import BadInput
from gymreg_core.store.changing import Change, changing
from gymreg_core.store.fingerprint import fingerprint
from gymreg_core.store.ledger import LOCK as LEDGER_LOCK
from gymreg_core.store.ledger import Ledger, rewritten, written_month
from gymreg_core.store.persons import NAME, Flags, Tables, without_seats
from gymreg_core.store.record import RECORD, Entry, after, as_record, record
from gymreg_core.store.shelf import FOR_GOOD, LOCK, MAKING, POINTER, Shelf, TableSet, files_of, pointing_to

Clock = Callable[[], datetime]
REGISTERS, ENROLMENTS, MATCHES, LEDGER = "registers", "enrolments", "matches", "ledger"
_COMPUTED = ("tracked", "studies")
_Set = tuple[str, str, Tables | None, dict[str, Any]]
_PEOPLE = {REGISTERS: "pupils", ENROLMENTS: "persons"}


def utc_now() -> datetime:
    """The clock of the record."""
    return datetime.now(UTC)


class Alteration(Protocol):
    """What is to become of persons' tables. `what`: REKEY, ERASE or PRUNE of store/record.py."""

    what: str
    key_before: str
    key_after: str

    def people(self, place: str, stored: TableSet, *, current: bool) -> Tables | None:
        """The tables of a register or of enrolments as they shall be, the very same ones where nothing changes; None:
        the set shall be removed."""

    def about(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """What shall be stored with a register or enrolments."""

    def names(self, names: pd.Index[str], cut_off: Sequence[str], *, made_up: bool) -> pd.Index[str]:
        """The names of the ledger's pupils; of those to be known no more the one of `cut_off` in their place."""

    def more(self, change: Change) -> None:
        """What else is to be changed."""


@dataclass
class _Found:
    """What an alteration comes to: `gone`, by key of a register the rows of its pupils that go (None where all stay),
    `keys` its new key; `hashes`: of the inputs that the altered sets were read from."""

    places: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    gone: dict[str, Flags | None] = field(default_factory=dict)
    closings: list[tuple[int, str, str]] = field(default_factory=list)
    hashes: set[str] = field(default_factory=set)
    sets: list[_Set] = field(default_factory=list)
    months: list[tuple[int, dict[str, bytes]]] = field(default_factory=list)


@dataclass(frozen=True)
class Altered:
    """An alteration that was made, or would be: its entry of the record, and the SHA-256 of the files that the altered
    rows were read from or went into (extracts, and result files of matches)."""

    entry: Entry
    hashes: frozenset[str]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows went, by shelf and table."""
        return dict(self.entry.rows)


def shelves(workspace: Path, *rooms: str) -> dict[str, Shelf]:
    """The shelves of registers, enrolments and matches that are there, by their place."""
    found: dict[str, Shelf] = {}
    for room in rooms or (REGISTERS, ENROLMENTS, MATCHES):
        folder = workspace / room
        inner = [folder] if room == ENROLMENTS else sorted(folder.iterdir()) if folder.is_dir() else []
        found |= {one.relative_to(workspace).as_posix(): Shelf(one) for one in inner if one.is_dir()}
    return found


def alter(workspace: Path, alteration: Alteration, *, dry: bool = False, clock: Clock = utc_now) -> Altered:
    """Make an alteration, whole or not at all; `dry`: only say what it would come to.

    Errors: as `changing`; BadInput where a current set or the ledger is damaged; NotPermitted where others than the
    owner may use the files.
    """
    workspace = Path(workspace)
    if dry:
        found, entry = _look(workspace, alteration, clock)
        return Altered(entry, frozenset(found.hashes))
    computed = {name: Shelf(workspace / name) for name in _COMPUTED if (workspace / name).is_dir()}
    every = [*shelves(workspace).values(), *computed.values()]
    locks = [shelf.folder / name for shelf in every for name in (MAKING, LOCK)]
    if (workspace / LEDGER).is_dir():
        locks.append(workspace / LEDGER / LEDGER_LOCK)
    with changing(workspace, locks) as change:
        for shelf in every:
            shelf.clear_leftovers()
        found, entry = _look(workspace, alteration, clock)
        _lay_sets(workspace, change, found, entry)
        for month, files in found.months:
            change.folder(f"{LEDGER}/{written_month(month)}", files)
        if entry.rows:
            _forget_computed(change, computed)
        alteration.more(change)
        change.file(RECORD, as_record([*record(workspace), entry]))
    return Altered(entry, frozenset(found.hashes))


def _look(workspace: Path, alteration: Alteration, clock: Clock) -> tuple[_Found, Entry]:
    found, before = _Found(), record(workspace)
    at = clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    previous = before[-1].sha256 if before else ""
    entry = Entry(alteration.what, at, previous, (), alteration.key_before, alteration.key_after)
    for place, shelf in shelves(workspace, REGISTERS, ENROLMENTS).items():
        _look_at_people(place, shelf, alteration, found)
    for place, shelf in shelves(workspace, MATCHES).items():
        _look_at_matches(place, shelf, found, entry)
    _look_at_ledger(workspace, alteration, found, entry)
    whole = replace(
        entry,
        places=tuple(sorted(set(found.places))),
        rows=dict(sorted(found.rows.items())),
        closings=tuple(found.closings),
    )
    return found, whole


def _sets_of(shelf: Shelf) -> list[tuple[TableSet | None, str, bool]]:
    """Every set, its key and whether it is current; None instead of one that is not current and cannot be read."""
    current = shelf.current
    sets: list[tuple[TableSet | None, str, bool]] = []
    for key in shelf.sets():
        try:
            sets.append((shelf.get(key), key, key == current))
        except BadInput:
            if key == current:
                raise
            sets.append((None, key, False))
    return sets


def _look_at_people(place: str, shelf: Shelf, alteration: Alteration, found: _Found) -> None:
    people = _PEOPLE[place.partition("/")[0]]
    looked: list[_Set] = []
    altered = False
    for stored, key, current in _sets_of(shelf):
        if stored is None:
            looked.append((place, key, None, {}))
            continue
        tables, about = alteration.people(place, stored, current=current), alteration.about(stored.about)
        same = tables is not None and all(tables[name] is table for name, table in stored.tables.items())
        kept: Any = [] if tables is None else tables[people][NAME]
        counts = {n: len(t) - (0 if tables is None else len(tables[n])) for n, t in stored.tables.items()}
        if counts[people]:
            found.gone[key] = ~stored.tables[people][NAME].isin(kept).to_numpy()
            found.rows.update({f"{place}/{name}": count for name, count in counts.items() if count})
        else:
            found.gone[key] = None
        if not same or about != stored.about:
            altered = True
            found.hashes |= _inputs(stored.about)
        looked.append((place, key, tables, about))
    if altered:
        found.places.append(place)
        found.sets += looked


def _look_at_matches(place: str, shelf: Shelf, found: _Found, entry: Entry) -> None:
    """Of a match whose register is altered its rows; one whose register is here no more cannot say who its rows are
    about, so that all of them go as soon as any person does."""
    year = f"{REGISTERS}/{place.partition('/')[2][:4]}"
    if year not in found.places and not found.rows:
        return
    looked: list[_Set] = []
    altered = False
    for stored, key, _ in _sets_of(shelf):
        if stored is None:
            looked.append((place, key, None, {}))
            continue
        of, orphan = stored.about.get("register"), stored.about.get("register") not in found.gone
        gone = found.gone.get(str(of))
        tables = stored.tables
        if (orphan and found.rows) or gone is not None:
            tables, counts = without_seats(stored.tables, None if orphan else gone)
            found.rows.update({f"{place}/{name}": count for name, count in counts.items()})
            altered |= bool(counts)
            if counts and (file := stored.about.get("result_file")):
                found.hashes.add(str(file["sha256"]))
        about = dict(stored.about)
        if not orphan and year in found.places:
            about["register"], altered = after(str(of), entry), True
        looked.append((place, key, tables, about))
    if altered:
        found.places.append(place)
        found.sets += looked


def _look_at_ledger(workspace: Path, alteration: Alteration, found: _Found, entry: Entry) -> None:
    ledger = Ledger(workspace)
    if not ledger.closings or any("pupils" not in closed.tables for closed in ledger.closings):
        return
    made_up = bool(ledger.closings[0].about.get("made_up", False))
    parts = [ledger.table("pupils", [closed])["pupil"] for closed in ledger.closings]
    before = pd.Index(pd.concat(parts), dtype="str")
    stand_ins = [f"{CUT_OFF}{fingerprint(entry.mark, place)[:25]}" for place in range(len(before))]
    names = alteration.names(before, stand_ins, made_up=made_up)
    unlike = names.to_numpy(object) != before.to_numpy(object)
    if not unlike.any():
        return
    cut = np.flatnonzero(unlike & np.array([name.startswith(CUT_OFF) for name in names], np.bool_))
    others: dict[int, dict[str, pd.DataFrame]] = {}
    start = 0
    for closed, part in zip(ledger.closings, parts, strict=True):
        own = names[start : start + len(part)]
        start += len(part)
        others[closed.month] = {"pupils": pd.DataFrame({"pupil": pd.Series(own, dtype="str")})}
        if len(cut) and "unpaid" in closed.tables:
            unpaid = ledger.table("unpaid", [closed])
            left = unpaid[~unpaid["pupil"].isin(cut)].reset_index(drop=True)
            others[closed.month]["unpaid"] = left
            found.rows[f"{LEDGER}/unpaid"] += len(unpaid) - len(left)
    if len(cut):
        found.rows[f"{LEDGER}/pupils"] += len(cut)
    found.rows = Counter({name: count for name, count in found.rows.items() if count})
    for closed, (new, files) in zip(ledger.closings, rewritten(ledger, others), strict=True):
        found.closings.append((closed.month, closed.sha256, new.sha256))
        found.months.append((closed.month, files))


def _lay_sets(workspace: Path, change: Change, found: _Found, entry: Entry) -> None:
    for place in {place: None for place, *_ in found.sets}:
        shelf, named = Shelf(workspace / place), {}
        for _, key, tables, about in (one for one in found.sets if one[0] == place):
            change.empty(f"{place}/{key}")
            if tables is None or not (key in shelf.history() or shelf.is_for_good(key)):
                continue
            named[key] = after(key, entry)
            mark = {FOR_GOOD: b""} if shelf.is_for_good(key) else {}
            change.folder(f"{place}/{named[key]}", {**files_of(named[key], tables, about), **mark})
        history = [named[key] for key in shelf.history() if key in named]
        if history:
            change.file(f"{place}/{POINTER}", pointing_to(history))
        else:
            change.empty(f"{place}/{POINTER}")


def _forget_computed(change: Change, computed: Mapping[str, Shelf]) -> None:
    """What was computed with those who went is made again when it is asked for."""
    for name, shelf in computed.items():
        for key in shelf.sets():
            change.empty(f"{name}/{key}")
        change.empty(f"{name}/{POINTER}")
    for folder in ("runs", "build"):
        change.empty(folder)


def _inputs(about: Mapping[str, Any]) -> set[str]:
    return {str(one["sha256"]) for one in about.get("provenance", {}).get("inputs", ())}
