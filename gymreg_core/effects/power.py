"""What a study can find at all, before any estimate: outcomes drawn as the data vary, with effects planted in them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gymreg_core.effects.choices import Cells, cells, planned_choice
from gymreg_core.effects.chosen import regression, why_not
from gymreg_core.effects.dose_groups import per_thousand_regression
from gymreg_core.effects.drawing import Drawing, drawing
from gymreg_core.effects.fit import reach
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.panel import Floats, Ints, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.regression import Regression, ols
from gymreg_core.effects.variation import variation
from gymreg_core.matching.pieces import Progress, in_pieces, worked
from gymreg_core.rules import rule

SIMULATED = ("introduction", "dose", "dose_groups")
"""Designs whose estimate is the first of one regression, which takes many outcomes at once."""


class Tried(NamedTuple):
    """A design in the simulations. places : int64 (n,), its cells among those that are drawn."""

    design: str
    places: Ints
    regression: Regression

    def reach(self, share: float) -> float:
        """Standard errors that a share of all estimates lie within."""
        return float(reach(share, self.regression.degrees[0]))


class Shared(NamedTuple):
    """What every simulation takes: what is drawn from, by which designs, and planted effects per thousand kronor."""

    drawing: Drawing
    tried: tuple[Tried, ...]
    effects: tuple[float, ...]
    seed: int


class Part(NamedTuple):
    """Simulations from number `first` on: estimates and standard errors, each (designs, effects, simulations)."""

    first: int
    estimates: Floats
    errors: Floats


def power(
    panel: Panel,
    plan: AnalysisPlan,
    progress: Progress | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
) -> Found:
    """Tables power and detectable of the plan's outcome by its designs SIMULATED.

    Outcomes are drawn anew (effects/drawing.py), as they vary where no dose is looked at (effects/variation.py), and
    estimated as the designs do. In the main design effects are planted and drawn; in the others they are added to
    what was drawn without any, which differs by nothing but chances that vary a little less near 0 and 1.
    detectable : the effect that is told from none in the plan's share of simulations, read off between those planted;
    `error` is the standard error that the number of simulations leaves it. jobs, cluster : see matching/pieces.py; no
    number depends on them. Errors: BadParameters for a cluster that does not answer.
    """
    ready = {str(design): prepared(panel, plan, design) for design in plan.designs if design in SIMULATED}
    possible = {design: one for design, (_, one) in ready.items() if isinstance(one, Regression)}
    told = [_refused(design, found, one, plan) for design, (found, one) in ready.items() if isinstance(one, str)]
    if not possible:
        return Found({"detectable": rows("detectable", told)})
    drawn = variation(panel, plan.outcome, plan.seed)
    tried = tuple(
        Tried(design, np.searchsorted(drawn.cells, ready[design][0].rows), one) for design, one in possible.items()
    )
    shared = Shared(drawing(panel, plan.outcome, drawn), tried, (0.0,), plan.seed)
    options: dict[str, Any] = {"jobs": jobs, "cluster": cluster}
    none = simulated(shared, plan.simulations, progress, **options)
    powers: list[dict[str, Any]] = []
    for number, one in enumerate(tried):
        estimates, errors = none.estimates[number], none.errors[number]
        by_formula = (one.reach(plan.confidence) + one.reach(2 * plan.power - 1)) * float(errors.mean())
        effects = np.array(rule("effects", "power_grid")) * by_formula
        if one.design == plan.main:
            planted = shared._replace(tried=(one,), effects=tuple(effects[1:]))
            more = simulated(planted, plan.simulations, progress, step="power of the main design", **options)
            estimates, errors = np.vstack([estimates, more.estimates[0]]), np.vstack([errors, more.errors[0]])
        else:
            estimates = estimates + effects[:, None]
        found = (np.abs(estimates) > one.reach(plan.confidence) * errors).mean(axis=1)
        what = {"design": one.design, "outcome": plan.outcome, "simulations": plan.simulations}
        powers += [what | {"effect": e, "power": p} for e, p in zip(effects, found, strict=True)]
        numbers = {"std_error": float(none.errors[number].mean()), **_read_off(effects, found, plan)}
        told.append(what | _about(ready[one.design][0], plan) | {"schools": one.regression.clusters} | numbers)
    order = {design: place for place, design in enumerate(plan.designs)}
    told.sort(key=lambda row: order[row["design"]])
    return Found({"power": rows("power", powers), "detectable": rows("detectable", told)})


def power_by_formula(estimates: pd.DataFrame, plan: AnalysisPlan) -> Found:
    """Table detectable of the plan's other designs: what their standard errors let be found.

    estimates : the study's table, of which only errors are read. Reach of the interval and of the plan's share, each in
    standard errors of the normal distribution (Bloom 1995, Evaluation Review 19).
    """
    from scipy.special import ndtri

    far = float(ndtri((1 + plan.confidence) / 2) + ndtri(plan.power))
    told = []
    for design in (design for design in plan.designs if design not in SIMULATED):
        measure = "offer" if (estimates["measure"][estimates["design"] == design] == "offer").any() else "dose"
        of = (estimates["design"] == design) & (estimates["outcome"] == plan.outcome) & (estimates["group"] == "")
        for row in estimates[of & (estimates["measure"] == measure)].to_dict("records"):
            about = {name: row[name] for name in ("design", "outcome", "schools", "pupils", "refusal")}
            numbers = {} if row["refusal"] else {"std_error": row["std_error"], "detectable": far * row["std_error"]}
            told.append(about | {"power": plan.power} | numbers)
    return Found({"detectable": rows("detectable", told)})


def prepared(panel: Panel, plan: AnalysisPlan, design: str) -> tuple[Cells, Regression | str]:
    """The cells of a design and its regression, or why there is none."""
    if design == "dose_groups":
        found, one = per_thousand_regression(panel, plan, plan.outcome)
        return found, one if isinstance(one, str) else one.refusal or one
    choice = planned_choice(design, plan)
    found = cells(panel, plan.outcome, choice)
    if refusal := why_not(panel, found, choice):
        return found, refusal
    one = regression(found, choice)
    if not one.refusal and design == "introduction":
        stage = ols(found.dose, found.instrument, one.within, found.school, plan.confidence)
        if not stage.t[0] ** 2 >= rule("effects", "weakest_first_stage"):
            return found, "weak_instrument"
    return found, one.refusal or one


def simulated(
    shared: Shared,
    simulations: int,
    progress: Progress | None,
    *,
    step: str = "power",
    jobs: int | None,
    cluster: str | None,
) -> Part:
    """All simulations in the order of their numbers."""
    pieces, parts = in_pieces(simulations), []
    for part in worked(simulate, shared, pieces, jobs=jobs, cluster=cluster):
        parts.append(part)
        if progress:
            progress(step, len(pieces))
    parts.sort(key=lambda part: part.first)
    joined = (np.concatenate([part[at] for part in parts], axis=2) for at in (1, 2))
    return Part(0, *joined)


def simulate(shared: Shared, runs: range) -> Part:
    """The simulations with these numbers; what comes out does not depend on how they are divided."""
    effects = shared.effects
    drawn = np.concatenate([shared.drawing.drawn(run, shared.seed, effects) for run in runs], axis=1)
    estimates = np.empty((len(shared.tried), len(effects), len(runs)))
    errors = np.empty_like(estimates)
    for number, one in enumerate(shared.tried):
        found = one.regression.first(drawn[one.places])
        estimates[number], errors[number] = (values.reshape(len(runs), -1).T for values in found)
    return Part(runs.start, estimates, errors)


def _read_off(effects: Floats, found: Floats, plan: AnalysisPlan) -> dict[str, float]:
    """The effect at which the share found reaches the plan's, NaN where none does, and its standard error."""
    rising = np.maximum.accumulate(found)
    above = int(np.searchsorted(rising, plan.power))
    if not 0 < above < len(effects):
        return {}
    slope = (rising[above] - rising[above - 1]) / (effects[above] - effects[above - 1])
    error = np.sqrt(plan.power * (1 - plan.power) / plan.simulations) / slope
    return {"detectable": float(effects[above - 1] + (plan.power - rising[above - 1]) / slope), "error": float(error)}


def _refused(design: str, found: Cells, refusal: str, plan: AnalysisPlan) -> dict[str, Any]:
    what = {"design": design, "outcome": plan.outcome, "schools": len(np.unique(found.school)), "refusal": refusal}
    return what | _about(found, plan)


def _about(found: Cells, plan: AnalysisPlan) -> dict[str, Any]:
    cohorts = len(np.unique(found.cohort))
    return {"power": plan.power, "cohorts": cohorts, "pupils": int(found.known.sum())}
