"""The dose itself: a school and programme in years with more of it against itself in years with less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gymreg_core.effects.choices import Cells, cells, nothing, planned_choice
from gymreg_core.effects.chosen import regression
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.inference import wild_bootstrap
from gymreg_core.effects.joint_test import HOLDS, UNCLEAR, joint_test
from gymreg_core.effects.panel import Floats, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import of_interest
from gymreg_core.effects.regression import ols
from gymreg_core.effects.within import Within

LEADS = (1, 2)
"""Cohorts that start so many years later at the same school and programme."""
_NONE = 1e-12


def dose(panel: Panel, plan: AnalysisPlan, outcome: str, *, resample: bool = True) -> Found:
    """Tables estimates (one row) and checks (lead_dose, negative_weights) of the outcome on the dose as paid.

    Least squares with effects of school and programme and of merit band by cohort, pupils as weights, schools as
    clusters. What a thousand kronor does may not hang on how much there is: the estimate is a sum of effects by weights
    of which some can be negative (de Chaisemartin and D'Haultfœuille 2020, American Economic Review 110), told as
    negative_weights, the sum of those where all make 1. resample : p_wild too.
    """
    what: dict[str, Any] = {"design": "dose", "outcome": outcome}
    choice = planned_choice("dose", plan)
    found = cells(panel, outcome, choice)
    row = what | {"measure": "dose", "by": "region", "schools": len(np.unique(found.school))}
    row |= {"pupils": int(found.known.sum()), "refusal": nothing(panel, found, "dose")}
    if not row["refusal"]:
        prepared = regression(found, choice)
        fit = prepared.fit(found.outcome, plan.confidence)
        row["refusal"] = fit.refusal
        if not fit.refusal:
            numbers = ("estimate", "std_error", "low", "high", "p_value")
            row |= {name: float(getattr(fit, name)[0]) for name in numbers}
            if resample:
                row["p_wild"] = wild_bootstrap(prepared, found.outcome, plan.seed)
    checks = [what | {"check": "lead_dose", **lead_dose(panel, plan, outcome)}]
    checks.append(what | {"check": "negative_weights", **negative_weights(found, row["refusal"])})
    return Found({"estimates": rows("estimates", [row]), "checks": rows("checks", checks)})


def lead_dose(panel: Panel, plan: AnalysisPlan, outcome: str) -> dict[str, Any]:
    """What the doses of the next two cohorts tell beside the own one: joint test, a row of `checks`.

    The power is to see that those two together go with as much of the outcome as the own dose would have to for an
    effect of interest.
    """
    choice = planned_choice("dose", plan)
    later = [_later(panel, years) for years in LEADS]
    doses_of = (panel.dose, *later)
    there = np.asarray(np.isfinite(doses_of).all(axis=0))
    parts = [cells(replace(panel, dose=one), outcome, choice, there) for one in doses_of]
    found = parts[0]
    if not len(found.known):
        return {"verdict": UNCLEAR, "refusal": "no_outcome"}
    doses = np.column_stack([one.dose for one in parts])
    within = Within.of(found.fixed, found.weight)
    fit = ols(found.outcome, doses, within, found.school, plan.confidence, pupils=found.known)
    if fit.refusal:
        return {"verdict": UNCLEAR, "refusal": fit.refusal}
    violation = np.full(len(LEADS), of_interest(panel, plan) / len(LEADS))
    later_ones = fit.some(slice(1, None))
    return joint_test(later_ones.estimate, later_ones.moves, later_ones.effective, violation).row


def negative_weights(found: Cells, refusal: str = "") -> dict[str, Any]:
    """The sum of the negative weights by which effects of cells make up the estimate, a row of `checks`."""
    if refusal:
        return {"verdict": UNCLEAR, "refusal": refusal}
    weight = found.weight * Within.of(found.fixed, found.weight)(found.dose) * found.dose
    negative = float(-np.minimum(weight, 0).sum() / weight.sum())
    return {"statistic": negative, "verdict": HOLDS if negative < _NONE else UNCLEAR}


def _later(panel: Panel, years: int) -> Floats:
    """Dose of the cohort that starts so many years later at the same school and programme (r,), NaN without one."""
    size = int(panel.cohorts.max()) + years + 1
    year = panel.cohorts[panel.cohort].astype(np.int64)
    of_place = np.full((int(panel.place.max(initial=0)) + 1, size), np.nan)
    of_place[panel.place, year] = panel.dose
    return np.asarray(of_place[panel.place, year + years])
