"""The introduction of the supplement: pupils before and after, at schools that it would bring much and little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.bounds import relative_magnitudes
from gymreg_core.effects.choices import Cells, cells, planned_choice
from gymreg_core.effects.event_study import EventStudy, event_study
from gymreg_core.effects.fit import Fit
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.inference import randomisation, wild_bootstrap
from gymreg_core.effects.joint_test import FAILS, HOLDS, UNCLEAR
from gymreg_core.effects.panel import Bools, Ints, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.pre_trends import placebo_year, pre_trend
from gymreg_core.effects.regression import Regression, two_stage
from gymreg_core.effects.within import Within
from gymreg_core.rules import rule

CHECKS = ("first_stage", "pre_trend", "placebo_year")
_NUMBERS = ("estimate", "std_error", "low", "high", "p_value")


def introduction(
    panel: Panel, plan: AnalysisPlan, outcome: str, *, inside: Bools | None = None, resample: bool = True
) -> Found:
    """Tables estimates (dose, first_stage, reduced_form), event, bounds and checks of an outcome.

    The dose of a school and programme in a cohort by what its pupils from before the supplement would bring it, times
    the share of the cohort's school years with a supplement (two-stage least squares; a cohort that had it in part
    counts in part). Effects of school and programme and of merit band by cohort, pupils as weights, schools as
    clusters. inside : bool (r,), the cells that are in, all where None. resample : p_wild and p_random too.
    """
    what: dict[str, Any] = {"design": "introduction", "outcome": outcome}
    found = cells(panel, outcome, planned_choice("introduction", plan), inside)
    about = what | {"by": "region", "schools": len(np.unique(found.school)), "pupils": int(found.known.sum())}
    event = event_study(panel, found, plan.confidence)
    if isinstance(event, str):
        return _refused(what, about, event)
    within = Within.of(found.fixed, found.weight)
    given = (within, found.school, plan.confidence)
    effect = two_stage(found.outcome, found.dose, found.instrument, *given, pupils=found.known)
    forms = Regression.of(found.instrument, within, found.school, pupils=found.known)
    stage, form = (forms.fit(values, plan.confidence) for values in (found.dose, found.outcome))
    if forms.refusal or effect.refusal:
        return _refused(what, about, forms.refusal or effect.refusal)
    drawn: dict[str, float] = {}
    if resample:
        drawn["p_wild"] = wild_bootstrap(forms, found.outcome, plan.seed)
        drawn["p_random"] = _dealt_anew(panel, plan, found, event, within)
    weak = "" if effect.first_stage >= rule("effects", "weakest_first_stage") else "weak_instrument"
    estimates = [about | {"measure": "dose"} | ({"refusal": weak} if weak else _numbers(effect) | drawn)]
    estimates += [about | {"measure": "first_stage"} | _numbers(stage)]
    estimates += [about | {"measure": "reduced_form"} | _numbers(form) | drawn]
    strong = {"statistic": effect.first_stage, "p_value": float(stage.p_value[0]), "verdict": FAILS if weak else HOLDS}
    tests = (strong, pre_trend(panel, plan, event), placebo_year(panel, plan, found, event))
    checks = [what | {"check": check} | test for check, test in zip(CHECKS, tests, strict=True)]
    return Found(
        {
            "estimates": rows("estimates", estimates),
            "event": rows("event", _event(panel, found, event, what)),
            "bounds": rows("bounds", _bounds(event, what, weak)),
            "checks": rows("checks", checks),
        }
    )


def _event(panel: Panel, found: Cells, event: EventStudy, what: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of `event`, cohorts in order, the reference among them."""
    fit = event.effect
    for cohort in np.unique(found.cohort).tolist():
        row = what | {"cohort": panel.cohorts[cohort], "exposure": panel.exposure[cohort]}
        row["pupils"] = int(found.known[found.cohort == cohort].sum())
        if cohort == event.reference:
            yield row | {"reference": True, "estimate": 0.0}
        else:
            at = int(np.searchsorted(event.cohort, cohort))
            yield row | {name: float(getattr(fit, name)[at]) for name in _NUMBERS[:-1]}


def _bounds(event: EventStudy, what: dict[str, Any], weak: str) -> Iterator[dict[str, Any]]:
    violations = [float(value) for value in rule("effects", "violations")]
    refusal = weak or ("" if event.before.any() else "no_earlier")
    if refusal:
        yield from (what | {"violation": violation, "refusal": refusal} for violation in violations)
        return
    for violation, low, high in relative_magnitudes(event.with_trends(event.steps()), event.far, violations):
        yield what | {"violation": violation, "low": low, "high": high}


def _dealt_anew(panel: Panel, plan: AnalysisPlan, found: Cells, event: EventStudy, within: Within) -> float:
    """p-value by dealing the schools' mean predicted dose out anew; what programmes differ by within a school stays."""
    schools, number = np.unique(found.school, return_inverse=True)
    exposure = panel.exposure[found.cohort]
    pupils = np.bincount(number, found.known)
    mean = np.bincount(number, found.known * event.foretold) / pupils
    fixed = (event.foretold - mean[number]) * exposure
    strata = _strata(pupils, panel.provider_forms[schools])
    return randomisation(found.outcome, within, number, fixed, (mean, exposure), strata, plan.seed)


def _strata(pupils: NDArray[Any], forms: Any) -> Ints:
    """int64 (G,), schools of the same size and form of provider."""
    many = int(rule("effects", "size_strata"))
    rank = np.argsort(np.argsort(pupils, kind="stable"), kind="stable")
    return np.asarray(np.unique(forms, return_inverse=True)[1] * many + rank * many // len(pupils), np.int64)


def _numbers(fit: Fit) -> dict[str, float]:
    return {name: float(getattr(fit, name)[0]) for name in _NUMBERS}


def _refused(what: dict[str, Any], about: dict[str, Any], refusal: str) -> Found:
    """Every row that would be there, with the refusal in it."""
    measures = ("dose", "first_stage", "reduced_form")
    tables: dict[str, list[dict[str, Any]]] = {
        "estimates": [about | {"measure": measure, "refusal": refusal} for measure in measures],
        "bounds": [what | {"violation": float(v), "refusal": refusal} for v in rule("effects", "violations")],
        "checks": [what | {"check": check, "verdict": UNCLEAR, "refusal": refusal} for check in CHECKS],
    }
    return Found({name: rows(name, given) for name, given in tables.items()})
