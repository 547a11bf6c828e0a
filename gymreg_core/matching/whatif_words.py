"""The findings of a what-if analysis in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import change, number, percent
from gymreg_core.vocabulary.phrases import capital
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts


def phrase() -> Texts:
    """The sentences of the what-if analyses."""
    return texts("gymreg_core.matching", "what_if_texts.yml")


def persons(n: int, language: Language) -> str:
    """A count of persons that may stand in a sentence: 'ingen', 'färre än 5', '34'; see rules/disclosure.yml."""
    smallest = int(rule("disclosure", "smallest_count"))
    if n == 0:
        return phrase()("count.none", language)
    return phrase()("count.fewer", language, n=smallest) if n < smallest else number(n, language)


def sentences(summary: Mapping[str, Any], scenario: str, language: Language) -> tuple[str, ...]:
    """What `Comparison.summary` says, most important first."""
    p, s = phrase(), summary
    everyone = s["applicants"]
    moved = everyone - s["unchanged"]
    if moved:
        who = {k: persons(s[v], language) for k, v in _WAYS.items()}
        out = [
            p("moved", language, name=scenario, moved=persons(moved, language), all=number(everyone, language)),
            p("ways", language, **who),
            p(
                "first_choice",
                language,
                share=capital(percent(s["first_choice"] / everyone, language)),
                before=percent(s["first_choice_previous"] / everyone, language),
            ),
        ]
    else:
        out = [p("nothing", language, name=scenario, all=number(everyone, language))]
    out.append(_cutoffs(s, language))
    free, before = (number(s[name], language) for name in ("free_seats", "free_seats_previous"))
    out.append(p("free_seats", language, free=free, before=before))
    if s["gone"] or s["new"]:
        out.append(p("cohort", language, new=persons(s["new"], language), gone=persons(s["gone"], language)))
    return tuple(out)


_WAYS = {"better": "better", "worse": "worse", "newly": "newly_seated", "unseated": "unseated"}


def _cutoffs(s: Mapping[str, Any], language: Language) -> str:
    if not s["cutoffs_compared"]:
        return phrase()("cutoffs.none", language)
    n = number(s["cutoffs_compared"], language)
    if not s["cutoffs_higher"] + s["cutoffs_lower"]:
        return phrase()("cutoffs.same", language, n=n)
    return phrase()(
        "cutoffs.moved",
        language,
        n=n,
        higher=number(s["cutoffs_higher"], language),
        lower=number(s["cutoffs_lower"], language),
        mean=change(s["cutoff_change_mean"], language, 1),
    )
