"""Everything that is let out, by its coordinates: the cells of a table, and which tables a run has looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.about import About, Pairs
from gymreg_core.disclosure.cells import Cells, Why, key_of
from gymreg_core.disclosure.cells_file import packed
from gymreg_core.disclosure.columns import as_numbers
from gymreg_core.disclosure.coordinates import Of, cell_key, links, rows_of
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.sheet import Sheet
from gymreg_core.disclosure.small import small, small_rest
from gymreg_core.disclosure.suppression import next_ones
from gymreg_core.disclosure.ties import Ties
from gymreg_core.errors import DisclosureRefused, GymregError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_PREVIOUS = "_previous"
_ABSENT = -1


@dataclass(frozen=True, eq=False)
class Known:
    """What was counted in a table that is let out, and what a reader knows of how it hangs together.

    about : None where nobody said; such a table is for exploring, and on no page. true : the table before anything was
    left out of it. counts : its columns of counts and amounts. ties : sums of rows, and rests within a row. additive :
    the columns that the sums hold for; None: all. unit : half of what a column is rounded by, (n,) or one number.
    along : what is left out of a row with a column; itself alone where nothing is said.
    """

    about: About | None
    true: pd.DataFrame
    counts: Sequence[str]
    ties: Ties = field(default_factory=Ties)
    additive: Sequence[str] | None = None
    amounts: Sequence[str] = ()
    unit: Mapping[str, float | Floats] = field(default_factory=dict)
    along: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Rest:
    """What `parts` leave of `whole` in a row, (n,) bool: where that is few and where it is below 0 (never a count)."""

    parts: tuple[str, ...]
    whole: str
    small: Bools

    @property
    def name(self) -> str:
        return "-".join((self.whole, *self.parts))


@dataclass(frozen=True, eq=False)
class Record:
    """The cells of a table that was let out, made when they are asked for; nothing of it is a number that is hidden.

    frame, why : the table as it was let out, whole, and why each cell is missing. none : by column, (n,) bool, cells
    that are missing and count nobody. primary : the same of cells that are few by themselves, or leave few of a whole,
    where they are not left out as amounts; others are left out with them. totals : by column, what the parts of each
    sum add up to whose whole is told elsewhere, NaN where that is not known. few : by column or rest, which pairs of
    `about.within` differ by few; broken : those of which a pair does not lie in one another.
    """

    about: About
    policy: str
    frame: pd.DataFrame
    why: pd.DataFrame
    known: Known
    none: Mapping[str, Bools]
    primary: Mapping[str, Bools]
    totals: Mapping[str, Floats]
    rests: tuple[_Rest, ...]
    few: Mapping[str, Bools]
    wholes: Mapping[str, str]
    broken: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        known: Known,
        policy_name: str,
        frame: pd.DataFrame,
        why: pd.DataFrame,
        wholes: Sequence[tuple[str, str]] = (),
    ) -> Record | None:
        """The record of `known` as it is let out; None where it counts nobody, or nobody said what.

        frame, why : what is let out, and why each cell is missing, with a RangeIndex. wholes : pairs of a count and the
        whole that it is told to be near all or near none of.
        """
        about = known.about
        if about is None:
            return None
        true = {name: as_numbers(known.true[name]) for name in known.counts}
        true |= {name: np.asarray(values, np.float64) for name, values in about.derived.items()}
        ties = [(tuple(parts), whole) for parts, whole in known.ties.rests]
        ties += [((name,), known.counts[0]) for name in about.derived]
        rests, left = [], {}
        for parts, whole in dict.fromkeys(ties):
            values = true[whole] - sum((true[part] for part in parts), np.zeros(len(frame)))
            rests.append(_Rest(parts, whole, small_rest(np.nan_to_num(values))))
            left[rests[-1].name] = values
        few, broken, within = {}, [], {}
        for name, pairs in about.within.items():
            values = (true | left)[name]
            further = values[pairs[:, 1]] - values[pairs[:, 0]]
            few[name] = small(np.nan_to_num(further))
            if (further < 0).any():
                broken.append(name)
            # What others follow from says nothing new, but where it is few.
            kept = few[name] | next_ones(pairs, len(frame))
            few[name], within[name] = few[name][kept], pairs[kept]
        few_of = {name: small(np.nan_to_num(values)) for name, values in true.items()}
        for rest in rests:
            for name in rest.parts:
                few_of[name] = few_of[name] | rest.small
        additive = known.counts if known.additive is None else known.additive
        hidden = frame[known.counts[0]].isna().to_numpy(np.bool_) if about.derived else np.zeros(0, np.bool_)
        derived = {
            name: np.where(hidden & ~np.isnan(values), 1.0, np.asarray(values, np.float64))
            for name, values in about.derived.items()
        }
        return cls(
            replace(about, derived=derived, within=within),
            policy_name,
            frame,
            why,
            replace(known, true=pd.DataFrame(), about=None),
            {name: true[name] == 0 for name in true},
            {} if known.amounts else few_of,
            {name: _totals(true[name], known.ties) for name in known.counts if name in additive},
            tuple(rests),
            few,
            dict(wholes),
            tuple(broken),
        )

    def withheld(self, keys: Collection[str]) -> dict[str, Bools]:
        """The columns that hold cells of `keys`, and in which rows: (n,) bool."""
        if not keys:
            return {}
        found = _Gathered(self)
        places = {found.sheet.at[key] for key in keys if key in found.sheet.at}
        masks = {name: np.isin(found.place[name], list(places)) for name in self.known.counts}
        return {name: mask for name, mask in masks.items() if mask.any()}

    def rounded(self, column: str, frame: pd.DataFrame, why: pd.DataFrame) -> Record:
        """The same where a count is told rounded, as in `frame`."""
        half = {**self.known.unit, column: policy().rounding_base / 2}
        return replace(self, frame=frame, why=why, known=replace(self.known, unit=half))

    @cached_property
    def cells(self) -> Cells:
        """The cells of the whole table, also where a page shows some rows of it.

        Errors: DisclosureRefused where the same number of pupils is told with two values; GymregError where counts do
        not lie in one another that are said to.
        """
        if self.broken:
            raise GymregError(
                f"{self.about.universe}, {', '.join(self.broken)}: counts do not lie in one another that are said to",
                remedy="This is an error in the program, not in the data. Please report this line.",
            )
        found = _Gathered(self)
        if found.sheet.twice:
            raise DisclosureRefused(
                f"{len(found.sheet.twice)} counts are told with two values: {', '.join(list(found.sheet.twice)[:20])}",
                why="One number of pupils has one value wherever it stands.",
                remedy="Correct the computation, or rules/disclosure_links.yml where these are not the same pupils.",
            )
        return found.sheet.cells()

    @cached_property
    def packed(self) -> bytes:
        """`cells` as a file (disclosure/cells_file.py)."""
        return packed(self.cells)


def _totals(values: Floats, ties: Ties) -> Floats:
    found = np.full(len(ties.sums), np.nan)
    for at, (total, parts) in enumerate(ties.sums):
        if total is None:
            found[at] = values[list(parts)].sum()
    return np.where(small(np.nan_to_num(found)), np.nan, found)


class _Gathered:
    """The cells of a record on a sheet."""

    def __init__(self, record: Record) -> None:
        self.record, self.sheet = record, Sheet()
        self.amounts = set(record.known.amounts)
        self.rows = rows_of(record.frame, record.policy, record.about)
        self.then = rows_of(record.frame, record.policy, replace(record.about, of=record.about.previous))
        self.place = {name: self._column(name) for name in record.known.counts}
        self.place |= {name: self._derived(name) for name in record.about.derived}
        self.left: dict[str, dict[int, int]] = {rest.name: {} for rest in record.rests}
        for name in record.totals:
            self._sums(name)
        for rest in record.rests:
            self._rests(rest)
        for name, pairs in record.about.within.items():
            self._within(name, pairs)
        self._across()

    def _named(self, name: str, row: int) -> str:
        previous = name.endswith(_PREVIOUS)
        of = (self.then if previous else self.rows)[row]
        return cell_key(self.record.about.universe, name.removesuffix(_PREVIOUS) if previous else name, of)

    def _column(self, name: str) -> list[int]:
        record = self.record
        values = as_numbers(record.frame[name])
        why, none = record.why[name].to_numpy(np.int64), record.none[name]
        unit = np.broadcast_to(np.asarray(record.known.unit.get(name, 0.0), np.float64), len(values))
        own = record.about.own.get(name, np.ones(len(values), np.bool_))
        signed = name.removesuffix(_PREVIOUS) in links()["signed"]
        absent = ~own | (np.isnan(values) & (((why == Why.SHOWN) & ~none) | signed))
        near, primary = policy().share_near, record.primary.get(name, np.ones(len(values), np.bool_))
        found = []
        for row in range(len(values)):
            if absent[row]:
                found.append(_ABSENT)
                continue
            value, reason, half = float(values[row]), int(why[row]), float(unit[row])
            if reason == Why.SHOWN and np.isnan(value):
                value = 0.0
            hidden = np.isnan(value)
            if hidden and reason == Why.NEAR_NONE:
                value, half = near / 2, near / 2 - 1
            if hidden and none[row]:
                reason = int(Why.NOWHERE)
            elif hidden and reason == Why.FEW and (record.about.elsewhere or not primary[row]):
                reason = int(Why.LINKED)
            amount = name.removesuffix(_PREVIOUS) in self.amounts
            # An amount that was left out for others alone is no secret, and far too large to be open by a share of it.
            secret = hidden and not none[row] and not (amount and reason == Why.LINKED)
            key = self._named(name, row)
            place = self.sheet.cell(key, value, reason, unit=half, guarded=bool(secret), amount=amount)
            found.append(place)
        return found

    def _derived(self, name: str) -> list[int]:
        values, none = self.record.about.derived[name], self.record.none[name]
        first, found = self.place[self.record.known.counts[0]], []
        for row, value in enumerate(values.tolist()):
            if np.isnan(value) or first[row] == _ABSENT:
                found.append(_ABSENT)
                continue
            shown = self.sheet.known(first[row])
            told = value if shown else np.nan
            hidden = not shown and not none[row]
            found.append(
                self.sheet.cell(self._named(name, row), told, int(Why.SHOWN if shown else Why.NOWHERE), guarded=hidden)
            )
        return found

    def _sums(self, name: str) -> None:
        place, sheet = self.place[name], self.sheet
        for at, (total, parts) in enumerate(self.record.known.ties.sums):
            members = [place[row] for row in parts]
            if _ABSENT in members or not members:
                continue
            if total is not None:
                if place[total] != _ABSENT:
                    sheet.adds_up(place[total], members)
                continue
            value = float(self.record.totals[name][at])
            if not np.isnan(value) and not all(sheet.known(member) for member in members):
                sheet.adds_up(sheet.cell(self._whole_of(name, parts), value), members)

    def _whole_of(self, name: str, parts: Sequence[int]) -> str:
        """The key of a total that is told elsewhere: what its parts have in common, * where they differ."""
        of: Of = {}
        for row in parts:
            for key, value in self.rows[row].items():
                of[key] = value if of.get(key, value) == value else "*"
        return key_of(self.record.about.universe, name, of)

    def _rest(self, rest: _Rest, row: int, near: bool = False) -> int:
        """The place of what is left in a row; it is put on the sheet where it is not there yet."""
        if row in self.left[rest.name]:
            return self.left[rest.name][row]
        whole, parts = self.place[rest.whole][row], [self.place[part][row] for part in rest.parts]
        if _ABSENT in (whole, *parts):
            return _ABSENT
        half = policy().share_near / 2
        told = half if near else np.nan
        key = f"{self._named(rest.whole, row)} without {', '.join(self._named(part, row) for part in rest.parts)}"
        place = self.sheet.cell(
            key, told, int(Why.NOWHERE), unit=half - 1 if near else 0.0, guarded=bool(rest.small[row] or near)
        )
        self.sheet.adds_up(whole, [*parts, place])
        self.left[rest.name][row] = place
        return place

    def _rests(self, rest: _Rest) -> None:
        part = rest.parts[0]
        why = self.record.why[part].to_numpy(np.int64) if part in self.record.why else np.zeros(len(self.rows))
        near = (why == Why.NEAR_ALL) & (self.record.wholes.get(part) == rest.whole) & (len(rest.parts) == 1)
        for row in range(len(self.rows)):
            self._rest(rest, row, bool(near[row]))

    def _within(self, name: str, pairs: Pairs) -> None:
        rest = next((one for one in self.record.rests if one.name == name), None)
        for (lesser, greater), few in zip(pairs.tolist(), self.record.few[name].tolist(), strict=True):
            ends = [self.place[name][row] if rest is None else self._rest(rest, row) for row in (lesser, greater)]
            if _ABSENT in ends or ends[0] == ends[1]:
                continue
            key = f"{self.sheet.keys[ends[1]]} less {self.sheet.keys[ends[0]]}"
            further = self.sheet.cell(key, np.nan, int(Why.NOWHERE), guarded=few)
            self.sheet.adds_up(ends[1], [ends[0], further])

    def _across(self) -> None:
        if self.record.policy != "money":
            return
        for whole, parts in links()["across"].items():
            for end in ("", _PREVIOUS):
                names = [f"{name}{end}" for name in (whole, *parts)]
                if not all(name in self.place for name in names):
                    continue
                for places in zip(*(self.place[name] for name in names), strict=True):
                    if _ABSENT not in places:
                        self.sheet.adds_up(places[0], places[1:])


@dataclass
class Recording:
    """The tables that were looked at, each once, in the order in which that happened first."""

    records: dict[int, Record] = field(default_factory=dict)


_open: list[Recording] = []


@contextmanager
def recording() -> Iterator[Recording]:
    """Note every table that is looked at inside the block, to be drawn, written or put in words."""
    _open.append(Recording())
    try:
        yield _open[-1]
    finally:
        _open.pop()


def note(record: Record | None, unnamed: Sequence[str]) -> None:
    """Note that a table is looked at. unnamed : its columns of counts where nobody said what they count.

    Errors: DisclosureRefused where there are such columns: what is on a page is held against what other pages tell.
    """
    if not _open:
        return
    if record is not None:
        _open[-1].records[id(record)] = record
    elif unnamed:
        raise DisclosureRefused(
            f"there are counts ({', '.join(unnamed)}) and nobody said of whom",
            why="Everything on a page is held against what the other pages tell of the same pupils.",
            remedy="Give the release function about=..., a universe of rules/disclosure_links.yml.",
        )
