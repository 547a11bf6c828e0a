"""Panels, applicants and shocks with a known truth, and what each design of effect studies makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.choices import cells, planned_choice
from gymreg_core.effects.conclusions import conclusions
from gymreg_core.effects.cutoff import cutoff
from gymreg_core.effects.dose import dose, lead_dose
from gymreg_core.effects.dose_groups import _pre_trend, dose_groups, grouped
from gymreg_core.effects.event_study import EventStudy, event_study
from gymreg_core.effects.fit import reach
from gymreg_core.effects.found import Found, joined
from gymreg_core.effects.instrument import instrument
from gymreg_core.effects.introduction import introduction
from gymreg_core.effects.mechanisms import composition, mechanisms, verdict_of
from gymreg_core.effects.offers import offers
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import mean_dose
from gymreg_core.effects.power import SIMULATED, prepared
from gymreg_core.effects.pre_trends import pre_trend
from gymreg_core.effects.redraw import Truth, redraw
from gymreg_core.effects.redraw_margins import MarginTruth, offer_effect, redraw_margins
from gymreg_core.effects.regression import Regression
from gymreg_core.effects.within import Within
from tests.effects_admissions import admitted_margins
from tests.effects_lotteries import drawn_applicants, made_up_intake
from tests.effects_panels import small_panel
from tests.effects_shocks import Shocked, shock_panel

Floats = NDArray[np.float64]
PLAN = AnalysisPlan()
OUTCOME = PLAN.outcome
SMALL, LARGE = 0.003, 0.02
"""Share of the outcome per thousand kronor; at the made-up region's mean dose some 0.7 and 4 percentage points."""


def plants(panel: Panel) -> dict[str, Truth]:
    """What is planted, by name; by group: in covered bands and vocational programmes more."""
    covered = np.bincount(panel.band, panel.covered, len(panel.bands)) > 0
    factors = tuple(np.where(covered, 1.25, 0.75).tolist())
    return {
        "none": Truth(),
        "small, constant": Truth(effect=SMALL),
        "large, constant": Truth(effect=LARGE),
        "small, growing": Truth(growth=0.15 * SMALL),
        "large, growing": Truth(growth=0.15 * LARGE),
        "small, by group": Truth(effect=SMALL, bands=factors, vocational=1.25),
        "large, by group": Truth(effect=LARGE, bands=factors, vocational=1.25),
    }


@dataclass(frozen=True, eq=False)
class Runs:
    """What a design found in q simulations. estimates, errors : (q,). far : standard errors to an interval's end.

    aims_at : the true effect that it is an estimate of: what it makes of the outcome without any chance.
    """

    estimates: Floats
    errors: Floats
    far: float
    aims_at: float

    @property
    def bias(self) -> float:
        """Mean error, in standard deviations of the estimate."""
        return float((self.estimates.mean() - self.aims_at) / self.estimates.std(ddof=1))

    @property
    def covered(self) -> float:
        """Share of intervals that hold the true effect."""
        return float((np.abs(self.estimates - self.aims_at) <= self.far * self.errors).mean())

    @property
    def ratio(self) -> float:
        """Mean standard error by the standard deviation of the estimates."""
        return float(self.errors.mean() / self.estimates.std(ddof=1))


def together(parts: Iterable[Mapping[str, Runs]]) -> dict[str, Runs]:
    """Simulations of several chunks in one."""
    several = list(parts)
    return {
        name: replace(
            first,
            estimates=np.concatenate([part[name].estimates for part in several]),
            errors=np.concatenate([part[name].errors for part in several]),
        )
        for name, first in several[0].items()
    }


def panel_runs(panel: Panel, truth: Truth, seeds: Iterable[int]) -> dict[str, Runs]:
    """The panel designs on redrawn panels, each by its regression for many outcomes."""
    totals = np.column_stack([redraw(panel, truth, seed, [OUTCOME]).total[OUTCOME] for seed in seeds])
    planted = truth.of_cells(panel) * panel.dose
    found = {}
    for design in SIMULATED:
        held, one = prepared(panel, PLAN, design)
        assert isinstance(one, Regression), one
        estimates, errors = one.first(totals[held.rows] / held.known[:, None])
        aims_at = float(one.first(planted[held.rows, None])[0][0])
        found[design] = Runs(estimates, errors, float(reach(PLAN.confidence, one.degrees[0])), aims_at)
    return found


