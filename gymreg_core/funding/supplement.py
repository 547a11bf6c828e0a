"""The structural supplement: the level of a merit value, and what a pupil brings the school a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.errors import BadInput, BadParameters, RuleMissing
from gymreg_core.funding.money import ORE, Ore, part
from gymreg_core.funding.supplement_words import sentences
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language, programmes

Levels = NDArray[np.int8]
_POINT = 100
_WHOLE = 10_000
_CONDITIONS = ("merit_kept", "after_introductory", "count_days", "frequency")
_MOST_LEVELS = 100


@dataclass(frozen=True, eq=False)
class Supplement:
    """The supplement as decided for price year `year`, or another one for a what-if.

    limit : points of merit; fewer than it are covered.
    bands : where levels 1, 2, … begin, from the limit downwards, the last at 0; a level ends below the beginning of the
    level before.
    missing_level : of pupils without a merit value, 0 = none; one more than there are bands is a level of its own.
    amounts : öre per pupil and year of levels 1, 2, … in price year `start`, from which those of later years follow by
    the rises of rules/supplement.yml. programmes : codes that are covered. years_of_study : that are covered.
    conditions : what else was decided, by its key in the rules.
    """

    year: int
    limit: float
    bands: tuple[float, ...]
    missing_level: int
    start: int
    amounts: tuple[int, ...]
    programmes: frozenset[str]
    years_of_study: tuple[int, ...]
    conditions: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise BadParameters(
                "; ".join(faults),
                where="structural supplement",
                remedy="Give limit, bands and amounts that fit each other.",
            )

    @classmethod
    def packaged(cls, year: int) -> Supplement:
        """The supplement of rules/supplement.yml for a price year. Errors: RuleMissing outside its years."""
        _known(year)
        covered = rule("supplement", "covered", year)
        left_out = set(covered["without"])
        start = int(rule("supplement", "years")[0])
        amounts = rule("supplement", "start_amounts", start)
        return cls(
            year=year,
            limit=float(rule("supplement", "limit", year)),
            bands=tuple(float(edge) for edge in rule("supplement", "bands", year)),
            missing_level=int(rule("supplement", "missing_level", year)),
            start=start,
            amounts=tuple(int(amounts[level]) * ORE for level in sorted(amounts)),
            programmes=frozenset(
                code
                for code, known in programmes().items()
                if known.national == covered["national"] and code not in left_out
            ),
            years_of_study=tuple(rule("supplement", "years_of_study", year)),
            conditions={key: rule("supplement", key, year) for key in _CONDITIONS},
        )

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels, 1 nearest the limit."""
        return tuple(range(1, len(self.amounts) + 1))

    def level(self, merit: ArrayLike) -> Levels:
        """The level of merit values in points (n,), missing ones NaN: int8 (n,), 0 = not covered.

        Points count in hundredths, so that 200.00 is not below 200. Errors: BadInput for a negative or endless one.
        """
        points = np.asarray(merit, np.float64)
        bad = np.flatnonzero((points < 0) | np.isinf(points))
        if len(bad):
            raise BadInput(
                f"{len(bad)} merit values are below 0 or without end",
                where="merit, row " + ", ".join(str(row) for row in bad[:5]),
                remedy="Leave a merit value that is not known empty.",
            )
        hundredths = np.rint(np.nan_to_num(points) * _POINT)
        upwards = np.array([*self.bands[::-1], self.limit]) * _POINT
        below = len(upwards) - np.searchsorted(np.rint(upwards), hundredths, side="right")
        return np.where(np.isnan(points), self.missing_level, below).astype(np.int8)

    def covers(self, programme: ArrayLike, year_of_study: ArrayLike | None = None) -> NDArray[np.bool_]:
        """Whether pupils on programmes (n,) in years of study (n,) are covered: bool (n,).

        Errors: BadInput for a code that is no programme."""
        codes, names = pd.factorize(np.asarray(programme, dtype=object))
        unknown = sorted({str(name) for name in names} - set(programmes()))
        if unknown or (codes < 0).any():
            raise BadInput(
                f"no programme is called {', '.join(unknown[:5]) or '(missing)'}",
                where="programme",
                why="vocabulary/programmes.yml names every programme.",
                remedy="Give the programme of the study path (vocabulary.study_paths.programme_of).",
            )
        of_name = np.array([name in self.programmes for name in names], np.bool_)
        covered = of_name[codes] if len(names) else np.zeros(len(codes), np.bool_)
        return covered if year_of_study is None else covered & np.isin(year_of_study, self.years_of_study)

    def amounts_in(self, year: int) -> Ore:
        """Öre per pupil and year of levels 1, 2, … in a price year: int64 (levels,), each rise rounded to the öre.

        Errors: RuleMissing for a year without a rise, or before the one that changed amounts hold from.
        """
        _known(year)
        if year < self.start:
            raise RuleMissing(
                f"no amounts for {year}", where="structural supplement", why=f"They were given for {self.start} and on."
            )
        amounts = np.array(self.amounts, np.int64)
        for later in range(self.start + 1, year + 1):
            rises = rule("supplement", "rises", later)
            amounts = np.array(
                [
                    int(part(amount, _WHOLE + rises.get(level, rises["other"]), _WHOLE))
                    for level, amount in zip(self.levels, amounts, strict=True)
                ],
                np.int64,
            )
        return amounts

    def amount(
        self, merit: ArrayLike, programme: ArrayLike, year: int | ArrayLike, *, year_of_study: ArrayLike | None = None
    ) -> Ore:
        """Öre per year, int64 (n,), that pupils with merit values (n,) on programmes (n,) bring.

        year : price year, one or (n,). 0 where nobody is covered; `money.twelfth` gives the months.
        Errors: as `level`, `covers` and `amounts_in`.
        """
        level = self.level(merit).astype(np.int64)
        level[~self.covers(programme, year_of_study)] = 0
        years, which = np.unique(np.broadcast_to(np.asarray(year), level.shape), return_inverse=True)
        table = np.zeros((max(1, len(years)), len(self.amounts) + 1), np.int64)
        for row, single in enumerate(years.tolist()):
            table[row, 1:] = self.amounts_in(int(single))
        return np.asarray(table[which, level], np.int64)

    def with_changes(
        self,
        *,
        limit: float | None = None,
        bands: Sequence[float] | None = None,
        amounts: Sequence[int] | None = None,
        missing_level: int | None = None,
        total: int | None = None,
        pupils: ArrayLike | None = None,
    ) -> Supplement:
        """Another supplement from price year `year` on, for a what-if; what is not given stays.

        amounts : öre per pupil and year of levels 1, 2, … in price year `year`; needed where there are other levels.
        total : öre a year, with pupils : how many there are in levels 1, 2, … (levels,). The amounts are moved in the
        same proportion and rounded to the öre, so that they miss the total by at most half an öre per pupil.
        Errors: BadParameters for what cannot be.
        """
        edges = self.bands if bands is None else tuple(float(edge) for edge in bands)
        if missing_level is None:
            own = self.missing_level > len(self.bands)
            missing_level = len(edges) + 1 if own else self.missing_level
        changed = replace(
            self,
            limit=self.limit if limit is None else float(limit),
            bands=edges,
            missing_level=missing_level,
            start=self.year,
            amounts=tuple(int(a) for a in (self.amounts_in(self.year) if amounts is None else amounts)),
        )
        if total is None:
            return changed
        return replace(changed, amounts=_scaled(changed.amounts, total, pupils))

    @property
    def table(self) -> pd.DataFrame:
        """A row per level: level, merit_from, merit_below (points; none for the level without a merit value), amount.

        The amount is in öre per pupil and year, of price year `year`.
        """
        edges = (self.limit, *self.bands)
        own = [(edges[place + 1], edges[place]) for place in range(len(self.bands))]
        own += [(np.nan, np.nan)] * (len(self.amounts) - len(own))
        return pd.DataFrame(
            {
                "level": np.array(self.levels, np.int8),
                "merit_from": [low for low, _ in own],
                "merit_below": [high for _, high in own],
                "amount": self.amounts_in(self.year),
            }
        )

    def summary(self) -> dict[str, Any]:
        """Year, limit, levels, and the lowest and highest amount in öre."""
        amounts = self.amounts_in(self.year)
        return {
            "year": self.year,
            "limit": self.limit,
            "levels": len(self.amounts),
            "missing_level": self.missing_level,
            "lowest": int(amounts.min()),
            "highest": int(amounts.max()),
        }

    def describe(self, language: Language = "sv") -> str:
        """How it works, in sentences."""
        return " ".join(sentences("supplement", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def _known(year: int) -> None:
    first, last = rule("supplement", "years")
    if not first <= year <= last:
        raise RuleMissing(
            f"no structural supplement for {year}",
            where="rules/supplement.yml",
            why=f"Years {first}-{last} are entered.",
            remedy="Enter the year's rises, and the years.",
        )


def _faults(s: Supplement) -> list[str]:
    """Everything that does not fit."""
    edges = np.array([s.limit, *s.bands])
    faults = []
    if not s.bands or not np.isfinite(edges).all() or (np.diff(edges) >= 0).any() or edges[-1] != 0:
        faults.append("bands have to fall from below the limit to 0")
    if any(amount < 0 for amount in s.amounts):
        faults.append("amounts have to be 0 or more")
    wanted = max(len(s.bands), s.missing_level)
    if not 0 <= s.missing_level <= len(s.bands) + 1 or wanted > _MOST_LEVELS:
        faults.append(f"the level without a merit value has to lie between 0 and {len(s.bands) + 1}")
    elif len(s.amounts) != wanted:
        faults.append(f"{len(s.amounts)} amounts for {wanted} levels")
    return faults


def _scaled(amounts: tuple[int, ...], total: int, pupils: ArrayLike | None) -> tuple[int, ...]:
    counts = [] if pupils is None else [int(n) for n in np.asarray(pupils).tolist()]
    cost = sum(n * amount for n, amount in zip(counts, amounts, strict=False))
    if len(counts) != len(amounts) or min(counts, default=-1) < 0 or cost <= 0 or total < 0:
        raise BadParameters(
            "no amounts make that total",
            where="structural supplement",
            why=f"A total of 0 or more needs the pupils in each of the {len(amounts)} levels, some of them paid for.",
        )
    return tuple(int(amount) for amount in part(amounts, int(total), cost))
