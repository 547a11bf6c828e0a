"""The odds of eligibility for higher education by level of the supplement, and whether they stay the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.funding.logit import Bools, Cells, Floats, Ints, count_cells, fit, indicators
from gymreg_core.funding.outcomes import CohortOutcomes
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_words import sentences
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

Interval = Literal["schools", "pupils"]
NOTES = ("", "empty", "all_eligible", "none_eligible")
"""Why a level has no odds ratio: nobody is in it, or all or none of them became eligible."""
_LEVEL, _COHORT, _SCHOOL = range(3)


@dataclass(frozen=True, eq=False)
class BandOdds:
    """Odds ratios of the levels against pupils at the limit or above, of the same cohort.

    table : level; merit_from, merit_below (points; none for pupils without a merit value); pupils, eligible; share
    eligible; odds_ratio, low, high (NaN where there is none); note, see NOTES. The first row, level 0, is what the
    others are compared with.
    cohorts : which. schools : how many. interval : what is taken to be alike, see `band_odds`.
    left_out : pupils that are not counted, by reason. confidence : of the intervals.
    """

    table: pd.DataFrame
    cohorts: tuple[int, ...]
    schools: int
    interval: Interval
    left_out: dict[str, int]
    confidence: float

    def summary(self) -> dict[str, Any]:
        """Pupils, cohorts and schools, and each level's ratio with its interval."""
        return {
            "pupils": int(self.table["pupils"].sum()),
            "cohorts": self.cohorts,
            "schools": self.schools,
            "limit": float(self.table["merit_from"].iloc[0]),
            "share": float(self.table["share"].iloc[0]),
            "confidence": self.confidence,
            "levels": tuple(
                self.table[["level", "odds_ratio", "low", "high", "note"]].iloc[1:].itertuples(index=False)
            ),
        }

    def describe(self, language: Language = "sv") -> str:
        """The ratios in sentences."""
        return " ".join(sentences("odds", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def band_odds(outcomes: CohortOutcomes, supplement: Supplement, *, interval: Interval = "pupils") -> BandOdds:
    """Logistic regression of eligibility on the level, with a constant per cohort.

    A ratio is one number for a whole level: that of odds which are constant within it. Pupils without a merit value are
    a level where the supplement has one for them, else left out.
    interval : pupils, Wald's, each pupil on its own: how far the outcomes of these pupils at these schools could have
    fallen otherwise. Or schools, Student's t on the sandwich over schools at the start: how far with other schools; it
    is wider, as it takes the schools for a sample, which a whole region's are not (Abadie, Athey, Imbens and Wooldridge
    2023, Quarterly Journal of Economics 138), and too narrow where few schools have most pupils of a level.
    Errors: BadInput for no pupils, a cohort or a reference with one outcome only, or a single school.
    """
    cells = _cells(outcomes, supplement, interval)
    _check(cells)
    confidence = float(rule("supplement", "confidence"))
    return BandOdds(
        table=_table(cells, supplement, interval, confidence),
        cohorts=tuple(np.unique(cells.keys[:, _COHORT]).tolist()),
        schools=len(np.unique(outcomes.school)),
        interval=interval,
        left_out={**outcomes.left_out, "no_merit": len(outcomes) - int(cells.yes.sum() + cells.no.sum())},
        confidence=confidence,
    )


@dataclass(frozen=True, eq=False)
class Stability:
    """Whether the odds ratios are the same in every cohort.

    table : cohort, and the columns of `BandOdds.table` but for level 0.
    statistic, p : Wald's test that no ratio differs between cohorts (chi-squared; F with interval="schools"), NaN where
    it cannot be made. compared : how many differences it takes to be 0.
    """

    table: pd.DataFrame
    statistic: float
    p: float
    compared: int
    confidence: float

    def summary(self) -> dict[str, Any]:
        """The test, and the span of each level's ratio over the cohorts."""
        span = self.table.groupby("level")["odds_ratio"].agg(["min", "max"]).dropna()
        return {
            "p": self.p,
            "differs": self.p < 1 - self.confidence,
            "compared": self.compared,
            "spans": tuple(span.itertuples()),
        }

    def describe(self, language: Language = "sv") -> str:
        """The test in sentences."""
        return " ".join(sentences("stability", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def stability(outcomes: CohortOutcomes, supplement: Supplement, *, interval: Interval = "pupils") -> Stability:
    """The ratios of each cohort by itself, and the test of level times cohort.

    Levels that a cohort has no ratio for are not compared there. Errors: BadInput with a single cohort; as `band_odds`.
    """
    cohorts = np.unique(outcomes.cohort)
    if len(cohorts) < 2:  # noqa: PLR2004 one alone is like itself
        raise BadInput("there is one cohort only", where="cohort", remedy="Give two cohorts or more to compare.")
    each = [band_odds(outcomes.of(outcomes.cohort == c), supplement, interval=interval).table.iloc[1:] for c in cohorts]
    table = pd.concat(
        [part.assign(cohort=c) for part, c in zip(each, cohorts.tolist(), strict=True)], ignore_index=True
    )
    table = table[["cohort", *table.columns.drop("cohort")]]
    statistic, p, compared = _interaction(outcomes, supplement, table, interval)
    return Stability(table, statistic, p, compared, float(rule("supplement", "confidence")))


def _interaction(
    outcomes: CohortOutcomes, supplement: Supplement, table: pd.DataFrame, interval: Interval
) -> tuple[float, float, int]:
    """The statistic, p and how many differences are tested."""
    cells = _cells(outcomes, supplement, interval)
    told = set(table.loc[table["note"] == "", ["cohort", "level"]].itertuples(index=False, name=None))
    used = np.array([(c, lv) in told or lv == 0 for lv, c in cells.keys[:, :2].tolist()], np.bool_)
    cells = cells.of(used)
    first = {lv: min(c for c, other in told if other == lv) for lv in {lv for _, lv in told}}
    pairs = sorted((lv, c) for c, lv in told if c != first[lv])
    schools = cells.keys[:, _SCHOOL]
    if not pairs or (interval == "schools" and len(np.unique(schools)) <= len(pairs)):
        return float("nan"), float("nan"), len(pairs)
    design = _design(cells)
    crossed = [(cells.keys[:, _LEVEL] == lv) & (cells.keys[:, _COHORT] == c) for lv, c in pairs]
    whole = np.column_stack([design, *crossed]).astype(np.float64)
    result = fit(whole, cells, schools if interval == "schools" else None)
    restricted = np.eye(whole.shape[1])[design.shape[1] :]
    test = result.wald_test(restricted, use_f=interval == "schools", scalar=True)
    return float(test.statistic), float(test.pvalue), len(pairs)


def _cells(outcomes: CohortOutcomes, supplement: Supplement, interval: Interval) -> Cells:
    """Counts by level, cohort and, where it matters, school.

    Pupils without a merit value are among them only where they are a level of their own.
    """
    own = supplement.missing_level > len(supplement.bands)
    known = outcomes if own else outcomes.of(~np.isnan(outcomes.merit))
    school = known.school if interval == "schools" else np.zeros(len(known), np.int64)
    return count_cells(known.eligible, supplement.level(known.merit), known.cohort, school)


def _design(cells: Cells) -> Floats:
    level, _ = indicators(cells.keys[:, _LEVEL], 0)
    cohort, _ = indicators(cells.keys[:, _COHORT], int(cells.keys[:, _COHORT].min()))
    return np.column_stack([np.ones(len(level)), level, cohort])


def _ratios(cells: Cells, size: int, interval: Interval, confidence: float) -> Floats:
    """Odds ratio, low and high of levels 0, 1, … (size, 3) from the cells of levels that have one; else NaN."""
    spans = np.full((size, 3), np.nan)
    spans[0, 0] = 1.0
    schools = cells.keys[:, _SCHOOL]
    if interval == "schools" and len(np.unique(schools)) < 2:  # noqa: PLR2004 a spread between schools needs two
        raise BadInput(
            "there is one school only",
            where="school",
            why="Intervals that let pupils of a school be alike are made from how schools differ.",
            remedy='Give more schools, or take interval="pupils".',
        )
    levels = np.unique(cells.keys[:, _LEVEL])[1:]
    if len(levels):
        result = fit(_design(cells), cells, schools if interval == "schools" else None)
        logs = np.column_stack([result.params, result.conf_int(alpha=1 - confidence)])
        spans[levels] = np.exp(logs[1 : len(levels) + 1])
    return spans


def _table(cells: Cells, supplement: Supplement, interval: Interval, confidence: float) -> pd.DataFrame:
    """A row per level from 0, as `BandOdds` says."""
    size = len(supplement.amounts) + 1
    level = cells.keys[:, _LEVEL]
    yes, everyone = _sums(level, cells.yes, size), _sums(level, cells.yes + cells.no, size)
    note = np.select([everyone == 0, yes == everyone, yes == 0], NOTES[1:], NOTES[0])
    spans = _ratios(cells.of((note == "")[level]), size, interval, confidence)
    edges = supplement.table
    return pd.DataFrame(
        {
            "level": np.arange(size),
            "merit_from": [supplement.limit, *edges["merit_from"]],
            "merit_below": [np.nan, *edges["merit_below"]],
            "pupils": everyone,
            "eligible": yes,
            "share": np.divide(yes, everyone, out=np.full(size, np.nan), where=everyone > 0),
            **dict(zip(("odds_ratio", "low", "high"), spans.T, strict=True)),
            "note": note,
        }
    )


def _sums(codes: Ints, counts: Ints, size: int) -> Ints:
    return np.bincount(codes, counts, size).astype(np.int64)


def _check(cells: Cells) -> None:
    """Refuse what no regression can be made from."""
    level, cohort = cells.keys[:, _LEVEL], cells.keys[:, _COHORT]
    faults = []
    if not (level == 0).any():
        faults.append("nobody has the limit's merit value or more")
    elif _one_sided(cells, level == 0):
        faults.append("all pupils at the limit or above have the same outcome")
    constant = [str(c) for c in np.unique(cohort) if _one_sided(cells, cohort == c)]
    if constant:
        faults.append(f"all pupils of cohort {', '.join(constant)} have the same outcome")
    if faults:
        raise BadInput(
            "; ".join(faults) if len(level) else "there are no pupils",
            where="outcomes",
            why="Odds ratios compare the levels with pupils at the limit or above, in cohorts whose outcome is known.",
            remedy="Take cohorts whose time has passed, and a limit with pupils on both sides.",
        )


def _one_sided(cells: Cells, rows: Bools) -> bool:
    return not cells.yes[rows].any() or not cells.no[rows].any()
