"""What the dose should leave alone: who begins where, and what was settled before. What it does on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gymreg_core.effects.choices import cells, planned_choice
from gymreg_core.effects.chosen import regression
from gymreg_core.effects.dose_groups import grouped
from gymreg_core.effects.fit import Fit
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.joint_test import UNCLEAR, joint_test
from gymreg_core.effects.panel import SETTLED, Bools, Floats, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import of_interest
from gymreg_core.effects.regression import Regression
from gymreg_core.effects.school_years import first_price_year
from gymreg_core.effects.within import Within
from gymreg_core.rules import rule

PANEL_DESIGNS = ("introduction", "dose", "dose_groups")
PLACEBO = "girls"
"""What was settled before, and is told alike of all cohorts: late starters are not where an extract begins, and merit
values within a band are not where their rules change. They are told in `balance` but not tested."""
Fits = dict[str, Fit]
_NOTHING = 1e-9
"""A standard error below this share of the outcome's own size is rounding."""
_NUMBERS = ("estimate", "std_error", "low", "high", "p_value")


def mechanisms(panel: Panel, plan: AnalysisPlan, design: str) -> Found:
    """Tables checks (composition, placebo_outcome) for every outcome of the plan, and balance for the first of them.

    Both are tests of what a design assumes; what the dose moves on the way, such as switching, is an outcome of its
    own. design : one of PANEL_DESIGNS.
    """
    checks, balance = [], []
    intake = composition(panel, plan)
    known: dict[bytes, Fits | str] = {}
    for outcome in plan.outcomes:
        what: dict[str, Any] = {"design": design, "outcome": outcome}
        there = panel.known[outcome] > 0
        if (key := there.tobytes()) not in known:
            known[key] = placebo_outcomes(panel, plan, design, there)
        settled = known[key]
        checks.append(what | {"check": "composition"} | _of_intake(panel, plan, outcome, intake))
        checks.append(what | {"check": "placebo_outcome"} | _of_settled(panel, plan, settled))
        if outcome == plan.outcome:
            told = {} if isinstance(intake, str) else {"intake_rank": intake}
            told |= {} if isinstance(settled, str) else settled
            balance = [
                what | {"covariate": name, "pupils": fit.pupils} | {n: float(getattr(fit, n)[0]) for n in _NUMBERS}
                for name, fit in told.items()
            ]
    return Found({"checks": rows("checks", checks), "balance": rows("balance", balance)})


def composition(panel: Panel, plan: AnalysisPlan) -> Fit | str:
    """Mean rank of the intake by predicted dose, before and since there was a supplement to know of; or why nothing.

    Rank by merit within the cohort, 0 lowest, 1 highest, those without a merit value lowest: grades that rise for all
    move nobody's. Of starters as old as the cohort; how many came late by another programme, the first years that an
    extract reaches back to do not tell alike. Of cohorts whose merit values are made as the last one's: a language on
    top (rules/merit.yml, from 2014) let others in, and that was none of the money's doing. Without those that foretell
    the dose, as a school with a low intake by chance has an ordinary one later. Effects of school and programme and of
    cohort.
    """
    years = panel.cohorts.astype(np.int64)
    made = [rule("merit", "language_on_top", year) == rule("merit", "language_on_top", years[-1]) for year in years]
    alike = np.array(made, np.bool_) & (years > int(rule("effects", "base_cohorts")[1]))
    knew, pupils = years >= first_price_year(), _on_time(panel)
    there = np.isfinite(panel.predicted) & alike[panel.cohort] & (pupils > 0)
    since = knew[panel.cohort[there]]
    if since.all() or not since.any():
        return "no_earlier" if since.all() else "no_outcome"
    cell, number = np.unique(panel.place[there] * len(years) + panel.cohort[there], return_inverse=True)
    place, cohort = np.divmod(cell, len(years))
    first = np.unique(number, return_index=True)[1]
    weight = np.bincount(number, pupils[there])
    rank = np.bincount(number, (pupils * _rank(panel, pupils))[there]) / weight
    within = Within.of([place, cohort], weight)
    prepared = Regression.of((panel.predicted[there] * since)[first], within, panel.school[there][first])
    return prepared.refusal or prepared.fit(rank, plan.confidence)


