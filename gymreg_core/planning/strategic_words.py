"""The ranking of programmes in sentences: who comes first, and how far the weights decide it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import percent
from gymreg_core.vocabulary.phrases import listing, programme_inside
from gymreg_core.vocabulary.texts import Texts, texts

if TYPE_CHECKING:
    import pandas as pd

    from gymreg_core.vocabulary.programmes import Language


def phrase() -> Texts:
    """The sentences of the ranking."""
    return texts("gymreg_core.planning", "strategic_texts.yml")


def criterion_name(name: str, language: Language) -> str:
    """What a criterion is called (rules/strategic.yml)."""
    return str(rule("strategic", "criteria")[name][language])


def strategic_sentences(summary: Mapping[str, Any], weights: pd.DataFrame, language: Language) -> tuple[str, ...]:
    """The sentences that a ranking gives. summary, weights : of `Strategic`."""
    used = weights[weights["weight"] > 0]
    told = listing(
        [
            phrase()("weight", language, name=_inside(name, language), share=percent(weight, language, 0))
            for name, weight in zip(used["criterion"], used["weight"], strict=True)
        ],
        language,
    )
    found = [phrase()("first", language, names=_names(summary["first"], language), weights=told)]
    told_of = [key for key in ("steady", "unsteady", "incomplete", "unranked") if summary[key]]
    found += [phrase()(key, language, names=_names(summary[key], language)) for key in told_of]
    if summary["not_in_use"]:
        names = listing([_inside(name, language) for name in summary["not_in_use"]], language)
        found.append(phrase()("not_in_use", language, names=names))
    return tuple(found)


def _inside(name: str, language: Language) -> str:
    told = criterion_name(name, language)
    return told[:1].lower() + told[1:]


def _names(codes: list[str], language: Language) -> str:
    return listing([programme_inside(code, language) for code in codes], language)
