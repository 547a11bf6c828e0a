"""Cohort by cohort: before the supplement and after, and how much of a drift of its own the finding withstands."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import by_cohort
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, columns, figure, labelled, long_table, section
from gymreg_core.reporting.effects.told import drawable_rows, span, with_intervals, withdrawn
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number

_DRAWN = {"introduction": "infort", "dose_groups": "dosgrupper"}


def over_time(view: View) -> Fragment:
    """The designs that compare before and after, cohort by cohort, with the bounds on their finding."""
    pictures = Fragment()
    for design, name in _DRAWN.items():
        pictures += _picture(view, design, name)
    if not pictures.markdown:
        return pictures
    lead = paragraph(view.say("event.lead"), view.say("event.before"))
    return section(view, "event", "arskullar") + lead + pictures + _bounds(view)


def _picture(view: View, design: str, name: str) -> Fragment:
    rows = view.shown["event"]
    rows = rows.where(rows.table["design"].eq(design) & rows.table["outcome"].eq(view.plan.outcome))
    rows = drawable_rows(rows)
    if not len(rows):
        return Fragment()
    groups = [view.say(f"group.dose_group.{g}") if g else "" for g in rows.table["group"]]
    rows = with_intervals(view, rows.with_words("series", groups))
    told = zip(rows.table["reference"], rows.table["note"], strict=True)
    rows = rows.with_words("note", [view.say("event.reference") if reference else note for reference, note in told])
    frame = rows.table
    before = frame.loc[frame["reference"].astype(bool), "cohort"]
    last = float(before.iloc[0]) if len(before) else float(frame["cohort"].min())
    drawing = by_cohort(
        rows,
        cohort="cohort",
        value="estimate",
        band=("low", "high"),
        series="series",
        before=(last, view.say("event.ground")),
        titles=(view.say("event.axis"), view.say(f"event.unit.{design}")),
        language=view.language,
    )
    shown = [column(view, "cohort"), *([column(view, "series", "dose_group")] if any(groups) else [])]
    shown += [
        column(view, "exposure"),
        column(view, "note", "difference_plain", "points_text"),
        *columns(view, "pupils"),
    ]
    title = words.name(view, "designs", design)
    data = long_table(
        view, rows, shown, caption=view.say("event.table", design=title), identifier=name, csv=view.say("event.csv")
    )
    message = " ".join([_message(view, design, rows, last), *withdrawn(view, design)])
    alt = view.say("event.alt", about=view.about, message=message)
    return figure(view, name, drawing, kind="cohorts", alt=alt, caption=message, data=data)


def _message(view: View, design: str, rows: Released, last: float) -> str:
    frame = rows.table
    others = frame[~frame["reference"].astype(bool)]
    clear = others[(others["low"] > 0) | (others["high"] < 0)]
    after = others[others["cohort"] > last]
    blanks = {
        "design": words.name(view, "designs", design),
        "n": number(int((clear["cohort"] > last).sum()), view.language),
        "all": number(len(after), view.language),
        "leads": number(int((clear["cohort"] <= last).sum()), view.language),
        "before": number(len(others) - len(after), view.language),
    }
    return view.say("event.caption" if len(others) > len(after) else "event.caption_no_leads", **blanks)


def _bounds(view: View) -> Fragment:
    """What is left of the finding where trends drifted apart later as much as before, or more."""
    rows = view.shown["bounds"]
    rows = rows.where(rows.table["outcome"].eq(view.plan.outcome))
    if not len(rows):
        return Fragment()
    told = []
    for _, row in rows.table.iterrows():
        if row["refusal"]:
            told.append(words.name(view, "refusals", str(row["refusal"])))
            continue
        low, high = (float(row[end]) * view.mean_dose for end in ("low", "high"))
        told.append(span(view, low, high))
    rows = rows.with_words("note", told)
    shown = [column(view, "violation", form="ratio"), column(view, "note", "robust", "points_text")]
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in rows.table["design"]])
    shown = [column(view, "label", "design"), *shown]
    listed = table(rows, shown, caption=view.say("bounds.table"), identifier="granser", language=view.language)
    return section(view, "bounds", "granser", 3) + paragraph(view.say("bounds.lead"), view.say("bounds.read")) + listed
