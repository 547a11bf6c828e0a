"""How right the forecast would have been: each year foretold by earlier years alone, beside last year's shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.planning.demand import forecast_demand
from gymreg_core.planning.demand_inputs import DemandInputs, code_in
from gymreg_core.planning.demand_words import backtest_words
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language, programmes


@dataclass(frozen=True, eq=False)
class DemandBacktest:
    """Forecasts of the region's shares of national programmes held against what was chosen.

    table : year, programme, share (chosen), expected, low, high (share of all national choices expected, 0.1 and 0.9
        quantiles by rules/demand.yml), last (share of the last year known).
    scores : year (0: all years together), programmes, error and error_last (sum over programmes of absolute errors of
        shares), ratio of them, covered (share of the programmes whose share lay in the interval). years : those held
        against, history : the number of years that each was foretold by.
    """

    table: pd.DataFrame
    scores: pd.DataFrame
    years: tuple[int, ...]
    ahead: int

    @property
    def ratio(self) -> float:
        """The error of all years together, by that of last year's shares; NaN without a year."""
        return float(self.scores["ratio"].iloc[-1]) if self.years else float("nan")

    def summary(self) -> dict[str, Any]:
        """Of all years together: ratio, covered, error, error_last."""
        if not self.years:
            return {"years": ()}
        whole = self.scores.iloc[-1]
        names = ("error", "error_last", "ratio", "covered")
        return {"years": self.years, **{name: float(whole[name]) for name in names}}

    def sentences(self, language: Language) -> tuple[str, ...]:
        """How right, and whether the intervals held."""
        return backtest_words(self.years, self.scores, language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def _repr_html_(self) -> str:
        return str(self.scores.to_html(index=False))


def backtest_demand(inputs: DemandInputs, *, ahead: int = 1, seed: int | None = None) -> DemandBacktest:
    """Foretell every year that has `backtest_from` years of history at least, the newest of them `ahead` years before.

    Nothing of the year itself, or of years between it and the last one known, is used. Where a year is missing its
    neighbours are not tested so many years ahead.
    """
    years = sorted({int(year) for year in inputs.choices["intake_year"]})
    frames = []
    for year in years:
        history = [one for one in years if one <= year - ahead]
        if len(history) < int(rule("demand", "backtest_from")) or history[-1] != year - ahead:
            continue
        frames.append(_held_against(inputs, year, ahead, seed).assign(history=len(history)))
    columns = ["year", "programme", "share", "expected", "low", "high", "last", "history"]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    tested = tuple(int(year) for year in dict.fromkeys(table["year"]))
    lines = [_score(table[table["year"].eq(year)], year) for year in tested]
    if lines:
        lines.append(_score(table, 0))
    names = ["year", "programmes", "error", "error_last", "ratio", "covered"]
    return DemandBacktest(table[columns], pd.DataFrame(lines, columns=names), tested, ahead)


def _held_against(inputs: DemandInputs, year: int, ahead: int, seed: int | None) -> pd.DataFrame:
    rows = inputs.choices[inputs.choices["intake_year"].le(year - ahead)]
    known = DemandInputs(
        choices=rows,
        provenance=inputs.provenance,
        measure=inputs.measure,
        population=inputs.population[inputs.population["year"].le(year - ahead)],
        year9=inputs.year9[inputs.year9["year"].le(year - ahead)],
        wanted=inputs.wanted[inputs.wanted["intake_year"].le(year - ahead)],
    )
    told = forecast_demand(known, year, ahead=1, seed=seed)
    national = np.array([programmes()[code].national for code in told.what.programmes], dtype=np.bool_)
    drawn = told.futures.homes[:, 0].sum(axis=1)[:, national].astype(np.float64)
    drawn /= np.maximum(drawn.sum(axis=1, keepdims=True), 1.0)
    ends = rule("demand", "intervals")
    low, high = np.quantile(drawn, [ends["low"], ends["high"]], axis=0)
    codes = [code for code, kept in zip(told.what.programmes, national, strict=True) if kept]
    middle = told.middle.homes[0].sum(axis=0)[national]
    forecast = pd.DataFrame({"programme": codes, "expected": middle / max(middle.sum(), 1.0), "low": low, "high": high})
    last = _shares(rows[rows["intake_year"].eq(rows["intake_year"].max())], year).rename("last")
    share = _shares(inputs.choices[inputs.choices["intake_year"].eq(year)], year).rename("share")
    whole = forecast.set_index("programme").join(last, how="outer").join(share, how="outer").fillna(0.0)
    return whole.rename_axis("programme").reset_index().assign(year=year)


def _shares(choices: pd.DataFrame, year: int) -> pd.Series:
    """Shares of national programmes, each under the code that it has in `year`."""
    codes = choices["programme"].map(lambda code: code_in(code, year))
    kept = codes.map(lambda code: programmes()[code].national).astype(bool)
    counted = choices[kept].groupby(codes[kept])["pupils"].sum()
    if not counted.sum():
        raise BadInput(f"nobody chose a national programme in {year}", remedy="Leave the year out of the choices.")
    return counted / counted.sum()


def _score(table: pd.DataFrame, year: int) -> dict[str, Any]:
    error = float((table["expected"] - table["share"]).abs().sum())
    other = float((table["last"] - table["share"]).abs().sum())
    inside = table["share"].between(table["low"], table["high"])
    told = table["share"].gt(0) | table["expected"].gt(0)
    return {
        "year": year,
        "programmes": len(table),
        "error": error,
        "error_last": other,
        "ratio": error / other if other else float("nan"),
        "covered": float(inside[told].mean()) if told.any() else float("nan"),
    }
