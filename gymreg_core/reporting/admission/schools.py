"""Every school with its study paths: what citizens look for first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.reporting.admission.parts import column, columns, named, path_column, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.markup import fold, heading, paragraph
from gymreg_core.reporting.tables import Column, download, table, written
from gymreg_core.rules import rule
from gymreg_core.vocabulary.phrases import counted, label
from gymreg_core.vocabulary.slugs import slug


def schools(view: View) -> Fragment:
    """The study paths of each school of a municipality, of one school, or of all schools as a file."""
    if not view.has_schools:
        return Fragment()
    stats = view.study_paths
    top = section(view, f"schools.{view.scope.kind}", "skolor", name=view.scope.name)
    if view.scope.kind != "school":
        top += paragraph(*stats.sentences(view.language))
    if view.is_wide:
        return top + paragraph(view.say("schools.pages")) + _file(view)
    frame = readable(view)
    shown = _columns(view, frame)
    released = view.release(frame[["school", *(c.name for c in shown)]])
    rows = released.table
    tests = paragraph(view.say("schools.test")) if (stats.table["scale"] != "grades").any() else Fragment()
    parts = [top, paragraph(view.say("schools.lead")), tests]
    folded = frame["school"].nunique() > int(rule("report", "schools_unfolded"))
    for name, own in frame.groupby("school", sort=False):
        school, address = str(name), slug(str(name))
        if view.scope.kind == "municipality":
            parts.append(heading(3, school, f"skola-{address}"))
        counts = {
            "paths": counted(len(own), "study_path", view.language),
            "seats": counted(int(own["seats"].sum()), "seat", view.language),
        }
        parts.append(paragraph(view.say(f"schools.form.{own['provider_form'].iloc[0]}", **counts)))
        listed = table(
            released.where(rows["school"] == school),
            shown,
            caption=view.say("schools.table", school=school, admission=view.admission),
            identifier=f"skola-{address}",
            language=view.language,
        )
        parts.append(fold(view.say("schools.show"), listed) if folded else listed)
    return join(parts)


def readable(view: View) -> pd.DataFrame:
    """The study paths with their cut-offs (series, series_previous) and medians (note) in words where they are no
    number."""
    rows = named(view, view.study_paths.table)
    now = zip(rows["cutoff"], rows["cutoff_kind"], rows["scale"], strict=True)
    before = zip(rows["cutoff_previous"], rows["cutoff_kind_previous"], rows["scale"], strict=True)
    medians = zip(rows["median"], rows["scale"], strict=True)
    return rows.assign(
        series=[_cutoff(view, *v) for v in now],
        series_previous=[_cutoff(view, *v) for v in before],
        note=[_points(view, *v) for v in medians],
    )


def _cutoff(view: View, cutoff: Any, kind: Any, scale: str) -> str:
    if pd.isna(kind):
        return view.say("schools.not_there")
    if kind == "competitive":
        return _points(view, cutoff, scale)
    return view.say("schools.all_in" if kind == "all_eligible_admitted" else "schools.nobody")


def _points(view: View, value: Any, scale: str) -> str:
    if pd.isna(value):
        return view.say("schools.not_there")
    text = written(value, "points", view.language)
    return text if scale == "grades" else view.say("schools.with_test", value=text)


def _columns(view: View, frame: pd.DataFrame) -> list[Column]:
    """Cut-offs first: on a phone they are what is seen without scrolling."""
    shown = [path_column(view), Column("series", view.say("column.cutoff_now", year=view.intake_year), "points_text")]
    if view.compared:
        shown.append(Column("series_previous", view.say("column.cutoff_before", year=view.compare_to), "points_text"))
    shown.append(Column("note", column(view, "median").head, "points_text"))
    first = ["first_choice_eligible"] if frame["first_choice_eligible"].notna().any() else []
    return [*shown, *columns(view, "seats", "admitted", *first, "reserves")]


def _file(view: View) -> Fragment:
    rows = named(view, view.study_paths.table)
    frame = rows.assign(provider_form=[label(str(f), view.language) for f in rows["provider_form"]])
    first = ["first_choice_eligible"] if frame["first_choice_eligible"].notna().any() else []
    names = (
        "municipality",
        "school",
        "provider_form",
        "study_path_name",
        "seats",
        "admitted",
        "free_seats",
        "reserves",
        *first,
    )
    shown = [*columns(view, *names), column(view, "cutoff"), column(view, "median")]
    if view.compared:
        shown.insert(-1, Column("cutoff_previous", view.say("column.cutoff_before", year=view.compare_to), "points"))
    released = view.release(frame[[c.name for c in shown]])
    return download(released, shown, name="studievagar", label=view.say("schools.csv"), language=view.language)