def _on_time(panel: Panel) -> Floats:
    """Starters who are not older than the cohort (r,)."""
    return np.asarray(panel.pupils - np.minimum(panel.settled_total["older"], panel.pupils), np.float64)


def _rank(panel: Panel, pupils: Floats) -> Floats:
    """The middle rank of a cell's merit band within its cohort (r,), 0 ... 1."""
    bands = len(panel.bands)
    counts = np.zeros((len(panel.cohorts), bands))
    order = (panel.band + 1) % bands  # the last, without a merit value, comes first
    np.add.at(counts, (panel.cohort, order), pupils)
    below = np.cumsum(counts, axis=1) - counts / 2
    ranks = below / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(ranks[panel.cohort, order])


def placebo_outcomes(panel: Panel, plan: AnalysisPlan, design: str, there: Bools) -> Fits | str:
    """What a design finds of each thing that was settled before the start, by its name; or why nothing.

    there : bool (r,), cells that count; of them those where all these things are known, so that it is the same schools
    that move every estimate. Dose, its instrument and groups of dose are those of the design, so that all is by a
    thousand kronor of dose, as the effect of interest is. What no cell differs in is left out.
    """
    there = there & np.all([panel.settled_known[name] > 0 for name in SETTLED], axis=0)
    mean = {name: panel.settled_total[name] / np.maximum(panel.settled_known[name], 1) for name in SETTLED}
    pupils = panel.pupils * there
    placebo = replace(panel, known=dict.fromkeys(SETTLED, pupils), total={n: m * pupils for n, m in mean.items()})
    choice = replace(planned_choice(design, plan), design="dose" if design == "dose" else "introduction")
    outcomes = {name: cells(placebo, name, choice).outcome for name in SETTLED}
    found = cells(placebo, SETTLED[0], choice)
    if not len(found.known):
        return "no_outcome"
    if design == "dose_groups":
        several = grouped(panel, plan, found, *outcomes.values())
        if isinstance(several, str):
            return several
        fits = [groups.per_thousand(groups.after) for groups in several[1:]]
    else:
        prepared = regression(found, choice)
        fits = [prepared.fit(outcome, plan.confidence) for outcome in outcomes.values()]
    if fits[0].refusal:
        return fits[0].refusal
    told = zip(outcomes.items(), fits, strict=True)
    return {name: fit for (name, one), fit in told if fit.std_error[0] > _NOTHING * np.abs(one).max()} or "no_variation"


def _of_intake(panel: Panel, plan: AnalysisPlan, outcome: str, intake: Fit | str) -> dict[str, Any]:
    """The test, and its power against a move that would by itself make an effect of interest, as covered pupils have
    the outcome less often, or more, than the others."""
    if isinstance(intake, str):
        return {"verdict": UNCLEAR, "refusal": intake}
    share = panel.covered / np.maximum(panel.pupils, 1)
    pupils = _on_time(panel)
    apart = _gap(share, panel.known[outcome].astype(np.float64), panel.total[outcome])
    ranks = _gap(share, pupils, pupils * _rank(panel, pupils))
    usable = np.isfinite([apart, ranks]).all() and apart != 0
    return verdict_of(intake, np.array([of_interest(panel, plan) / apart * ranks]) if usable else None)


def _gap(share: Floats, known: Floats, total: Floats) -> float:
    """The mean of the covered less that of the others, by the share of a cell that is covered; NaN without both."""
    covered, others = share @ known, (1 - share) @ known
    return float((share @ total) / covered - ((1 - share) @ total) / others) if covered > 0 and others > 0 else np.nan


def _of_settled(panel: Panel, plan: AnalysisPlan, settled: Fits | str) -> dict[str, Any]:
    """The test of PLACEBO, and its power against a move by as much as an effect of interest."""
    if isinstance(settled, str) or PLACEBO not in settled:
        return {"verdict": UNCLEAR, "refusal": settled if isinstance(settled, str) else "no_variation"}
    return verdict_of(settled[PLACEBO], np.array([of_interest(panel, plan)]))


def verdict_of(fit: Fit, violation: Floats | None) -> dict[str, Any]:
    """Of estimates together: a row of `checks`."""
    return joint_test(fit.estimate, fit.moves, fit.effective, violation).row
