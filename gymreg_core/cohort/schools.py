"""Schools beside what their intake lets expect, with intervals, and how steady that is. Nothing is ranked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.cards import card
from gymreg_core.cohort.histories import STATES, Histories
from gymreg_core.cohort.intake import indicators, learned, merit_columns
from gymreg_core.cohort.logit import NoFit
from gymreg_core.cohort.model_words import sentences
from gymreg_core.cohort.outcomes import outcomes
from gymreg_core.cohort.shrinkage import Shrunken, between_variance, shrink
from gymreg_core.contracts.tracked import empty_tracked, tracked_table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

Floats = NDArray[np.float64]
Int32 = NDArray[np.int32]
Bools = NDArray[np.bool_]
REACH = 1.959964
"""Standard errors from an estimate to the end of its 95 % interval."""


@dataclass(frozen=True, eq=False, repr=False)
class SchoolComparison:
    """Schools and what their starters' intake lets expect. A difference is no measure of how good a school is.

    table, stability : contracts.tracked schools (by municipality and name) and school_stability; no rows where there is
    no comparison. between : standard deviation of the true differences of schools, share. reason : why there is no
    comparison; '' where there is one.
    """

    table: pd.DataFrame
    stability: pd.DataFrame
    schools: int
    between: float
    reason: str

    def __repr__(self) -> str:
        return f"SchoolComparison({self.schools} schools)"

    def summary(self) -> dict[str, Any]:
        """Counts, the spread between schools, how many lie apart from what is expected, and the newest stability."""
        apart = (self.table["low"] > 0) | (self.table["high"] < 0)
        return {
            "reason": self.reason,
            "schools": self.schools,
            "starters": int(self.table["starters"].sum()),
            "cohorts": self.table["cohorts"].iloc[0] if len(self.table) else "",
            "between": self.between,
            "apart": int(apart.sum()),
            "stability": None if self.stability.empty else self.stability.iloc[-1].to_dict(),
        }

    def describe(self, language: Language = "sv") -> str:
        """How many schools are compared, how far apart they lie and how steady that is, in sentences."""
        return " ".join(sentences("schools", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


@dataclass(frozen=True, eq=False)
class Intake:
    """Starters and what the intake model uses of them, m of them. Person rows: they stay in the model.

    school : int32 (m,), any number per school. cohort : int64 (m,). completed : bool (m,). design : float64 (m, p).
    """

    school: Int32
    cohort: NDArray[np.int64]
    completed: Bools
    design: Floats


@dataclass(frozen=True, eq=False)
class Differences:
    """Of g schools: school int32 (g,), starters and completed int64 (g,), expected share float64 (g,), and the standard
    deviation `spread` (g,) that a share has where every pupil has the probability of the model.
    """

    school: Int32
    starters: NDArray[np.int64]
    completed: NDArray[np.int64]
    expected: Floats
    spread: Floats

    @property
    def difference(self) -> Floats:
        """Observed less expected share (g,)."""
        return self.completed / self.starters - self.expected


def compare_schools(h: Histories, s: pd.DataFrame) -> SchoolComparison:
    """The schools of the newest cohorts whose outcome of the rule `outcome_card` is known, by the first school.

    Expected is a logistic regression within the region on merit value, programme type, sex and cohort; a school is
    what it is today, and pupils who switched stay with their first one. Differences are drawn towards 0 by
    `drawn`. Too few schools leave the tables empty and the reason in the result; nothing is raised.
    """
    found = outcomes(card(str(rule("cohort_models", "outcome_card"))), h, s)
    newest = sorted(found.known)[-int(rule("cohort_models", "school_cohorts")) :]
    found = found.of(np.isin(found.cohort, newest))
    none = SchoolComparison(empty_tracked("schools"), empty_tracked("school_stability"), 0, 0.0, "no_cohort")
    if not len(found.pupil):
        return none
    rows, people = h.spells.iloc[found.row], h.pupils.iloc[found.pupil]
    columns = [
        merit_columns(people["merit"].to_numpy(np.float64)),
        indicators(np.array(STATES, object)[rows["state"].to_numpy()]),
        indicators(people["sex"]),
        indicators(found.cohort),
    ]
    unit = h.schools["unit"].to_numpy(np.int32)[rows["school"].to_numpy()]
    intake = Intake(unit, found.cohort, found.completed, np.column_stack(columns))
    try:
        whole, per_cohort = expected(intake)
    except NoFit as no:
        return replace(none, schools=len(np.unique(unit)), reason=no.reason)
    true = drawn(whole)
    return SchoolComparison(
        table=_table(whole, true, h.schools, newest),
        stability=stability(per_cohort),
        schools=len(whole.school),
        between=float(np.sqrt(true.between)),
        reason="",
    )


def expected(intake: Intake) -> tuple[Differences, dict[int, Differences]]:
    """The schools' differences in all cohorts together and, from the same model, in each. Errors: NoFit."""
    if len(np.unique(intake.school)) < rule("cohort_models", "fewest_schools"):
        raise NoFit("few_schools")
    if intake.completed.all() or not intake.completed.any():
        raise NoFit("no_event")
    told = learned(intake.design, intake.completed)(intake.design)
    everyone = np.ones(len(told), np.bool_)
    cohorts = {int(one): intake.cohort == one for one in np.unique(intake.cohort)}
    return _differences(intake, told, everyone), {c: _differences(intake, told, of) for c, of in cohorts.items()}


