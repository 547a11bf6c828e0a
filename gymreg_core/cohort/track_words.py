"""What was tracked, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts


def sentences(summary: Mapping[str, Any], language: Language) -> list[str]:
    """What `TrackedWorkspace.summary` says."""
    p = texts("gymreg_core.cohort", "track_texts.yml")
    years, measured, rules = summary["cohorts"], summary["measured"], summary["rules"]
    days = {"since": summary["since"], "as_of": summary["as_of"]}
    told = [p("span", language, first=years[0], last=years[-1], **days) if years else p("nobody", language, **days)]
    if measured:
        told.append(p("measures", language, cards=summary["cards"], first=measured[0], last=measured[-1]))
    elif years:
        told.append(p("no_measures", language))
    if assumed := rules.get("assumption"):
        told.append(p("assumptions", language, n=assumed, all=sum(rules.values())))
    if summary["made_up"]:
        told.append(p("made_up", language))
    return told
