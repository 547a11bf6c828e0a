"""The ledger: closed months that are never changed, each chained to the one before by its hash.

One folder per closed month, `ledger/2024-01`: its tables; `closing.json`, which holds the hashes of the tables and that
of the closing before; and `closing.json.sha256`, the hash of the closing as `sha256sum --check` takes it. A closing is
written beside the others under a name that nobody reads, brought to the disk, and put in its place in one rename: ended
at any moment, the ledger is as before or has the whole closing. Rows of persons (pseudonyms) lie here and nowhere else
of what settlement makes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.errors import BadInput, BadParameters, GymregError, NotPermitted
from gymreg_core.store.changing import finish
from gymreg_core.store.durable import remove, sync_folder, told
from gymreg_core.store.locking import exclusive
from gymreg_core.store.parquet import dtypes_of, from_parquet, to_parquet
from gymreg_core.store.private import make_private, require_private, write
from gymreg_core.store.record import head_now

FORMAT = 1
FOLDER, MANIFEST, SEAL, LOCK = "ledger", "closing.json", "closing.json.sha256", ".lock"
_TEMPORARY = ".writing-"
_JANUARY, _DECEMBER = 1, 12


def month_after(month: int) -> int:
    """The calendar month after `month` (YYYYMM)."""
    return month + 1 if month % 100 < _DECEMBER else month + 100 - _DECEMBER + _JANUARY


def written_month(month: int) -> str:
    """202401 -> '2024-01'."""
    return f"{month // 100}-{month % 100:02d}"


@dataclass(frozen=True)
class ClosedMonth:
    """A closing without its tables: month (YYYYMM), the SHA-256 of its closing.json, that of the closing before ('' for
    the first), the hashes and dtypes of its tables, and `about`, what it was made from (JSON)."""

    month: int
    sha256: str
    previous: str
    tables: Mapping[str, Mapping[str, Any]]
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Ledger:
    """The ledger of a workspace; readers need no lock, and what was read once stays as it was."""

    workspace: Path

    @property
    def folder(self) -> Path:
        return self.workspace / FOLDER

    @cached_property
    def closings(self) -> tuple[ClosedMonth, ...]:
        """The closed months in order, their chain checked; of their tables nothing is read.

        Errors: BadInput naming the first closing that is missing or was changed.
        """
        finish(self.folder)
        require_private(self.folder, [self.folder])
        found: list[ClosedMonth] = []
        for folder in self._folders():
            require_private(self.folder, [folder, folder / MANIFEST])
            month, one, before = _month_of(folder), _read(folder), found[-1] if found else None
            if before and month != month_after(before.month):
                raise _changed(self.folder, month_after(before.month), "is missing")
            if one is None or one.month != month:
                raise _changed(self.folder, month, "was changed")
            if one.previous != (before.sha256 if before else ""):
                raise _changed(
                    self.folder, before.month if before else month, "was changed, or one before it is missing"
                )
            found.append(one)
        return tuple(found)

    @property
    def head(self) -> str:
        """The hash of the last closing, which stands for the whole ledger; '' where nothing is closed."""
        return self.closings[-1].sha256 if self.closings else ""

    def verify(self, head: str | None = None) -> tuple[ClosedMonth, ...]:
        """The closed months, after every table of every closing has been looked at.

        head : what `head` was told to be, before or after a change of the whole workspace (store/record.py); without it
        a last closing that was taken away or written anew whole, with a hash that fits, is not found.
        Errors: BadInput naming the first closing that is missing or was changed.
        """
        for closed in self.closings:
            for name in closed.tables:
                self.content(closed, name)
        if head is not None and head_now(self.workspace, head) != self.head:
            raise _changed(
                self.folder, self.closings[-1].month if self.closings else 0, "is not the last that was told"
            )
        return self.closings

    def table(
        self, name: str, closings: Sequence[ClosedMonth] | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """The rows of the table `name` in these closings (all where None), one after another, as they were written.

        columns : those to read, all where None. Categories are those of all the closings, in the order of the alphabet.
        Errors: BadInput where a file is missing or was changed; KeyError where no closing has such a table.
        """
        chosen = [closed for closed in (self.closings if closings is None else closings) if name in closed.tables]
        if not chosen:
            raise KeyError(name)
        parts = [self._table(closed, name, columns) for closed in chosen]
        return _joined(parts)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the ledger for one run that closes months; another run at once is refused at once.

        Errors: NotPermitted where another run holds it; BadParameters where the folder cannot be written; GymregError
        where the disk is full; as `closings`.
        """
        lock = exclusive(self.folder / LOCK, wait=0)
        with told(self.folder):
            make_private(self.folder)
            try:
                lock.__enter__()
            except GymregError:
                raise NotPermitted(
                    "another run is closing months here",
                    where=str(self.folder),
                    why="One run at a time writes the ledger.",
                    remedy="Wait until it has ended; nothing was changed by this one.",
                ) from None
        try:
            self._clear_leftovers()
            yield Writer(self.folder, list(Ledger(self.workspace).closings))
        finally:
            lock.__exit__(None, None, None)

    def _folders(self) -> list[Path]:
        there = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted(path for path in there if not path.name.startswith(".") and _month_of(path))

    def _clear_leftovers(self) -> None:
        for path in self.folder.iterdir():
            if path.name.startswith(_TEMPORARY):
                remove(path)

    def content(self, closed: ClosedMonth, name: str) -> bytes:
        """The file of a table. Errors: BadInput where it is missing or was changed."""
        place = self.folder / written_month(closed.month) / f"{name}.parquet"
        require_private(self.folder, [place])
        try:
            content = place.read_bytes()
        except OSError:
            content = b""
        if hashlib.sha256(content).hexdigest() != closed.tables[name]["sha256"]:
            raise _changed(self.folder, closed.month, "was changed")
        return content

    def _table(self, closed: ClosedMonth, name: str, columns: Sequence[str] | None) -> pd.DataFrame:
        content, dtypes = self.content(closed, name), dict(closed.tables[name]["dtypes"])
        try:
            return from_parquet(content, dtypes if columns is None else {column: dtypes[column] for column in columns})
        except (KeyError, ValueError, TypeError, pa.ArrowException):
            raise _changed(self.folder, closed.month, "cannot be read by this version") from None


