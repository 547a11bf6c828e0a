"""What the words mean, how the forecast is made, what it assumes, and where it all comes from."""

from __future__ import annotations

from typing import Any

from gymreg_core import __version__
from gymreg_core.reporting.common_appendix import assumed, defined, files, otherwise, parameters
from gymreg_core.reporting.cutoffs.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, paragraph
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.sections import section
from gymreg_core.reporting.symbols import told_by

_DEFINED = ("cutoff", "all_eligible_admitted", "merit_value", "preliminary", "final", "reserve", "seat", "study_path")
_LIMITS = ("grades", "scales", "new", "numbers", "choices")
_METHODS = ("level", "intervals", "chance", "history", "missing", "record")


def limits(view: View) -> Fragment:
    """What the forecast cannot say."""
    return section(view, "limits", "begransningar") + bullets(view.say(f"limit.{name}") for name in _LIMITS)


def methods(view: View) -> Fragment:
    """How the forecast is made, step by step."""
    pairs = [(view.say(f"methods.{name}.name"), view.say(f"methods.{name}.text")) for name in _METHODS]
    return section(view, "methods", "metod") + paragraph(view.say("methods.lead")) + definition_list(pairs)


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    return defined(view, _DEFINED)


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, each with where it stands."""

    def said(file: str, name: str, dated: list[dict[str, Any]]) -> str:
        known = f"assumed.{file}.{name}"
        return view.say(known) if view.says(known) else otherwise(view, name, dated)

    _ = view.work, view.least_seats, view.shown
    return assumed(view, said)


def provenance(view: View) -> Fragment:
    """The files behind the figures, the parameters, and on what ground they are shown."""
    ground = view.say("provenance.made_up" if view.provenance.made_up else "provenance.public")
    lead = paragraph(view.say("provenance.lead", version=__version__), ground, told_by(view.language, office=True))
    return section(view, "provenance", "tillkomst") + lead + files(view) + parameters(view, intake_year=view.year)
