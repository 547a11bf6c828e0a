"""A panel's outcomes drawn anew from a known truth, to see what a design makes of it: where effects are planted.

Chances are sums: what pupils of a merit band and cohort have, what their school and programme adds, what happens at a
school to a cohort, and what the dose does. Everything but the first is centred within band and cohort and bounded, and
where a band's own share lies too near 0 or 1 for it, that share is moved. It is the same for all schools, so that
no design that compares pupils of a band and cohort sees it, no chance has to be cut off, and nothing is biased by that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.panel import Floats, Ints, Panel
from gymreg_core.effects.school_years import first_price_year
from gymreg_core.effects.variation import standard_line
from gymreg_core.errors import BadParameters

_EDGE = 0.005
"""Chances lie so far from 0 and 1 at least."""
_BOUND = 3**0.5
"""Half the width of a uniform distribution, in standard deviations."""
_MERIT_SPREAD = 6.0
"""Standard deviation of merit values within a band, points."""


@dataclass(frozen=True)
class Truth:
    """What is planted; the defaults plant nothing. Shares of the outcome per thousand kronor of dose, unless said.

    effect : of the dose as paid (Panel.dose). growth : is added for each year from the first cohort with any exposure
    on. bands : factors, one per band of the panel, () = 1 each. vocational : factor for vocational programmes.
    place_spread, shock_spread, drift_spread : standard deviations of what a school and programme adds, the same in all
    cohorts; of what happens to a cohort at a school; and of what a straight line over a school's cohorts comes to.
    What breaks a design: trend, share a year per thousand kronor of predicted dose (diverging trends), for trend_years
    years from the first cohort on, 0 for all; lead, of the dose of the next cohort at the same school and programme (it
    leaks to those before it); neighbour, of the dose of the same programme at the school beside it (the next one in the
    panel); composition, how much the logarithm of the number of covered pupils moves of cohorts that knew of a
    supplement; settled, how much the share of girls does (points of merit: a hundred times that).
    """

    effect: float = 0.0
    growth: float = 0.0
    bands: tuple[float, ...] = ()
    vocational: float = 1.0
    place_spread: float = 0.04
    shock_spread: float = 0.015
    drift_spread: float = 0.01
    trend: float = 0.0
    trend_years: int = 0
    lead: float = 0.0
    neighbour: float = 0.0
    composition: float = 0.0
    settled: float = 0.0

    def of_cells(self, panel: Panel) -> Floats:
        """The effect of a thousand kronor of dose in each cell: (r,)."""
        factors = np.array(self.bands or (1.0,) * len(panel.bands))
        exposed = panel.cohorts[panel.exposure > 0]
        since = panel.cohorts.astype(np.int64) - int(exposed.min() if len(exposed) else panel.cohorts.max())
        per_cohort = self.effect + self.growth * np.maximum(since, 0)
        of_type = np.where(panel.vocational, self.vocational, 1.0)
        return np.asarray(per_cohort[panel.cohort] * factors[panel.band] * of_type[panel.programme], np.float64)

    def average(self, panel: Panel, outcome: str, weights: Floats | None = None) -> float:
        """The true mean effect of a thousand kronor: by pupils with a known outcome of the cohorts that had the
        supplement in all their school years, or by other weights (r,), such as those that a design gives the cells."""
        whole = panel.known[outcome] * (panel.exposure[panel.cohort] >= 1)
        return float(np.average(self.of_cells(panel), weights=whole if weights is None else weights))


def redraw(panel: Panel, truth: Truth, seed: int, outcomes: Iterable[str] = OUTCOMES) -> Panel:
    """The panel with outcomes, and what was settled before, drawn from a truth. The same arguments, the same panel.

    outcomes : which are drawn; the others stay. The shares of bands and cohorts are the panel's own; each total is
    binomial (points too: all of them or none). Pupils, doses and whose outcome is known stay, but with `composition`.
    Errors: BadParameters where what is planted does not fit between 0 and 1.
    """
    made = _composed(panel, truth, np.random.default_rng([seed, len(OUTCOMES)]))
    planted = _planted(made, truth)
    total = dict(made.total)
    for outcome in outcomes:
        rng = np.random.default_rng([seed, OUTCOMES.index(outcome)])
        added = planted + _places(made, truth, rng) + _shocks(made, truth, rng)
        total[outcome] = _drawn(made, made.known[outcome], made.total[outcome], added, rng)
    return replace(made, total=total)


def _planted(panel: Panel, truth: Truth) -> Floats:
    """What the dose does to the chance in each cell (r,), and what breaks designs."""
    added = truth.of_cells(panel) * panel.dose
    if truth.trend:
        years = np.minimum(panel.cohorts.astype(np.int64) - int(panel.cohorts.min()), truth.trend_years or np.inf)
        added += truth.trend * years[panel.cohort] * np.nan_to_num(panel.predicted)
    if truth.lead:
        added += truth.lead * _dose_at(panel, panel.school, panel.programme, panel.cohort + 1)
    if truth.neighbour:
        beside = (panel.school + 1) % max(len(panel.schools), 1)
        added += truth.neighbour * _dose_at(panel, beside, panel.programme, panel.cohort)
    return added


def _dose_at(panel: Panel, school: Ints, programme: Ints, cohort: Ints) -> Floats:
    """The dose of schools, programmes and cohorts (r,), of the school where it has no such programme; 0 where none."""
    s, p, c = len(panel.schools), len(panel.programmes), len(panel.cohorts)
    table, whole = np.full((s, p, c + 1), np.nan), np.zeros((s, c + 1))
    table[panel.school, panel.programme, panel.cohort] = panel.dose
    whole[panel.school, panel.cohort] = panel.school_dose
    found = table[school, programme, cohort]
    return np.where(np.isnan(found), whole[school, cohort], found)


def _places(panel: Panel, truth: Truth, rng: np.random.Generator) -> Floats:
    drawn = rng.uniform(-_BOUND, _BOUND, len(panel.schools) * len(panel.programmes))
    return np.asarray(truth.place_spread * drawn[panel.place], np.float64)


def _shocks(panel: Panel, truth: Truth, rng: np.random.Generator) -> Floats:
    drawn = truth.shock_spread * rng.uniform(-_BOUND, _BOUND, (len(panel.schools), len(panel.cohorts)))
    drawn += truth.drift_spread * rng.uniform(-_BOUND, _BOUND, (len(panel.schools), 1)) * standard_line(panel)
    return np.asarray(drawn[panel.school, panel.cohort], np.float64)


def _drawn(panel: Panel, known: Ints, total: Floats, added: Floats, rng: np.random.Generator) -> Floats:
    """Binomial totals (r,): the band and cohort's own share, and what is added, centred within band and cohort."""
    group, many = panel.band * len(panel.cohorts) + panel.cohort, len(panel.bands) * len(panel.cohorts)
    pupils = np.maximum(np.bincount(group, known, many), 1)
    deviation = added - (np.bincount(group, known * added, many) / pupils)[group]
    lowest, highest = np.zeros(many), np.zeros(many)
    there = known > 0
    np.minimum.at(lowest, group[there], deviation[there])
    np.maximum.at(highest, group[there], deviation[there])
    if (highest - lowest > 1 - 2 * _EDGE).any():
        raise BadParameters(
            "what is planted does not fit between 0 and 1", where="effects/redraw.py", remedy="Plant a smaller effect."
        )
    share = np.clip(np.bincount(group, total, many) / pupils, _EDGE - lowest, 1 - _EDGE - highest)
    chance = np.where(there, share[group] + deviation, 0.0)
    return rng.binomial(known, chance).astype(np.float64)


