"""The estimate by one choice of an analysis, and several of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gymreg_core.effects.choices import Cells, Choice, cells, nothing, untreated
from gymreg_core.effects.fit import Fit, reach, two_sided
from gymreg_core.effects.panel import Bools, Floats, Ints, Panel
from gymreg_core.effects.regression import Regression, two_stage
from gymreg_core.effects.within import Within
from gymreg_core.rules import rule


@dataclass(frozen=True, eq=False)
class Chosen:
    """One estimate or a refusal, per thousand kronor.

    schools : int64 (G,), the clusters, and moves : (G,), what each moves the estimate by; NaN where refused. clusters :
    schools that tell something, and effective : of equal weight that the estimate rests on. pupils : whose outcome is
    known.
    """

    estimate: float
    std_error: float
    schools: Ints
    moves: Floats
    clusters: int
    effective: float
    pupils: int
    confidence: float
    refusal: str

    @property
    def t(self) -> float:
        """The estimate by its standard error."""
        return self.estimate / self.std_error

    @property
    def interval(self) -> dict[str, float]:
        """estimate, std_error, low and high, as tables have them."""
        far = float(reach(self.confidence, self.effective - 1)) * self.std_error
        found = {"estimate": self.estimate, "std_error": self.std_error}
        return found | {"low": self.estimate - far, "high": self.estimate + far}

    @property
    def p_value(self) -> float:
        """Two-sided, of no effect."""
        return float(two_sided(np.array(self.t), self.effective - 1))


def chosen(panel: Panel, outcome: str, choice: Choice, confidence: float, inside: Bools | None = None) -> Chosen:
    """The estimate by a choice from the cells of a panel (of those `inside`, bool (r,))."""
    found = cells(panel, outcome, choice, inside)
    schools = np.unique(found.school)
    refusal = why_not(panel, found, choice)
    if refusal:
        return _refused(schools, len(schools), found, confidence, refusal)
    instrumented = choice.design == "introduction"
    fit = _two_stage(found, confidence) if instrumented else regression(found, choice).fit(found.outcome, confidence)
    if fit.refusal:
        return _refused(schools, fit.clusters, found, confidence, fit.refusal)
    if instrumented and not fit.first_stage >= rule("effects", "weakest_first_stage"):
        return _refused(schools, fit.clusters, found, confidence, "weak_instrument")
    return Chosen(
        estimate=float(fit.estimate[0]),
        std_error=float(fit.std_error[0]),
        schools=schools,
        moves=fit.moves[:, 0],
        clusters=fit.clusters,
        effective=float(fit.degrees[0]) + 1,
        pupils=fit.pupils,
        confidence=confidence,
        refusal="",
    )


def regression(found: Cells, choice: Choice) -> Regression:
    """The regression of an outcome on the dose, the first regressor, by a choice."""
    dose = np.column_stack([found.dose, found.controls])
    tools = np.column_stack([found.instrument, found.controls]) if choice.design == "introduction" else None
    within = Within.of(found.fixed, found.weight)
    return Regression.of(dose, within, found.school, instruments=tools, pupils=found.known)


def _two_stage(found: Cells, confidence: float) -> Fit:
    within = Within.of(found.fixed, found.weight)
    return two_stage(
        *(found.outcome, found.dose, found.instrument, within, found.school, confidence),
        controls=found.controls,
        pupils=found.known,
    )


def moves_together(several: Sequence[Chosen], schools: int) -> Floats:
    """(schools, estimates), what each school of the panel moves each estimate by: 0 where it is not among the cells."""
    moves = np.zeros((schools, len(several)))
    for column, one in enumerate(several):
        moves[one.schools, column] = one.moves
    return moves


def why_not(panel: Panel, found: Cells, choice: Choice) -> str:
    """Why there is nothing to compare, before any regression."""
    if refusal := nothing(panel, found, choice.design):
        return refusal
    before = untreated(panel)[np.unique(found.cohort)]
    if choice.design == "introduction" and (before.all() or not before.any()):
        return "no_outcome" if before.all() else "no_earlier"
    return ""


def _refused(schools: Ints, clusters: int, found: Cells, confidence: float, refusal: str) -> Chosen:
    nothing = np.full(len(schools), np.nan)
    pupils = int(found.known.sum())
    return Chosen(float("nan"), float("nan"), schools, nothing, clusters, float("nan"), pupils, confidence, refusal)
