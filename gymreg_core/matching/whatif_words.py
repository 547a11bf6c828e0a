"""The findings of a what-if analysis in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import change, number, percent, points
from gymreg_core.vocabulary.phrases import capital
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_WAYS = {"better": "better", "worse": "worse", "newly": "newly_seated", "unseated": "unseated"}


def phrase() -> Texts:
    """The sentences of the what-if analyses."""
    return texts("gymreg_core.matching", "what_if_texts.yml")


def persons(n: int, language: Language, *, none: str = "no") -> str:
    """A count of persons before the word for them: 'no', 'fewer than 5', '34' (rules/disclosure.yml); alone `none`."""
    return _or_fewer(n, language) if n else phrase()(f"count.{none}", language)


def of_paths(s: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """What `Comparison.summary` says: cut-offs, then empty seats."""
    free, before = (number(s[name], language) for name in ("free_seats", "free_seats_previous"))
    return _cutoffs(s, language), phrase()("free_seats", language, free=free, before=before)


def of_people(counts: Mapping[str, int | None], scenario: str, language: Language) -> tuple[str, ...]:
    """Who moves, from the region's row of `Comparison.table` as it was released; None is a count that is not shown."""
    p, everyone = phrase(), counts["applicants"]
    told = {name: _told(value, language) for name, value in counts.items()}
    ways = [counts[name] for name in _WAYS.values()]
    moved = None if None in ways else sum(way or 0 for way in ways)
    if moved == 0:
        return (p("nothing", language, name=scenario, all=told["applicants"]),)
    key, blanks = ("moved_some", {}) if moved is None else ("moved", {"moved": number(moved, language)})
    out = [
        p(key, language, name=scenario, all=told["applicants"], **blanks),
        p("ways", language, **{blank: told[name] for blank, name in _WAYS.items()}),
    ]
    met, before = counts["first_choice"], counts["first_choice_previous"]
    if everyone and met is not None and before is not None:
        share, was = percent(met / everyone, language), percent(before / everyone, language)
        out.append(p("first_choice", language, share=capital(share), before=was))
    return tuple(out)


def of_cohort(new: int, gone: int, language: Language) -> tuple[str, ...]:
    """Applicants whom only one of the rounds has; nothing where there are none."""
    if not new and not gone:
        return ()
    return (phrase()("cohort", language, new=_or_fewer(new, language), gone=_or_fewer(gone, language)),)


def of_runs(s: Mapping[str, Any], series: str, language: Language) -> tuple[str, ...]:
    """What `Uncertainty.summary` says of today's round, of the scenario's, or of the change."""
    p = phrase()
    spans = {
        f"{name}_{end}": (change if series == "change" else number)(value, language)
        for name in ("first_choice", "seated", "free_seats")
        for end, value in zip(("low", "high"), s[f"{name}_{series}"], strict=True)
    }
    width = s[f"cutoff_width_{series}"]
    out = [p(f"uncertainty.{series}", language, **spans)]
    if series != "change":
        told = None if width is None else points(width, language)
        out.append(
            p("uncertainty.no_cutoffs", language) if told is None else p("uncertainty.cutoffs", language, width=told)
        )
    return tuple(out)


def runs_head(s: Mapping[str, Any], language: Language) -> str:
    """How the intervals came about."""
    key = "drawn" if s["resample"] else "lottery"
    return phrase()(f"uncertainty.{key}", language, runs=number(s["runs"], language))


def _or_fewer(n: int, language: Language) -> str:
    smallest = int(told_to("smallest_count"))
    return phrase()("count.fewer", language, n=smallest) if 0 < n < smallest else _told(n, language)


def _told(n: int | None, language: Language) -> str:
    if n is None:
        return phrase()("count.hidden", language)
    return number(n, language) if n else phrase()("count.none", language)


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
