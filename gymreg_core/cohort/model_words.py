"""What the models of cohorts say, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


def phrase() -> Texts:
    """The words of the models."""
    return texts("gymreg_core.cohort", "model_texts.yml")


def sentences(kind: str, summary: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """The sentences of a kind of result (hazard, warning, schools), from its summary; why there is none, where so."""
    if summary["reason"]:
        return (phrase()(f"reason.{summary['reason']}", language, **_counts(summary, language, "schools", "fewest")),)
    return _KINDS[kind](summary, language)


def _counts(s: Mapping[str, Any], language: Language, *names: str) -> dict[str, str]:
    return {name: number(s[name], language) for name in names if name in s}


def _points(share: float, language: Language) -> str:
    return number(share * 100, language, 2)


def _hazard(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()
    counts = _counts(s, language, "events", "years", "schools", "left_out")
    told = [
        p("hazard.of", language, risk=percent(s["risk"], language), **{k: counts[k] for k in counts if k != "left_out"})
    ]
    if (row := s["largest"]) is not None:
        names = {"term": p(f"hazard.term.{row['term']}", language)}
        names |= {name: _level(str(row[name]), language) for name in ("level", "reference")}
        ends = {name: _points(row[name], language) for name in ("effect", "low", "high")}
        told.append(p("hazard.largest", language, **names, **ends))
    if s["left_out"]:
        told.append(p("hazard.left_out", language, left_out=counts["left_out"]))
    return (*told, p("hazard.cause", language))


def _level(level: str, language: Language) -> str:
    """A level in words; bands, years and cohorts stand for themselves."""
    key = f"hazard.level.{level}"
    return phrase()(key, language) if key in phrase().entries else level


def _warning(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()
    span = {name: number(s[name], language, 2) for name in ("auc", "low", "high", "rate")}
    shares = [
        p("warning.workload", language, **{name: percent(value, language) for name, value in one.items()})
        for one in s["workloads"]
    ]
    cohorts = {name: str(s[name]) for name in ("trained", "judged", "within")}
    return (
        p("warning.of", language, **cohorts, **_counts(s, language, "pupils", "events")),
        p("warning.auc", language, **span),
        *shares,
        p("warning.sex", language),
    )


def _schools(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    p = phrase()
    told = [
        p("schools.of", language, cohorts=s["cohorts"], **_counts(s, language, "schools", "starters")),
        p("schools.between", language, between=number(s["between"] * 100, language, 1)),
        p("schools.apart", language, **_counts(s, language, "apart")),
    ]
    if (row := s["stability"]) is not None:
        span = {name: number(row[name], language, 2) for name in ("correlation", "low", "high")}
        explained = percent(row["correlation"] ** 2, language, 0)
        told.append(p("schools.stability", language, **span, explained=explained))
    return (*told, p("schools.no_ranking", language))


_KINDS = {"hazard": _hazard, "warning": _warning, "schools": _schools}