def _composed(panel: Panel, truth: Truth, rng: np.random.Generator) -> Panel:
    """The panel with what was settled before drawn anew, and with `composition` the number of covered pupils too."""
    pupils, settled = panel.pupils, truth.settled * panel.dose
    moved = truth.composition * panel.dose * (panel.cohorts >= first_price_year())[panel.cohort]
    if truth.composition:
        factor = np.where(panel.covered > 0, np.exp(moved - moved.mean()), 1.0)
        pupils = np.where(panel.covered > 0, rng.poisson(panel.pupils * factor), panel.pupils).astype(np.int64)
        panel = replace(
            panel,
            pupils=pupils,
            covered=_thinned(panel.covered, panel.pupils, pupils, rng),
            known={name: _thinned(one, panel.pupils, pupils, rng) for name, one in panel.known.items()},
            total={name: one * pupils / panel.pupils for name, one in panel.total.items()},
            settled_known={name: _thinned(one, panel.pupils, pupils, rng) for name, one in panel.settled_known.items()},
            settled_total={name: one * pupils / panel.pupils for name, one in panel.settled_total.items()},
        )
    total = {}
    for name, known in panel.settled_known.items():
        if name == "merit":
            total[name] = _merit(panel, known, panel.settled_total[name], 100 * settled, rng)
        else:
            by_dose = settled if name == "girls" else 0.0
            total[name] = _drawn(panel, known, panel.settled_total[name], by_dose + _places(panel, truth, rng), rng)
    return replace(panel, settled_total=total)


def _merit(panel: Panel, known: Ints, total: Floats, moved: Floats, rng: np.random.Generator) -> Floats:
    group, many = panel.band * len(panel.cohorts) + panel.cohort, len(panel.bands) * len(panel.cohorts)
    mean = np.bincount(group, total, many) / np.maximum(np.bincount(group, known, many), 1)
    return np.asarray(known * (mean[group] + moved) + np.sqrt(known) * rng.normal(0, _MERIT_SPREAD, len(known)))


def _thinned(counts: Ints, of: Ints, pupils: Ints, rng: np.random.Generator) -> Ints:
    """As many of the new pupils (r,) as there were of the old ones, by chance."""
    return rng.binomial(pupils, np.minimum(counts / np.maximum(of, 1), 1.0)).astype(np.int64)
