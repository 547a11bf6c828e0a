"""Quarters of schools by the dose foretold for them, each against the quarter with the lowest: no shape assumed.

Callaway, Goodman-Bacon and Sant'Anna (2024), Difference-in-differences with a continuous treatment: what groups with
more gained over the group with least, cohort by cohort, since the last cohort before the supplement. The supplement
began for all at once, so that nobody is compared with those who had it earlier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from gymreg_core.effects.choices import Cells, Choice, cells, nothing, untreated
from gymreg_core.effects.fit import Fit
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.heterogeneity import holm
from gymreg_core.effects.joint_test import FAILS, HOLDS, UNCLEAR, joint_test
from gymreg_core.effects.panel import Bools, Floats, Ints, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import of_interest
from gymreg_core.effects.regression import Regression
from gymreg_core.effects.within import Within
from gymreg_core.rules import rule

_NUMBERS = ("estimate", "std_error", "low", "high", "p_value")


@dataclass(frozen=True, eq=False, repr=False)
class Groups:
    """The regression of cells on group by cohort, k of them, those of the lowest group and of the reference left out.

    group, cohort : int64 (k,), 1 ... and places among the cohorts. reference : place of the last cohort before.
    pupils : (k,), whose outcome is known. apart : (k,), mean predicted dose of the group less that of the lowest.
    after : bool (k,), cohorts with a supplement in all their school years. effect, dose : of the outcome and the dose.
    """

    group: Ints
    cohort: Ints
    reference: int
    pupils: Floats
    apart: Floats
    after: Bools
    effect: Fit
    dose: Fit

    def per_thousand(self, some: Any) -> Fit:
        """The effect by a thousand kronor over `some` (k,) of the groups and cohorts after, each by its pupils."""
        weights = np.where(some, self.pupils, 0) / self.pupils[some].sum()
        effect, dose = self.effect.combined(weights), self.dose.combined(weights)
        ratio, brought, stage = effect.estimate / dose.estimate, float(dose.estimate[0]), float(dose.t[0] ** 2)
        moves = (effect.moves - dose.moves * ratio) / brought
        expected = None if effect.expected is None else effect.expected / brought**2
        weak = "" if stage >= float(rule("effects", "weakest_first_stage")) else "weak_instrument"
        told: dict[str, Any] = {"pupils": round(float(self.pupils[some].sum())), "first_stage": stage, "refusal": weak}
        return replace(effect, estimate=ratio, moves=moves, expected=expected, **told)


def dose_groups(panel: Panel, plan: AnalysisPlan, outcome: str) -> Found:
    """Tables estimates (everyone, and by dose_group), event (by thousand kronor of predicted dose) and checks."""
    what: dict[str, Any] = {"design": "dose_groups", "outcome": outcome}
    found = group_cells(panel, plan, outcome)
    about = what | {"measure": "dose", "by": "region", "schools": len(np.unique(found.school))}
    about |= {"pupils": int(found.known.sum())}
    regressions = grouped(panel, plan, found)
    if isinstance(regressions, str):
        unclear = {"verdict": UNCLEAR, "refusal": regressions}
        checks = [what | {"check": check, **unclear} for check in ("first_stage", "pre_trend")]
        refused = rows("estimates", [about | {"refusal": regressions}])
        return Found({"estimates": refused, "checks": rows("checks", checks)})
    (groups,) = regressions
    every = groups.per_thousand(groups.after)
    several = {name: groups.per_thousand(groups.after & (groups.group == name)) for name in np.unique(groups.group)}
    held = holm([np.nan if one.refusal else float(one.p_value[0]) for one in several.values()])
    estimates = [about | _numbers(every)]
    for (name, one), p_adjusted in zip(several.items(), held, strict=True):
        group = {"by": "dose_group", "group": str(name + 1), "pupils": one.pupils}
        estimates.append(about | group | _numbers(one) | {"p_adjusted": p_adjusted})
    stage = {"statistic": every.first_stage, "p_value": float("nan"), "verdict": FAILS if every.refusal else HOLDS}
    checks = [what | {"check": "first_stage"} | stage, what | {"check": "pre_trend"} | _pre_trend(panel, plan, groups)]
    tables: dict[str, Any] = {
        "estimates": estimates,
        "event": list(_event(panel, groups, what, found)),
        "checks": checks,
    }
    return Found({name: rows(name, given) for name, given in tables.items()})


def quarters(panel: Panel) -> Ints:
    """The group of each school and programme by its predicted dose, -1 without one: int64 (places,), 0 the lowest.

    Groups (rules/effects.yml, dose_groups) have about as many pupils each; those of a dose stay together.
    """
    many = int(rule("effects", "dose_groups"))
    there = np.isfinite(panel.predicted)
    dose, place = panel.predicted[there], panel.place[there]
    order = np.argsort(dose, kind="stable")
    share = np.cumsum(panel.pupils[there][order]) / max(1, panel.pupils[there].sum())
    group = np.full(int(panel.place.max(initial=-1)) + 1, -1, np.int64)
    if len(dose):
        edges = dose[order][np.searchsorted(share, np.arange(1, many) / many)]
        group[place] = np.searchsorted(edges, dose, side="left")
    return group


class Contrast(NamedTuple):
    """Columns of group by cohort (n, k), but for the lowest group and the reference; see `Groups`."""

    group: Ints
    cohort: Ints
    reference: int
    after: Bools
    columns: Floats


def per_thousand_regression(panel: Panel, plan: AnalysisPlan, outcome: str) -> tuple[Cells, Regression | str]:
    """The cells, and the estimate of everyone as the first of one regression, for many outcomes at once; or why not.

    The dose with the columns as its instruments, beside all that the columns tell but their mean after: solved for, the
    first is the ratio of `Groups.per_thousand`.
    """
    from scipy.linalg import null_space

    found = group_cells(panel, plan, outcome)
    contrast = _contrast(panel, found)
    if isinstance(contrast, str):
        return found, contrast
    weights = np.where(contrast.after, contrast.columns.T @ found.known, 0.0)
    beside = contrast.columns @ null_space(weights[None])
    within = Within.of(found.fixed, found.weight)
    return found, Regression.of(
        *(np.column_stack([found.dose, beside]), within, found.school),
        instruments=contrast.columns,
        pupils=found.known,
    )


def _contrast(panel: Panel, found: Cells) -> Contrast | str:
    if refusal := nothing(panel, found, "dose_groups"):
        return refusal
    before = np.intersect1d(np.flatnonzero(untreated(panel)), found.cohort)
    if not len(before):
        return "no_earlier"
    reference = int(before[-1])
    of_cell = quarters(panel)[found.fixed[0]]
    pairs = np.unique(np.column_stack([of_cell, found.cohort]), axis=0)
    group, cohort = pairs[(pairs[:, 0] > 0) & (pairs[:, 1] != reference)].T
    after = np.asarray(panel.exposure >= 1)[cohort]
    if not after.any():
        return "no_variation" if (of_cell == of_cell[0]).all() else "no_outcome"
    columns = ((of_cell[:, None] == group) & (found.cohort[:, None] == cohort)).astype(np.float64)
    return Contrast(group, cohort, reference, after, columns)


def group_cells(panel: Panel, plan: AnalysisPlan, outcome: str) -> Cells:
    """The cells that are compared: those with a predicted dose."""
    return cells(panel, outcome, Choice("introduction", programmes=plan.programmes))


def grouped(panel: Panel, plan: AnalysisPlan, found: Cells, *others: Floats) -> list[Groups] | str:
    """The regression of the cells' outcome, and of other outcomes (n,) of theirs; or why there is none."""
    contrast = _contrast(panel, found)
    if isinstance(contrast, str):
        return contrast
    group, cohort, reference, after, columns = contrast
    of_cell = quarters(panel)[found.fixed[0]]
    prepared = Regression.of(columns, Within.of(found.fixed, found.weight), found.school, pupils=found.known)
    if prepared.refusal:
        return prepared.refusal
    predicted = np.full(len(quarters(panel)), np.nan)
    predicted[panel.place] = panel.predicted
    foretold = predicted[found.fixed[0]]
    means = [np.average(foretold[of_cell == one], weights=found.known[of_cell == one]) for one in (0, *group)]
    first = Groups(
        group=group,
        cohort=cohort,
        reference=reference,
        pupils=columns.T @ found.known,
        apart=np.array(means[1:]) - means[0],
        after=after,
        effect=prepared.fit(found.outcome, plan.confidence),
        dose=prepared.fit(found.dose, plan.confidence),
    )
    return [first, *(replace(first, effect=prepared.fit(other, plan.confidence)) for other in others)]


