"""What earlier years teach of cut-offs: the level with its intervals, and the chance that there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.planning.cutoff_features import Design, chance_design, level_design
from gymreg_core.planning.level_model import fit_level, left_out, reaches, standardised
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
    return told.to_numpy(np.bool_)


def levels(paths: pd.DataFrame, situation: str, years: tuple[Year, ...]) -> Floats | None:
    """The QUANTILES (n, 5), points, of the final cut-offs of all rows of `paths`, should there be one.

    Read from those of `years` in `situation`; the rows of `paths` that are not in it mean nothing. Intervals are as
    wide as errors were in years that were left out in turn, or, with one year alone, in schools left out, and then
    wider by the rule `single_year_widening`. None where there are fewer than the rule `fewest_paths` to learn from.
    """
    designs = [level_design(year.paths, situation) for year in years]
    chosen = [ordinary(year) & (year.paths["situation"] == situation).to_numpy() for year in years]
    if sum(int(rows.sum()) for rows in chosen) < rule("cutoff_forecast", "fewest_paths"):
        return None
    learned = _joined([_rows(design, rows) for design, rows in zip(designs, chosen, strict=True)])
    cutoff = np.concatenate(
        [y.ended["cutoff"].to_numpy(np.float64)[rows] for y, rows in zip(years, chosen, strict=True)]
    )
    several = sum(bool(rows.any()) for rows in chosen) > 1
    groups = np.repeat(np.arange(len(years)), [int(rows.sum()) for rows in chosen])
    if not several:
        schools = pd.concat([_school(y.paths)[rows] for y, rows in zip(years, chosen, strict=True)])
        groups = pd.factorize(schools, sort=True)[0] % int(rule("cutoff_forecast", "folds"))
    target = cutoff - learned.anchor
    error, spread = np.empty(len(target)), np.empty(len(target))
    for seen, unseen in left_out(groups):
        told = fit_level(learned.level[seen], learned.spread[seen], target[seen])(
            learned.level[unseen], learned.spread[unseen]
        )
        error[unseen], spread[unseen] = target[unseen] - told.level, told.spread
    half, most = reaches(error, spread, tuple(rule("cutoff_forecast", "coverages")))
    wider = 1.0 if several else float(rule("cutoff_forecast", "single_year_widening"))
    here = level_design(paths, situation)
    told = fit_level(learned.level, learned.spread, target)(here.level, here.spread)
    steps = np.array([-most, -half, 0.0, half, most]) * wider
    return np.asarray((here.anchor + told.level)[:, None] + told.spread[:, None] * steps, np.float64)


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
    return np.asarray(model.predict_proba(columns(chance_design(paths)))[:, 1], np.float64)


def _school(paths: pd.DataFrame) -> pd.Series:
    school: pd.Series = paths["municipality"].astype("str") + "\n" + paths["school"].astype("str")
    return school


def _rows(design: Design, rows: NDArray[np.bool_]) -> Design:
    return Design(design.anchor[rows], design.level[rows], design.spread[rows])


def _joined(designs: list[Design]) -> Design:
    return Design(*(np.concatenate([getattr(d, part) for d in designs]) for part in ("anchor", "level", "spread")))