def _differences(intake: Intake, told: Floats, rows: Bools) -> Differences:
    school, which, starters = np.unique(intake.school[rows], return_inverse=True, return_counts=True)
    completed = np.bincount(which, intake.completed[rows], len(school)).astype(np.int64)
    mean = np.bincount(which, told[rows], len(school)) / starters
    chance = np.bincount(which, told[rows] * (1 - told[rows]), len(school))
    return Differences(school, starters.astype(np.int64), completed, mean, np.sqrt(chance) / starters)


def drawn(whole: Differences) -> Shrunken:
    """The true differences (g,), shares: what is left of the seen ones once chance is taken away.

    A school is taken to add the same to the log odds of all its pupils, and schools to vary in that: a share near 1 can
    change but little. A difference divided by the mean of p (1 - p) of the school's pupils is that addition, in one
    step from 0; it is drawn towards 0 by `shrinkage.shrink` and multiplied again. between : variance of the true
    differences, every school counting the same.
    """
    slope = whole.spread**2 * whole.starters
    seen, chance = whole.difference / slope, (whole.spread / slope) ** 2
    added = shrink(seen, chance, between_variance(seen, chance))
    return Shrunken(added.value * slope, added.std_error * slope, added.between * float(np.mean(slope**2)))


def _table(whole: Differences, true: Shrunken, schools: pd.DataFrame, cohorts: list[int]) -> pd.DataFrame:
    about = schools.iloc[whole.school]
    names = ("school_id", "school", "municipality", "provider_form")
    table = tracked_table(
        "schools",
        {
            **{name: about[name].to_numpy(object) for name in names},
            "cohorts": [span(cohorts)] * len(about),
            "starters": whole.starters,
            "completed": whole.completed,
            "expected": whole.expected,
            "spread": whole.spread,
            "difference": true.value,
            "low": true.value - REACH * true.std_error,
            "high": true.value + REACH * true.std_error,
        },
    )
    return table.sort_values(["municipality", "school", "school_id"], ignore_index=True)


def span(cohorts: list[int]) -> str:
    """Cohorts in ascending order as '2020-2022', or '2022' where there is one."""
    return str(cohorts[0]) if len(cohorts) == 1 else f"{cohorts[0]}-{cohorts[-1]}"


def stability(per_cohort: dict[int, Differences]) -> pd.DataFrame:
    """Contracts.tracked school_stability: how the differences of a cohort go with those of the next one.

    Of schools with enough pupils in both (rule `stability_pupils`). The interval is Fisher's (z); chance in both
    cohorts lowers the correlation, and that is what a reader of the newest figures meets as well (Leckie and Goldstein
    2009, Journal of the Royal Statistical Society A 172). reliability : mean over both cohorts, between 0 and 1.
    """
    fewest = int(rule("cohort_models", "stability_pupils"))
    rows = []
    for cohort, before in per_cohort.items():
        after = per_cohort.get(cohort + 1)
        if after is None:
            continue
        large = [one.school[one.starters >= fewest] for one in (before, after)]
        both = np.intersect1d(large[0], large[1])
        if len(both) < rule("cohort_models", "fewest_schools"):
            continue
        pair = [np.isin(one.school, both) for one in (before, after)]
        values = [one.difference[of] for one, of in zip((before, after), pair, strict=True)]
        chance = [float(np.mean(one.spread[of] ** 2)) for one, of in zip((before, after), pair, strict=True)]
        correlation = float(np.corrcoef(values[0], values[1])[0, 1])
        z, reach = np.arctanh(correlation), REACH / np.sqrt(len(both) - 3)
        sure = [min(1.0, max(0.0, 1 - c / float(np.var(v, ddof=1)))) for v, c in zip(values, chance, strict=True)]
        low, high = float(np.tanh(z - reach)), float(np.tanh(z + reach))
        rows.append((cohort, len(both), correlation, low, high, float(np.mean(sure))))
    columns = ["cohort", "schools", "correlation", "low", "high", "reliability"]
    return tracked_table("school_stability", pd.DataFrame(rows, columns=columns)) if rows else _no_stability()


def _no_stability() -> pd.DataFrame:
    return empty_tracked("school_stability")
