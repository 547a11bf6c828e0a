"""What a cut-off estimate rests on, tested: density, balance, bandwidth, the nearest left out, other cut-offs."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import t as student

from gymreg_core.effects.around import Around, settled
from gymreg_core.effects.density import sorting
from gymreg_core.effects.local_linear import Fit, Jump, bias_corrected, covariance, jump, local_fit
from gymreg_core.effects.margins import Bools, Floats, Margins
from gymreg_core.rules import rule

Row = dict[str, Any]
_NO_NUMBER = {"statistic": float("nan"), "p_value": float("nan"), "power": float("nan")}
_NOTHING_LEFT = 1e-9
_TWO_SIDED = 2


def told(found: Jump) -> Row:
    """estimate, std_error, low, high and p_value of a jump, corrected for its bias."""
    return {
        "estimate": found.corrected,
        "std_error": found.corrected_error,
        "low": found.robust_low,
        "high": found.robust_high,
        "p_value": found.p_value,
    }


def checked(check: str, statistic: float, p_value: float) -> Row:
    """A row of `checks`: fails below the level of rules/effects.yml, unclear without a p-value."""
    level = float(rule("effects", "test_level"))
    verdict = "unclear" if np.isnan(p_value) else "fails" if p_value < level else "holds"
    return _NO_NUMBER | {"check": check, "statistic": statistic, "p_value": p_value, "verdict": verdict}


def unclear(check: str, refusal: str) -> Row:
    """A row of `checks` for a test that could not be made."""
    return _NO_NUMBER | {"check": check, "verdict": "unclear", "refusal": refusal}


def density(pairs: Around) -> Row:
    """As many just above as just below (density.sorting), outcomes known or not."""
    test = sorting(pairs.points)
    if test is None:
        return unclear("density", "empty_window")
    power = test.power(float(rule("effects", "density_jump")), float(rule("effects", "test_level")))
    row = checked("density", test.statistic, test.p_value) | {"power": power}
    seen = row["verdict"] != "holds" or power >= rule("effects", "test_power")
    return row if seen else row | {"verdict": "unclear"}


def balance(margins: Margins, pairs: Around, found: Jump, confidence: float) -> tuple[list[Row], Row]:
    """Jumps of covariates with the windows of the estimate: rows of `balance`, and the joint test of them all.

    The joint test is that of the largest |t|, its p-value times the number of covariates (Bonferroni): a Wald test of
    four rejected 7 of 100 with fifteen schools. What points and levels tell wholly (merit itself) is left out.
    """
    names, values = settled(margins, pairs.row)
    fits = _fits(pairs, found.h, found.b)
    if fits is None or not names:
        return [], unclear("covariates", "collinear")
    _, weights = bias_corrected(pairs.points, *fits)
    residuals = fits[1].residuals(values, pairs.points.groups)
    clusters = pairs.points.clusters
    there = np.abs(residuals).max(0) > _NOTHING_LEFT * (np.abs(values).max(0) + 1)
    jumps = weights @ values[:, there]
    spread = covariance(weights, fits[1].without_own(residuals[:, there], clusters[0]), clusters)
    errors, q, schools = np.sqrt(np.diag(spread)), int(there.sum()), found.clusters
    wide = float(student(schools - 1).ppf(0.5 + confidence / 2))
    pupils = len(np.unique(pairs.applicant[np.abs(pairs.points.x) <= found.h]))
    rows = [
        {
            "covariate": name,
            "estimate": estimate,
            "std_error": error,
            "low": estimate - wide * error,
            "high": estimate + wide * error,
            "p_value": float(2 * student(schools - 1).sf(abs(estimate) / error)),
            "pupils": pupils,
        }
        for name, estimate, error in zip(np.array(names)[there].tolist(), jumps.tolist(), errors.tolist(), strict=True)
    ]
    if not q or not (errors > 0).all():
        return rows, unclear("covariates", "collinear")
    return rows, checked(
        "covariates", float(np.abs(jumps / errors).max()), min(1.0, q * min(r["p_value"] for r in rows))
    )


def turned_over(pairs: Around, y: Floats, found: Jump, confidence: float) -> tuple[list[Row], list[Row]]:
    """The estimate again: rows of `cutoff_checks`, and the checks bandwidth (half of it) and donut (one step left out).

    Both compare with the estimate itself, their errors going together as they do.
    """
    factors, donuts = rule("effects", "bandwidth_factors"), rule("effects", "donuts")
    places = rule("effects", "placebo_cutoffs")
    reach = np.abs(pairs.points.x) <= max(max(factors) * found.b, found.b + max(map(abs, places)))
    pairs, y = pairs.only(reach), y[reach]
    x = pairs.points.x
    rows = [_again("bandwidth", factor * found.h, pairs, y, found, confidence, factor) for factor in factors]
    for left_out in donuts:
        keep = np.abs(x) > left_out
        rows.append(_again("donut", left_out, pairs.only(keep), y[keep], found, confidence))
    for place in places:
        side = pairs.points.right if place > 0 else ~pairs.points.right
        rows.append(_again("placebo", place, pairs.moved(place), y[side], found, confidence))
    everyone = np.ones(len(x), np.bool_)
    step = float(rule("merit_scale", "cutoff_step"))
    checks = [
        _differs("bandwidth", pairs, y, found, everyone, min(factors)),
        _differs("donut", pairs, y, found, np.abs(x) > step, 1.0),
    ]
    return rows, checks


def distinct(pairs: Around, found: Jump) -> Row:
    """Merit values within the bandwidth on the side with fewer of them: enough to draw a line through."""
    inside = np.abs(pairs.points.x) <= found.h
    sides = (inside & pairs.points.right, inside & ~pairs.points.right)
    fewest = min(len(np.unique(pairs.points.x[side])) for side in sides)
    verdict = "holds" if fewest >= rule("effects", "fewest_values") else "unclear"
    return _NO_NUMBER | {"check": "mass_points", "statistic": float(fewest), "verdict": verdict}


def bins(margins: Margins, keep: Bools, values: Floats) -> list[Row]:
    """Pairs of a mask (m,) by steps of points from the cut-off: rows of `cutoff_bins` without the outcome's name."""
    step, reach = float(rule("merit_scale", "cutoff_step")), float(rule("effects", "bins_within"))
    place = np.floor(margins.points / step).astype(np.int64)
    keep = keep & (margins.points >= -reach) & (margins.points < reach)
    rows = []
    for one in np.unique(place[keep]).tolist():
        row = np.flatnonzero(keep & (place == one))
        dose = margins.dose[row]
        rows.append(
            {
                "points_from": one * step,
                "pupils": len(row),
                "offered": float(margins.offered[row].mean()),
                "dose": float(np.nanmean(dose)) if (~np.isnan(dose)).any() else float("nan"),
                "value": float(values[row].mean()),
            }
        )
    return rows


