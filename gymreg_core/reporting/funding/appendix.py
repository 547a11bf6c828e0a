"""What the words mean, what is assumed, and where it all comes from."""

from __future__ import annotations

from typing import Any

from gymreg_core import __version__
from gymreg_core.reporting.common_appendix import assumed, defined, files, ground, otherwise, parameters
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import section
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import month, number
from gymreg_core.vocabulary.phrases import programme_inside
from gymreg_core.vocabulary.programmes import programmes

_DEFINED = (
    "home_municipality",
    "programme_money",
    "programme_price",
    "pupil_year",
    "pupil_month",
    "count_day",
    "vat_compensation",
    "inter_municipal",
    "structural_supplement",
    "national_list",
    "skolindex",
    "correction",
    "merit_value",
    "higher_eligibility",
    "odds_ratio",
    "gini",
    "provider",
    "region_area",
)
_OF_REGION = ("national_list", "skolindex", "correction", "higher_eligibility", "odds_ratio", "gini")
_SHORT_HEAD = 12
_PRICES = "prices/"


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    return defined(view, [term for term in _DEFINED if view.is_region or term not in _OF_REGION])


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, each with where it stands; those of prices last."""

    def said(file: str, name: str, dated: list[dict[str, Any]]) -> str:
        known = f"assumed.{file.replace('/', '_')}.{name}"
        if view.says(known):
            return view.say(known)
        if file.startswith(_PRICES):
            return view.say(f"assumed.prices.{file.removeprefix(_PRICES)}", name=_named(view, name))
        return otherwise(view, name, dated)

    return assumed(view, said, order=lambda stands: (stands.startswith(_PRICES), stands))


def _named(view: View, name: str) -> str:
    """A rule of prices as readers know it: a programme by its name, an orientation by its code."""
    if name in programmes():
        return programme_inside(name, view.language)
    return name.replace("_", " ")


def provenance(view: View) -> Fragment:
    """The extract behind the figures, what was settled with, the parameters, and on what ground they are shown."""
    smallest = number(int(told_to("smallest_count")), view.language)
    months = {key: month(view.months[at], view.language) for key, at in (("first", 0), ("last", -1))}
    head = str(view.now.about["head"])[:_SHORT_HEAD]
    return (
        section(view, "provenance", "tillkomst")
        + paragraph(view.say("provenance.lead", version=__version__, **months), ground(view))
        + paragraph(view.say("provenance.hidden", smallest=smallest))
        + files(view)
        + paragraph(view.say("provenance.ledger", head=head))
        + parameters(view, year=view.year, compare_to=view.compare_to)
    )
