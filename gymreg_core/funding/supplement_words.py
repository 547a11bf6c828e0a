"""What the results on the structural supplement say, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from gymreg_core.funding.money import ORE
from gymreg_core.vocabulary.numbers import number, percent, points
from gymreg_core.vocabulary.phrases import listing
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

SMALLEST = 0.01
"""Smaller probabilities are told as below it."""


def phrase() -> Texts:
    """The words of the supplement."""
    return texts("gymreg_core.funding", "supplement_texts.yml")


def kronor(ore: float, language: Language) -> str:
    """An amount in öre as whole kronor: '10 500'."""
    return number(ore / ORE, language)


def sentences(kind: str, summary: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """The sentences of a kind of result, from its summary."""
    return _KINDS[kind](summary, language)


def _supplement(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()
    lowest, highest = kronor(s["lowest"], language), kronor(s["highest"], language)
    return (
        p("supplement.who", language, limit=points(s["limit"], language)),
        p("supplement.how", language, year=s["year"], levels=s["levels"], lowest=lowest, highest=highest),
        p(
            "supplement.missing" if s["missing_level"] else "supplement.missing_none",
            language,
            level=s["missing_level"],
        ),
    )


def _odds(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p, limit = phrase(), points(s["limit"], language)
    cohorts = listing([str(cohort) for cohort in s["cohorts"]], language)
    sure = number(s["confidence"] * 100, language)
    told = [
        p("odds.of", language, pupils=number(s["pupils"], language), cohorts=cohorts),
        p("odds.reference", language, limit=limit, share=percent(s["share"], language)),
    ]
    for level in s["levels"]:
        if level.note:
            told.append(p(f"odds.{level.note}", language, level=level.level))
            continue
        ratio, low, high = (number(value, language, 2) for value in (level.odds_ratio, level.low, level.high))
        told.append(p("odds.level", language, level=level.level, ratio=ratio, low=low, high=high, sure=sure))
    return tuple(told)


def _model(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()

    def decimals(*names: str) -> dict[str, str]:
        return {name: number(s[name], language, 2) for name in names}

    return (
        p(f"model.folds_{s['folds']}", language),
        p("model.auc", language, **decimals("auc", "auc_low", "auc_high")),
        p("model.accuracy", language, **{name: percent(s[name], language) for name in ("accuracy", "majority")}),
        p("model.explained", language, **decimals("mcfadden", "tjur", "brier")),
        p("model.slope", language, **decimals("slope", "slope_low", "slope_high")),
    )


def _stability(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()
    if isnan(s["p"]):
        return (p("stability.untested", language),)
    spans = [
        p("stability.span", language, level=level, low=number(low, language, 2), high=number(high, language, 2))
        for level, low, high in s["spans"]
    ]
    key = "differs" if s["differs"] else "alike"
    small = s["p"] < SMALLEST
    told = ("<" if small else "=") + " " + number(max(s["p"], SMALLEST), language, 2)
    return (*spans, p(f"stability.{key}", language, p=told))


_KINDS = {"supplement": _supplement, "odds": _odds, "model": _model, "stability": _stability}
