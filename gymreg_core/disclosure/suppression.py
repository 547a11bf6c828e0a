"""Which counts of a table have to be left out, by how they hang together in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gymreg_core.disclosure.dear import dearer
from gymreg_core.disclosure.hiding import costs
from gymreg_core.disclosure.hiding_kernel import KNOWN, NOWHERE
from gymreg_core.disclosure.hiding_work import Task
from gymreg_core.disclosure.kept import hide_once
from gymreg_core.disclosure.policy import Policy, policy
from gymreg_core.disclosure.small import small, small_rest
from gymreg_core.disclosure.ties import Ties

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pairs = NDArray[np.int64]
_NOTHING = 1e-6
_ELSEWHERE, WHOLE, _FIRST = 5.0, 1.0, 0.5
"""How much dearer a count is that stands in another table, one that is the whole of others, and one that is the first
of every pair it is in: of two that differ by few the second is hidden."""


@dataclass(frozen=True, eq=False)
class Tied:
    """Columns of counts of the same rows, and their ties.

    counts : by name (n,); NaN where a row has none. within : by the name of a column, or 'whole-part' for what remains,
    pairs (m, 2) of rows: whoever is counted in the first is counted in the second too. beside : the same of rows that
    count the same pupils in two ways, of which neither need lie in the other; where they differ by few, one is hidden.
    keys : by column n names (coordinates.keys_of); counts with the same name are one number, and those of another
    universe than `universe` stand in another table too. None: each is its own.
    """

    counts: Mapping[str, Floats | Ints]
    ties: Ties = field(default_factory=Ties)
    within: Mapping[str, Pairs] = field(default_factory=dict)
    beside: Mapping[str, Pairs] = field(default_factory=dict)
    keys: Mapping[str, Sequence[str]] | None = None
    universe: str = ""


def hidden_cells(tied: Tied, few: Mapping[str, Bools]) -> dict[str, Bools]:
    """By column (n,) bool: cells to leave out, those of `few` and further ones until nothing tells them.

    A cell that is 0 is shown where the policy shows zeros. A sum counts for the columns in which it holds.
    """
    rows, columns = _rows(tied), len(tied.counts)
    one = np.arange(rows * columns)
    if tied.keys is not None:
        names = [one for name, of in tied.counts.items() for one in zip(tied.keys[name], of.tolist(), strict=True)]
        first = dict(zip(reversed(names), reversed(range(len(names))), strict=True))
        one = np.asarray([first[name] for name in names], np.int64)
    made = _Made(tied, policy(), one.reshape(columns, rows))
    small_ones = np.zeros(rows * columns, np.bool_)
    np.logical_or.at(small_ones, one, np.concatenate([*(few[name] for name in tied.counts), np.zeros(0, np.bool_)]))
    hidden = made.hidden(small_ones & ~made.none()[: rows * columns], one, exact=True)[one]
    return dict(zip(tied.counts, hidden.reshape(columns, rows), strict=True))


def hidden_or_rounded(table: pd.DataFrame, tied: Tied, few: Mapping[str, Bools]) -> pd.DataFrame:
    """`table` without the cells of `hidden_cells`; where the policy rounds counts (`let_out`), none are left out."""
    return without(table, hidden_cells(tied, few) if policy().method == "suppress" else {})


def hidden_rows(tied: Tied, few: Bools) -> Bools:
    """(n,) bool: rows to leave out whole, those of `few` and further ones until nothing tells them."""
    columns = len(tied.counts)
    made = _Made(tied, policy(), np.tile(np.arange(len(few)), (columns, 1)))
    return made.hidden(few, np.arange(len(few) * columns))


def without(table: pd.DataFrame, hidden: Mapping[str, Bools]) -> pd.DataFrame:
    """`table` with the cells of `hidden`, by column (n,) bool, missing; whole numbers of those columns as Int64."""
    kept = table.copy()
    for name, gone in hidden.items():
        if pd.api.types.is_integer_dtype(kept[name]):
            kept[name] = kept[name].astype("Int64")
        kept.loc[gone, name] = pd.NA if kept[name].dtype == "Int64" else np.nan
    return kept


def _rows(tied: Tied) -> int:
    return len(next(iter(tied.counts.values()), ()))


def next_ones(pairs: Pairs, size: int) -> Bools:
    """(m,): pairs between which none lies; that the others lie in one another follows from these.

    Of rows that lie in one another both ways, which count the same, each lies in the next.
    """
    if not len(pairs):
        return np.zeros(0, np.bool_)
    every = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    one_way = ~((pairs[:, 0] > pairs[:, 1]) & (every[pairs[:, 1], pairs[:, 0]] > 0))
    ahead = pairs[one_way]
    within = csr_array((np.ones(len(ahead)), (ahead[:, 0], ahead[:, 1])), shape=(size, size))
    between = (within @ within)[pairs[:, 0], pairs[:, 1]]
    return np.asarray(one_way & (between == 0), np.bool_)


class _Made:
    """A task made of a table: the cells of its columns, then what remains and what rows differ by."""

    def __init__(self, tied: Tied, told: Policy, units: Ints) -> None:
        self.tied, self.told, self.rows = tied, told, _rows(tied)
        self.first = {name: at * self.rows for at, name in enumerate(tied.counts)}
        self.values: list[Any] = [np.asarray(values, np.float64) for values in tied.counts.values()]
        self.units: list[Any] = list(units)
        self.low: list[Any] = [np.full(self.rows, 0.0 if told.zeros == "hidden" else 1.0) for _ in units]
        self.guarded: list[Any] = [np.ones(self.rows, np.bool_) for _ in units]
        self.entries: list[tuple[Any, Any, Any]] = []
        self.lines, self.elsewhere = 0, list[bool]()
        for name in tied.counts:
            self._sums(self.first[name])
        for parts, whole in tied.ties.rests:
            self._rest(list(parts), whole)
        for left, right in tied.ties.across:
            self._line([(name, 1.0) for name in left] + [(name, -1.0) for name in right])
        for least, named in ((0.0, tied.within), (-np.inf, tied.beside)):
            for name, pairs in named.items():
                self._pairs(name, np.asarray(pairs, np.int64).reshape(-1, 2), least)

    def hidden(self, few: Bools, one: Ints, *, exact: bool = False) -> Bools:
        """(units,) bool. one : of each cell of a column the cell that it is the same as. exact : leave out sums that do
        not hold, of which a reader knows nothing; else what they are off by is known too."""
        values, unit, none = self._all(self.values), self._all(self.units).astype(np.int64), self.none()
        one = np.concatenate([one, np.arange(len(one), len(values))])
        stands, known = unit >= 0, np.isnan(values) | (none & exact)
        cost = np.full(len(few), -np.inf)
        dear = costs(np.nan_to_num(values)) + self._first() + self._whole() + self._by_key()
        np.maximum.at(cost, unit[stands & ~none], dear[stands & ~none])
        cost[np.isneginf(cost)] = np.inf
        sums = self._matrix(one, np.nan_to_num(values) if exact else None)
        task = Task(
            sums=sums,
            values=np.nan_to_num(values),
            low=np.where(stands & none, 0.0, self._all(self.low)),
            unit=np.where(stands & known, KNOWN, unit).astype(np.int64),
            cost=cost,
            guarded=self._all(self.guarded).astype(np.bool_) & ~(stands & none),
            width=np.full(len(values), float(self.told.least_interval)),
            relative=np.zeros(len(values)),
            whole=np.ones(len(values), np.bool_),
        )
        return hide_once(task, few)

    def none(self) -> Bools:
        """(cells,): counts that are not there, or 0 and shown."""
        values = self._all(self.values)
        return np.asarray(np.isnan(values) | ((values == 0) & (self.told.zeros == "shown")), np.bool_)

    def _all(self, parts: Sequence[Any]) -> Floats:
        return np.concatenate([*parts, np.zeros(0)])

    def _first(self) -> Floats:
        """(cells,): what a count costs more for being the first of pairs."""
        size = sum(map(len, self.values))
        firsts, seconds = np.zeros(size), np.zeros(size)
        for named in (self.tied.within, self.tied.beside):
            for name, pairs in named.items():
                for part in name.split("-")[-1:]:
                    np.add.at(firsts, self.first[part] + pairs.min(axis=1), 1)
                    np.add.at(seconds, self.first[part] + pairs.max(axis=1), 1)
        return np.asarray(_FIRST * firsts / np.maximum(firsts + seconds, 1), np.float64)

    def _by_key(self) -> Floats:
        """(cells,): what a count costs more for being dear to readers, or for standing in another table, which would
        have to leave it out as well."""
        more = np.zeros(sum(map(len, self.values)))
        for name, keys in (self.tied.keys or {}).items():
            other = [not key.startswith(f"{self.tied.universe}|") for key in keys]
            more[self.first[name] + np.arange(self.rows)] = _ELSEWHERE * np.asarray(other, np.bool_) + dearer(keys)
        return more

    def _whole(self) -> Floats:
        """(cells,): what a count costs more for being the whole of others."""
        dearer = np.zeros(sum(map(len, self.values)))
        wholes = [total for total, _ in self.tied.ties.sums if total is not None]
        for name in self.tied.counts:
            dearer[self.first[name] + np.asarray(wholes, np.int64)] = WHOLE
        return dearer

    def _matrix(self, one: Ints, values: Floats | None) -> csr_array:
        """Every line once; without those that do not hold for `values`."""
        if not self.entries:
            return csr_array((0, len(one)))
        lines, cells, signs = (np.concatenate(parts) for parts in zip(*self.entries, strict=True))
        made = csr_array((signs, (lines, one[cells])), shape=(self.lines, len(one)))
        made.eliminate_zeros()
        kept = np.diff(made.indptr) > 0
        if values is not None:
            kept &= (np.abs(made @ values) < _NOTHING) | np.asarray(self.elsewhere, np.bool_)
        _, first = np.unique(made @ np.random.default_rng(0).random(len(one)), return_index=True)
        return made[np.intersect1d(np.flatnonzero(kept), first)]

    def _add(self, lines: Any, cells: Any, sign: float | Floats) -> None:
        self.entries.append((lines, cells, np.broadcast_to(np.asarray(sign, np.float64), len(cells))))

    def _sums(self, first: int) -> None:
        whole = [(at, total) for at, (total, _) in enumerate(self.tied.ties.sums) if total is not None]
        sizes = [len(parts) for _, parts in self.tied.ties.sums]
        cells = np.asarray([row for _, parts in self.tied.ties.sums for row in parts], np.int64)
        self._add(self.lines + np.repeat(np.arange(len(sizes)), sizes), first + cells, 1.0)
        at, total = np.asarray(whole, np.int64).reshape(-1, 2).T
        self._add(self.lines + at, first + total, -1.0)
        self.lines += len(sizes)
        self.elsewhere += [total is None for total, _ in self.tied.ties.sums]

    def _line(self, columns: Sequence[tuple[str, float]]) -> None:
        for name, sign in columns:
            self._add(self.lines + np.arange(self.rows), self.first[name] + np.arange(self.rows), sign)
        self.lines += self.rows
        self.elsewhere += [False] * self.rows

    def _derived(self, name: str, values: Floats, least: float, guarded: Bools) -> Ints:
        """The places of cells that stand nowhere."""
        self.first[name] = sum(map(len, self.values))
        self.values.append(values)
        self.units.append(np.full(len(values), NOWHERE))
        self.low.append(np.full(len(values), least))
        self.guarded.append(guarded)
        return self.first[name] + np.arange(len(values))

    def _rest(self, parts: Sequence[str], whole: str) -> None:
        rest = self._of(whole) - sum((self._of(part) for part in parts), np.zeros(self.rows))
        name = "-".join((whole, *parts))
        self._derived(name, rest, 0.0, small_rest(np.nan_to_num(rest), self.told))
        self._line([(whole, -1.0), *((part, 1.0) for part in parts), (name, 1.0)])

    def _of(self, name: str) -> Floats:
        return np.asarray(self.tied.counts[name], np.float64)

    def _pairs(self, name: str, pairs: Pairs, least: float) -> None:
        first, values = self.first[name], np.concatenate(self.values)
        further = values[first + pairs[:, 1]] - values[first + pairs[:, 0]]
        guarded = small(np.nan_to_num(np.abs(further)), self.told)
        kept = guarded | (next_ones(pairs, len(values)) if np.isfinite(least) else False)
        pairs, further, guarded = pairs[kept], further[kept], guarded[kept]
        place = self._derived(f"{name}|{least}", further, least, guarded)
        at = self.lines + np.arange(len(pairs))
        self._add(at, first + pairs[:, 1], -1.0)
        self._add(at, first + pairs[:, 0], 1.0)
        self._add(at, place, 1.0)
        self.lines += len(pairs)
        self.elsewhere += [False] * len(pairs)