def _again(
    kind: str, value: float, pairs: Around, y: Floats, found: Jump, confidence: float, factor: float = 1.0
) -> Row:
    h, b = factor * found.h, factor * found.b
    inside = np.abs(pairs.points.x) <= h
    sides = (inside & pairs.points.right).sum(), (inside & ~pairs.points.right).sum()
    row: Row = {"kind": kind, "value": float(value), "pupils": len(np.unique(pairs.applicant[inside]))}
    if min(sides) < rule("effects", "fewest_in_window"):
        return row | {"refusal": "empty_window"}
    if len(np.unique(pairs.school[inside])) < rule("effects", "fewest_schools"):
        return row | {"refusal": "few_schools"}
    other = jump(pairs.points, y, h, b, confidence=confidence)
    if other is None:
        return row | {"refusal": "collinear"}
    return row | {name: number for name, number in told(other).items() if name != "p_value"}


def _differs(check: str, pairs: Around, y: Floats, found: Jump, keep: Bools, factor: float) -> Row:
    """Test that the estimate with the pairs of a mask (n,) alone and other widths is the same."""
    main, other = _fits(pairs, found.h, found.b), _fits(pairs.only(keep), factor * found.h, factor * found.b)
    if main is None or other is None:
        return unclear(check, "empty_window")
    difference = -bias_corrected(pairs.points, *main)[1]
    difference[keep] += bias_corrected(pairs.only(keep).points, *other)[1]
    clusters = pairs.points.clusters
    residuals = main[1].without_own(main[1].residuals(y[:, None], pairs.points.groups), clusters[0])
    error = float(np.sqrt(covariance(difference, residuals, clusters)[0, 0]))
    if not error > 0:
        return unclear(check, "collinear")
    statistic = float(difference @ y)
    return checked(check, statistic, float(_TWO_SIDED * student(found.clusters - 1).sf(abs(statistic) / error)))


def _fits(pairs: Around, h: float, b: float) -> tuple[Fit, Fit] | None:
    lower, upper = local_fit(pairs.points, 1, h), local_fit(pairs.points, 2, b)
    return None if lower is None or upper is None else (lower, upper)
