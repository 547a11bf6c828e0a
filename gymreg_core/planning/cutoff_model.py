"""What earlier years teach of cut-offs: the level with its intervals, and the chance that there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.planning.cutoff_features import Design, chance_design, level_design
from gymreg_core.planning.level_model import Model, Told, fit_level, reaches, standardised
from gymreg_core.planning.path_history import Known, outcomes_of, paths_of
from gymreg_core.rules import rule

Floats = NDArray[np.float64]
QUANTILES = ("q10", "q25", "q50", "q75", "q90")


@dataclass(frozen=True, eq=False)
class Year:
    """An admission that ended: its study paths as they were known in April, and how they ended (same rows)."""

    paths: pd.DataFrame
    ended: pd.DataFrame


def earlier_years(rows: pd.DataFrame, years: tuple[int, ...], known: Known) -> tuple[Year, ...]:
    """The admissions of `years` with no more of each known than `known` allows."""
    out = []
    for year in years:
        paths = paths_of(rows, year, known)
        out.append(Year(paths, outcomes_of(rows, year, paths)))
    return tuple(out)


def ordinary(year: Year) -> NDArray[np.bool_]:
    """Rows whose final cut-off is one of grades: what a level is learned from and judged by."""
    ended = year.ended
    told = (year.paths["declined"] == "") & (ended["cutoff_kind"] == "competitive") & (ended["scale"] == "grades")
    return (told & ended["cutoff"].notna()).to_numpy(np.bool_)


def levels(paths: pd.DataFrame, situation: str, years: tuple[Year, ...]) -> Floats | None:
    """The QUANTILES (n, 5), points, of the final cut-offs of all rows of `paths`, should there be one.

    Read from those of `years` in `situation`; the rows of `paths` that are not in it mean nothing. Intervals are as
    wide as errors were in years and in schools that were left out in turn, both pooled: a year left out is told from
    one year less than there will be, which makes errors too large; a school left out from others of the same year,
    too small. With one year alone there are only schools, and intervals are wider by the rule `single_year_widening`.
    None where there are fewer than the rule `fewest_paths` to learn from.
    """
    lessons = [_lesson(year, situation) for year in years]
    lessons = [lesson for lesson in lessons if len(lesson.target)]
    if sum(len(lesson.target) for lesson in lessons) < rule("cutoff_forecast", "fewest_paths"):
        return None
    several = len(lessons) > 1
    error, spread = _schools_left_out(lessons)
    if several:
        of_years = _years_left_out(lessons)
        error, spread = np.concatenate([error, of_years[0]]), np.concatenate([spread, of_years[1]])
    half, most = reaches(error, spread, tuple(rule("cutoff_forecast", "coverages")))
    wider = 1.0 if several else float(rule("cutoff_forecast", "single_year_widening"))
    told = _told(_learned(lessons), level_design(paths, situation), paths, situation)
    steps = np.array([-most, -half, 0.0, half, most]) * wider
    return np.asarray(told.level[:, None] + told.spread[:, None] * steps, np.float64)


@dataclass(frozen=True, eq=False)
class _Lesson:
    """A year's study paths in one situation: all of its `design`, and the `rows` that have a `target`, points."""

    paths: pd.DataFrame
    situation: str
    design: Design
    rows: NDArray[np.bool_]
    target: Floats


def _lesson(year: Year, situation: str) -> _Lesson:
    rows = ordinary(year) & (year.paths["situation"] == situation).to_numpy(np.bool_)
    target = year.ended["cutoff"].to_numpy(np.float64)[rows]
    return _Lesson(year.paths, situation, level_design(year.paths, situation), rows, target)


def _together(lessons: list[_Lesson]) -> tuple[Design, Floats]:
    """The rows of all lessons that have a target, and the target less its anchor, points."""
    parts = [
        [getattr(lesson.design, part)[lesson.rows] for lesson in lessons] for part in ("anchor", "level", "spread")
    ]
    design = Design(*map(np.concatenate, parts))
    return design, np.concatenate([lesson.target for lesson in lessons]) - design.anchor


