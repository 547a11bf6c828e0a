"""What the words mean, how good the data are, and where it all comes from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core import __version__
from gymreg_core.findings import Finding
from gymreg_core.reporting.admission.parts import column, columns, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import fold, paragraph
from gymreg_core.reporting.symbols import told_by
from gymreg_core.reporting.tables import table
from gymreg_core.rules import rule
from gymreg_core.rules.audience import told_to
from gymreg_core.sources.linking import EVIDENCE
from gymreg_core.sources.reconcile import reconcile
from gymreg_core.vocabulary.finding_texts import finding_advice, finding_text
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, label, listing, per_cent, programme_inside
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.slugs import swedish_order
from gymreg_core.vocabulary.texts import terms

_DEFINED = (
    "admitted",
    "cutoff",
    "all_eligible_admitted",
    "fill_rate",
    "free_seat",
    "joint_intake",
    "preparatory",
    "provider",
    "introductory",
    "municipality",
    "median",
    "merit_value",
    "national",
    "reselection",
    "seat",
    "preliminary",
    "region_area",
    "reserve",
    "reserves_per_seat",
    "same_study_path",
    "final",
    "study_path",
    "vocational",
)
_SHORT_HASH = 12
_SEVERE = ("error", "warning")


def definitions(view: View) -> Fragment:
    """The terms of the report in alphabetical order."""
    if not view.has_schools:
        return Fragment()
    known = [*_DEFINED, *(["first_choice"] if view.now["first_choice_eligible"].notna().any() else [])]
    pairs = [(capital(terms()(f"{t}.term", view.language)), terms()(f"{t}.definition", view.language)) for t in known]
    return section(view, "definitions", "definitioner") + definition_list(
        sorted(pairs, key=lambda p: swedish_order(p[0]))
    )


def quality(view: View, published: str | Path | None = None) -> Fragment:
    """Findings in the files, how study paths were recognised, and the sums beside published totals.

    Parameters
    ----------
    published : CSV of published totals (sources/reconcile.py); by default the file that ``GYMREG_REFERENCE`` names.
    """
    if not view.has_schools:
        return Fragment()
    top = section(view, "quality", "kvalitet") + _findings(view) + _links(view)
    return top + (
        _totals(view, published or os.environ.get("GYMREG_REFERENCE")) if view.scope.kind == "region" else Fragment()
    )


def _findings(view: View) -> Fragment:
    found = [f for f in view.stored.findings.sorted() if f.file is None or f.file in view.main_files]
    top = section(view, "quality.findings", "iakttagelser", 3)
    if not found:
        return top + paragraph(view.say("quality.findings.none"))
    rows = _by_text(view, found)
    n = len(rows)
    counted = (
        view.say("quality.findings.one") if n == 1 else view.say("quality.findings.some", n=number(n, view.language))
    )
    severe = sum(r["severity"] in _SEVERE for r in rows)
    warned = view.say("quality.findings.severe", n=number(severe, view.language)) if severe else ""
    frame = pd.DataFrame(rows)[["message", "advice", "count"]]
    shown = [column(view, "message", "finding"), column(view, "advice"), column(view, "count", "rows")]
    listed = table(
        view.release(frame),
        shown,
        caption=view.say("quality.findings.table"),
        identifier="iakttagelser",
        language=view.language,
    )
    told = paragraph(counted, warned, view.say("quality.findings.explained"))
    return top + told + fold(view.say("quality.findings.fold"), listed)


def _by_text(view: View, found: list[Finding]) -> list[dict[str, Any]]:
    """One row per rule: how it is said the first time, and how often it applied in all files."""
    rows: dict[str, dict[str, Any]] = {}
    for one in found:
        said = {
            "severity": one.severity,
            "message": finding_text(one, view.language),
            "advice": finding_advice(one, view.language),
            "count": 0,
        }
        rows.setdefault(one.rule, said)["count"] += one.count
    return list(rows.values())


def _links(view: View) -> Fragment:
    top = section(view, "quality.links", "samma-studievag", 3)
    counts = view.now["evidence"].value_counts()
    rows = [(view.say(f"quality.links.{e}"), int(counts.get(e, 0))) for e in EVIDENCE]
    total = sum(n for _, n in rows)
    if not total:
        return Fragment()
    frame = pd.DataFrame([(name, n, n / total) for name, n in rows if n], columns=["evidence", "study_paths", "share"])
    if counts.index.tolist() == ["new"] and view.intake_year == view.years[0]:
        return top + paragraph(view.say("quality.links.first"))
    known = 1 - int(counts.get("new", 0)) / total
    key = "quality.links.sentence" if known else "quality.links.none"
    sentence = view.say(key, share=per_cent(known, view.language), year=view.intake_year)
    caption = view.say("quality.links.table", admission=view.admission)
    shown = columns(view, "evidence", "study_paths", "share")
    return (
        top
        + paragraph(sentence)
        + table(view.release(frame), shown, caption=caption, identifier="samma-studievag", language=view.language)
    )


def _totals(view: View, published: str | Path | None) -> Fragment:
    top = section(view, "quality.totals", "avstamning", 3)
    rows = pd.DataFrame()
    if published:
        every = reconcile(view.stored.table, Path(published))
        rows = every[
            (every["intake_year"] == view.intake_year) & (every["round"] == view.round) & every["file_total"].notna()
        ]
    if rows.empty:
        return top + paragraph(view.say("quality.totals.none", year=view.intake_year))
    agree, n, largest = int((rows["difference"] == 0).sum()), len(rows), int(rows["difference"].abs().max())
    counts = {
        "n": number(n, view.language),
        "agree": number(agree, view.language),
        "largest": number(largest, view.language),
    }
    sentence = view.say("quality.totals.all_agree" if agree == n else "quality.totals.sentence", **counts)
    said = zip(rows["group"], rows["measure"], strict=True)
    is_total = ~rows["measure"].str.startswith("change")
    frame = rows.assign(
        label=[f"{_group(view, str(g))}, {view.say(f'quality.totals.measure.{m}')}" for g, m in said],
        share=(rows["difference"] / rows["published_total"]).where(is_total),
    )
    shown = [
        column(view, "label", "what"),
        column(view, "published_total"),
        column(view, "file_total"),
        column(view, "difference", form="change"),
        column(view, "share", "difference_share", "percent_change"),
    ]
    listed = table(
        view.release(frame[[c.name for c in shown]]),
        shown,
        caption=view.say("quality.totals.table"),
        identifier="avstamning",
        language=view.language,
    )
    return top + paragraph(sentence, "" if agree == n else view.say("quality.totals.why")) + listed


def _group(view: View, group: str) -> str:
    if group in programmes():
        return capital(programme_inside(group, view.language))
    return label(
        {"national_programmes": "national", "higher_education_preparatory": "preparatory"}.get(group, group),
        view.language,
    )


def provenance(view: View) -> Fragment:
    """The files behind the figures, the parameters, and on what ground they are shown."""
    top = section(view, "provenance", "tillkomst")
    source = view.stored.provenance
    ground = view.say("provenance.public")
    if source.made_up:
        ground = view.say("provenance.made_up")
    elif view.match is not None:
        smallest = number(int(told_to("smallest_count")), view.language)
        ground = view.say("provenance.matched", smallest=smallest)
    kept = {name: number(int(rule("report", name)), view.language) for name in ("percent_from", "large_move")}
    used = [i for i in source.inputs if i.name in view.files] or list(source.inputs)
    frame = pd.DataFrame(
        [(i.name, i.sha256[:_SHORT_HASH], i.size) for i in used], columns=["source_file", "sha256", "size"]
    )
    shown = columns(view, "source_file", "sha256", "size")
    listed = table(
        view.release(frame), shown, caption=view.say("provenance.table"), identifier="filer", language=view.language
    )
    parameters = {
        "intake_year": view.intake_year,
        "round": view.round,
        "scope": view.scope.kind,
        "scope_name": view.scope.name,
        "compare_to": view.compare_to,
        "language": view.language,
    }
    set_to = listing([f"{k} = {v}" for k, v in parameters.items() if v is not None], view.language)
    told = told_by(view.language, office=view.match is None)
    lead = paragraph(view.say("provenance.lead", version=__version__), ground, told)
    return (
        top
        + lead
        + listed
        + paragraph(view.say("provenance.parameters"), f"{set_to}.")
        + paragraph(view.say("provenance.rules", **kept))
    )
