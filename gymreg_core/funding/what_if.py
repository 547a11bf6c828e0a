"""What if: another decision about money, on the pupils of a year, beside today's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.errors import BadParameters
from gymreg_core.funding.cells import COUNTS, Cells, cells, moved
from gymreg_core.funding.decision import Decision, pupil_factors, times
from gymreg_core.funding.histories import Histories, histories
from gymreg_core.funding.price_index import consumer_prices
from gymreg_core.funding.scenarios import FundingScenario, load_scenario, make_scenario
from gymreg_core.funding.settlement_checks import check_enrolments
from gymreg_core.funding.what_if_table import OUTSIDE, compared
from gymreg_core.funding.what_if_words import sentences
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

__all__ = ["FundingScenario", "FundingWhatIf", "load_scenario", "make_scenario", "what_if"]


@dataclass(frozen=True, eq=False, repr=False)
class FundingWhatIf:
    """What the pupils of a calendar year cost today and by the decision of a scenario; no person rows.

    table : a row per group, see `what_if_table.compared`. steps : a row for today, for each change of the scenario in
        its order, and for the new total: step, kind (today, a kind of change, then), pupils (whom something else is
        paid for), amount_from and amount_to (öre). A step begins where the one before ended, so that they add
        up to the difference.
    expected_rise : per cent that costs are held to rise until the decision; fixed prices are reckoned with it.
    """

    scenario: FundingScenario
    year: int
    table: pd.DataFrame
    steps: pd.DataFrame
    expected_rise: float
    made_up: bool

    def rows(self, by: str) -> pd.DataFrame:
        """The rows of one kind of group."""
        return self.table[self.table["by"] == by].reset_index(drop=True)

    def sums(self) -> list[tuple[int, list[int]]]:
        """Rows of `table` (positions) that others add up to, and those."""
        by, group, programme = (self.table[name].to_numpy(str) for name in ("by", "group", "programme"))
        whole = int(np.flatnonzero(by == "region")[0])
        crossed = by == "school_programme"
        found = [(whole, np.flatnonzero(by == kind).tolist()) for kind in dict.fromkeys(by) if kind != "region"]
        for kind, column in (("school", group), ("programme", programme)):
            found += [
                (int(row), np.flatnonzero(crossed & (column == group[row])).tolist())
                for row in np.flatnonzero(by == kind)
            ]
        return found

    def summary(self) -> dict[str, Any]:
        """Amounts of the region in öre, per pupil and year too; the real change of the latter; what each step adds; how
        many municipalities pay, and schools get, more and less than by the same percentage for all (even_within)."""
        whole = self.rows("region").iloc[0]
        before, now = int(whole["amount_previous"]), int(whole["amount"])
        was, per_pupil = (_number(whole[name]) for name in ("amount_per_pupil_previous", "amount_per_pupil"))
        real = per_pupil / was / (1 + self.expected_rise / 100) - 1 if was and per_pupil is not None else None
        steps = (self.steps["amount_to"] - self.steps["amount_from"]).tolist()[1:-1]
        return {
            "year": self.year,
            "amount_previous": before,
            "amount": now,
            "amount_change": now - before,
            "amount_change_share": (now - before) / before if before else None,
            "per_pupil_previous": was,
            "per_pupil": per_pupil,
            "per_pupil_real_change": real,
            "expected_rise": self.expected_rise,
            "steps": steps,
            **{f"{by}s_{way}": count for by in ("payer", "school") for way, count in self._ways(by).items()},
        }

    def _ways(self, by: str) -> dict[str, int]:
        rows = self.rows(by)
        rows = rows[~rows["group"].isin(["", OUTSIDE])]
        within = float(rule("what_if", "even_within")) * rows["amount_previous"]
        return {"more": int((rows["relative"] > within).sum()), "less": int((rows["relative"] < -within).sum())}

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What it costs, where that comes from, and who gains and loses, in whole sentences."""
        return sentences(self.scenario, self.summary(), language, made_up=self.made_up)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.describe())}</p>"

    def __repr__(self) -> str:
        return f"FundingWhatIf({self.scenario.name!r}, {self.year}, {len(self.table)} groups)"


