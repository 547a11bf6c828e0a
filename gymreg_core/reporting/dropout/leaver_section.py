"""Who leaves, when, and where they go: shares of each school year, and the ways from one October to the next."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import bars, flow_diagram
from gymreg_core.reporting.dropout.parts import (
    column,
    figure,
    labelled,
    long_table,
    not_drawn,
    section,
    smallest,
    state_names,
)
from gymreg_core.reporting.dropout.released import AWAY
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import per_cent

_ENTRIES = ("", "national", "introductory")
_SHOWN = ("interrupted", "study_break", "moved_out", "age_limit")
_FEWEST = 2


def leavers(view: View) -> Fragment:
    """The share that left in each school year, what became of those, and the flows of the cohort."""
    rows = view.of_scope(view.leavers())
    top = section(view, "leavers", "avbrott")
    if not len(rows):
        return top + paragraph(view.say("leavers.none", cohort=view.cohort))
    lead = paragraph(view.say("leavers.lead"), view.say("leavers.words"))
    return top + lead + _when(view, rows) + _where(view) + _flows(view)


def _when(view: View, rows: Released) -> Fragment:
    """Interruptions and study breaks as a share of those who were enrolled, year by year and by kind of start."""
    away = rows.where(rows.table["state"].eq(AWAY)).sort("year")
    spread = away.spread("entry", "year", "present", "pupils", "share")
    spread = spread.with_words("note", [f"{_ENTRIES.index(str(entry))}" for entry in spread.table["entry"]]).sort(
        "note"
    )
    spread = labelled(spread, [view.say(f"leavers.entry.{entry or 'all'}") for entry in spread.table["entry"]])
    years = sorted({int(year) for year in away.table["year"]})
    shown = [
        column(view, f"present_y{years[0]}", "present"),
        *(column(view, f"share_y{year}", "share_year", n=year) for year in years),
    ]
    listed = table(
        spread,
        [column(view, "label", "began_on"), *shown],
        caption=view.say("leavers.table"),
        identifier="avbrott",
        language=view.language,
    )
    every = away.where(away.table["entry"].eq(""))
    every = labelled(every, [view.say("leavers.year", n=int(year)) for year in every.table["year"]])
    drawn = every.where(every.table["share"].notna())
    if not len(drawn):
        return paragraph(view.say("leavers.few", smallest=smallest(view))) + listed
    drawn = drawn.with_words("note", [written(share, "percent", view.language) for share in drawn.table["share"]])
    message = _message(view, drawn.table)
    if len(drawn) < _FEWEST or not drawn.table["pupils"].any():
        return paragraph(message) + listed
    drawing = bars(drawn, label="label", value="share", text="note", language=view.language)
    alt = view.say("leavers.alt", about=view.about, message=message)
    picture = figure(view, "avbrott", drawing, kind="bars", alt=alt, caption=message, data=listed)
    return picture + not_drawn(view, every, drawn)


def _message(view: View, frame: pd.DataFrame) -> str:
    first = frame.iloc[0]
    return view.say(
        "leavers.caption" if first["pupils"] else "leavers.caption_nobody",
        n=int(first["year"]),
        share=per_cent(float(first["share"]), view.language),
        pupils=number(int(first["pupils"]), view.language),
        present=number(int(first["present"]), view.language),
    )


def _where(view: View) -> Fragment:
    """Where those who left went, year by year; for groups that are drawn."""
    if view.started < int(rule("report", "cohort_drawn")) or not len(view.destinations):
        return Fragment()
    names, mine = state_names(view), view.destinations
    spread = mine.spread("state", "year", "pupils")
    spread = spread.with_words("note", [f"{_SHOWN.index(str(state))}" for state in spread.table["state"]]).sort("note")
    spread = labelled(spread, [names[str(state)] for state in spread.table["state"]])
    years = sorted({int(year) for year in mine.table["year"]})
    shown = [column(view, f"pupils_y{year}", "pupils_year", n=year) for year in years]
    listed = table(
        spread,
        [column(view, "label", "went_to"), *shown],
        caption=view.say("leavers.where.table"),
        identifier="vart",
        language=view.language,
    )
    return (
        section(view, "leavers.where", "vart", 3)
        + paragraph(view.say("leavers.where.lead"), view.say("months.rounded"))
        + listed
    )


def _flows(view: View) -> Fragment:
    top = section(view, "flows", "floden", 3)
    fewest = int(rule("report", "cohort_drawn"))
    if view.started < fewest or not len(view.flows):
        return top + paragraph(view.say("flows.few", n=number(fewest, view.language)))
    names = state_names(view)
    frame = view.flows.table
    whole = {**names, "": view.say("flows.all")}
    rows = labelled(view.flows, [whole[str(state)] for state in frame["origin"]])
    rows = rows.with_words("label_to", [whole[str(state)] for state in frame["destination"]])
    shown = [
        column(view, "year", "school_year", "count"),
        column(view, "label", "from_state"),
        column(view, "label_to", "to_state"),
        column(view, "pupils"),
    ]
    listed = long_table(
        view,
        rows.sort(["year", "pupils"], ascending=[True, False]),
        shown,
        caption=view.say("flows.table"),
        identifier="floden",
        csv=view.say("flows.csv"),
    )
    years = sorted({int(year) for year in frame["year"]})
    ends = frame[frame["origin"].eq("") & frame["year"].eq(years[-1])].set_index("destination")["pupils"]
    gone = float(ends.get("interrupted", 0)) / float(ends.sum())
    message = view.say("flows.caption", n=len(years), share=per_cent(gone, view.language))
    drawing = flow_diagram(
        view.flows,
        year="year",
        way=("origin", "destination"),
        value="pupils",
        names={state: view.say(f"node.{state}") for state in names},
        heads=[view.say("flows.october", year=view.cohort + at) for at in range(len(years) + 1)],
        suppressed=view.say("months.hidden"),
        language=view.language,
    )
    alt = view.say("flows.alt", about=view.about, message=message)
    lead = paragraph(
        view.say("flows.lead"), view.say("months.rounded"), view.say("flows.not_drawn", smallest=smallest(view))
    )
    return top + lead + figure(view, "floden", drawing, kind="flow", alt=alt, caption=message, data=listed)