def _numbers(fit: Fit) -> dict[str, Any]:
    if fit.refusal:
        return {"refusal": fit.refusal}
    return {name: float(getattr(fit, name)[0]) for name in _NUMBERS}


def _pre_trend(panel: Panel, plan: AnalysisPlan, groups: Groups) -> dict[str, Any]:
    """Whether groups parted from the lowest before the reference, net of what a thousand kronor did to the reference.

    A straight line over the cohorts before, of all groups in proportion to how far their predicted dose lies from the
    lowest: one estimate, since of all leads, or of a line for each group, there would be more than schools can tell.
    The reference had some of its last year with a supplement, so that an effect, and no trend, would part them; it is
    that of all groups together, since a group whose dose hardly differs from the lowest tells nothing of its own.
    Power against lines in that proportion that would come to an effect of interest over the cohorts after.
    """
    leads = np.flatnonzero(groups.cohort < groups.reference)
    if not len(leads):
        return {"verdict": UNCLEAR, "refusal": "no_earlier"}
    effect, dose = groups.effect.some(leads), groups.dose.some(leads)
    every = groups.per_thousand(groups.after)
    gain = every.estimate[0]
    moves = effect.moves - gain * dose.moves - every.moves * dose.estimate
    calendar = panel.cohorts.astype(np.float64) - panel.cohorts[groups.reference]
    far = np.average(calendar[groups.cohort[groups.after]], weights=groups.pupils[groups.after])
    years = calendar[groups.cohort[leads]]
    of_group = groups.group[leads][:, None] == np.unique(groups.group[leads])
    # The reference, at year 0 with nothing, is a point of each line too.
    middle = years @ of_group / (of_group.sum(axis=0) + 1)
    slope = of_group * (years[:, None] - middle)
    slope /= (slope * years[:, None]).sum(axis=0)
    apart = groups.apart[leads] @ of_group / of_group.sum(axis=0)
    slope = slope @ (apart / apart.sum())[:, None]
    line = of_interest(panel, plan) * (groups.apart[leads] * years / far - dose.estimate)
    net, effective = effect.estimate - gain * dose.estimate, effect.combined(slope).effective
    return joint_test(net @ slope, moves @ slope, effective, line @ slope).row


def _event(panel: Panel, groups: Groups, what: dict[str, Any], found: Cells) -> Any:
    """Rows of `event`: each group's cohorts in order, the reference among them."""
    of_cell = quarters(panel)[found.fixed[0]]
    each = groups.effect.combined(np.diag(1 / groups.apart))
    for group in np.unique(groups.group):
        for cohort in np.unique(found.cohort):
            row = what | {"group": str(group + 1), "cohort": panel.cohorts[cohort], "exposure": panel.exposure[cohort]}
            if cohort == groups.reference:
                there = (of_cell == group) & (found.cohort == cohort)
                yield row | {"reference": True, "estimate": 0.0, "pupils": int(found.known[there].sum())}
            elif (at := np.flatnonzero((groups.group == group) & (groups.cohort == cohort))).size:
                numbers = {name: float(getattr(each, name)[at[0]]) for name in _NUMBERS[:4]}
                yield row | numbers | {"pupils": round(float(groups.pupils[at[0]]))}
