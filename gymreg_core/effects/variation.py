"""How outcomes vary where no dose is looked at: by pupil, by school and cohort, and over a school's years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.panel import Floats, Ints, Panel
from gymreg_core.effects.within import Within

POINTS = OUTCOMES[-1]
"""The outcome that is a mean and no share of pupils."""
FLOOR, CEILING = 0.02, 0.98
"""Within which the chance of an outcome is kept."""
_DRAWS = 30
"""Of each component; with 30 its part in a moment is known to within a hundredth or two."""


@dataclass(frozen=True, eq=False)
class Variation:
    """How an outcome varies over the n cells of a panel in which it is known of somebody.

    cells : int64 (n,), their places in the panel. mean : (n,), what school and programme, and band and cohort, foretell
    of the outcome. school_cohort, place_cohort, drift : standard deviations of what a school's cohort, a cohort of a
    school's programme, and a straight line over a school's cohorts (by standard deviation of the cohorts) add. pupil :
    of a pupil's outcome around all that, NaN where it is yes or no and its chance says so.
    """

    cells: Ints
    mean: Floats
    school_cohort: float
    place_cohort: float
    drift: float
    pupil: float


def variation(panel: Panel, outcome: str, seed: int) -> Variation:
    """Standard deviations by moments, from what school × programme and band × cohort leave of an outcome.

    For each component the sum of squares that would show it is compared with what a unit of each component would bring
    to it, drawn at random and put through the same fixed effects (simulated moments; McFadden 1989, Econometrica 57). A
    negative variance counts as none. No dose enters, so that nothing is learned of its effect.
    """
    cells = np.flatnonzero(panel.known[outcome] > 0)
    known = panel.known[outcome][cells].astype(np.float64)
    share = panel.total[outcome][cells] / known
    cohort, place = panel.cohort[cells], panel.place[cells]
    within = Within.of([place, cohort * len(panel.bands) + panel.band[cells]], known)
    left = within(share)
    mean = share - left
    line, many = standard_line(panel), len(panel.cohorts)
    loads = [
        (panel.school[cells] * many + cohort, np.ones(len(cells))),
        (place * many + cohort, np.ones(len(cells))),
        (panel.school[cells], line[cohort]),
        (np.arange(len(cells)), 1 / np.sqrt(known)),
    ]
    rng = np.random.default_rng([seed, OUTCOMES.index(outcome)])
    loads = [(np.unique(code, return_inverse=True)[1], load) for code, load in loads]
    drawn = [within(load[:, None] * rng.standard_normal((int(code.max()) + 1, _DRAWS))[code]) for code, load in loads]
    seen = np.array([_square(left[:, None], known, *one)[0] for one in loads])
    brought = np.array([[_square(columns, known, *one).mean() for columns in drawn] for one in loads])
    if outcome != POINTS:
        chance = np.clip(mean, FLOOR, CEILING)
        noise = within(np.sqrt(chance * (1 - chance) / known)[:, None] * rng.standard_normal((len(cells), _DRAWS)))
        seen -= np.array([_square(noise, known, *one).mean() for one in loads])
        seen, brought = seen[:3], brought[:3, :3]
    variances = _not_negative(brought, seen)
    spread = np.append(np.sqrt(variances), np.nan)[:4]
    return Variation(cells, mean, *map(float, spread))


def standard_line(panel: Panel) -> Floats:
    """(c,), the cohorts' years with mean 0 and standard deviation 1; 0 where there is one alone."""
    years = panel.cohorts.astype(np.float64)
    return np.asarray((years - years.mean()) / max(float(years.std()), 1e-300)) if len(years) > 1 else 0 * years


def _square(columns: Floats, known: Floats, code: Ints, load: Floats) -> Floats:
    """(q,), sums over levels of the squared weighted sums of columns (n, q), by what the loads weigh there."""
    from scipy.sparse import csr_array

    n = len(code)
    member = csr_array((known * load, (code, np.arange(n))), shape=(int(code.max()) + 1, n))
    weight = np.bincount(code, known * load**2)
    return np.asarray(((member @ columns) ** 2 / weight[:, None]).sum(axis=0))


def _not_negative(brought: Floats, seen: Floats) -> Floats:
    """The variances of which the moments are made, none below 0 (least squares by the size of each moment)."""
    from scipy.optimize import nnls

    size = brought.diagonal()
    return np.asarray(nnls(brought / size[:, None], seen / size)[0])
