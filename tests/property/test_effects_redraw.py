"""A panel redrawn from a truth holds that truth, and what breaks a design does so alone."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.redraw import Truth, redraw
from gymreg_core.errors import BadParameters
from tests.effects_panels import small_panel

PANEL = small_panel(schools=15, cohorts=range(2011, 2022), seed=4)
OUTCOME = "completion_3"
STILL = {"place_spread": 0.0, "shock_spread": 0.0, "drift_spread": 0.0}
DRAWS = 150
BANDS = (2.0,) * 6 + (0.5,) * 6
TRUTHS = {
    "nothing": Truth(**STILL),
    "constant": Truth(effect=0.02, **STILL),
    "growing": Truth(effect=0.005, growth=0.002, **STILL),
    "by band": Truth(effect=0.01, bands=BANDS, **STILL),
    "by type": Truth(effect=0.01, vocational=0.0, **STILL),
    "trend": Truth(trend=0.002, **STILL),
    "lead": Truth(lead=0.04, **STILL),
    "neighbour": Truth(neighbour=0.02, **STILL),
}


def plain(panel: Panel, truth: Truth) -> np.ndarray:
    """What is added to each cell's chance (r,), cell by cell, before it is centred."""
    dose = {(s, p, c): d for s, p, c, d in zip(panel.school, panel.programme, panel.cohort, panel.dose, strict=True)}
    of_school = {(s, c): d for s, c, d in zip(panel.school, panel.cohort, panel.school_dose, strict=True)}
    out = []
    for row in range(len(panel)):
        s, p, c = panel.school[row], panel.programme[row], panel.cohort[row]
        year = int(panel.cohorts[c])
        effect = truth.effect + truth.growth * max(0, year - 2012)
        effect *= truth.bands[panel.band[row]] if truth.bands else 1
        effect *= truth.vocational if panel.vocational[p] else 1
        added = effect * panel.dose[row] + truth.trend * (year - 2011) * panel.predicted[row]
        later = of_school.get((s, c + 1), 0.0)
        added += truth.lead * dose.get((s, p, c + 1), later)
        beside = (s + 1) % len(panel.schools)
        added += truth.neighbour * dose.get((beside, p, c), of_school.get((beside, c), 0.0))
        out.append(added)
    return np.array(out)


@pytest.mark.parametrize("name", TRUTHS)
def test_mean_outcomes_are_what_was_planted(name: str) -> None:
    """Band and cohort have the share they had; within them cells differ by what is added."""
    truth = TRUTHS[name]
    known = PANEL.known[OUTCOME]
    group = PANEL.band * len(PANEL.cohorts) + PANEL.cohort
    added = plain(PANEL, truth)
    pupils = np.maximum(np.bincount(group, known), 1)
    deviation = added - (np.bincount(group, known * added) / pupils)[group]
    there = known > 0
    share = np.bincount(group, PANEL.total[OUTCOME]) / pupils
    low, high = (
        np.array([f(deviation[there & (group == g)], initial=0) for g in range(len(share))]) for f in (np.min, np.max)
    )
    chance = (np.clip(share, 0.005 - low, 0.995 - high)[group] + deviation)[there]
    draws = np.array([redraw(PANEL, truth, seed, [OUTCOME]).total[OUTCOME][there] for seed in range(DRAWS)])
    error = np.sqrt(known[there] * chance * (1 - chance) / DRAWS)
    z = (draws.mean(axis=0) - known[there] * chance) / error
    # Mean of the squares of so many standard normal values lies within five standard errors of 1.
    assert abs(float(np.mean(z**2)) - 1) < 5 * np.sqrt(2 / there.sum()) + 0.02
    assert (draws <= known[there]).all()


def test_the_average_is_of_pupils_of_whole_exposure_or_by_other_weights() -> None:
    assert Truth(effect=0.02).average(PANEL, OUTCOME) == pytest.approx(0.02)
    growing = Truth(effect=0.01, growth=0.001)
    at = PANEL.cohorts[PANEL.cohort] >= 2015
    weights = PANEL.known[OUTCOME] * at
    wanted = np.average(0.01 + 0.001 * (PANEL.cohorts[PANEL.cohort] - 2012.0), weights=weights)
    assert growing.average(PANEL, OUTCOME) == pytest.approx(wanted)
    before = PANEL.exposure[PANEL.cohort] == 0
    assert set(growing.of_cells(PANEL)[before].tolist()) == {0.01}
    only = (PANEL.cohorts[PANEL.cohort] == 2016).astype(float)
    assert growing.average(PANEL, OUTCOME, only) == pytest.approx(0.014)
    assert Truth(effect=0.01, bands=BANDS).average(PANEL, OUTCOME, (PANEL.band == 0) * 1.0) == pytest.approx(0.02)


