"""A panel made up for the instrument: many levels whose amounts move on their own, with a known effect of the dose.

No region has such a supplement; it is the one in which the design can be seen to keep what it promises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.panel import SETTLED, Panel

BANDS = 2
_STAYS = 0.8


@dataclass(frozen=True)
class Shocked:
    """How a panel is made.

    effect : on the share, per thousand kronor. growth : more of it for each cohort after the first. low_more : more of
    it in the lower band. shared : standard deviation of what befalls a level in a year and is
    none of the supplement's doing; pupils feel it by their school's shares. chosen : how far amounts follow that, and
    what was settled before as well: then amounts are no chance.
    """

    levels: int = 60
    schools: int = 120
    cohorts: int = 8
    effect: float = 0.0
    growth: float = 0.0
    low_more: float = 0.0
    shared: float = 0.2
    chosen: float = 0.0

    def per_thousand(self, cohort: np.ndarray, band: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        """The effect in cells (r,) of cohorts and bands."""
        return np.asarray(self.effect + self.growth * cohort + self.low_more * (band == 0))


def shock_panel(seed: int, made: Shocked = Shocked()) -> Panel:
    """Schools with one programme each, whose earlier intakes lie on a few of the levels and change a little."""
    rng = np.random.default_rng([seed, 7])
    s, c, levels = made.schools, made.cohorts, made.levels
    fixed = rng.dirichlet(np.full(levels, 0.1), s)
    shares = 0.8 * (0.85 * fixed[:, None] + 0.15 * rng.dirichlet(np.full(levels, 0.1), (s, c)))
    shares *= rng.uniform(0.5, 1, (s, c, 1))
    common = _slow(rng, c, levels)
    # The amounts of a level go up and down slowly, around a mean of its own and a path that all share.
    own = 1.5 * (made.chosen * common + np.sqrt(1 - made.chosen**2) * _slow(rng, c, levels))
    mean = rng.uniform(4, 8, levels)
    amounts = mean + np.linspace(0, 2, c)[:, None] + own
    formula = np.einsum("scl,cl->sc", shares, amounts)
    trouble = rng.normal(0, 1, (s, c))
    dose = 0.8 * formula + 0.3 * trouble + rng.normal(0, 0.1, (s, c))
    felt = made.shared * np.einsum("scl,cl->sc", shares, common)
    # Levels with much money are those whose pupils do less well, and troubled schools get more of it.
    worse = 0.02 * np.einsum("scl,l->sc", shares, mean) + 0.02 * trouble
    base = 0.6 + rng.normal(0, 0.1, s)[:, None] - worse + felt + rng.normal(0, 0.02, (s, c))
    school, cohort, band = (axis.ravel() for axis in np.indices((s, c, BANDS)))
    pupils = np.full(len(school), 40)
    mean_of = base[school, cohort] + made.per_thousand(cohort, band) * dose[school, cohort] + 0.1 * band
    total = pupils * (mean_of + rng.normal(0, np.sqrt(0.2 / 40), len(school)))
    moved = made.chosen * felt[school, cohort]
    settled = {name: pupils * (0.3 + moved + rng.normal(0, 0.05, len(school))) for name in SETTLED}
    return Panel(
        schools=np.array([f"{10_000_000 + one}" for one in range(s)]),
        provider_forms=np.full(s, "municipal"),
        programmes=np.array(["SA"]),
        vocational=np.array([False]),
        cohorts=np.arange(2015, 2015 + c, dtype=np.int16),
        bands=np.array(["0-199", "200-340"]),
        exposure=np.ones(c),
        school=school,
        programme=np.zeros(len(school), np.int64),
        cohort=cohort,
        band=band,
        pupils=pupils,
        covered=np.where(band == 0, pupils, 0),
        dose=dose[school, cohort],
        school_dose=dose[school, cohort],
        predicted=np.full(len(school), np.nan),
        formula=formula[school, cohort],
        shares=shares[school, cohort],
        amounts=amounts,
        known=dict.fromkeys(OUTCOMES, pupils),
        total=dict.fromkeys(OUTCOMES, total),
        settled_known=dict.fromkeys(SETTLED, pupils),
        settled_total=settled,
    )


def _slow(rng: np.random.Generator, years: int, levels: int) -> np.ndarray:  # type: ignore[type-arg]
    """Standard normal (years, levels), most of which stays from one year to the next."""
    steps = rng.normal(0, 1, (years, levels))
    for year in range(1, years):
        steps[year] = _STAYS * steps[year - 1] + np.sqrt(1 - _STAYS**2) * steps[year]
    return steps
