"""What the study cannot say, how it was done, the plan that it followed, and where it all comes from."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from gymreg_core import __version__
from gymreg_core.cohort.cards import card
from gymreg_core.reporting.common_appendix import assumed, defined, files, ground, otherwise, parameters
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, section
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, paragraph
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import day, number, percent
from gymreg_core.vocabulary.phrases import listing

_DEFINED = (
    *("structural_supplement", "cohort", "completion", "diploma", "interruption", "switch", "merit_value"),
    *("study_path", "cutoff", "provider", "national", "preparatory", "vocational"),
)
_PIECE = 16
"""Signs of a checksum that stand together, so that a narrow page can break it."""
_LIMITS = (
    *("few_earlier", "use_unknown", "dose_is_mix", "cohorts_before", "early_outcomes", "linked", "schools_known"),
    "offers_not_money",
)
_METHODS = (
    *("dose", "fixed_effects", "clusters", "introduction", "pre_trend", "bounds", "dose_groups", "instrument"),
    *("offers", "cutoff", "power", "specifications", "many", "proved", "hidden"),
)


def limits(view: View) -> Fragment:
    """What the study cannot say."""
    made_up = [view.say("limit.made_up")] if view.provenance.made_up else []
    told = [view.say(f"limit.{name}") for name in _LIMITS]
    return section(view, "limits", "granser-for-studien") + bullets([*made_up, *told])


def plan(view: View) -> Fragment:
    """The analysis plan, point by point, and its hash."""
    p = view.plan
    first, last = p.first_cohort or view.say("plan.first"), p.last_cohort or view.say("plan.last")
    values = {
        "outcome": words.name(view, "outcomes", p.outcome),
        "also": "; ".join(words.name(view, "short", one) for one in p.also) or view.say("plan.none"),
        "cohorts": view.say("plan.cohorts_are", first=first, last=last),
        "programmes": view.say(f"specification.programmes.{p.programmes}"),
        "main": words.name(view, "designs", p.main),
        "designs": "; ".join(words.name(view, "designs", one) for one in p.designs),
        "groups": listing([view.say(f"groups.of.{one}") for one in p.groups], view.language) or view.say("plan.none"),
        "confidence": percent(p.confidence, view.language, 0),
        "smallest": number(p.smallest_of_interest, view.language, 1),
        "power": percent(p.power, view.language, 0),
        "simulations": view.say("plan.simulations_are", n=number(p.simulations, view.language), seed=str(p.seed)),
        "registered": p.registered or view.say("plan.not_registered"),
        "hash": " ".join(re.findall(f".{{1,{_PIECE}}}", view.studied.plan_hash)),
    }
    frame = pd.DataFrame({"label": [view.say(f"plan.{name}") for name in values], "note": list(values.values())})
    shown = [column(view, "label", "point"), column(view, "note", "what")]
    listed = table(
        view.release(frame), shown, caption=view.say("plan.table"), identifier="plan", language=view.language
    )
    return section(view, "plan", "plan") + paragraph(view.say("plan.lead"), view.say("plan.outside")) + listed


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    return defined(view, _DEFINED)


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, each with where it stands."""

    def said(file: str, name: str, dated: list[dict[str, Any]]) -> str:
        if file == "effects_wording":
            return view.say("assumed.wording", design=words.name(view, "designs", name))
        if file == "measures":
            return view.say("assumed.measure", name=card(name).words(view.language).name)
        if file == "cleaning":
            last = dated[-1]
            blanks = last["value"] if isinstance(last["value"], dict) else {}
            return str(last[view.language]).strip().format(**blanks)
        known = f"assumed.{file}.{name}"
        return view.say(known) if view.says(known) else otherwise(view, name, dated)

    return assumed(view, said)


def methods(view: View) -> Fragment:
    """How the figures were computed, a paragraph for each of them."""
    pairs = [(view.say(f"methods.{name}.name"), view.say(f"methods.{name}.text")) for name in _METHODS]
    return section(view, "methods", "metod") + paragraph(view.say("methods.lead")) + definition_list(pairs)


def provenance(view: View) -> Fragment:
    """The files behind the figures, the parameters, and on what ground they are shown."""
    days = {name: day(getattr(view.studied, name), view.language) for name in ("since", "as_of")}
    lead = paragraph(view.say("provenance.lead", version=__version__, **days), ground(view))
    return (
        section(view, "provenance", "tillkomst")
        + lead
        + files(view)
        + parameters(view, plan_hash=view.studied.plan_hash)
    )