def test_schools_and_their_cohorts_spread_as_asked() -> None:
    """Standard deviations of places, and of schools' cohorts within them, over many draws."""
    many = small_panel(schools=150, cohorts=range(2011, 2022), seed=5, pupils=400.0, at_each=1)
    truth = Truth(place_spread=0.05, shock_spread=0.03, drift_spread=0.0)
    drawn = redraw(many, truth, 1, [OUTCOME])
    known, total = drawn.known[OUTCOME], drawn.total[OUTCOME]
    group = many.band * len(many.cohorts) + many.cohort
    left = total - known * (np.bincount(group, total) / np.maximum(np.bincount(group, known), 1))[group]
    cell = many.school * len(many.cohorts) + many.cohort
    share = (np.bincount(cell, left) / np.maximum(np.bincount(cell, known), 1)).reshape(150, -1)[:, :8]
    assert share.mean(axis=1).std() == pytest.approx(0.05, rel=0.15)  # twice the error of a deviation of 150
    assert (share - share.mean(axis=1, keepdims=True)).std() * np.sqrt(8 / 7) == pytest.approx(0.035, rel=0.15)


def test_the_same_seed_gives_the_same_panel_and_what_is_not_asked_for_stays() -> None:
    one, two, other = (redraw(PANEL, Truth(), seed, ["switching"]) for seed in (1, 1, 2))
    assert np.array_equal(one.total["switching"], two.total["switching"])
    assert not np.array_equal(one.total["switching"], other.total["switching"])
    assert all(one.total[name] is PANEL.total[name] for name in OUTCOMES if name != "switching")
    assert all(one.known[name] is PANEL.known[name] for name in OUTCOMES)
    every = redraw(PANEL, Truth(), 1)
    assert np.array_equal(every.total["switching"], one.total["switching"])


def test_composition_moves_the_intake_and_what_was_settled() -> None:
    found = {}
    for strength in (0.0, 0.05):
        slopes = {"covered": [], "girls": [], "merit": []}
        for seed in range(30):
            panel = redraw(PANEL, Truth(composition=strength, settled=strength), seed, [OUTCOME])
            assert (panel.known[OUTCOME] <= panel.pupils).all()
            assert (panel.total[OUTCOME] <= panel.known[OUTCOME]).all()
            assert (panel.covered <= panel.pupils).all()
            whole = PANEL.covered > 0
            slopes["covered"].append(
                slope(PANEL.dose[whole], panel.pupils[whole] / PANEL.pupils[whole], PANEL.pupils[whole])
            )
            for name in ("girls", "merit"):
                known = panel.settled_known[name]
                at = known > 0
                value = panel.settled_total[name][at] / known[at]
                group = (PANEL.band * 100 + PANEL.cohort)[at]
                slopes[name].append(slope(PANEL.dose[at], value, known[at], group))
        found[strength] = {name: np.mean(values) for name, values in slopes.items()}
    assert found[0.0]["covered"] == 0
    assert found[0.05]["covered"] == pytest.approx(0.05, rel=0.3)  # exp(x) is not 1 + x at a dose of ten
    assert found[0.0]["girls"] == pytest.approx(0, abs=0.01)
    assert found[0.05]["girls"] == pytest.approx(0.05, abs=0.01)
    assert found[0.05]["merit"] - found[0.0]["merit"] == pytest.approx(5, abs=0.5)


def slope(x: np.ndarray, y: np.ndarray, weight: np.ndarray, group: np.ndarray | None = None) -> float:
    """Of weighted least squares, means of groups taken out."""
    group = np.zeros(len(x), int) if group is None else np.unique(group, return_inverse=True)[1]
    mean = [np.bincount(group, weight * v) / np.bincount(group, weight) for v in (x, y)]
    x, y = x - mean[0][group], y - mean[1][group]
    return float((weight * x) @ y / ((weight * x) @ x))


def test_what_does_not_fit_between_0_and_1_is_refused() -> None:
    with pytest.raises(BadParameters, match="does not fit"):
        redraw(PANEL, Truth(effect=0.3), 1)