def _learned(lessons: list[_Lesson]) -> Model:
    design, target = _together(lessons)
    return fit_level(design.level, design.spread, target)


def _told(model: Model, design: Design, paths: pd.DataFrame, situation: str) -> Told:
    """Levels in points for all rows of a year, drawn towards a year whose cut-offs are those of the last final.

    The rise from April is learned from other years and is off by as much as April itself is off from its usual place;
    so, as April's and last July's cut-offs are two tellings of the same, the year's middle is put between both (rule
    `last_final_weight`; equal weights after Timmermann 2006, Handbook of Economic Forecasting 1, 4).
    """
    told = model(design.level, design.spread)
    level = design.anchor + told.level
    if situation == "april_cutoff":
        apart = (paths["last_cutoff"] - level)[(paths["situation"] == situation) & (paths["declined"] == "")].dropna()
        if len(apart) >= rule("cutoff_forecast", "fewest_paths"):
            level = level + rule("cutoff_forecast", "last_final_weight") * float(apart.median())
    return Told(level, told.spread)


def _years_left_out(lessons: list[_Lesson]) -> tuple[Floats, Floats]:
    """Errors and spreads (points) of each year's cut-offs as the others tell them."""
    errors, spreads = [], []
    for out in lessons:
        model = _learned([lesson for lesson in lessons if lesson is not out])
        told = _told(model, out.design, out.paths, out.situation)
        errors.append(out.target - told.level[out.rows])
        spreads.append(told.spread[out.rows])
    return np.concatenate(errors), np.concatenate(spreads)


def _schools_left_out(lessons: list[_Lesson]) -> tuple[Floats, Floats]:
    """Errors and spreads (points) of each school's cut-offs as other schools tell them, in all years at once."""
    paths = pd.concat([lesson.paths[lesson.rows] for lesson in lessons])
    school = paths["municipality"].astype("str") + "\n" + paths["school"].astype("str")
    group = pd.factorize(school, sort=True)[0] % int(rule("cutoff_forecast", "folds"))
    design, target = _together(lessons)
    errors, spreads = np.zeros(len(target)), np.ones(len(target))
    for value in np.unique(group):
        out = group == value
        model = fit_level(design.level[~out], design.spread[~out], target[~out])
        told = model(design.level[out], design.spread[out])
        errors[out], spreads[out] = target[out] - told.level, told.spread
    return errors, spreads


def chances(paths: pd.DataFrame, years: tuple[Year, ...]) -> Floats:
    """The chance (n,) that everyone eligible gets in, should anyone be admitted, learned from how `years` ended.

    Logistic regression, held back by the rule `chance_strength` (Hastie, Tibshirani and Friedman 2009, 4.4.4). Where
    all ended alike that share is every path's.
    """
    from sklearn.linear_model import LogisticRegression

    kinds = [year.ended["cutoff_kind"] for year in years]
    someone = [kind.isin(["competitive", "all_eligible_admitted"]).to_numpy() for kind in kinds]
    design = np.concatenate([chance_design(y.paths)[rows] for y, rows in zip(years, someone, strict=True)])
    everyone = pd.concat(kinds).to_numpy()[np.concatenate(someone)] == "all_eligible_admitted"
    if everyone.all() or not everyone.any():
        return np.full(len(paths), float(everyone.mean()) if len(everyone) else np.nan)
    columns = standardised(design)
    model = LogisticRegression(C=rule("cutoff_forecast", "chance_strength"), solver="newton-cholesky")
    model.fit(columns(design), everyone)
    chance = model.predict_proba(columns(chance_design(paths)))[:, 1]
    return np.asarray(np.clip(chance, *rule("cutoff_forecast", "chance_ends")), np.float64)