def panel_tests(panel: Panel, truth: Truth, seeds: Iterable[int]) -> list[dict[str, float]]:
    """p-values of what panel designs test on redrawn panels without a broken assumption."""
    held = cells(panel, OUTCOME, planned_choice("introduction", PLAN))
    event = event_study(panel, held, PLAN.confidence)
    assert isinstance(event, EventStudy), event
    columns = event.foretold[:, None] * (held.cohort[:, None] == event.cohort)
    one = Regression.of(columns, Within.of(held.fixed, held.weight), held.school, pupils=held.known)
    made = [redraw(panel, truth, seed, [OUTCOME]) for seed in seeds]
    outcomes = [each.total[OUTCOME][held.rows] / held.known for each in made]
    groups = grouped(panel, PLAN, held, *outcomes)
    assert not isinstance(groups, str), groups
    found = []
    for each, outcome, quarters in zip(made, outcomes, groups[1:], strict=True):
        again = replace(event, effect=one.fit(outcome, PLAN.confidence))
        p_values = {
            "introduction: pre_trend": pre_trend(panel, PLAN, again)["p_value"],
            "dose_groups: pre_trend": _pre_trend(panel, PLAN, quarters)["p_value"],
            "dose: lead_dose": lead_dose(each, PLAN, OUTCOME)["p_value"],
        }
        found.append(p_values)
    return found


@dataclass(frozen=True)
class Broken:
    """A design whose assumption is broken, and the check that has to tell it.

    later : the supplement began so many years later than it did, and more cohorts are from before. seen : so much is
    broken that the check has to see it; else it may be unclear, and no cause may be told.
    """

    name: str
    design: str
    check: str
    later: int = 0
    seen: bool = True


class Judged(NamedTuple):
    """Whether the check fails, whether what is said is withdrawn because of it, and whether a cause is told."""

    fails: bool
    withdrawn: bool
    causal: bool


BROKEN = {
    Broken("diverging trends", "introduction", "pre_trend", seen=False): Truth(trend=0.004),
    Broken("diverging trends", "introduction", "pre_trend", later=3): Truth(trend=0.004),
    Broken("diverging trends", "dose_groups", "pre_trend", later=3): Truth(trend=0.004),
    Broken("parted in the year before", "introduction", "pre_trend"): Truth(trend=0.015, trend_years=1),
    Broken("parted in the year before", "dose_groups", "pre_trend"): Truth(trend=0.015, trend_years=1),
    Broken("leaking dose", "dose", "lead_dose"): Truth(lead=0.01),
    Broken("the dose moves the intake", "introduction", "composition"): Truth(composition=0.15),
    Broken("the dose moves what was settled", "dose", "placebo_outcome"): Truth(settled=0.01),
}


def begun_later(panel: Panel, years: int) -> Panel:
    """The panel as if the supplement had begun so many years later: exposure and dose of each cohort moved on."""
    if not years:
        return panel
    moved = np.concatenate([np.zeros(years), panel.exposure[:-years]])
    share = np.divide(moved, panel.exposure, out=np.zeros_like(moved), where=panel.exposure > 0)[panel.cohort]
    amounts = np.concatenate([np.zeros((years, panel.amounts.shape[1])), panel.amounts[:-years]])
    money = {name: getattr(panel, name) * share for name in ("dose", "school_dose", "formula")}
    return replace(panel, exposure=moved, amounts=amounts, **money)


_NEAR = 10.0
"""Points from the cut-off within which a planted effect is what the cut-off is to find."""
_DESIGNS: dict[str, Any] = {"dose": dose, "dose_groups": dose_groups}


def broken_panel(panel: Panel, broken: Broken, truth: Truth, seed: int) -> Judged:
    """What is made of a redrawn panel."""
    plan = _alone(broken.design)
    made = redraw(begun_later(panel, broken.later), truth, seed, [OUTCOME])
    if broken.design == "introduction":
        found = introduction(made, plan, OUTCOME, resample=False)
    else:
        found = _DESIGNS[broken.design](made, plan, OUTCOME)
    beside = mechanisms(made, plan, broken.design)
    return _judged(joined([found, beside]), broken, plan, mean_dose(panel))


