"""The end of every page that rests on register data: what the words mean, what is assumed, which files it is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.report_view import ReportView
from gymreg_core.reporting.sections import section
from gymreg_core.reporting.symbols import told_by
from gymreg_core.reporting.tables import Column, download, table
from gymreg_core.rules import STATUSES, entries
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, listing
from gymreg_core.vocabulary.slugs import swedish_order
from gymreg_core.vocabulary.texts import terms

_SHORT_HASH = 12
Said = Callable[[str, str, list[dict[str, Any]]], str]
"""Of a rule's file, its name and its decisions in order: what is assumed, in a sentence."""


def defined(view: ReportView, words: Iterable[str]) -> Fragment:
    """Terms and what they mean, in alphabetical order."""
    pairs = [(capital(terms()(f"{t}.term", view.language)), terms()(f"{t}.definition", view.language)) for t in words]
    ordered = sorted(pairs, key=lambda pair: swedish_order(pair[0]))
    return section(view, "definitions", "definitioner") + definition_list(ordered)


def assumed(view: ReportView, said: Said, order: Callable[[str], Any] = str) -> Fragment:
    """The rules in use that nobody could source, each with where it stands, and as a file with what is said of it.

    order : of where a rule stands ("supplement.yml, bands"), for the order of the rows.
    """
    statuses = view.statuses
    count = Counter(statuses.values())
    top = section(view, "assumptions", "antaganden")
    numbers = {status: number(count[status], view.language) for status in STATUSES}
    unsourced = [key for key, status in statuses.items() if status == "assumption"]
    if not unsourced:
        return top + paragraph(view.say("assumptions.none", **numbers))
    rows = sorted((_row(key, said) for key in unsourced), key=lambda row: order(row[1]))
    released = view.release(pd.DataFrame(rows, columns=["label", "label_to", "note"]))
    shown = [_text(view, "label", "assumed"), _text(view, "label_to", "stands")]
    listed = table(
        released, shown, caption=view.say("assumptions.table"), identifier="antaganden", language=view.language
    ) + download(
        released,
        [*shown, _text(view, "note", "source")],
        name="antaganden",
        label=view.say("assumptions.csv"),
        language=view.language,
    )
    made_up = view.say("assumptions.made_up") if view.provenance.made_up else ""
    told = [view.say("assumptions.lead", **numbers), view.say("assumptions.source"), made_up]
    return top + paragraph(*told) + listed


def otherwise(view: ReportView, name: str, dated: Iterable[Mapping[str, Any]]) -> str:
    """What is told of an assumed rule that has no sentence of its own: its name and what it is measured in."""
    unit = next((str(values["unit"]).strip() for values in dated if values.get("unit")), "–")
    return view.say("assumed.other", name=name.replace("_", " "), unit=unit)


def ground(view: ReportView) -> str:
    """On what ground the page may be shown, to whom, and what is left out of it."""
    told = told_by(view.language)
    if view.provenance.made_up:
        return f"{view.say('provenance.made_up')} {told}"
    return f"{view.say('provenance.decided', decision=view.decision)} {told}"


def files(view: ReportView) -> Fragment:
    """The files that the figures are from, by name, checksum and size."""
    rows = [(file.name, file.sha256[:_SHORT_HASH], file.size) for file in view.provenance.inputs]
    shown = [_text(view, "source_file"), _text(view, "sha256"), Column("size", view.say("column.size"))]
    return table(
        view.release(pd.DataFrame(rows, columns=["source_file", "sha256", "size"])),
        shown,
        caption=view.say("provenance.table"),
        identifier="filer",
        language=view.language,
    )


def parameters(view: ReportView, **own: Any) -> Fragment:
    """What the page was asked for: the report's own parameters, then those of every report; None is left out."""
    last = {"compare_to": own.pop("compare_to", None), "language": view.language}
    asked = {**own, "scope": view.scope, "scope_name": view.scope_name, **last}
    set_to = listing([f"{key} = {value}" for key, value in asked.items() if value is not None], view.language)
    return paragraph(view.say("provenance.parameters"), f"{set_to}.")


def _row(key: str, said: Said) -> tuple[str, str, str]:
    """What is assumed, where it stands, and what is said of it there."""
    file, _, name = key.rpartition(".")
    dated = [values for entry, values in entries(file).items() if entry == name or entry.startswith(f"{name} ")]
    sources = dict.fromkeys(str(values["source"]).strip() for values in dated if values["status"] == "assumption")
    return said(file, name, dated), f"{file}.yml, {name}", " ".join(sources)


def _text(view: ReportView, name: str, head: str | None = None) -> Column:
    return Column(name, view.say(f"column.{head or name}"), "text")
