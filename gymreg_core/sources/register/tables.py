"""From the tables of an extract to values of its contract, whatever kind of extract it is and wherever it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.contracts.register import shaped
from gymreg_core.sources.formats.source import Opened, OutOfReach, Source, Unreadable
from gymreg_core.sources.register.cells import Cells, Values
from gymreg_core.sources.register.checks import Table
from gymreg_core.sources.register.identities import normalised, placeholders
from gymreg_core.sources.register.layout import ExtractKind, File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding

Progress = Callable[[str, int], None]
"""Told after each piece of a large table: what is being read, and how many pieces it has."""
_ODD = np.uint64(0x9E3779B97F4A7C15)


def read_tables(
    source: Source, kind: ExtractKind, year: int, notes: Notes, progress: Progress | None = None
) -> dict[str, Table]:
    """The values of the tables that could be read, exactly repeated rows left out, references as rows of the tables
    they point into; what is wrong with their cells is in `notes`.

    `year`: the intake year, or the last that the extract tells of. Of a table no more than a chunk is there as text.
    """
    reading = _Reading(kind, year, notes, progress)
    for name in sorted(kind.files, key=lambda name: _depth(kind, name)):
        try:
            opened = source.open(kind.files[name], notes)
            if opened is not None:
                reading.table(name, opened)
        except OutOfReach:
            break
        except Unreadable:
            continue
    tables = {name: reading.tables[name] for name in kind.files if name in reading.tables}
    empty = [f"'{tables[name].file.name}'" for name in kind.never_empty if name in tables and not len(tables[name])]
    if empty:
        notes.add(finding("register-empty", file=empty[0].strip("'"), words=", ".join(empty)))
    return tables


def as_contract(file: File, table: Table | None, own: dict[str, Any]) -> pd.DataFrame:
    """The table of a file by its contract, empty where there is none; `own`: columns besides those of the file.

    Of `own`, _kept tells which rows stay, bool (n,). The columns of `table` are used up, so that no two are there.
    """
    if table is None:
        return shaped(file.contract, {column.name: [] for column in file.contract})
    kept = own.pop("_kept", None)
    columns = {}
    for column in file.contract:
        values = own.pop(column.name) if column.name in own else table.columns.pop(column.name).values
        columns[column.name] = _series(values if kept is None else values[kept], column.dtype)
    return pd.DataFrame(columns, copy=False)


def _series(values: Any, dtype: Any) -> pd.Series[Any]:
    if isinstance(values, pd.Categorical) and dtype == "str":
        texts = pa.array(values.categories, pa.large_string())
        values = pd.array(texts.take(pa.array(values.codes)) if len(texts) else [], dtype="str")
    series: pd.Series[Any] = pd.Series(values, copy=False).astype(dtype)
    return series


def _depth(kind: ExtractKind, name: str) -> int:
    """How many tables have to be read before this one."""
    into = {kind.references[column.kind][0] for column in kind.files[name].fields if column.kind in kind.references}
    return max((1 + _depth(kind, other) for other in into - {name}), default=0)


class _Reading:
    """The tables of an extract while they are read. `keys`: texts that rows are pointed to by, per table."""

    def __init__(self, kind: ExtractKind, year: int, notes: Notes, progress: Progress | None) -> None:
        self.kind, self.year, self.notes, self.progress = kind, year, notes, progress
        self.tables: dict[str, Table] = {}
        self.keys: dict[str, pa.Array] = {}

    def table(self, name: str, opened: Opened) -> None:
        """Read one of them. Errors: Unreadable."""
        file, whole, done = opened.file, True, 0
        columns = {column.name: self._column(file, column.name) for column in file.fields}
        rows: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
        for chunk in opened.chunks:
            for column, under_way in columns.items():
                under_way.add(chunk.cells[column])
            rows.append(chunk.rows)
            whole &= chunk.whole
            done = self._told(opened, done + 1)
        while done < opened.pieces:
            done = self._told(opened, done + 1)
        lines = self._without_repetitions(file, columns, np.concatenate(rows))
        for table, identified_by, _ in self.kind.references.values():
            if table == name:
                self.keys[name] = columns[identified_by].texts()
        values = {column: under_way.values() for column, under_way in columns.items()}
        for column, read in values.items():
            for rule_id, broken in read.broken.items():
                if rule_id:
                    self.notes.rows(rule_id, file, lines, broken, column, words=read.seen.get(rule_id, ""))
        self.tables[name] = Table(file, lines, values, whole)
        pa.default_memory_pool().release_unused()  # what the chunks were read into

    def _told(self, opened: Opened, done: int) -> int:
        if self.progress and 1 < opened.pieces >= done:
            self.progress(opened.file.name, opened.pieces)
        return done

    def _column(self, file: File, name: str) -> Any:
        column = file.field(name)
        table, _, rule_id = self.kind.references.get(column.kind, (file.table, "", ""))
        if table != file.table:
            there = self.tables.get(table)
            keys = self.keys[table] if there is not None and len(there) else None
            return _References(keys, rule_id if there is not None and there.whole else "", column.kind == "person")
        if column.kind == "person":
            return _Numbers()
        return Cells(column, file.dtype(name), self.year)

    def _without_repetitions(self, file: File, columns: dict[str, Any], lines: NDArray[np.int32]) -> NDArray[np.int32]:
        """The lines that stay: of rows that are equal in every cell the first."""
        again = _repeated([under_way.codes() for under_way in columns.values()], len(lines))
        if not again.any():
            return lines
        self.notes.rows(self.kind.repeated, file, lines, again & ~self._may_repeat(file, columns))
        for under_way in columns.values():
            under_way.keep(~again)
        return lines[~again]

    def _may_repeat(self, file: File, columns: dict[str, Any]) -> NDArray[np.bool_]:
        """Rows (n,) about whoever has a placeholder, which several may share, where they do not say at which school."""
        kinds = {column.kind: column.name for column in file.fields}
        if not self.kind.placeholders_shared or "person" not in kinds or "school" in kinds:
            return np.zeros(1, np.bool_)
        people, own = self.kind.references["person"][0], columns[kinds["person"]]
        if file.table == people:
            return placeholders(own.texts())
        keys = self.keys.get(people, pa.array([], pa.string()))
        may: NDArray[np.bool_] = np.append(placeholders(keys), False)[own.codes()]
        return may


def _repeated(codes: list[NDArray[Any]], n: int) -> NDArray[np.bool_]:
    """Rows (n,) that are equal to an earlier one in each of the columns of numbers (n,), of which -1 equals nothing."""
    mixed, known = np.zeros(n, np.uint64), np.ones(n, np.bool_)
    for column in codes:
        mixed *= _ODD
        mixed += column.astype(np.uint64)
        known &= column != -1
    in_order = np.sort(mixed)
    twice = in_order[1:][in_order[1:] == in_order[:-1]]
    again = np.zeros(n, np.bool_)
    if len(twice):
        alike = np.flatnonzero(np.isin(mixed, twice) & known)
        again[alike] = pd.DataFrame({place: column[alike] for place, column in enumerate(codes)}).duplicated()
    return again


class _Numbers:
    """Identity numbers while they are read: kept as text, in one way of writing."""

    def __init__(self) -> None:
        self._chunks: list[pa.Array] = []

    def add(self, cells: pa.DictionaryArray) -> None:
        self._chunks.append(normalised(cells.dictionary).take(cells.indices))

    def texts(self) -> pa.Array:
        self._chunks = [pa.concat_arrays([*self._chunks, pa.array([], pa.string())])]
        return self._chunks[0]

    def codes(self) -> NDArray[Any]:
        return np.asarray(self.texts().dictionary_encode().indices.to_numpy())

    def keep(self, kept: NDArray[np.bool_]) -> None:
        self._chunks = [self.texts().filter(pa.array(kept))]

    def values(self) -> Values:
        return Values(pd.array(self.texts().cast(pa.large_string()), dtype="str"))


class _References:
    """Cells that point into another table while they are read: rows of it, -1 where there is none.

    `keys`: what its rows are known by, None where it is missing or empty; that, or that it has lost rows, has a finding
    of its own and what points into it none (`rule_id` is '' then).
    """

    def __init__(self, keys: pa.Array | None, rule_id: str, are_persons: bool) -> None:
        self._keys, self._rule, self._normalised = keys, rule_id, are_persons
        self._rows: list[NDArray[np.int32]] = []
        self._empty: list[NDArray[np.bool_]] = []

    def add(self, cells: pa.DictionaryArray) -> None:
        texts, places = cells.dictionary, cells.indices.to_numpy()
        at = np.full(len(texts), -1, np.int32)
        if self._keys is not None:
            at = pc.fill_null(pc.index_in(normalised(texts) if self._normalised else texts, self._keys), -1).to_numpy()
        empty = pc.equal(texts, "").to_numpy(zero_copy_only=False)
        at = np.where(empty, np.int32(-1), at)
        self._rows.append(at[places])
        self._empty.append(empty[places])

    def codes(self) -> NDArray[np.int32]:
        self._rows = [np.concatenate([*self._rows, np.zeros(0, np.int32)])]
        self._empty = [np.concatenate([*self._empty, np.zeros(0, np.bool_)])]
        return self._rows[0]

    def keep(self, kept: NDArray[np.bool_]) -> None:
        self._rows, self._empty = [self.codes()[kept]], [self._empty[0][kept]]

    def values(self) -> Values:
        rows = self.codes()
        unknown = (rows < 0) & ~self._empty[0]
        rule_id = self._rule if self._keys is not None else ""
        return Values(rows, {name: at for name, at in (("cell-empty", self._empty[0]), (rule_id, unknown)) if at.any()})
