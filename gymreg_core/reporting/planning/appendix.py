"""What the words of the page mean, what it assumes, how it was done, and where it comes from."""

from __future__ import annotations

from typing import Any

from gymreg_core import __version__
from gymreg_core.reporting.common_appendix import assumed, defined, files, ground, otherwise, parameters
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.planning.parts import section
from gymreg_core.reporting.planning.view import View

_DEFINED = (
    "seat",
    "free_seat",
    "reserve",
    "reserves_per_seat",
    "first_choice",
    "home_municipality",
    "introductory",
    "national",
    "preparatory",
    "vocational",
)
_METHODS = ("cohorts", "shares", "homes", "ways", "futures", "sums", "record", "hidden")


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    return defined(view, _DEFINED)


def methods(view: View) -> Fragment:
    """How the figures were computed, a paragraph for each of them."""
    pairs = [
        (view.say(f"methods.{name}.name"), view.say(f"methods.{name}.text"))
        for name in (*_told_of_seats(view), *_METHODS)
    ]
    return section(view, "methods", "metod") + definition_list(pairs)


def _told_of_seats(view: View) -> tuple[str, ...]:
    if view.seats is None:
        return ()
    region = ("strategic",) if view.is_region else ()
    persons = (*(("choices",) if view.is_region else ()), "values") if view.seats.values else ()
    return ("supply", "foretold", *persons, *region)


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, each with where it stands."""

    def said(file: str, name: str, dated: list[dict[str, Any]]) -> str:
        known = f"assumed.{file}.{name}"
        return view.say(known) if view.says(known) else otherwise(view, name, dated)

    return assumed(view, said)


def provenance(view: View) -> Fragment:
    """The files behind the figures, the parameters, and on what ground they are shown."""
    public = view.provenance.already_public and not view.provenance.made_up
    why = view.say("provenance.public") if public else ground(view)
    lead = paragraph(view.say("provenance.lead", version=__version__, last=view.forecast.last_year), why)
    inputs = files(view) if view.provenance.inputs else Fragment()
    return section(view, "provenance", "tillkomst") + lead + inputs + parameters(view, year=view.year)