def what_if(
    enrolments: Enrolments,
    scenario: FundingScenario | Mapping[str, Any] | Path,
    year: int,
    *,
    today: Decision | None = None,
) -> FundingWhatIf:
    """What a scenario would cost for the pupils of a calendar year, as known at the end of the enrolments.

    scenario : checked, as a mapping, or a YAML file (funding/scenarios.py says what it may ask for).
    year : whose pupils, months and prices. today : what it is compared with, by default what rules/ hold for the year.
    Pupils stay where they are, whatever the prices. The order of independent changes moves only what each of them adds.
    Errors: BadParameters for changes that cannot be, all at once, and for a year that the enrolments do not tell of;
    RuleMissing, PriceMissing and BadInput as `entitlement`.
    """
    if isinstance(scenario, Path):
        scenario = load_scenario(scenario)
    elif not isinstance(scenario, FundingScenario):
        scenario = make_scenario(dict(scenario))
    _told(enrolments, year)
    check_enrolments(enrolments)
    decision = today or Decision.packaged(year)
    costs = _Costs(histories(enrolments, decision.rules))
    before = now = costs.of(decision)
    stages, steps, faults = [before], [], []
    for place, change in enumerate(scenario.changes, start=1):
        try:
            other = decision.changed(change, costs.supplement)
            then = costs.of(other)
            steps.append(moved(now, then))
            now, decision = then, other
        except BadParameters as problem:
            faults.append(f"changes.{place}: {problem}")
        stages.append(now)
    if faults:
        raise BadParameters("\n  ".join(faults), where="scenario")
    kinds = ["today", *(change.kind for change in scenario.changes), "then"]
    totals = [_total(stage) for stage in stages]
    ends = [totals[0], *totals, totals[-1]]
    rise = scenario.expected_rise
    if rise is None:
        rise = float(consumer_prices(year + 1) / consumer_prices(year) - 1) * 100
    return FundingWhatIf(
        scenario=scenario,
        year=year,
        table=compared(stages, steps, enrolments.schools),
        steps=pd.DataFrame(
            {
                "step": range(len(kinds)),
                "kind": kinds,
                "pupils": [before.paid_for(), *(step.about() for step in steps), now.paid_for()],
                "amount_from": ends[:-1],
                "amount_to": ends[1:],
            }
        ),
        expected_rise=rise,
        made_up=enrolments.made_up,
    )


class _Costs:
    """What decisions cost, by cell; nothing is reckoned again where only the number of pupils is another."""

    def __init__(self, h: Histories) -> None:
        self._histories = h
        self._last: tuple[Decision, Cells] | None = None

    def of(self, decision: Decision) -> Cells:
        """The cells of the decision, with as many pupils as it says."""
        if self._last is None or not decision.pays_as(self._last[0]):
            self._last = decision, cells(self._histories, decision)
        found = self._last[1].table.copy()
        factors = pupil_factors(found, decision.pupils)
        for factor in sorted(set(factors) - {1}):
            rows = factors == factor
            for name in AMOUNTS:
                found.loc[rows, name] = times(found.loc[rows, name], factor)
            for name in COUNTS:
                found.loc[rows, name] *= float(factor)
        return replace(self._last[1], table=found)

    def supplement(self, decision: Decision) -> int:
        """What its supplement costs, öre."""
        return int(self.of(decision).table["supplement"].sum())


def _number(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _total(found: Cells) -> int:
    return int(found.table[list(AMOUNTS)].to_numpy().sum())


def _told(enrolments: Enrolments, year: int) -> None:
    if not (enrolments.since <= f"{year}-01-01" and f"{year}-12-31" <= enrolments.as_of):
        raise BadParameters(
            f"the enrolments do not tell of the whole of {year}",
            where="year",
            why=f"They tell of {enrolments.since} to {enrolments.as_of}.",
            remedy="Take the last whole year; prices and pupils of a later one are changes of the scenario.",
        )
