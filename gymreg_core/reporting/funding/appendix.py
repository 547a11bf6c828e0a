"""What the words mean, what is assumed, and where it all comes from."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from gymreg_core import __version__
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import column, columns, section
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import download, table
from gymreg_core.rules import STATUSES, entries, rule
from gymreg_core.vocabulary.numbers import month, number
from gymreg_core.vocabulary.phrases import capital, listing, programme_inside
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.slugs import swedish_order
from gymreg_core.vocabulary.texts import terms

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
_SHORT_HASH = 12
_PRICES = "prices/"


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    known = [term for term in _DEFINED if view.is_region or term not in _OF_REGION]
    pairs = [(capital(terms()(f"{t}.term", view.language)), terms()(f"{t}.definition", view.language)) for t in known]
    return section(view, "definitions", "definitioner") + definition_list(
        sorted(pairs, key=lambda pair: swedish_order(pair[0]))
    )


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, each with where it stands, and as a file with what is said of it."""
    statuses = view.statuses
    count = Counter(statuses.values())
    top = section(view, "assumptions", "antaganden")
    numbers = {status: number(count[status], view.language) for status in STATUSES}
    told = [view.say("assumptions.lead", **numbers), view.say("assumptions.source")]
    assumed = [key for key, status in statuses.items() if status == "assumption"]
    if not assumed:
        return top + paragraph(view.say("assumptions.none", **numbers))
    rows = [_row(view, key) for key in assumed]
    rows.sort(key=lambda row: (row[1].startswith(_PRICES), row[1]))
    frame = pd.DataFrame(rows, columns=["label", "label_to", "note"])
    shown = [column(view, "label", "assumed"), column(view, "label_to", "stands")]
    released, language = view.release(frame), view.language
    listed = table(
        released, shown, caption=view.say("assumptions.table"), identifier="antaganden", language=language
    ) + download(
        released,
        [*shown, column(view, "note", "source")],
        name="antaganden",
        label=view.say("assumptions.csv"),
        language=language,
    )
    made_up = view.say("assumptions.made_up") if view.stored.provenance.made_up else ""
    return top + paragraph(*told, made_up) + listed


def _row(view: View, key: str) -> tuple[str, str, str]:
    """What is assumed, where it stands, and what is said of it there."""
    file, _, name = key.rpartition(".")
    found = entries(file)
    dated = {entry: values for entry, values in found.items() if entry == name or entry.startswith(f"{name} ")}
    assumed = [values for values in dated.values() if values["status"] == "assumption"]
    sources = list(dict.fromkeys(str(values["source"]).strip() for values in assumed))
    units = [str(values.get("unit", "")).strip() for values in dated.values()]
    known = f"assumed.{file.replace('/', '_')}.{name}"
    if known in view.texts.entries:
        said = view.say(known)
    elif file.startswith(_PRICES):
        said = view.say(f"assumed.prices.{file.removeprefix(_PRICES)}", name=_named(view, name))
    else:
        said = view.say("assumed.other", name=name.replace("_", " "), unit=next(filter(None, units), "–"))
    return said, f"{file}.yml, {name}", " ".join(sources)


def _named(view: View, name: str) -> str:
    """A rule of prices as readers know it: a programme by its name, an orientation by its code."""
    if name in programmes():
        return programme_inside(name, view.language)
    return name.replace("_", " ")


def provenance(view: View) -> Fragment:
    """The extract behind the figures, what was settled with, the parameters, and on what ground they are shown."""
    top = section(view, "provenance", "tillkomst")
    source = view.stored.provenance
    smallest = number(int(rule("disclosure", "smallest_count")), view.language)
    if source.made_up:
        ground = view.say("provenance.made_up")
    else:
        ground = view.say("provenance.decided", decision=view.decision)
    months = {key: month(view.months[at], view.language) for key, at in (("first", 0), ("last", -1))}
    about = view.now.about
    rows = [(file.name, file.sha256[:_SHORT_HASH], file.size) for file in source.inputs]
    frame = pd.DataFrame(rows, columns=["source_file", "sha256", "size"])
    listed = table(
        view.release(frame),
        columns(view, "source_file", "sha256", "size"),
        caption=view.say("provenance.table"),
        identifier="filer",
        language=view.language,
    )
    parameters = {
        "year": view.year,
        "scope": view.scope,
        "scope_name": view.scope_name,
        "compare_to": view.compare_to,
        "language": view.language,
    }
    set_to = listing([f"{key} = {value}" for key, value in parameters.items() if value is not None], view.language)
    return (
        top
        + paragraph(view.say("provenance.lead", version=__version__, **months), ground)
        + paragraph(view.say("provenance.hidden", smallest=smallest))
        + listed
        + paragraph(view.say("provenance.ledger", head=str(about["head"])[:_SHORT_HASH]))
        + paragraph(view.say("provenance.parameters"), f"{set_to}.")
    )
