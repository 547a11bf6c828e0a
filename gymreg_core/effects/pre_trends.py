"""Whether schools to which the supplement would bring more parted from the others before there was any."""

from __future__ import annotations

from typing import Any

import numpy as np

from gymreg_core.effects.choices import Cells
from gymreg_core.effects.event_study import EventStudy
from gymreg_core.effects.joint_test import UNCLEAR, joint_test
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import of_interest
from gymreg_core.effects.regression import ols
from gymreg_core.effects.within import Within

_FEWEST = 3
"""Cohorts from before that a placebo year takes; with two it is the test of the lead over again."""


def pre_trend(panel: Panel, plan: AnalysisPlan, event: EventStudy) -> dict[str, Any]:
    """What the test adds to a row of `checks`: all leads are nothing, net of what the dose did to the reference.

    power : to see a straight line over the cohorts, in proportion to predicted dose, that on the cohorts after would
    pass for the plan's smallest effect of interest (Roth 2022, American Economic Review: Insights 4).
    """
    if not event.before.any():
        return {"verdict": UNCLEAR, "refusal": "no_earlier"}
    leads = event.with_trends(np.eye(len(event.cohort))[:, event.before]).some(slice(1, None))
    wanted = of_interest(panel, plan)
    line = wanted * event.brought / event.far * event.years
    seen = (line - line @ event.at_reference() * event.dose.estimate)[event.before]
    return joint_test(leads.estimate, leads.moves, leads.effective, seen).row


def placebo_year(panel: Panel, plan: AnalysisPlan, found: Cells, event: EventStudy) -> dict[str, Any]:
    """What the test adds to a row of `checks`: the later half of cohorts from before, as if with a supplement.

    power : to see the plan's smallest effect of interest, at the dose that one foretold came to in the end.
    """
    before = np.sort(np.append(event.cohort[event.before], event.reference))
    if len(before) < _FEWEST:
        return {"verdict": UNCLEAR, "refusal": "no_earlier"}
    some = np.isin(found.cohort, before)
    later = found.cohort >= before[len(before) // 2]
    foretold = event.foretold[some] * later[some]
    within = Within.of([code[some] for code in found.fixed], found.weight[some])
    fit = ols(found.outcome[some], foretold, within, found.school[some], plan.confidence, pupils=found.known[some])
    if fit.refusal:
        return {"verdict": UNCLEAR, "refusal": fit.refusal}
    violation = np.array([of_interest(panel, plan) * event.brought])
    return joint_test(fit.estimate, fit.moves, fit.effective, violation).row
