"""Attractions of study paths, fitted until the made-up market gives what was published.

First at given cut-offs: each pupil sits at the best choice that is reached, so that supply and demand of every path can
be set equal one path at a time (Azevedo and Leshno 2016, Journal of Political Economy 124; the step is the contraction
of Berry, Levinsohn and Pakes 1995, Econometrica 63). Then with the match itself, whose cut-offs are moved towards the
published ones, and at last by trial. Three numbers of a path answer to three published ones: attraction to how many
were admitted (or the cut-off), reach to how many stood in reserve, slope (or the mean of its test) to their median.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NOT_ELIGIBLE, deferred_acceptance
from gymreg_core.matching.ties import LOTTERY_BITS, draw_lottery
from gymreg_core.synthetic.grades import Flags, Floats
from gymreg_core.synthetic.paths import COLUMNS
from gymreg_core.synthetic.pupils import Home, draw_pupils
from gymreg_core.synthetic.shape import stream, value
from gymreg_core.synthetic.wishes import (
    FOURTH_YEAR,
    Ints,
    Offer,
    as_offer,
    draw_wishes,
    lists_of,
    may_be_admitted,
    points_at,
    test_points,
)
from gymreg_core.synthetic.wishes_kernel import seated_by_cutoffs

Lists = NDArray[np.int32]
_HUNDREDTHS = 100
_BOUNDS = {"attraction": (-14.0, 14.0), "reach": (-9.0, 9.0), "slope": (-8.0, 8.0), "test_mean": (2.0, 19.0)}
_ORDINARY_TEST = 16.0
_USUAL_MERIT = 245.0
_STEPS = (0.002, 0.4)
_MISSED, _TRIED, _TRIALS, _AIM, _HALF = 30.0, 9, 1500, 0.1, 0.5
_SIZES = (0.01, 0.03, 0.1, 0.3)
_TOGETHER, _TOWARDS, _TOLERATED = 0.1, 0.75, 0.015
_PERCENT = np.arange(10, 100, 10)
_LOTTERY_SEED = 0
"""Of `MarketOptions`: the lottery that a match draws unless it is told otherwise."""


def start(targets: pd.DataFrame) -> pd.DataFrame:
    """Study paths as the targets have them, with numbers to be fitted near zero: the columns of `paths.COLUMNS`.

    Schools are numbered; seats are those that were filled or free, since withheld ones took part in no admission.
    """
    fourth = targets["programme"].eq(FOURTH_YEAR)
    heavy = targets["scale"].eq("other") & ~fourth
    kinds = [fourth, heavy, targets["scale"].eq("grades_and_test")]
    weight = np.select(kinds, [1.0, value("heavy_weight"), _ORDINARY_TEST], 0.0)
    frame = pd.DataFrame(
        {
            "school": pd.factorize(pd.MultiIndex.from_frame(targets[["municipality", "school"]]))[0],
            "municipality": targets["municipality"],
            "form": targets["provider_form"],
            "code": targets["study_path_code"],
            "scale": targets["scale"],
            "test_weight": weight,
            "seats": np.maximum(targets["admitted"] + targets["free_seats"], 1).astype("int64"),
            "expected": targets["cutoff"].astype("float64").fillna(0.0),
            "attraction": np.log(targets["admitted"].astype("float64") + 1.0) - 3.0,
            "slope": 0.0,
            "reach": 0.0,
            "test_mean": np.where(weight > 0, _first_mean(targets, weight), 0.0),
        }
    )
    return frame[list(COLUMNS)]


def _first_mean(targets: pd.DataFrame, weight: Floats) -> Floats:
    """Points of a test that lift a usual merit (none where it stands alone) to the median of those admitted."""
    usual = np.where(targets["scale"].eq("other"), 0.0, _USUAL_MERIT)
    median = targets["median"]
    own = np.where(median.notna(), median.astype("float64").fillna(0.0) - usual, 0.0) / np.maximum(weight, 1.0)
    return np.asarray(np.clip(own - value("test_points", "talent"), *_BOUNDS["test_mean"]), dtype=np.float64)


def _tenths(targets: pd.DataFrame) -> Iterator[Flags]:
    """Paths (m,) with cut-offs on the scale of grades, by type and tenth."""
    for kind in ("preparatory", "vocational"):
        mine = targets["programme_type"].eq(kind) & targets["scale"].eq("grades") & targets["cutoff"].notna()
        place = targets["cutoff"].astype("float64").where(mine).rank(method="first", pct=True)
        for tenth in range(10):
            yield ((place > tenth / 10) & (place <= (tenth + 1) / 10)).to_numpy(np.bool_)


class Fit:
    """The paths while they are fitted.

    targets : of `study_path_targets`. count : applicants, those of shape.yml where None.
    `at_cutoffs` and `by_match` better them once and say how far off they were: sums of absolute differences in persons
    admitted and in reserve entries, means in points of median and cut-off.
    """

    def __init__(self, targets: pd.DataFrame, homes: list[Home], seed: int, count: int | None = None) -> None:
        self.paths, self.year, self.seed = start(targets), value("base_year"), seed
        self.step, self.before = np.full(len(targets), _STEPS[1] / 4), np.zeros(len(targets))
        pupils = draw_pupils(homes, count or value("applicants"), self.year, seed)
        self.wishes = draw_wishes(pupils, self.offer, self.year, seed)
        self.lots = draw_lottery(len(pupils), _LOTTERY_SEED)
        self.wanted = {n: targets[n].astype("float64").to_numpy() for n in ("admitted", "reserves", "median", "cutoff")}
        self.moves = targets["programme"].ne(FOURTH_YEAR).to_numpy(np.bool_)
        self.national = targets["programme_type"].isin(["preparatory", "vocational"]).to_numpy(np.bool_)
        self.tested = self.paths["test_weight"].to_numpy() > 0
        self.competitive = self.paths["expected"].to_numpy() > 0
        self.programme = pd.factorize(targets["programme"])[0]
        ordinary = targets["scale"].eq("grades").to_numpy(np.bool_)
        self.kinds = [
            targets["programme_type"].eq(kind).to_numpy(np.bool_) & ordinary for kind in ("preparatory", "vocational")
        ]
        self.found: dict[str, Floats] | None = None
        self.aim, self.tenths = np.zeros(len(targets)), list(_tenths(targets))

    def resume(self, paths: pd.DataFrame) -> None:
        """Go on from fitted paths."""
        self.paths = paths.copy()
        self._draw_tests()

    @property
    def offer(self) -> Offer:
        """The paths as pupils see them."""
        return as_offer(self.paths, self.paths["code"].tolist())

    def at_cutoffs(self, pace: float) -> dict[str, float]:
        """One step with the published cut-offs as given."""
        offer = self.offer
        choices, points, may = self._lists(offer)
        lucky = np.where(self.lots % 2 == 0, 0, 1)[:, None]  # of those at the cut-off every other gets in
        column = seated_by_cutoffs(choices, may & (points - lucky >= offer.expected[choices]))
        found = figures(choices, column, points, may, len(offer))
        off = np.log((self.wanted["admitted"] + 0.5) / (found["admitted"] + 0.5))
        crowded = found["reserves"] > 4 * (self.wanted["reserves"] + 5)
        self._move("attraction", pace * np.where(crowded, -0.5, np.clip(off, -1.5, 1.5)))
        return self._others(found, pace)

    def by_match(self, pace: float) -> dict[str, float]:
        """One step with the cut-offs of the match itself; attraction by steps of each path's own that shrink where it
        overshoots (Riedmiller and Braun 1993, resilient propagation)."""
        found = self.matched()
        self._take_aim(found["cutoff"] - self.wanted["cutoff"])
        off = self._off(found)
        same = np.sign(off) * self.before
        self.step = np.clip(self.step * np.select([same > 0, same < 0], [1.2, 0.5], 1.0), *_STEPS)
        self.before = np.sign(off)
        self._move("attraction", self.step * np.sign(off))
        return self._others(found, pace)

    def _off(self, found: dict[str, Floats]) -> Floats:
        """Which way each path is off (m,): above 0 where it has to be more wanted.

        Full, but not published so: less wanted. Published full, but with seats left: more.
        """
        full = ~np.isnan(found["cutoff"])
        short = self.wanted["admitted"] - found["admitted"]
        lower = np.where(full, np.nan_to_num(self.wanted["cutoff"] + self.aim - found["cutoff"]), 1.0)
        return np.where(self.competitive, lower, np.where(full, np.minimum(short, -1.0), short))

    def _take_aim(self, off: Floats) -> None:
        """Aim lower where cut-offs come out too high: a path that misses upwards has a cut-off, one that misses
        downwards has seats left and none. By type and tenth of the published cut-offs; off : points (m,), NaN without.
        """
        for mine in self.tenths:
            known = mine & ~np.isnan(off)
            if known.any():
                self.aim[mine] = np.clip(self.aim[mine] - _AIM * off[known].mean(), -45.0, 15.0)

    def by_trial(self, rng: np.random.Generator) -> dict[str, float]:
        """One trial: a few paths that are off are changed, mostly towards where they should be, or the paths of a
        programme that have seats left; it stands where the whole comes nearer."""
        now = self.matched() if self.found is None else self.found
        kept, off, m = self.paths.copy(), np.sign(self._off(now)), len(self.paths)
        if rng.random() < _TOGETHER:
            mine, towards = self._of_a_programme(rng, now)
        else:
            apart = self.distance(now) * self.moves
            many = min(int(rng.integers(1, _TRIED)), int((apart > 0).sum()))
            mine = np.zeros(m, np.bool_)
            mine[rng.choice(m, many, replace=False, p=apart / apart.sum())] = True
            towards = np.where(rng.random(m) < _TOWARDS, off, rng.choice([-1, 1], m))
            self._move("slope", 0.3 * mine * rng.standard_normal(m) * ~self.tested * (rng.random(m) < _HALF))
        self._move("attraction", mine * towards * np.abs(rng.standard_normal(m)) * rng.choice(_SIZES))
        found = self.matched()
        if self.whole(found) > self.whole(now):
            self.paths, found = kept, now
        self.found = found
        return self._others(found, 0.0)

    def _of_a_programme(self, rng: np.random.Generator, now: dict[str, Floats]) -> tuple[Flags, Floats]:
        """The paths of a programme that have seats left, those that are off more often, and which way it is off."""
        wanted = np.bincount(self.programme, self.wanted["admitted"])
        short = wanted - np.bincount(self.programme, now["admitted"])
        share = np.abs(short) / (wanted + 1.0)
        chosen = rng.choice(len(short), p=share / share.sum())
        mine = (self.programme == chosen) & ~self.competitive
        return mine, np.full(len(mine), np.sign(short[chosen]))

    def matched(self) -> dict[str, Floats]:
        """What the match itself gives: `figures`, and the cut-off in points, NaN where seats are left."""
        offer = self.offer
        choices, points, may = self._lists(offer)
        keys = np.where(may, (points << LOTTERY_BITS) | self.lots[:, None], NOT_ELIGIBLE)
        solved = deferred_acceptance(choices, keys, self.paths["seats"].to_numpy(np.int32))
        full = (solved.cutoff_key != NOT_ELIGIBLE) & (solved.admitted > 0)
        cutoff = np.where(full, (solved.cutoff_key >> LOTTERY_BITS) / _HUNDREDTHS, np.nan)
        return figures(choices, solved.rank, points, may, len(offer)) | {"cutoff": cutoff}

    def distance(self, found: dict[str, Floats]) -> Floats:
        """How far each path is from what was published (m,): points of cut-off and median, persons, reserves."""
        full = ~np.isnan(found["cutoff"])
        persons = np.abs(self.wanted["admitted"] - found["admitted"])
        cutoff = np.nan_to_num(np.abs(self.wanted["cutoff"] - found["cutoff"]))
        median = np.nan_to_num(np.abs(self.wanted["median"] - found["median"]))
        waiting = np.abs(self.wanted["reserves"] - found["reserves"])
        missed = _MISSED * (full != self.competitive)
        return np.asarray(cutoff + 4.0 * persons + 0.1 * median + 0.1 * waiting + missed, dtype=np.float64)

    def whole(self, found: dict[str, Floats]) -> float:
        """How far the region is off: its paths, the persons of its programmes, the tenths of its cut-offs."""
        off = np.abs(np.bincount(self.programme, found["admitted"] - self.wanted["admitted"]))
        persons = np.maximum(0.0, off - _TOLERATED * np.bincount(self.programme, self.wanted["admitted"]))
        tenths = 0.0
        for mine in self.kinds:
            pair = [values[mine & ~np.isnan(values)] for values in (self.wanted["cutoff"], found["cutoff"])]
            if all(map(len, pair)):
                apart = np.subtract(*(np.percentile(values, _PERCENT) for values in pair))
                tenths += float(np.abs(apart).sum())
        return float(self.distance(found).sum() + 15.0 * persons.sum() + 100.0 * tenths)

    def _others(self, found: dict[str, Floats], pace: float) -> dict[str, float]:
        if pace:
            self._reach_and_slope(found, pace)
        return {
            "admitted": float(np.abs(self.wanted["admitted"] - found["admitted"])[self.moves].sum()),
            "reserves": float(np.abs(self.wanted["reserves"] - found["reserves"])[self.competitive].sum()),
            "median": float(np.nanmean(np.abs(self.wanted["median"] - found["median"])[self.moves])),
            "cutoff": float(np.nanmean(np.abs(self.wanted["cutoff"] - found.get("cutoff", self.wanted["cutoff"])))),
        }

    def _reach_and_slope(self, found: dict[str, Floats], pace: float) -> None:
        more = np.log((self.wanted["reserves"] + 0.5) / (found["reserves"] + 0.5))
        self._move("reach", 0.7 * pace * np.clip(more, -1.5, 1.5) * self.competitive)
        trust = self.wanted["admitted"] / (self.wanted["admitted"] + 1.0)
        higher = np.nan_to_num(self.wanted["median"] - found["median"]) * trust
        self._move("slope", np.where(self.national & ~self.tested, 0.8 * pace * np.clip(higher / 50.0, -0.5, 0.5), 0.0))
        mean = np.average(self.paths["slope"], weights=self.wanted["admitted"] * self.national)
        self._move("slope", np.where(self.national & ~self.tested, -mean, 0.0))
        weight = np.maximum(self.paths["test_weight"].to_numpy(), 1.0)
        self._move_tests(np.where(self.tested & self.moves, np.clip(0.7 * pace * higher / weight, -1.0, 1.0), 0.0))

    def _lists(self, offer: Offer) -> tuple[Lists, Ints, Flags]:
        """Lists, the points at each choice (hundredths), and whether the pupil may be admitted there, (n, k) each."""
        choices = lists_of(self.wishes, offer)
        return choices, points_at(self.wishes, offer, choices), may_be_admitted(self.wishes, offer, choices)

    def _move(self, name: str, by: Floats) -> None:
        self.paths[name] = np.clip(self.paths[name].to_numpy() + by * self.moves, *_BOUNDS[name])

    def _move_tests(self, by: Floats) -> None:
        before = self.paths["test_mean"].to_numpy()
        after = np.where(self.tested, np.clip(before + by, *_BOUNDS["test_mean"]), 0.0)
        self.paths["test_mean"] = after
        self._draw_tests()

    def _draw_tests(self) -> None:
        drawn = test_points(self.offer, self.wishes.talent, stream(self.seed, self.year, "tests"))
        self.wishes = replace(self.wishes, test_points=drawn)


def figures(choices: Lists, column: NDArray[np.int32], points: Ints, may: Flags, m: int) -> dict[str, Floats]:
    """Admitted, reserve entries and median (points, NaN without anyone) per path, (m,) each.

    column : int (n,), place on the list of the seat that each pupil has, -1 without one.
    """
    seated = np.flatnonzero(column >= 0)
    seat, held = choices[seated, column[seated]], points[seated, column[seated]] / _HUNDREDTHS
    median = pd.Series(held).groupby(seat).median().reindex(np.arange(m)).to_numpy(np.float64)
    above = np.arange(choices.shape[1])[None, :] < np.where(column < 0, choices.shape[1], column)[:, None]
    return {
        "admitted": np.bincount(seat, minlength=m).astype(np.float64),
        "reserves": np.bincount(choices[above & may], minlength=m).astype(np.float64),
        "median": np.asarray(median, dtype=np.float64),
    }


def fit_paths(targets: pd.DataFrame, homes: list[Home], seed: int) -> Iterator[tuple[Fit, dict[str, float]]]:
    """Better and better paths with how far off they were; the last are the fitted ones."""
    fit, rng = Fit(targets, homes, seed), stream(seed, "trials")
    for pace, rounds in ((1.0, 50), (0.5, 30), (0.25, 20)):
        for _ in range(rounds):
            yield fit, fit.at_cutoffs(pace)
    for pace, rounds in ((0.3, 50), (0.1, 40), (0.03, 30)):
        for _ in range(rounds):
            yield fit, fit.by_match(pace)
    for _ in range(_TRIALS):
        yield fit, fit.by_trial(rng)


def try_on(
    targets: pd.DataFrame, homes: list[Home], paths: pd.DataFrame, seed: int, trials: int
) -> Iterator[tuple[Fit, dict[str, float]]]:
    """Further trials from numbers that were fitted before; as `fit_paths`."""
    fit, rng = Fit(targets, homes, seed), stream(seed, "further trials", trials)
    fit.resume(paths)
    for _ in range(trials):
        yield fit, fit.by_trial(rng)
