"""Cohort by cohort: what goes with the dose foretold for a school and programme, against the last cohort before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from gymreg_core.effects.choices import Cells, nothing, untreated
from gymreg_core.effects.fit import Fit
from gymreg_core.effects.panel import Bools, Floats, Ints, Panel
from gymreg_core.effects.regression import Regression
from gymreg_core.effects.within import Within

_A_LINE = 3
"""Cohorts that a straight line takes."""
_SAME = 1e-9
"""A part of a dose that is rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class EventStudy:
    """A regression of cells on predicted dose by cohort, k of them, the reference left out.

    cohort : int64 (k,), places among the panel's cohorts. reference : place of the last one from before. years : (k,),
    from the reference to the cohort. pupils : int64 (k,), whose outcome is known. exposure : (k,). before : bool (k,),
    cohorts from before. after : (k,), what the cohorts weigh whose school years all have a supplement (those with most
    of it, where none has), by pupils, 1 together. foretold : (n,), predicted dose of the cells. effect, dose : of the
    outcome and of the dose, by a thousand kronor of predicted dose.
    """

    cohort: Ints
    reference: int
    years: Floats
    pupils: Ints
    exposure: Floats
    before: Bools
    after: Floats
    foretold: Floats
    effect: Fit
    dose: Fit

    @property
    def brought(self) -> float:
        """Thousand kronor of dose that one foretold brought the cohorts after."""
        return float(self.after @ self.dose.estimate)

    @property
    def far(self) -> float:
        """Years from the reference to the cohorts after, the mean over their pupils."""
        return float(self.after @ self.years)

    def with_trends(self, weights: Floats) -> Fit:
        """The mean effect of a thousand kronor of dose on the cohorts after, and j sums by weights (k, j) of what is
        left of the cohorts' coefficients where a dose did just that.

        The reference has some of its last year with a supplement, so that an effect, and no trend, would part cohorts
        from before. What the dose did then is read off a straight line over the cohorts after, so that neither an
        effect that grows nor a trend is taken for the other. The dose is known but for a little noise, which is counted
        (delta method).
        """
        mean = self.after / self.brought
        effect = float(mean @ self.effect.estimate)
        left = weights - self.at_reference()[:, None] * (self.dose.estimate @ weights)
        both = replace(self.effect, moves=self.effect.moves - effect * self.dose.moves)
        return both.combined(np.column_stack([mean, left]))

    def at_reference(self) -> Floats:
        """Weights (k,) of the coefficients in the effect of a thousand kronor at the reference."""
        later = self.after > 0
        powers = np.arange(2 if later.sum() >= _A_LINE else 1)
        regressors = self.years[:, None] ** powers * (self.dose.estimate * later)[:, None]
        weighted = regressors * self.pupils[:, None]
        return np.asarray(np.linalg.solve(weighted.T @ regressors, weighted.T)[0])

    def steps(self) -> Floats:
        """Weights (k, j) of what cohorts from before part by from one to the next, the reference last, for each year
        between them and a thousand kronor of dose."""
        places = [*np.flatnonzero(self.before).tolist(), None]
        weights = np.zeros((len(self.cohort), len(places) - 1))
        for column, (one, other) in enumerate(pairwise(places)):
            gap = (0.0 if other is None else self.years[other]) - self.years[one]
            weights[one, column] = -1 / (gap * self.brought)
            if other is not None:
                weights[other, column] = 1 / (gap * self.brought)
        return weights


def event_study(panel: Panel, found: Cells, confidence: float) -> EventStudy | str:
    """The event study of cells whose first fixed effect is the school and programme; or why there is none."""
    there = np.unique(found.cohort)
    before = np.intersect1d(np.flatnonzero(untreated(panel)), there)
    if refusal := nothing(panel, found, "introduction"):
        return refusal
    if not len(before):
        return "no_earlier"
    if len(before) == len(there):
        return "no_outcome"
    reference = int(before[-1])
    cohort = there[there != reference]
    of_place = np.full(int(panel.place.max()) + 1, np.nan)
    of_place[panel.place] = panel.predicted
    foretold = of_place[found.fixed[0]]
    if np.ptp(foretold) <= _SAME * np.abs(foretold).max():
        return "no_variation"
    columns = foretold[:, None] * (found.cohort[:, None] == cohort)
    prepared = Regression.of(columns, Within.of(found.fixed, found.weight), found.school, pupils=found.known)
    if prepared.refusal:
        return prepared.refusal
    pupils = np.bincount(found.cohort, found.known, len(panel.cohorts)).astype(np.int64)[cohort]
    exposure = panel.exposure[cohort]
    after = np.where(exposure >= min(1.0, float(exposure.max())), pupils, 0)
    return EventStudy(
        cohort=cohort,
        reference=reference,
        years=panel.cohorts[cohort].astype(np.float64) - float(panel.cohorts[reference]),
        pupils=pupils,
        exposure=exposure,
        before=np.isin(cohort, before),
        after=after / after.sum(),
        foretold=foretold,
        effect=prepared.fit(found.outcome, confidence),
        dose=prepared.fit(found.dose, confidence),
    )
