"""What an offer changes: applicants whose offer chance decided, those with one against those without.

Each applicant stands once, at the best choice that is not settled before the lots are drawn, with the chance of an
offer of it (propensity.py); what came of better choices does not decide who is compared. The chance is a regressor
beside the offer and every study path of an intake has a level of its own, so that an offer is compared with none where
both could have been (Abdulkadiroglu, Angrist, Narita and Pathak 2017, Econometrica 85; that the expected treatment as a
regressor is enough: Borusyak and Hull 2023, Econometrica 91). Where lots decide about too few to tell anything, those
near a cut-off stand beside them, with a line of points on each side (2022, Econometrica 90, section 4).

Without an offer of it an applicant may have another: what is told is an offer against whatever comes else. The offer
changes everything about the school; how it goes with the dose of the school that offers is told beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gymreg_core.effects.cutoff_checks import checked, unclear
from gymreg_core.effects.fit import Fit
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.joint_test import joint_test
from gymreg_core.effects.margins import Bools, Floats, Ints
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.regression import Regression
from gymreg_core.effects.within import Within
from gymreg_core.rules import rule

if TYPE_CHECKING:
    from gymreg_core.effects.applicants import Applicants

DESIGN = "offers"
FOUND = "known"
"""In `balance`: that the outcome is known."""
_ROOM = 1 << 32
_EVEN = 4
_NOTHING = 1e-9
_COUNTS = ("schools", "pupils", "refusal")
_NO_TEST = {"p_value": float("nan"), "power": float("nan")}


def offers(applicants: Applicants, plan: AnalysisPlan, outcome: str) -> Found:
    """The design `offers` for an outcome: tables estimates, checks and balance.

    estimates : the change of the outcome by an offer (offer); of the dose where the applicant began by it
    (first_stage); and of the outcome by an offer for each thousand kronor that the school's dose lies above the others'
    (reduced_form), which goes together with all else that differs between schools.
    checks : balance, that an offer tells nothing about what was settled before, nor whether the outcome is known
    (joint test); overlap, mean of 4 p (1 - p) over the chances p, 1 where all are even, `unclear` where the lots alone
    decide about too few. Errors: KeyError for an outcome that the applicants do not hold.
    """
    inside = _in_plan(applicants, plan)
    known = inside & applicants.known[outcome]
    lots = _enough(applicants, known & applicants.by_lot)
    if lots:
        inside, known = inside & applicants.by_lot, known & applicants.by_lot
    what = {"design": DESIGN, "outcome": outcome}
    planned = DESIGN in plan.designs and outcome in plan.outcomes
    value, begun = applicants.outcome[outcome], known & ~np.isnan(applicants.dose)
    dosed = known & ~np.isnan(applicants.dose_offered)
    found = {
        "offer": _change(applicants, known, value, plan),
        "first_stage": _change(applicants, begun, applicants.dose, plan),
        "reduced_form": _change(applicants, dosed, value, plan, by_dose=True),
    }
    estimates = [what | {"measure": name, "by": "region", "planned": planned} | row for name, row in found.items()]
    covariates, joint = _balance(applicants, inside, applicants.known[outcome], plan)
    checks = [joint, _overlap(applicants.chance[known], lots=lots)]
    return Found(
        {
            "estimates": rows("estimates", estimates),
            "checks": rows("checks", [what | row for row in checks]),
            "balance": rows("balance", [what | row for row in covariates]),
        }
    )


def _in_plan(applicants: Applicants, plan: AnalysisPlan) -> Bools:
    keep = np.ones(len(applicants), np.bool_)
    if plan.first_cohort is not None:
        keep &= applicants.intake >= plan.first_cohort
    if plan.last_cohort is not None:
        keep &= applicants.intake <= plan.last_cohort
    if plan.programmes != "all":
        keep &= applicants.vocational == (plan.programmes == "vocational")
    return keep


def _enough(applicants: Applicants, keep: Bools) -> bool:
    """Whether a mask (m,) has as many applicants and schools as rules/effects.yml asks for."""
    schools = len(np.unique(applicants.school[keep]))
    return bool(keep.sum() >= rule("effects", "fewest_pupils") and schools >= rule("effects", "fewest_schools"))


def _change(
    applicants: Applicants, keep: Bools, value: Floats, plan: AnalysisPlan, *, by_dose: bool = False
) -> dict[str, Any]:
    """What a row of `estimates` says of a change of values (m,) by an offer, of those of a mask (m,)."""
    refused = {"refusal": "no_offers", "schools": 0, "pupils": 0}
    if not keep.any():
        return refused
    regression, row = _regression(applicants, keep, by_dose=by_dose)
    return told(regression.fit(value[row], plan.confidence), 0)


def told(fit: Fit, at: int) -> dict[str, Any]:
    """The columns of `estimates` that an estimate fills, or a refusal."""
    counts = {"schools": fit.clusters, "pupils": fit.pupils, "refusal": fit.refusal}
    if fit.refusal:
        return counts
    columns = ("estimate", "std_error", "low", "high", "p_value")
    return counts | {name: float(getattr(fit, name)[at]) for name in columns}


def _regression(
    applicants: Applicants, keep: Bools, *, by_dose: bool = False, adjusted: bool = True
) -> tuple[Regression, Ints]:
    """The regression that tells a change by an offer first, and the applicants int64 (n,) that it is of: those with
    others at the same study path of an intake.

    by_dose : by the dose of the school that offers, less its mean. adjusted : beside what was settled before.
    """
    _, path, many = np.unique(
        applicants.intake.astype(np.int64) * _ROOM + applicants.path, return_inverse=True, return_counts=True
    )
    many = np.bincount(path[keep], minlength=len(many))
    row = np.flatnonzero(keep & (many[path] > 1))
    row = row if len(row) else np.flatnonzero(keep)
    offered, chance = applicants.offered[row].astype(np.float64), applicants.chance[row]
    columns = [offered, chance]
    if by_dose:
        dose = applicants.dose_offered[row] - np.mean(applicants.dose_offered[row])
        columns = [offered * dose, chance * dose, *columns]
    near = ~applicants.by_lot[row]
    points = np.where(near, np.nan_to_num(applicants.points[row]), 0.0)
    columns += [near.astype(np.float64), np.maximum(points, 0.0), np.minimum(points, 0.0)]
    if adjusted:
        columns += list(_settled(applicants, row).values())
    within = Within.of([path[row]], np.ones(len(row)))
    regressors = np.column_stack(columns)
    told_apart = _told_apart(within(regressors), regressors)
    return Regression.of(regressors[:, told_apart], within, applicants.school[row]), row


def _told_apart(left: Floats, raw: Floats) -> Bools:
    """Which columns (n, k) still tell something beside the fixed effects and the columns before; the first always."""
    beyond = np.zeros(raw.shape[1])
    more = np.abs(np.diag(np.linalg.qr(left, mode="r")))
    beyond[: len(more)] = more
    return np.asarray((beyond > _NOTHING * np.linalg.norm(raw, axis=0)) | (np.arange(len(beyond)) == 0))


def _settled(applicants: Applicants, row: Ints) -> dict[str, Floats]:
    """Covariates (n,) of some applicants by name; one that is missing counts as the mean of the others."""
    found = {}
    for name, values in applicants.covariates.items():
        some = values[row]
        gaps = np.isnan(some)
        found[name] = np.where(gaps, some[~gaps].mean() if (~gaps).any() else 0.0, some)
    return found


def _balance(
    applicants: Applicants, inside: Bools, known: Bools, plan: AnalysisPlan
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of `balance`, and the joint test of them all."""
    if not inside.any():
        return [], unclear("balance", "no_offers")
    regression, row = _regression(applicants, inside, adjusted=False)
    if regression.refusal:
        return [], unclear("balance", regression.refusal)
    values = _settled(applicants, row) | {FOUND: known[row].astype(np.float64)}
    left = regression.within(np.column_stack(list(values.values())))
    names = [
        name for name, column in zip(values, left.T, strict=True) if np.square(column).sum() > _NOTHING**2 * len(row)
    ]
    fits = [regression.fit(values[name], plan.confidence) for name in names]
    if not fits:
        return [], unclear("balance", "no_variation")
    told_of = [{key: value for key, value in told(fit, 0).items() if key not in _COUNTS} for fit in fits]
    table = [{"covariate": name, "pupils": len(row)} | one for name, one in zip(names, told_of, strict=True)]
    test = joint_test(
        np.array([fit.estimate[0] for fit in fits]),
        np.column_stack([fit.moves[:, 0] for fit in fits]),
        fits[0].effective,
    )
    return table, checked("balance", test.statistic, test.p_value)


def _overlap(chance: Floats, *, lots: bool) -> dict[str, Any]:
    even = float(np.mean(_EVEN * chance * (1 - chance))) if len(chance) else float("nan")
    return {"check": "overlap", "statistic": even, "verdict": "holds" if lots else "unclear"} | _NO_TEST