def _judged(found: Found, broken: Broken, plan: AnalysisPlan, money: float) -> Judged:
    checks = found["checks"]
    fails = (checks["verdict"][checks["check"] == broken.check] == "fails").any()
    told = conclusions(found["estimates"], checks, money, plan).iloc[0]
    withdrawn = told["claim"] == "withdrawn" and broken.check in told["because"].split(",")
    return Judged(bool(fails), withdrawn, told["claim"] == "causal")


def _alone(design: str) -> AnalysisPlan:
    """The plan with a design and its first outcome alone."""
    return PLAN.model_copy(update={"also": (), "designs": (design,), "main": design})


@cache
def _intake(seed: int) -> Any:
    return made_up_intake(seed)


def one_offers(effect: Mapping[str, float], cheat: float, seed: int) -> tuple[dict[str, float], float, Judged]:
    """Row of the estimate, p-value of balance, and what is made of it: lots drawn anew."""
    plan = _alone("offers")
    made = drawn_applicants(_intake(1), seed, **effect, cheat=cheat)
    more, growth = effect.get("girls_more", 0.0), effect.get("growth", 0.0)
    planted = effect.get("offer", 0.0) + more * made.covariates["girls"] + growth * made.dose_offered
    aims_at = float(planted.mean())
    if np.ptp(planted) > 0:
        alone = replace(made, outcome=dict.fromkeys(made.known, planted * made.offered))
        aims_at = _estimated(offers(alone, plan, OUTCOME), "offer")
    return _told(offers(made, plan, OUTCOME), Broken("", "offers", "balance"), plan, aims_at)


def one_cutoff(truth: MarginTruth, sorted_share: float, seed: int) -> tuple[dict[str, float], float, Judged]:
    """The same of applicants at cut-offs that deferred acceptance made; the p-value is that of the density test."""
    plan = _alone("cutoff")
    margins = admitted_margins(np.random.default_rng([9, seed]), sorted_share=sorted_share)
    aims_at = offer_effect(margins, truth)[np.abs(margins.points) <= _NEAR].mean()
    found = cutoff(redraw_margins(margins, truth, seed), plan, OUTCOME)
    return _told(found, Broken("", "cutoff", "density"), plan, aims_at)


def one_instrument(made: Shocked, seed: int) -> tuple[dict[str, float], float, Judged]:
    """The same of a supplement with many levels; the p-value is that of the balance of shocks."""
    plan = _alone("instrument")
    panel = shock_panel(seed, made)
    planted = made.per_thousand(panel.cohort, panel.band)
    aims_at = float(planted.mean())
    if np.ptp(planted) > 0:
        alone = replace(panel, total=dict.fromkeys(panel.known, panel.pupils * planted * panel.dose))
        aims_at = _estimated(instrument(alone, plan, OUTCOME), "dose")
    return _told(instrument(panel, plan, OUTCOME), Broken("", "instrument", "shock_balance"), plan, aims_at)


def _estimated(found: Found, measure: str) -> float:
    row = found["estimates"]
    return float(row["estimate"][row["measure"] == measure].iloc[0])


def _told(found: Found, broken: Broken, plan: AnalysisPlan, aims_at: float) -> tuple[dict[str, float], float, Judged]:
    estimates, checks = found["estimates"], found["checks"]
    measure = "dose" if broken.design == "instrument" else "offer"
    row = estimates[(estimates["measure"] == measure) & (estimates["group"] == "")].iloc[0]
    numbers = {name: float(row[name]) for name in ("estimate", "std_error", "low", "high")} | {"aims_at": aims_at}
    p_value = float(checks["p_value"][checks["check"] == broken.check].iloc[0])
    return numbers, p_value, _judged(found, broken, plan, 1.0)


def one_composition(seed: int) -> float:
    """p-value of the test of the intake, on a random panel in which the dose does not move it."""
    told = composition(small_panel(100, seed=seed, pupils=60), PLAN)
    assert not isinstance(told, str), told
    return float(verdict_of(told, None)["p_value"])