@dataclass(frozen=True)
class Writer:
    """The only one who may add to the ledger while it is held; `closed`: the months closed so far, in order."""

    folder: Path
    closed: list[ClosedMonth]

    def close(self, month: int, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> ClosedMonth:
        """Put the closing of a month in its place, for good.

        Errors: NotPermitted where the month is closed; BadParameters where a month before it is not, or the folder
        cannot be written; GymregError where the disk is full; TypeError where a table would not come back as it is.
        """
        self.require_next(month)
        files = {name: to_parquet(table) for name, table in tables.items()}
        hashes = {
            name: {"sha256": hashlib.sha256(files[name]).hexdigest(), "dtypes": list(dtypes_of(table).items())}
            for name, table in tables.items()
        }
        content = _closing(month, self.closed[-1].sha256 if self.closed else "", hashes, about)
        place = self.folder / written_month(month)
        with told(self.folder):
            self._place(place, {**{f"{name}.parquet": body for name, body in files.items()}, **_sealed(content)})
        one = _closed_month(content)
        self.closed.append(one)
        return one

    def require_next(self, month: int) -> None:
        """Errors: NotPermitted where the month is closed; BadParameters where a month before it is not."""
        if not self.closed:
            return
        last, following = self.closed[-1].month, month_after(self.closed[-1].month)
        if month <= last:
            raise NotPermitted(
                f"{written_month(month)} is closed",
                where=str(self.folder),
                why="A closed month is frozen; what was known later is posted in a later month, with its cause.",
                remedy=f"Close {written_month(following)}, the first month that is open.",
            )
        if month != following:
            raise BadParameters(
                f"{written_month(month)} cannot be closed before {written_month(following)}",
                where=str(self.folder),
                why="Months are closed in order, without gaps.",
                remedy=f"Begin with {written_month(following)}.",
            )

    def _place(self, place: Path, files: Mapping[str, bytes]) -> None:
        temporary = self.folder / f"{_TEMPORARY}{place.name}"
        try:
            make_private(temporary)
            for name, content in files.items():
                write(temporary / name, content)
            sync_folder(temporary)
            temporary.rename(place)
            sync_folder(self.folder)
        finally:
            if temporary.exists():
                remove(temporary)


def rewritten(
    ledger: Ledger, others: Mapping[int, Mapping[str, pd.DataFrame]]
) -> list[tuple[ClosedMonth, dict[str, bytes]]]:
    """All closings with some tables (by month and name) in the place of theirs, chained anew, and the files of each.

    Errors: as `Ledger.verify`.
    """
    done: list[tuple[ClosedMonth, dict[str, bytes]]] = []
    for closed in ledger.verify():
        tables, files = dict(closed.tables), {}
        for name in closed.tables:
            table = others.get(closed.month, {}).get(name)
            files[f"{name}.parquet"] = content = ledger.content(closed, name) if table is None else to_parquet(table)
            tables[name] = {**closed.tables[name], "sha256": hashlib.sha256(content).hexdigest()}
        hashes = {name: {**one, "dtypes": list(one["dtypes"].items())} for name, one in tables.items()}
        closing = _closing(closed.month, done[-1][0].sha256 if done else "", hashes, closed.about)
        done.append((_closed_month(closing), {**files, **_sealed(closing)}))
    return done


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of the same columns one after another, with the categories of all of them, sorted."""
    for name in [name for name, dtype in parts[0].dtypes.items() if dtype == "category"]:
        every = pd.Index(sorted({text for part in parts for text in part[name].cat.categories}), dtype="str")
        parts = [part.assign(**{str(name): part[name].cat.set_categories(every)}) for part in parts]
    return pd.concat(parts, ignore_index=True)


def _month_of(folder: Path) -> int:
    """202401 of a folder 2024-01; 0 of another name."""
    year, _, month = folder.name.partition("-")
    whole = f"{year}{month}"
    return int(whole) if len(year) == len("2024") and len(month) == len("01") and whole.isdecimal() else 0


def _sealed(content: bytes) -> dict[str, bytes]:
    return {MANIFEST: content, SEAL: f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode()}


def _read(folder: Path) -> ClosedMonth | None:
    """The closing in a folder; None where its closing.json is none, or not the one that was sealed."""
    try:
        content = (folder / MANIFEST).read_bytes()
        return _closed_month(content) if _sealed(content)[SEAL] == (folder / SEAL).read_bytes() else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _closing(month: int, previous: str, tables: Mapping[str, Any], about: Mapping[str, Any]) -> bytes:
    content = {"format": FORMAT, "month": month, "previous": previous, "tables": tables, "about": dict(about)}
    return _json(content)


def _closed_month(content: bytes) -> ClosedMonth:
    held = json.loads(content)
    if held["format"] != FORMAT:
        raise ValueError(FORMAT)
    return ClosedMonth(
        month=int(held["month"]),
        sha256=hashlib.sha256(content).hexdigest(),
        previous=str(held["previous"]),
        tables={
            name: {"sha256": str(one["sha256"]), "dtypes": dict(one["dtypes"])} for name, one in held["tables"].items()
        },
        about=dict(held["about"]),
    )


def _changed(folder: Path, month: int, how: str) -> BadInput:
    return BadInput(
        f"the closing {written_month(month)} {how}",
        where=str(folder),
        why="Every closing holds the hashes of its tables and of the closing before it.",
        remedy="Put the ledger back from a copy; whatever was posted from this month on cannot be trusted.",
    )


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
