"""What money does what: the dose and who gets it, and that a pupil's own merit limit does not move it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from gymreg_core.cohort.card_starts import starts_of
from gymreg_core.cohort.cards import card
from gymreg_core.cohort.histories import Histories
from gymreg_core.effects.dose_groups import quarters
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.intake import intake_of
from gymreg_core.effects.joint_test import FAILS, HOLDS, UNCLEAR
from gymreg_core.effects.local_linear import Points, jump
from gymreg_core.effects.paid import paid
from gymreg_core.effects.panel import Bools, Floats, Ints, Panel
from gymreg_core.effects.panel_outcomes import outcomes_of
from gymreg_core.funding.supplement import Supplement
from gymreg_core.rules import rule

QUANTILES = tuple(tenth / 10 for tenth in range(1, 10))
_OUTCOME = "completion_3"
_ROUNDING = 1e-12
Row = dict[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Starters:
    """n followed starters of cohorts with a supplement in all their school years. Person rows.

    merit : (n,), NaN without. own : (n,), thousand kronor a school year that each brings. dose : (n,), of
    the school and programme. others : (n,), of the school without the pupil and what the pupil brings. school,
    cohort : int64 (n,). known : bool (n,), completed : (n,), a diploma within three years.
    """

    merit: Floats
    own: Floats
    dose: Floats
    others: Floats
    school: Ints
    cohort: Ints
    known: Bools
    completed: Floats


def doses(panel: Panel, h: Histories, s: pd.DataFrame) -> Found:
    """Tables jump, doses and dose_spread, and the check same_dose. s : `starts(h)`, panel : of `build_panel(h, s)`, the
    cohorts and programmes that are told of.

    jump and same_dose are of the cohorts with a supplement in all their school years, the others of all. A pupil's own
    amount is the mean over the cohort's school years that are there already.
    Errors: RuleMissing.
    """
    tables = {"doses": rows("doses", _groups(panel)), "dose_spread": rows("dose_spread", _spread(panel))}
    found = exposed_starters(panel, h, s)
    limit = Supplement.packaged(int(rule("supplement", "years")[0])).limit
    return Found({"jump": rows("jump", _steps(found)), **tables, "checks": rows("checks", [same_dose(found, limit)])})


def _groups(panel: Panel) -> Iterator[Row]:
    types, forms = ("preparatory", "vocational"), sorted(set(panel.provider_forms.tolist()))
    quarter = quarters(panel)
    kinds: dict[str, tuple[Ints, list[str]]] = {
        "region": (np.zeros(len(panel), np.int64), [""]),
        "merit_band": (panel.band, panel.bands.tolist()),
        "programme_type": (panel.vocational.astype(np.int64)[panel.programme], list(types)),
        "programme": (panel.programme, panel.programmes.tolist()),
        "provider_form": (np.searchsorted(forms, panel.provider_forms)[panel.school], forms),
        "dose_group": (quarter[panel.place], [str(one + 1) for one in range(quarter.max(initial=-1) + 1)]),
    }
    for by, (code, names) in kinds.items():
        size = len(panel.cohorts) * len(names)
        at, group = np.flatnonzero(code >= 0), panel.cohort * len(names) + code

        def summed(values: NDArray[Any], at: Ints = at, group: Ints = group, size: int = size) -> Floats:
            return np.bincount(group[at], values[at], size).astype(np.float64)

        pupils, known, done = (summed(one) for one in (panel.pupils, panel.known[_OUTCOME], panel.total[_OUTCOME]))
        covered, money = summed(panel.covered), summed(panel.pupils * panel.dose)
        taught = np.unique(group[at] * len(panel.schools) + panel.school[at]) // max(len(panel.schools), 1)
        schools = np.bincount(taught, minlength=size)
        for one in np.flatnonzero(pupils > 0).tolist():
            yield {
                "cohort": int(panel.cohorts[one // len(names)]),
                "by": by,
                "group": names[one % len(names)],
                "schools": int(schools[one]),
                "pupils": int(pupils[one]),
                "covered": int(covered[one]),
                "dose": money[one] / pupils[one],
                _OUTCOME: done[one] / known[one] if known[one] else np.nan,
            }


def _spread(panel: Panel) -> Iterator[Row]:
    for number, cohort in enumerate(panel.cohorts.tolist()):
        at = np.flatnonzero((panel.cohort == number) & np.isfinite(panel.dose))
        if not len(at):
            continue
        at = at[np.argsort(panel.dose[at], kind="stable")]
        share = np.cumsum(panel.pupils[at]) / panel.pupils[at].sum()
        about = {"pupils": int(panel.pupils[at].sum()), "schools": len(np.unique(panel.school[at]))}
        for quantile in QUANTILES:
            dose = panel.dose[at[min(int(np.searchsorted(share, quantile - _ROUNDING)), len(at) - 1)]]
            yield {"cohort": int(cohort), "quantile": quantile, "dose": float(dose), **about}


def exposed_starters(panel: Panel, h: Histories, s: pd.DataFrame) -> Starters:
    """The starters of `jump` and same_dose. s, panel : as in `doses`. Errors: RuleMissing."""
    every = starts_of(card(str(rule("effects", "outcome_card"))), h, s)
    given = paid(h)
    intake = intake_of(h, given, every)
    cohorts = panel.cohorts[panel.exposure >= 1].astype(np.int64)
    taught = np.isin(given.programmes, panel.programmes[np.unique(panel.programme)])
    told_of = np.isin(intake.cohort, cohorts) & taught[intake.place % max(len(given.programmes), 1)]
    at = np.flatnonzero(h.pupils["followed"].to_numpy(np.bool_)[every.pupil] & told_of)
    number, school = np.searchsorted(cohorts, intake.cohort[at]), intake.place[at] // max(len(given.programmes), 1)
    of_place, of_school = given.dose(cohorts.tolist())
    amounts = np.pad(panel.amounts[panel.exposure >= 1], ((0, 0), (1, 0)))
    own = amounts[number, intake.own_levels()[at]]
    years = [np.isin(given.autumns, given.autumns_of(cohort)) for cohort in cohorts.tolist()]
    many = (len(years), len(given.schools))
    pupils = np.array([given.pupils[..., of].sum(axis=1).mean(axis=1) for of in years]).reshape(many)
    around = pupils[number, school]
    others = np.full(len(at), np.nan)
    np.divide(of_school[school, number] * around - own, around - 1, out=others, where=around > 1)
    outcome = outcomes_of(h, every)[_OUTCOME]
    return Starters(
        merit=intake.merit[at],
        own=own,
        dose=of_place[school, intake.place[at] % max(len(given.programmes), 1), number],
        others=others,
        school=school,
        cohort=number,
        known=outcome.known[at],
        completed=outcome.value[at],
    )


def _steps(found: Starters) -> Iterator[Row]:
    """By steps of merit values; who has none is in no step."""
    step = int(rule("effects", "jump_step"))
    there = np.isfinite(found.merit)
    number = (found.merit[there] // step).astype(np.int64)
    pupils, known = np.bincount(number), np.bincount(number, found.known[there])
    own, dose, done = (np.bincount(number, one[there]) for one in (found.own, found.dose, found.completed))
    for one in np.flatnonzero(pupils).tolist():
        yield {
            "merit_from": one * step,
            "pupils": int(pupils[one]),
            "own": own[one] / pupils[one],
            "dose": dose[one] / pupils[one],
            _OUTCOME: done[one] / known[one] if known[one] else np.nan,
        }


def same_dose(found: Starters, limit: float) -> Row:
    """The row of `checks`: the jump of the dose of others at the school, from just above the limit to just below it.

    A local line within own_limit_window (rules/effects.yml), its bias from twice as far (effects/local_linear.py),
    levels by cohort, schools as clusters. power : to see the school's dose jump by as much as the pupil's own amount.
    """
    row: Row = {"check": "same_dose", "verdict": UNCLEAR}
    width = float(rule("effects", "own_limit_window"))
    away = limit - found.merit
    at = np.flatnonzero((np.abs(away) < 2 * width) & np.isfinite(found.others))
    at = at[np.lexsort((found.others[at], found.school[at], found.cohort[at], away[at]))]
    below = found.merit[at] < limit
    near = np.abs(away[at]) < width
    if min(int((below & near).sum()), int((~below & near).sum())) < int(rule("effects", "fewest_in_window")):
        return row | {"refusal": "empty_window"}
    _, school = np.unique(found.school[at], return_inverse=True)
    _, cohort = np.unique(found.cohort[at], return_inverse=True)
    if len(np.unique(school[near])) < int(rule("effects", "fewest_schools")):
        return row | {"refusal": "few_schools"}
    told = jump(Points(away[at], below, cohort, (school,)), found.others[at], width, 2 * width)
    if told is None or not told.corrected_error > 0:
        return row | {"refusal": "collinear"}
    level = float(rule("effects", "test_level"))
    own = float(found.own[at][below & near].mean())
    seen = float(norm.sf(norm.isf(level / 2) - own / told.corrected_error))
    sure = HOLDS if seen >= float(rule("effects", "test_power")) else UNCLEAR
    verdict = FAILS if told.p_value < level else sure
    return row | {"statistic": told.corrected, "p_value": told.p_value, "power": seen, "verdict": verdict}
