"""What the results on the structural supplement say, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from gymreg_core.funding.money import ORE
from gymreg_core.vocabulary.numbers import number, percent, points
from gymreg_core.vocabulary.phrases import capital, listing
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


def millions(ore: float, language: Language) -> str:
    """An amount in öre as millions of kronor: '80,4'."""
    return number(ore / ORE / 1_000_000, language, 1)


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
    return (p("stability.spans", language, spans=listing(spans, language)), p(f"stability.{key}", language, p=told))


def _amounts(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    span = {name: kronor(s[name], language) for name in ("lowest", "highest")}
    covered, total = number(s["covered"], language), millions(s["total"], language)
    return (phrase()("amounts.shared", language, total=total, covered=covered, **span),)


def _distribution(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()
    if not s["total"]:
        return (p("distribution.nothing", language),)
    each = {name: kronor(s[name], language) for name in ("per_pupil", "per_covered")}
    schools = {name: number(s[name], language) for name in ("schools", "reached", "gaining", "losing")}
    share, top = percent(s["share_covered"], language), percent(s["top_share"], language)
    reach = p("distribution.reach", language, share=share, reached=schools["reached"], schools=schools["schools"])
    moved = millions(s["moved"], language)
    return (
        p("distribution.total", language, total=millions(s["total"], language), **each),
        capital(reach),
        p("distribution.uneven", language, gini=number(s["gini"], language, 2), top=top),
        p("distribution.flat", language, gaining=schools["gaining"], losing=schools["losing"], moved=moved),
    )


def _sensitivity(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p, ends = phrase(), ("min", "max")
    shares = {f"share_covered_{end}": percent(s[f"share_covered_{end}"], language) for end in ends}
    totals = {f"total_{end}": millions(s[f"total_{end}"], language) for end in (*ends, "today")}
    gini = {f"gini_{end}": number(s[f"gini_{end}"], language, 2) for end in ends}
    shift = s["most_shift"]
    key = "lower" if shift < 0 else "higher" if shift > 0 else "same"
    beginning = p(f"sensitivity.{key}", language, size=points(abs(shift), language))
    most = {"limit": points(s["most_limit"], language), "beginning": beginning}
    share = percent(s["share_moved_max"], language)
    return (
        p("sensitivity.covered", language, settings=number(s["settings"], language), **shares, **totals),
        p("sensitivity.gini", language, **gini),
        p("sensitivity.moved", language, **most, moved=millions(s["most_moved"], language), share_moved_max=share),
    )


_KINDS = {
    "amounts": _amounts,
    "distribution": _distribution,
    "supplement": _supplement,
    "odds": _odds,
    "model": _model,
    "stability": _stability,
    "sensitivity": _sensitivity,
}
