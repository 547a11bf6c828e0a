"""Reasonable choices of an analysis, and the cells that each of them compares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from gymreg_core.effects.panel import Bools, Floats, Ints, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.rules import rule

CROSSED = ("introduction", "dose")
"""Designs whose estimate is one regression, so that every choice can be made in it."""
_CHOICES: dict[str, tuple[str, ...]] = {
    "dose_of": ("school_programme", "school"),
    "adjusted": ("bands", "shares", "none"),
    "weights": ("pupils", "cells"),
    "cohorts": ("all", "without_partly", "newest"),
    "programmes": ("all", "preparatory", "vocational"),
    "effects": ("cohort", "type_cohort"),
}


@dataclass(frozen=True)
class Choice:
    """One way to go about it; as it stands, the way of a plan.

    dose_of : whose dose, the school and programme's or the school's. adjusted : pupils of a merit band are compared
    with those of the same band (bands), shares of bands are regressors (shares), or nothing (none). weights : each
    pupil counts alike, or each school, programme and cohort (cells). cohorts : all; without those with a supplement in
    a part of their school years (without_partly); of those with one in all of them the later half (newest), in the
    introduction with those from before. programmes : of which type. effects : cohorts differ (cohort), or differ by
    type of programme (type_cohort).
    """

    design: str
    dose_of: str = "school_programme"
    adjusted: str = "bands"
    weights: str = "pupils"
    cohorts: str = "all"
    programmes: str = "all"
    effects: str = "cohort"


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """n cells whose outcome is known of somebody.

    rows : int64 (n,), the place in the panel, of the first of those taken together. outcome : (n,), share. weight :
    (n,). known : int64 (n,), pupils. school : int64 (n,), the cluster. cohort : int64 (n,). fixed : codes int64 (n,) of
    each fixed effect. dose : (n,), the regressor of interest. instrument : (n,), what is foretold of it by earlier
    intakes and the exposure. controls : (n, k).
    """

    rows: Ints
    outcome: Floats
    weight: Floats
    known: Ints
    school: Ints
    cohort: Ints
    fixed: tuple[Ints, ...]
    dose: Floats
    instrument: Floats
    controls: Floats


def every_choice(panel: Panel, plan: AnalysisPlan) -> list[Choice]:
    """Every combination that differs from the others: programmes of one type have no cohorts by type."""
    both = len(set(panel.vocational[panel.programme].tolist())) > 1
    options = _CHOICES if both else {**_CHOICES, "programmes": (plan.programmes,), "effects": ("cohort",)}
    crossed = (Choice(*values) for values in product(CROSSED, *options.values()))
    return [choice for choice in crossed if choice.effects == "cohort" or choice.programmes == "all"]


def planned_choice(design: str, plan: AnalysisPlan) -> Choice:
    """The way that a plan fixes."""
    return Choice(design, programmes=plan.programmes)


def cells(panel: Panel, outcome: str, choice: Choice, inside: Bools | None = None) -> Cells:
    """The cells of a panel (of those `inside`, bool (r,)) as a choice wants them; none may be left."""
    introduction = choice.design == "introduction"
    foretold = school_predicted(panel) if choice.dose_of == "school" else panel.predicted
    dose = panel.school_dose if choice.dose_of == "school" else panel.dose
    keep = (panel.known[outcome] > 0) & np.isfinite(dose) & _cohorts(panel, outcome, choice)[panel.cohort]
    if introduction:
        keep &= np.isfinite(foretold)
    if choice.programmes != "all":
        keep &= panel.vocational[panel.programme] == (choice.programmes == "vocational")
    if inside is not None:
        keep &= inside
    rows = np.flatnonzero(keep)
    many = len(panel.bands)
    known, place, cohort, band = panel.known[outcome][rows], panel.place[rows], panel.cohort[rows], panel.band[rows]
    group = place * len(panel.cohorts) + cohort
    first, of = np.unique(group, return_index=True, return_inverse=True)[1:]
    whole: Floats = np.bincount(of, known, len(first)).astype(np.float64)
    kind = panel.vocational[panel.programme[rows]] * (choice.effects == "type_cohort")
    year = cohort * 2 + kind
    found = Cells(
        rows=rows,
        outcome=panel.total[outcome][rows] / known,
        weight=known.astype(np.float64) if choice.weights == "pupils" else known / whole[of],
        known=known,
        school=panel.school[rows],
        cohort=cohort,
        fixed=(place, year * many + band),
        dose=dose[rows],
        instrument=np.where(np.isfinite(foretold[rows]), foretold[rows], 0.0) * panel.exposure[cohort],
        controls=np.zeros((len(rows), 0)),
    )
    if choice.adjusted == "bands":
        return found
    shares = np.zeros((len(first), many))
    np.add.at(shares, (of, band), known)
    # All shares together are 1: that of the band with most pupils is the one that the others are compared with.
    shares = np.delete(shares / whole[:, None], shares.sum(axis=0).argmax(), axis=1)
    return replace(
        found,
        rows=rows[first],
        outcome=np.bincount(of, panel.total[outcome][rows], len(first)) / whole,
        weight=whole if choice.weights == "pupils" else np.ones(len(first)),
        known=whole.astype(np.int64),
        school=found.school[first],
        cohort=cohort[first],
        fixed=(place[first], year[first]),
        dose=found.dose[first],
        instrument=found.instrument[first],
        controls=shares[:, shares.any(axis=0)] if choice.adjusted == "shares" else np.zeros((len(first), 0)),
    )


def nothing(panel: Panel, found: Cells, design: str) -> str:
    """Why `cells` tell nothing: there are none, as no earlier intake foretells any dose or no outcome is known; or all
    have the same outcome. '' where they may."""
    if len(found.known):
        return "" if np.ptp(found.outcome) > 0 else "no_variation"
    early = design != "dose" and not np.isfinite(panel.predicted).any()
    return "no_earlier" if early else "no_outcome"


def untreated(panel: Panel) -> Bools:
    """bool (c,), the cohorts that count as from before the supplement."""
    return np.asarray(panel.exposure <= float(rule("effects", "untreated_below")))


def school_predicted(panel: Panel) -> Floats:
    """`Panel.predicted` of the school: the mean over its programmes by their pupils of the base cohorts (r,)."""
    low, high = rule("effects", "base_cohorts")
    years = panel.cohorts[panel.cohort]
    base = (years >= low) & (years <= high) & np.isfinite(panel.predicted)
    weight = np.bincount(panel.school[base], panel.pupils[base], len(panel.schools))
    total = np.bincount(panel.school[base], (panel.pupils * panel.predicted)[base], len(panel.schools))
    mean = np.divide(total, weight, out=np.full(len(weight), np.nan), where=weight > 0)
    return np.asarray(mean[panel.school])


def _cohorts(panel: Panel, outcome: str, choice: Choice) -> Bools:
    """bool (c,), the cohorts that are in."""
    known = np.bincount(panel.cohort, panel.known[outcome], len(panel.cohorts)) > 0
    before, whole = untreated(panel) & known, (panel.exposure >= 1) & known
    if choice.cohorts == "all":
        return np.asarray(known)
    if choice.cohorts == "without_partly":
        return np.asarray(before | whole)
    places = np.flatnonzero(whole)
    newest = np.isin(np.arange(len(known)), places[len(places) // 2 :])
    return np.asarray(newest | (before & (choice.design == "introduction")))
