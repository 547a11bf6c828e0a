"""Applicants just above and just below the cut-offs of study paths: what an offer changes (regression discontinuity).

All cut-offs are laid on top of each other (Cattaneo, Titiunik, Vazquez-Bare and Keele 2016, Journal of Politics 78),
with a level of its own for each study path of an intake. Local linear fits with the bandwidth of least mean squared
error and an interval that allows for the bias (local_linear.py, bandwidth.py). Errors go together within schools and,
as an applicant may be at several cut-offs, within applicants.

The estimate told is the corrected one, as the standard error and the interval are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gymreg_core.effects.around import Around, around, in_plan, settled
from gymreg_core.effects.bandwidth import bandwidths
from gymreg_core.effects.cutoff_checks import balance, bins, density, distinct, told, turned_over
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.local_linear import Jump, adjusted, jump
from gymreg_core.effects.margins import Bools, Floats, Margins
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.rules import rule

DESIGN = "cutoff"


@dataclass(frozen=True, eq=False, repr=False)
class CutoffJump:
    """A jump in some values at the cut-offs, or why there is none.

    refusal : '' or one of contracts.effects.REFUSALS. found : None with a refusal. pairs : that it rests on. values :
    float64 (n,), of them, less what covariates tell. schools, pupils : within the bandwidth; with a refusal, in all.
    """

    refusal: str
    found: Jump | None
    pairs: Around
    values: Floats
    schools: int
    pupils: int


def cutoff(margins: Margins, plan: AnalysisPlan, outcome: str) -> Found:
    """The design `cutoff` for an outcome: tables estimates, checks, balance, cutoff_bins and cutoff_checks.

    estimates : the change of the outcome by an offer, and of the dose where the applicant began by it (first_stage). A
    check that could not be made is unclear. Errors: KeyError for an outcome that the margins do not hold.
    """
    what = {"design": DESIGN, "outcome": outcome}
    planned = DESIGN in plan.designs and outcome in plan.outcomes
    inside = in_plan(margins, plan)
    keep = inside & margins.known[outcome]
    values = margins.outcome[outcome]
    offer = cutoff_jump(margins, keep, values, plan)
    dose = cutoff_jump(margins, keep & ~np.isnan(margins.dose), margins.dose, plan)
    estimates = [
        what
        | {"measure": measure, "by": "region", "planned": planned, "refusal": one.refusal}
        | {"schools": one.schools, "pupils": one.pupils}
        | (told(one.found) if one.found else {})
        for measure, one in (("offer", offer), ("first_stage", dose))
    ]
    checks, tables = [density(around(margins, inside))], {}
    if offer.found is not None:
        covariates, joint = balance(margins, offer.pairs, offer.found, plan.confidence)
        again, steady = turned_over(offer.pairs, offer.values, offer.found, plan.confidence)
        checks += [joint, *steady, distinct(offer.pairs, offer.found)]
        tables = {
            "balance": rows("balance", [what | row for row in covariates]),
            "cutoff_checks": rows("cutoff_checks", [{"outcome": outcome} | row for row in again]),
        }
    binned: list[Mapping[str, Any]] = [{"outcome": outcome} | row for row in bins(margins, keep, values)]
    tables |= {
        "estimates": rows("estimates", estimates),
        "checks": rows("checks", [what | row for row in checks]),
        "cutoff_bins": rows("cutoff_bins", binned),
    }
    return Found(tables)


def cutoff_jump(margins: Margins, keep: Bools, values: Floats, plan: AnalysisPlan) -> CutoffJump:
    """The jump of values (m,) at the cut-offs, by the pairs of a mask (m,)."""
    pairs = around(margins, keep)
    points, y = pairs.points, values[pairs.row]
    refusal, found = _refusal(pairs, y, np.inf) if len(y) else "no_offers", None
    if not refusal:
        _, covariates = settled(margins, pairs.row)
        widths = bandwidths(points, adjusted(points, y, covariates, float(np.abs(points.x).max())))
        refusal = "empty_window" if widths is None else _refusal(pairs, y, widths.h)
        if widths and not refusal:
            y = adjusted(points, y, covariates, widths.h)
            found = jump(points, y, widths.h, max(widths.h, widths.b), confidence=plan.confidence)
            refusal = "" if found and found.corrected_error > 0 else "collinear"
    near = np.abs(points.x) <= (found.h if found else np.inf)
    schools, pupils = (len(np.unique(codes[near])) for codes in (pairs.school, pairs.applicant))
    return CutoffJump(refusal, None if refusal else found, pairs, y, schools, pupils)


def _refusal(pairs: Around, y: Floats, width: float) -> str:
    """Why values (n,) within a width give no number; '' where they may."""
    near = np.abs(pairs.points.x) <= width
    right = int(pairs.points.right[near].sum())
    if len(np.unique(pairs.applicant[near])) < rule("effects", "fewest_pupils"):
        return "few_pupils"
    if len(np.unique(pairs.school[near])) < rule("effects", "fewest_schools"):
        return "few_schools"
    if min(right, int(near.sum()) - right) < rule("effects", "fewest_in_window"):
        return "empty_window"
    return "no_variation" if np.ptp(y[near]) == 0 else ""
