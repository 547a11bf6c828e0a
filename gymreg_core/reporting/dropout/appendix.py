"""What the words mean, what is assumed, how it was computed, and where it all comes from."""

from __future__ import annotations

from functools import partial
from typing import Any

from gymreg_core import __version__
from gymreg_core.reporting.common_appendix import assumed, defined, files, ground, otherwise, parameters
from gymreg_core.reporting.dropout.parts import section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import paragraph
from gymreg_core.vocabulary.numbers import day

_DEFINED = (
    *("cohort", "starter", "completion", "diploma", "study_certificate", "interruption", "study_break", "switch"),
    *(
        "introductory_programmes",
        "national",
        "preparatory",
        "vocational",
        "merit_value",
        "home_municipality",
        "provider",
    ),
    *("not_followed", "placeholder_number", "activity_responsibility", "region_area"),
)
_METHODS = ("histories", "measures", "states", "risk", "warning", "schools", "hidden", "rounded")
_MEASURES, _CLEANING = "measures", "cleaning"


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    return defined(view, _DEFINED)


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, each with where it stands."""

    return assumed(view, partial(assumption_of, view))


def assumption_of(view: View, file: str, name: str, dated: list[dict[str, Any]]) -> str:
    """What is assumed by a rule of that file, in a sentence (`common_appendix.Said`)."""
    if file == _MEASURES:
        return view.say("assumed.measure", name=view.card(name).words(view.language).name)
    if file == _CLEANING:
        last = dated[-1]
        blanks = last["value"] if isinstance(last["value"], dict) else {}
        return str(last[view.language]).strip().format(**blanks)
    known = f"assumed.{file}.{name}"
    return view.say(known) if view.says(known) else otherwise(view, name, dated)


def methods(view: View) -> Fragment:
    """How the figures were computed, a paragraph for each of them."""
    pairs = [
        (
            view.say(f"methods.{name}.name"),
            view.say(f"methods.{name}.text", smallest=smallest(view)),
        )
        for name in _METHODS
    ]
    return section(view, "methods", "metod") + paragraph(view.say("methods.lead")) + definition_list(pairs)


def provenance(view: View) -> Fragment:
    """The extract behind the figures, the parameters, and on what ground they are shown."""
    days = {name: day(getattr(view.tracked, name), view.language) for name in ("since", "as_of")}
    lead = paragraph(view.say("provenance.lead", version=__version__, **days), ground(view))
    asked = parameters(view, cohort=view.cohort, compare_to=view.compare_to)
    return section(view, "provenance", "tillkomst") + lead + files(view) + asked
