"""What the dose should leave alone: who begins where, and what was settled before. What it does on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gymreg_core.effects.choices import cells, planned_choice
from gymreg_core.effects.chosen import regression
from gymreg_core.effects.dose_groups import grouped
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.joint_test import UNCLEAR, joint_test
from gymreg_core.effects.panel import SETTLED, Bools, Floats, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import of_interest
from gymreg_core.effects.regression import Fit, Regression
from gymreg_core.effects.within import Within
from gymreg_core.rules import rule

PANEL_DESIGNS = ("introduction", "dose", "dose_groups")
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
            told = {name: fit for part in (intake, settled) if not isinstance(part, str) for name, fit in part.items()}
            balance = [
                what | {"covariate": name, "pupils": fit.pupils} | {n: float(getattr(fit, n)[0]) for n in _NUMBERS}
                for name, fit in told.items()
            ]
    return Found({"checks": rows("checks", checks), "balance": rows("balance", balance)})


def composition(panel: Panel, plan: AnalysisPlan) -> Fits | str:
    """Share of covered starters and their mean merit by the dose that was foretold, times the exposure.

    Schools with a low intake by chance in the years that foretell their dose have an ordinary one later, and that
    is none of the money's doing. So the first of those years alone foretells, and is left out; the second, untouched by
    its chances, is what later cohorts are compared with. Effects of school and programme and of cohort.
    """
    foretelling = int(rule("effects", "base_cohorts")[0])
    foretold = _foretold(panel, foretelling)
    there = np.isfinite(foretold) & (panel.cohorts[panel.cohort] != foretelling)
    before = panel.exposure[panel.cohort[there]] <= float(rule("effects", "untreated_below"))
    if not before.any():
        return "no_earlier"
    if before.all():
        return "no_outcome"
    cell, number = np.unique(panel.place[there] * len(panel.cohorts) + panel.cohort[there], return_inverse=True)
    place, cohort = np.divmod(cell, len(panel.cohorts))
    first = np.unique(number, return_index=True)[1]
    pupils = np.bincount(number, panel.pupils[there])
    merit_known = np.bincount(number, panel.settled_known["merit"][there])
    some = merit_known > 0
    covered = np.bincount(number, panel.covered[there])[some] / pupils[some]
    merit = np.bincount(number, panel.settled_total["merit"][there])[some] / merit_known[some]
    within = Within.of([place[some], cohort[some]], pupils[some])
    brought = (foretold[there][first] * panel.exposure[cohort])[some]
    prepared = Regression.of(brought, within, panel.school[there][first][some])
    if prepared.refusal:
        return prepared.refusal
    return {name: prepared.fit(one, plan.confidence) for name, one in (("covered", covered), ("intake_merit", merit))}


def placebo_outcomes(panel: Panel, plan: AnalysisPlan, design: str, there: Bools) -> Fits | str:
    """What a design finds of each thing that was settled before the start, by its name; or why nothing.

    there : bool (r,), cells that count; of them those where all these things are known, so that it is the same schools
    that move every estimate. Dose and groups of dose are those of the design, and so is the instrument of introduction,
    of which it is the reduced form. What no cell differs in is left out.
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
        by = found if design == "dose" else replace(found, dose=found.instrument)
        prepared = regression(by, replace(choice, design="dose"))
        fits = [prepared.fit(outcome, plan.confidence) for outcome in outcomes.values()]
    if fits[0].refusal:
        return fits[0].refusal
    told = zip(outcomes.items(), fits, strict=True)
    return {name: fit for (name, one), fit in told if fit.std_error[0] > _NOTHING * np.abs(one).max()} or "no_variation"


def _of_intake(panel: Panel, plan: AnalysisPlan, outcome: str, intake: Fits | str) -> dict[str, Any]:
    """Joint test of the two; power against a move that would by itself make an effect of interest, as covered pupils
    have the outcome less often, or more, than the others."""
    if isinstance(intake, str):
        return {"verdict": UNCLEAR, "refusal": intake}
    share = panel.covered / np.maximum(panel.pupils, 1)
    gaps = []
    for known, total in (
        (panel.known[outcome], panel.total[outcome]),
        (panel.settled_known["merit"], panel.settled_total["merit"]),
    ):
        with np.errstate(invalid="ignore", divide="ignore"):
            gaps.append((share @ total) / (share @ known) - ((1 - share) @ total) / ((1 - share) @ known))
    outcomes, merit = gaps
    usable = np.isfinite(gaps).all() and outcomes != 0
    violation = of_interest(panel, plan) / outcomes * np.array([1, merit]) if usable else None
    return _joint(intake, violation)


def _of_settled(panel: Panel, plan: AnalysisPlan, settled: Fits | str) -> dict[str, Any]:
    """Joint test of all; power against one of the shares that moves by as much as an effect of interest."""
    if isinstance(settled, str):
        return {"verdict": UNCLEAR, "refusal": settled}
    shares = [name != "merit" for name in settled]
    return _joint(settled, np.diag(np.full(len(settled), of_interest(panel, plan)))[shares])


def _joint(fits: Fits, violation: Floats | None) -> dict[str, Any]:
    """Of estimates from regressions on the same schools: a row of `checks`."""
    estimate = np.concatenate([fit.estimate for fit in fits.values()])
    moves = np.concatenate([fit.moves for fit in fits.values()], axis=1)
    return joint_test(estimate, moves, min(fit.effective for fit in fits.values()), violation).row


def _foretold(panel: Panel, year: int) -> Floats:
    """The dose that the intake of a year would bring the school and programme (r,) by the amounts of the first cohort
    that has the supplement whole; NaN without that intake, or without such a cohort."""
    whole = np.flatnonzero(panel.exposure >= 1)
    of_place = np.full(int(panel.place.max(initial=-1)) + 1, np.nan)
    later = panel.cohorts[panel.cohort] == year + int(rule("effects", "intake_lag"))
    if len(whole):
        of_place[panel.place[later]] = panel.shares[later] @ panel.amounts[whole[0]]
    return np.asarray(of_place[panel.place])
