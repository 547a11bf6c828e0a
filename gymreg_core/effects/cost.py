"""What one more pupil with a diploma costs, in supplement, and how many the supplement makes a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import mean_dose, pupils_a_year
from gymreg_core.rules import rule

_POINTS = 100
_THOUSAND = 1000
_DIPLOMAS = ("completion_3", "completion_4")
_NO_HEADS = "points"  # an outcome that is a mean and not a share of pupils
_ENDS = ("estimate", "low", "high")


def cost(panel: Panel, estimates: pd.DataFrame, conclusions: pd.DataFrame, plan: AnalysisPlan) -> Found:
    """The table `cost`: what the estimates of a study mean at the dose that there is (contracts.effects.QUANTITIES).

    panel : of the plan's population; the dose and the pupils are those of its wholly exposed cohorts.
    estimates, conclusions : tables of the contract; what is told is each conclusion's own estimate, for everyone.

    An effect b for each thousand kronor a year that lasts n school years (rules/effects.yml, dose_school_years) makes a
    pupil more with a diploma for 1,000 n / b kronor. What is paid is known, so that the interval of the ratio (Fieller
    1954, Journal of the Royal Statistical Society B 16) is that of b turned over: 1,000 n / high to 1,000 n / low.
    Where b may be 0 or less, it has no upper end and holds "at no price": no cost can be said then, only that it is not
    below 1,000 n / high where high is above 0, which goes wrong in half of the cases in which the interval does.
    A cost is a cause's; without a causal claim there is none (`not_causal`).
    """
    dose, pupils = mean_dose(panel), pupils_a_year(panel)
    told = estimates[estimates["group"] == ""].set_index(["design", "outcome", "measure"])
    made: list[dict[str, Any]] = []
    for one in conclusions.to_dict("records"):
        found = told.loc[[(one["design"], one["outcome"], one["measure"])]].iloc[0]
        made += _told(_named(one), _named(found), dose, pupils, plan)
    return Found({"cost": rows("cost", made)})


def _told(
    one: Mapping[str, Any], found: Mapping[str, Any], dose: float, pupils: int, plan: AnalysisPlan
) -> Iterator[dict[str, Any]]:
    """The rows of one design and outcome."""
    what = {"design": one["design"], "outcome": one["outcome"], "pupils": pupils, "dose": dose}
    if one["measure"] == "offer":
        about = {**what, "pupils": int(found["pupils"]), "dose": float("nan")}
        yield {**about, "quantity": "percentage_points", **_times(found, _POINTS)}
        return
    refusal = found["refusal"] or ("" if pupils else "no_outcome")
    same = {**found, "refusal": refusal}
    yield {**what, "quantity": "percentage_points", **_times(same, _POINTS * dose)}
    if one["outcome"] != _NO_HEADS:
        yield {**what, "quantity": "pupils_a_year", **_times(same, dose * pupils)}
    if one["outcome"] in _DIPLOMAS:
        yield from ({**what, **row} for row in _kronor({**same, "claim": one["claim"]}))
    if (one["design"], one["outcome"]) == (plan.main, plan.outcome) and pupils:
        whole = _THOUSAND * dose * pupils * _years()
        yield {**what, "quantity": "supplement_kronor_a_year", "estimate": whole, "low": whole, "high": whole}


def _named(row: Any) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _times(found: Mapping[str, Any], factor: float) -> dict[str, Any]:
    if found["refusal"]:
        return {"refusal": found["refusal"]}
    return {end: factor * float(found[end]) for end in _ENDS}


def _kronor(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Kronor for each further pupil with a diploma, or why there is none and the least that it can be."""
    name, whole = "kronor_per_pupil", _THOUSAND * _years()
    if found["refusal"] or found["claim"] != "causal":
        yield {"quantity": name, "refusal": found["refusal"] or "not_causal"}
        return
    estimate, low, high = (float(found[end]) for end in _ENDS)
    if low > 0:
        yield {"quantity": name, "estimate": whole / estimate, "low": whole / high, "high": whole / low}
        return
    yield {"quantity": name, "refusal": "no_gain_told"}
    if high > 0:
        yield {"quantity": f"least_{name}", "estimate": whole / high}


def _years() -> int:
    return int(rule("effects", "dose_school_years"))
