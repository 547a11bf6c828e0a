"""Outcomes of a panel drawn anew as the data vary, with no effect or a planted one, many at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gymreg_core.effects.drawn_kernel import binomial_shares
from gymreg_core.effects.panel import Floats, Ints, Panel
from gymreg_core.effects.variation import CEILING, FLOOR, POINTS, Variation, standard_line

_LEAST = 1e-300
"""Instead of a luck of 0, which no normal number has."""


class Drawing(NamedTuple):
    """n cells whose outcome is drawn.

    known : (n,), pupils. mean : (n,), expected share without any effect. dose : (n,). school, school_cohort,
    place_cohort : int64 (n,), codes. line : (n,), see `standard_line`. spread : standard deviations of the school's
    cohorts, the place's cohorts and the drift. pupil : of a pupil's points, NaN where the outcome is yes or no.
    """

    known: Floats
    mean: Floats
    dose: Floats
    school: Ints
    school_cohort: Ints
    place_cohort: Ints
    line: Floats
    spread: tuple[float, float, float]
    pupil: float

    def drawn(self, run: int, seed: int, effects: tuple[float, ...]) -> Floats:
        """(n, effects), shares by each planted effect per thousand kronor; the luck of a run is the same in all."""
        rng = np.random.default_rng([seed, run])
        by_cohort, by_place, drift = (
            spread * rng.standard_normal(int(code.max()) + 1)[code]
            for spread, code in zip(self.spread, (self.school_cohort, self.place_cohort, self.school), strict=True)
        )
        mean = self.mean + by_cohort + by_place + drift * self.line
        luck = rng.random(len(mean))
        return np.column_stack([self._shares(mean + effect * self.dose, luck) for effect in effects])

    def _shares(self, mean: Floats, luck: Floats) -> Floats:
        if np.isnan(self.pupil):
            return np.asarray(binomial_shares(luck, self.known, np.clip(mean, FLOOR, CEILING)))
        from scipy.special import ndtri

        return mean + self.pupil / np.sqrt(self.known) * np.asarray(ndtri(np.maximum(luck, _LEAST)), np.float64)


def drawing(panel: Panel, outcome: str, found: Variation) -> Drawing:
    """What a panel's outcome is drawn from."""
    cells = found.cells
    school, place, cohort = panel.school[cells], panel.place[cells], panel.cohort[cells]
    many = len(panel.cohorts)
    return Drawing(
        known=panel.known[outcome][cells].astype(np.float64),
        mean=found.mean,
        dose=panel.dose[cells],
        school=school,
        school_cohort=school * many + cohort,
        place_cohort=np.unique(place * many + cohort, return_inverse=True)[1],
        line=standard_line(panel)[cohort],
        spread=(found.school_cohort, found.place_cohort, found.drift),
        pupil=found.pupil if outcome == POINTS else float("nan"),
    )
