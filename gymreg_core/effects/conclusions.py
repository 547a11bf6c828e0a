"""What may be said of an estimate: the tests of its design decide the words (rules/effects_wording.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.contracts.effects import VERDICTS
from gymreg_core.effects.found import rows
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.rules import rule

HOLDS, FAILS, UNCLEAR = VERDICTS
_POINTS = 100


@dataclass(frozen=True)
class Wording:
    """An entry of rules/effects_wording.yml.

    needs : checks that have to hold. most : the strongest claim that the design carries. about : measure of the
    estimate that is told, dose or offer.
    """

    needs: tuple[str, ...]
    most: str
    about: str


def wording(design: str) -> Wording:
    """The wording of a design. Errors: RuleMissing where the table has none."""
    value = rule("effects_wording", design)
    return Wording(tuple(value["needs"]), str(value["most"]), str(value["about"]))


def conclusions(estimates: pd.DataFrame, checks: pd.DataFrame, dose: float, plan: AnalysisPlan) -> pd.DataFrame:
    """The table `conclusions`: a row for each design and outcome of the plan that there is an estimate of.

    dose : mean dose that a smallest effect of interest is about, thousand kronor (population.mean_dose).

    A check that fails withdraws the claim; one that is unclear or was not made leaves "goes together with"; where all
    hold it is `most`. What is told of an offer never is about the money.
    Errors: ValueError where a design gave no estimate for everyone of what it is about, and no refusal of one.
    """
    told = estimates[estimates["group"] == ""].set_index(["design", "outcome", "measure"])
    verdicts = _verdicts(checks)
    made = []
    for design in plan.designs:
        for outcome in plan.outcomes:
            if not ((estimates["design"] == design) & (estimates["outcome"] == outcome)).any():
                continue
            words = wording(design)
            if (design, outcome, words.about) not in told.index:
                raise ValueError(f"{design} gave no estimate of {outcome} by {words.about}")
            found = {str(k): v for k, v in told.loc[[(design, outcome, words.about)]].iloc[0].items()}
            own = {check: verdicts.get((design, outcome, check), UNCLEAR) for check in words.needs}
            claim, because = _claim(found["refusal"], own, words.most)
            made.append(
                {
                    "design": design,
                    "outcome": outcome,
                    "measure": words.about,
                    "claim": claim,
                    "finding": finding(found, 1.0 if words.about == "offer" else dose, plan),
                    "because": ",".join(because),
                    "planned": True,
                    "refusal": found["refusal"],
                }
            )
    return rows("conclusions", made)


def finding(estimate: Mapping[str, Any], dose: float, plan: AnalysisPlan) -> str:
    """What the interval of a row of `estimates` says (contracts.effects.FINDINGS), of a change by so much dose.

    An interval within the smallest effect of interest is of no interest even where it does not hold 0. Without a mean
    dose nothing can be found to be too small.
    """
    if estimate["refusal"]:
        return "refused"
    low, high = (float(estimate[end]) for end in ("low", "high"))
    of_interest = plan.smallest_of_interest / _POINTS
    if -of_interest < low * dose and high * dose < of_interest:
        return "nothing_of_interest"
    return "more" if low > 0 else "less" if high < 0 else "cannot_tell"


def _claim(refusal: str, verdicts: Mapping[str, str], most: str) -> tuple[str, list[str]]:
    """The claim, and the checks that decided it."""
    if refusal:
        return "none", []
    for verdict, claim in ((FAILS, "withdrawn"), (UNCLEAR, "associated")):
        if deciding := [check for check, said in verdicts.items() if said == verdict]:
            return claim, deciding
    return most, []


def _verdicts(checks: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Of several rows of a check the worst counts: one that fails, else one that is unclear."""
    order = (HOLDS, UNCLEAR, FAILS)
    out: dict[tuple[str, str, str], str] = {}
    columns = (checks[name] for name in ("design", "outcome", "check", "verdict"))
    for design, outcome, check, verdict in zip(*columns, strict=True):
        key = (design, outcome, check)
        out[key] = max(out.get(key, HOLDS), verdict, key=order.index)
    return out
