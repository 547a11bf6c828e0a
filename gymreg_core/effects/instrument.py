"""The dose by what an earlier intake would bring at the amounts of later years: a shift-share instrument.

What is taken to be drawn by chance is how the amounts of levels moved, and never who goes to a school. A handful of
levels whose amounts rise together are no draws that a mean could be taken over; then the design gives no number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gymreg_core.effects.fit import Fit
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.joint_test import FAILS, HOLDS, UNCLEAR, joint_test
from gymreg_core.effects.panel import SETTLED, Bools, Floats, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import of_interest
from gymreg_core.effects.regression import ols
from gymreg_core.effects.shift_share import Shocks
from gymreg_core.effects.within import Within
from gymreg_core.rules import rule

_NUMBERS = ("estimate", "std_error", "low", "high", "p_value")
_CHECKS = ("enough_shocks", "first_stage", "shock_balance")


def instrument(panel: Panel, plan: AnalysisPlan, outcome: str) -> Found:
    """Tables estimates (dose, first_stage, reduced_form), checks and balance.

    Where amounts moved at enough levels, errors are those of the shocks, levels as clusters (effects/shift_share.py).
    Where they did not, the first stage alone is told, with schools as clusters: that earlier intakes foretell the dose.
    """
    what: dict[str, Any] = {"design": "instrument", "outcome": outcome}
    there = (panel.known[outcome] > 0) & np.isfinite(panel.formula) & np.isfinite(panel.dose)
    known, school = panel.known[outcome][there], panel.school[there]
    about = what | {"by": "region", "schools": len(np.unique(school)), "pupils": int(known.sum())}
    shocks = _shocks(panel, there, known) if there.any() else None
    effective = shocks.effective if shocks else 0.0
    value = panel.total[outcome][there] / known
    refusal = _refusal(effective, value, about)
    if refusal or not shocks:
        estimates = [about | {"measure": name, "refusal": refusal} for name in ("dose", "reduced_form")]
        estimates.insert(1, about | {"measure": "first_stage"} | _by_schools(panel, there, known, plan))
        enough = {"statistic": effective, "verdict": FAILS} if refusal == "no_shocks" else {"refusal": refusal}
        checks = [what | {"check": check, "verdict": UNCLEAR, "refusal": refusal} for check in _CHECKS[1:]]
        checks.insert(0, what | {"check": "enough_shocks", "verdict": UNCLEAR} | enough)
        return Found({"estimates": rows("estimates", estimates), "checks": rows("checks", checks)})
    heads = int(known.sum())
    by_dose = shocks.fit(value, panel.dose[there], heads, plan.confidence)
    stage = shocks.fit(panel.dose[there], None, heads, plan.confidence)
    strong = by_dose.first_stage >= float(rule("effects", "weakest_first_stage"))
    fits = {"dose": by_dose, "first_stage": stage, "reduced_form": shocks.fit(value, None, heads, plan.confidence)}
    weak = {"dose": "" if strong else "weak_instrument"}
    estimates = [about | {"measure": name} | _numbers(fit, weak.get(name, "")) for name, fit in fits.items()]
    balance, balanced = _balance(panel, plan, what, outcome)
    checks = [
        what | {"check": "enough_shocks", "statistic": effective, "verdict": HOLDS},
        what
        | {"check": "first_stage", "statistic": by_dose.first_stage, "p_value": float(stage.p_value[0])}
        | {"verdict": UNCLEAR if by_dose.refusal else HOLDS if strong else FAILS, "refusal": by_dose.refusal},
        what | {"check": "shock_balance"} | balanced,
    ]
    tables = {"estimates": estimates, "checks": checks, "balance": balance}
    return Found({name: rows(name, given) for name, given in tables.items()})


def _shocks(panel: Panel, there: Bools, weight: Any) -> Shocks:
    cohort = panel.cohort[there]
    within = Within.of([panel.place[there], cohort * len(panel.bands) + panel.band[there]], weight)
    return Shocks.of(panel.shares[there], panel.amounts, cohort, within)


def _refusal(effective: float, value: Floats, about: dict[str, Any]) -> str:
    if not about["pupils"]:
        return "no_outcome"
    for count, fewest in (("pupils", "fewest_pupils"), ("schools", "fewest_schools")):
        if about[count] < rule("effects", fewest):
            return f"few_{count}"
    if not effective or not np.ptp(value):
        return "no_variation"
    return "no_shocks" if effective < rule("effects", "fewest_shocks") else ""


def _by_schools(panel: Panel, there: Bools, known: Any, plan: AnalysisPlan) -> dict[str, Any]:
    """The dose by the formula with schools as clusters."""
    if not there.any():
        return {"refusal": "no_outcome"}
    within = Within.of([panel.place[there], panel.cohort[there] * len(panel.bands) + panel.band[there]], known)
    return _numbers(ols(panel.dose[there], panel.formula[there], within, panel.school[there], plan.confidence))


def _balance(
    panel: Panel, plan: AnalysisPlan, what: dict[str, Any], outcome: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What the instrument tells of what was settled before the start: rows of `balance`, and the joint test."""
    known = np.stack([panel.settled_known[name] for name in SETTLED])
    there = (known > 0).all(axis=0) & (panel.known[outcome] > 0) & np.isfinite(panel.formula)
    if not there.any():
        return [], {"verdict": UNCLEAR, "refusal": "no_outcome"}
    pupils = panel.pupils[there]
    shocks = _shocks(panel, there, pupils)
    told: dict[str, Fit] = {}
    for name in SETTLED:
        mean: Floats = panel.settled_total[name][there] / panel.settled_known[name][there]
        fit = shocks.fit(mean, None, int(pupils.sum()), plan.confidence)
        if fit.refusal:
            return [], {"verdict": UNCLEAR, "refusal": fit.refusal}
        told[name] = fit
    estimate, moves = (np.concatenate([getattr(f, k) for f in told.values()], axis=-1) for k in ("estimate", "moves"))
    shares = [name != "merit" for name in SETTLED]
    violation = np.diag(np.full(len(SETTLED), of_interest(panel, plan)))[shares]
    test = joint_test(estimate, moves, min(fit.effective for fit in told.values()), violation)
    count = {"pupils": int(pupils.sum())}
    return [what | {"covariate": name} | _numbers(fit) | count for name, fit in told.items()], test.row


def _numbers(fit: Fit, refusal: str = "") -> dict[str, Any]:
    if fit.refusal or refusal:
        return {"refusal": fit.refusal or refusal}
    return {name: float(getattr(fit, name)[0]) for name in _NUMBERS}
