"""Whom a study is about: the cells of the plan's cohorts and programmes, and the dose that they meet in the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.panel import Bools, Panel
from gymreg_core.effects.plan import AnalysisPlan

_CELLS = ("school", "programme", "band", "pupils", "covered", "dose", "school_dose", "predicted", "formula", "shares")
_WHOLE = 1 - 1e-9
_POINTS = 100


def population(panel: Panel, plan: AnalysisPlan) -> Panel:
    """The cells of the plan's cohorts and kind of programme; schools, programmes and bands keep their places."""
    cohorts = _years(panel.cohorts, plan)
    kind = {
        "all": np.ones(len(panel.programmes), bool),
        "vocational": panel.vocational,
        "preparatory": ~panel.vocational,
    }[plan.programmes]
    kept = cohorts[panel.cohort] & kind[panel.programme]
    if kept.all() and cohorts.all():
        return panel
    place = np.cumsum(cohorts) - 1
    by_name: dict[str, Any] = {
        name: {key: values[kept] for key, values in getattr(panel, name).items()}
        for name in ("known", "total", "settled_known", "settled_total")
    }
    return replace(
        panel,
        cohorts=panel.cohorts[cohorts],
        exposure=panel.exposure[cohorts],
        amounts=panel.amounts[cohorts],
        cohort=place[panel.cohort[kept]].astype(np.int64),
        **{name: getattr(panel, name)[kept] for name in _CELLS},
        **by_name,
    )


def wholly_exposed(panel: Panel) -> Bools:
    """bool (r,): cells of cohorts with a supplement in all of their three school years."""
    return np.asarray(panel.exposure >= _WHOLE)[panel.cohort]


def mean_dose(panel: Panel) -> float:
    """Mean over the pupils of wholly exposed cohorts, thousand kronor per pupil and school year; NaN without any."""
    there = wholly_exposed(panel) & np.isfinite(panel.dose)
    pupils = panel.pupils[there]
    return float((pupils * panel.dose[there]).sum() / pupils.sum()) if pupils.sum() else float("nan")


def of_interest(panel: Panel, plan: AnalysisPlan) -> float:
    """The plan's smallest effect of interest as a share per thousand kronor; NaN without a mean dose."""
    return plan.smallest_of_interest / _POINTS / mean_dose(panel)


def pupils_a_year(panel: Panel) -> int:
    """Pupils of a wholly exposed cohort, the mean over them; 0 without any."""
    there = wholly_exposed(panel)
    cohorts = len(np.unique(panel.cohort[there]))
    return round(int(panel.pupils[there].sum()) / cohorts) if cohorts else 0


def _years(years: NDArray[np.int16], plan: AnalysisPlan) -> Bools:
    first = -np.inf if plan.first_cohort is None else plan.first_cohort
    last = np.inf if plan.last_cohort is None else plan.last_cohort
    return np.asarray((years >= first) & (years <= last))
