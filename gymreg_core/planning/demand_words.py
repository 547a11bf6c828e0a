"""What a forecast of demand says, in whole sentences."""

from __future__ import annotations

import pandas as pd

from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, listing, programme_inside
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_NAMED = 3
_HUNDRED = 100


def say() -> Texts:
    """The texts of forecasts of demand."""
    return texts("gymreg_core.planning", "demand_texts.yml")


def sentences_of(
    table: pd.DataFrame, measure: str, year: int, notes: tuple[str, ...], language: Language
) -> tuple[str, ...]:
    """How many in the whole region, which programmes grow and fall, and what the forecast had to do without.

    table : `DemandForecast.table`. A programme is named where its last number lies outside the inner interval.
    """
    p = say()
    region = table[table["level"].eq("region")]
    whole = region[region["programme_type"].eq("") & region["year"].eq(year)].iloc[0]
    blanks = {name: number(int(whole[name]), language) for name in ("expected", "low", "high", "last")}
    out = [p(f"whole.{measure}", language, year=year, sure=_sure(language), **blanks)]
    last = region[region["programme_type"].eq("")].iloc[-1]
    if int(last["year"]) > year:
        ends = {name: number(int(last[name]), language) for name in ("expected", "low", "high")}
        out.append(p("later", language, year=int(last["year"]), **ends))
    rows = region[region["programme"].ne("") & region["year"].eq(year)]
    for way, moved in (
        ("growing", rows[rows["inner_low"] > rows["last"]]),
        ("falling", rows[rows["inner_high"] < rows["last"]]),
    ):
        size = (moved["expected"] - moved["last"]).abs()
        named = moved.loc[size.sort_values(ascending=False, kind="stable").index[:_NAMED], "programme"]
        if len(named):
            words = listing([programme_inside(code, language) for code in named], language)
            out.append(p(way, language, names=words))
    if not ((rows["inner_low"] > rows["last"]) | (rows["inner_high"] < rows["last"])).any():
        out.append(p("steady", language))
    out += notes_words(notes, language)
    return tuple(capital(sentence) for sentence in out)


def notes_words(notes: tuple[str, ...], language: Language) -> list[str]:
    """What a forecast had to do without: `DemandForecast.notes`, a sentence each."""
    return [say()(f"notes.{note}", language) for note in notes]


def interval_words(language: Language) -> str:
    """What the ends of an interval say: so many of ten futures lie between them."""
    ends = rule("demand", "intervals")
    return say()("interval", language, n=number(10 * (ends["high"] - ends["low"]), language))


def backtest_words(years: tuple[int, ...], scores: pd.DataFrame, language: Language) -> tuple[str, ...]:
    """How right earlier forecasts would have been: `DemandBacktest.scores`, its row of all years together."""
    p = say()
    if not years:
        return (p("backtest.none", language),)
    whole = scores.iloc[-1]
    key = "same" if round(_HUNDRED * whole["ratio"]) == _HUNDRED else "better" if whole["ratio"] < 1 else "worse"
    blanks = {
        "years": listing([str(year) for year in years], language),
        "points": number(_HUNDRED * whole["error"] / whole["programmes"], language, 2),
        "other": number(_HUNDRED * whole["error_last"] / whole["programmes"], language, 2),
        "ratio": number(_HUNDRED * whole["ratio"], language),
    }
    held = number(_HUNDRED * whole["covered"], language)
    return p(f"backtest.{key}", language, **blanks), p("backtest.covered", language, sure=_sure(language), held=held)


def _sure(language: Language) -> str:
    ends = rule("demand", "intervals")
    return number(_HUNDRED * (ends["high"] - ends["low"]), language)
