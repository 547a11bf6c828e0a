"""A track record: cut-offs forecast for years that have ended, each from earlier years alone, and how right it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.planning.cutoff_forecast import CutoffForecast
from gymreg_core.planning.cutoff_scores import SCORES, scores
from gymreg_core.planning.cutoffs import Published, forecast_rows, identified
from gymreg_core.planning.path_history import Known, outcomes_of, paths_of, usable
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import listing, merit
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts


@dataclass(frozen=True, eq=False, repr=False)
class CutoffBacktest:
    """Forecasts of years that have ended, and how right they were.

    table : one row per year; year, april (whether there was a preliminary admission to go by), trained_on, and
    cutoff_scores.SCORES. paths : the forecasts' rows (CutoffForecast.table) with `year` and how they ended: cutoff,
    cutoff_kind, scale. not_forecast : the years that ended and could not be forecast, and why.
    """

    table: pd.DataFrame
    paths: pd.DataFrame
    not_forecast: dict[int, str]

    def __repr__(self) -> str:
        return f"CutoffBacktest({self.table['year'].tolist()})"

    def pooled(self) -> dict[str, float]:
        """The share of cut-offs in the 80 and 50 % intervals over all years together."""
        weight = self.table["judged"] / max(1, int(self.table["judged"].sum()))
        return {name: float((self.table[name] * weight).sum()) for name in ("covered_80", "covered_50")}

    def summary(self) -> dict[str, Any]:
        """The ratios of each year and the pooled intervals."""
        names = ["year", "ratio_both", "ratio_last", "ratio_brier"]
        return {"years": self.table[names].to_dict("records"), **self.pooled(), "not_forecast": self.not_forecast}

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """The track record in sentences, one year after the other, and the intervals of all years together."""
        say = texts("gymreg_core.planning", "cutoff_texts.yml")
        out = [s for row in self.table.itertuples() for s in _of_year(row, language)]
        out += [say("track.not_forecast", language, year=year) for year in self.not_forecast]
        if len(self.table):
            shares = {name: percent(share, language, 0) for name, share in self.pooled().items()}
            years = listing([str(year) for year in self.table["year"]], language)
            out.append(say("track.intervals", language, years=years, **shares))
        return tuple(out)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def backtest_cutoffs(results: Published, years: Iterable[int] | None = None) -> CutoffBacktest:
    """Forecast each of `years` as it could have been in its April, and judge it by how the year ended.

    results : as for forecast_cutoffs. years : all whose final admission is there, when None. A year that cannot be
    forecast is in `not_forecast`. The usual rise of a year is the median, over earlier years with both admissions, of
    the rises from April's to July's ordinary cut-offs.
    """
    return backtest_rows(usable(identified(results)), years)


def backtest_rows(rows: pd.DataFrame, years: Iterable[int] | None = None) -> CutoffBacktest:
    """`backtest_cutoffs` on rows that path_history.usable gives."""
    ended = sorted(rows.loc[rows["round"] == "final", "intake_year"].unique().tolist())
    wanted = ended if years is None else [year for year in sorted(years) if year in ended]
    table, paths, refused = [], [], {}
    for year in wanted:
        try:
            told = forecast_rows(rows, year)
        except BadInput as no:
            refused[year] = str(no.why)
            continue
        judged = ended_as(rows, told)
        april = bool(judged["april_cutoff_kind"].notna().any())
        head = {"year": year, "april": april, "trained_on": told.trained_on}
        table.append({**head, **scores(judged, usual_rise(rows, year))})
        paths.append(judged.assign(year=year))
    frame = pd.DataFrame(table, columns=["year", "april", "trained_on", *SCORES])
    return CutoffBacktest(frame, pd.concat(paths, ignore_index=True) if paths else pd.DataFrame(), refused)


def ended_as(rows: pd.DataFrame, told: CutoffForecast) -> pd.DataFrame:
    """The forecast's table with how each study path ended: cutoff, cutoff_kind, scale."""
    ended = outcomes_of(rows, told.year, told.table.set_index("study_path_id"))
    return told.table.join(ended.reset_index(drop=True))


def usual_rise(rows: pd.DataFrame, year: int) -> float:
    """The median rise, points, from April's to July's ordinary cut-offs in all years before `year`; NaN if unknown."""
    rises = []
    for before in sorted(rows.loc[rows["intake_year"] < year, "intake_year"].unique().tolist()):
        paths = paths_of(rows, before, Known(True, (), ()))
        ended = outcomes_of(rows, before, paths)
        rises.append((ended["cutoff"].where(ended["scale"] == "grades") - paths["april_cutoff"]).dropna())
    together = pd.concat(rises) if rises else pd.Series(dtype="float64")
    return float(np.median(together)) if len(together) else float("nan")


def _of_year(row: Any, language: Language) -> list[str]:
    say, out = texts("gymreg_core.planning", "cutoff_texts.yml"), []
    if row.both and row.better_rule:
        rule_error = row.mae_rise if row.better_rule == "rise" else row.mae_last_both
        error = row.mae_both if row.better_rule == "rise" else row.mae_both_last
        blanks = {"error": _points(error, language), "rule_error": _points(rule_error, language)}
        out.append(say(f"track.{row.better_rule}", language, year=row.year, **blanks))
    elif not row.april:
        out.append(say("track.no_april", language, year=row.year))
    if row.last:
        blanks = {"error": _points(row.mae_of_last, language), "rule_error": _points(row.mae_last, language)}
        out.append(say("track.as_last", language, year=row.year, **blanks))
    if row.chance:
        ratio = number(row.ratio_brier, language, 2)
        out.append(say("track.chance", language, year=row.year, ratio=ratio))
    return out


def _points(value: float, language: Language) -> str:
    return merit(round(value, 1), language)
