"""What the words mean, how it was computed, what is assumed, and where it all comes from."""

from __future__ import annotations

from typing import Any

from gymreg_core import __version__
from gymreg_core.reporting.common_appendix import assumed, defined, files, ground, otherwise, parameters
from gymreg_core.reporting.council.parts import section
from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.dropout.appendix import assumption_of as assumption_of_cohorts
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.symbols import told_by

_DEFINED = (
    *("first_choice", "seat", "admitted", "fill_rate", "free_seat", "reserve", "reserves_per_seat", "cutoff"),
    *("study_path", "cohort", "completion", "diploma", "switch"),
)
_METHODS = ("admission", "supply", "cutoffs", "completion", "demand", "need")


def definitions(view: View) -> Fragment:
    """The terms of the page in alphabetical order."""
    return defined(view, _DEFINED)


def methods(view: View) -> Fragment:
    """How each part was computed, in a few sentences."""
    pairs = [(view.say(f"methods.{name}.name"), view.say(f"methods.{name}.text")) for name in _METHODS]
    return section(view, "methods", "metod") + paragraph(view.say("methods.lead")) + definition_list(pairs)


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, in the words of the reports that the parts are from."""

    def said(file: str, name: str, dated: list[dict[str, Any]]) -> str:
        known = f"assumed.{file}.{name}"
        for part in (view, view.demand, view.cutoffs):
            if part is not None and part.says(known):
                return part.say(known)
        if view.cohort is not None and f"{file}.{name}" in view.cohort.statuses:
            return assumption_of_cohorts(view.cohort, file, name, dated)
        return otherwise(view, name, dated)

    return assumed(view, said)


def provenance(view: View) -> Fragment:
    """The files behind the figures, the parameters, and on what ground they are shown."""
    public = view.provenance.already_public and not view.provenance.made_up
    why = f"{view.say('provenance.public')} {told_by(view.language, office=True)}" if public else ground(view)
    lead = paragraph(view.say("provenance.lead", version=__version__), why)
    inputs = files(view) if view.provenance.inputs else Fragment()
    return section(view, "provenance", "tillkomst") + lead + inputs + parameters(view, year=view.year)
