"""What the words mean, what is assumed, how it was computed, and where it all comes from."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from gymreg_core import __version__
from gymreg_core.reporting.dropout.parts import column, columns, section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import download, table
from gymreg_core.rules import STATUSES, entries
from gymreg_core.vocabulary.numbers import day, number
from gymreg_core.vocabulary.phrases import capital, listing
from gymreg_core.vocabulary.slugs import swedish_order
from gymreg_core.vocabulary.texts import terms

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
_SHORT_HASH = 12
_MEASURES, _CLEANING = "measures", "cleaning"


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    pairs = [
        (capital(terms()(f"{t}.term", view.language)), terms()(f"{t}.definition", view.language)) for t in _DEFINED
    ]
    return section(view, "definitions", "definitioner") + definition_list(
        sorted(pairs, key=lambda pair: swedish_order(pair[0]))
    )


def assumptions(view: View) -> Fragment:
    """The rules in use that nobody could source, each with where it stands, and as a file with what is said of it."""
    statuses = view.statuses
    count = Counter(statuses.values())
    top = section(view, "assumptions", "antaganden")
    numbers = {status: number(count[status], view.language) for status in STATUSES}
    assumed = [key for key, status in statuses.items() if status == "assumption"]
    if not assumed:
        return top + paragraph(view.say("assumptions.none", **numbers))
    rows = sorted((_row(view, key) for key in assumed), key=lambda row: row[1])
    released = view.release(pd.DataFrame(rows, columns=["label", "label_to", "note"]))
    shown = [column(view, "label", "assumed"), column(view, "label_to", "stands")]
    listed = table(
        released, shown, caption=view.say("assumptions.table"), identifier="antaganden", language=view.language
    ) + download(
        released,
        [*shown, column(view, "note", "source")],
        name="antaganden",
        label=view.say("assumptions.csv"),
        language=view.language,
    )
    made_up = view.say("assumptions.made_up") if view.stored.provenance.made_up else ""
    told = [view.say("assumptions.lead", **numbers), view.say("assumptions.source"), made_up]
    return top + paragraph(*told) + listed


def _row(view: View, key: str) -> tuple[str, str, str]:
    """What is assumed, where it stands, and what is said of it there."""
    file, _, name = key.rpartition(".")
    found = entries(file)
    dated = [values for entry, values in found.items() if entry == name or entry.startswith(f"{name} ")]
    sources = dict.fromkeys(str(values["source"]).strip() for values in dated if values["status"] == "assumption")
    return _said(view, file, name, dated), f"{file}.yml, {name}", " ".join(sources)


def _said(view: View, file: str, name: str, dated: list[dict[str, Any]]) -> str:
    if file == _MEASURES:
        return view.say("assumed.measure", name=view.card(name).words(view.language).name)
    if file == _CLEANING:
        last = dated[-1]
        blanks = last["value"] if isinstance(last["value"], dict) else {}
        return str(last[view.language]).strip().format(**blanks)
    known = f"assumed.{file}.{name}"
    if view.says(known):
        return view.say(known)
    unit = next((str(values["unit"]).strip() for values in dated if values.get("unit")), "–")
    return view.say("assumed.other", name=name.replace("_", " "), unit=unit)


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
    top = section(view, "provenance", "tillkomst")
    source = view.stored.provenance
    ground = (
        view.say("provenance.made_up") if source.made_up else view.say("provenance.decided", decision=view.decision)
    )
    days = {name: day(getattr(view.tracked, name), view.language) for name in ("since", "as_of")}
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
        "cohort": view.cohort,
        "scope": view.scope,
        "scope_name": view.scope_name,
        "compare_to": view.compare_to,
        "language": view.language,
    }
    set_to = listing([f"{key} = {value}" for key, value in parameters.items() if value is not None], view.language)
    return (
        top
        + paragraph(view.say("provenance.lead", version=__version__, **days), ground)
        + listed
        + paragraph(view.say("provenance.parameters"), f"{set_to}.")
    )
