"""Where pupils are after so many months, with what is sure of it, and how long they are in each state."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import STATE_COLOURS, bands
from gymreg_core.reporting.dropout.parts import column, figure, labelled, section, state_names
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.dropout.words import share_span
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.symbols import symbol
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import per_cent

_DRAWN = {
    "national": ("diploma", "study_certificate", "interrupted"),
    "introductory": ("introductory", "diploma", "study_certificate", "interrupted"),
}
_SLUG = {"national": "nationella", "introductory": "introduktion"}
_YEAR, _LAST, _FEWEST, _HUNDRED = 12, 5, 6, 100
_SEEN = 0.005
"""Share from which a state has a row of its own in the table: it would read 0 per cent below."""


def curves(view: View) -> Fragment:
    """The probabilities of the states over time, of those who began on national and on introductory programmes."""
    parts = [part for entry in _DRAWN if (part := _entry(view, entry)).markdown]
    if not parts:
        return Fragment()
    out = section(view, "curves", "sannolikheter") + paragraph(view.say("curves.lead"), view.say("curves.steps"))
    for part in parts:
        out += part
    return out


def _entry(view: View, entry: str) -> Fragment:
    rows = view.of_scope(view.curves, entry=entry)
    drawn = rows.where(rows.table["probability"].notna() & rows.table["state"].isin(_DRAWN[entry]))
    if drawn.table["month"].nunique() < _FEWEST:
        return Fragment()
    last = int(drawn.table["month"].max())
    message = _message(view, drawn, entry, last)
    drawing = bands(
        drawn,
        month="month",
        value="probability",
        band=("low", "high"),
        state="state",
        names={state: view.say(f"node.{state}") for state in STATE_COLOURS},
        axis_title=view.say("curves.axis"),
        language=view.language,
    )
    alt = view.say(f"curves.alt.{entry}", place=view.place, message=message)
    name = f"sannolikheter-{_SLUG[entry]}"
    listed = _listed(view, rows, entry, name)
    return figure(view, name, drawing, kind="bands", alt=alt, caption=message, data=listed) + _time(view, entry)


def _message(view: View, drawn: Released, entry: str, last: int) -> str:
    """The probabilities of a diploma and of having left after three years, or five for introductory programmes."""
    at = min(last, (3 if entry == "national" else _LAST) * _YEAR)
    frame = drawn.table
    told = {}
    for state in ("diploma", "interrupted"):
        row = frame[(frame["month"] == at) & (frame["state"] == state)]
        ends = [number(_HUNDRED * float(row[name].iloc[0]), view.language, 1) for name in ("low", "high") if len(row)]
        told[state] = per_cent(float(row["probability"].iloc[0]), view.language) if len(row) else symbol("hidden")
        told[f"{state}_span"] = "–".join(ends) or symbol("hidden")
    return view.say(f"curves.caption.{entry}", months=number(at, view.language), **told)


def _listed(view: View, rows: Released, entry: str, identifier: str) -> Fragment:
    """Each state after whole years, with its interval."""
    frame = rows.table
    rows = rows.where((frame["month"] % _YEAR).eq(0) & frame["month"].between(_YEAR, _LAST * _YEAR))
    seen = rows.table.groupby("state")["probability"].transform("max") >= _SEEN
    rows, names, order = rows.where(seen), state_names(view), list(STATE_COLOURS)
    frame = rows.table
    ends = zip(frame["probability"], frame["low"], frame["high"], strict=True)
    spans = [None if pd.isna(one[0]) else share_span(view, *one) for one in ends]
    rows = rows.with_words("note", spans, of=["probability"])
    rows = rows.with_words("series", [str(int(month) // _YEAR) for month in frame["month"]])
    spread = rows.spread("state", "series", "note")
    spread = spread.with_words("rank", [f"{order.index(state):02d}" for state in spread.table["state"]]).sort("rank")
    spread = labelled(spread, [names[str(state)] for state in spread.table["state"]])
    shown = [
        column(view, name, "after_years", "points_text", n=int(name.removeprefix("note_y")))
        for name in spread.columns
        if name.startswith("note_y")
    ]
    caption = view.say(f"curves.table.{entry}")
    return table(
        spread, [column(view, "label", "state"), *shown], caption=caption, identifier=identifier, language=view.language
    )


def _time(view: View, entry: str) -> Fragment:
    """How long pupils are at school, and out of it without a certificate, of the first years."""
    rows = view.of_scope(view.expected_time, entry=entry)
    known = rows.table.dropna(subset=["expected_time"])
    times = dict(zip(known["state"], known["expected_time"], strict=True))
    school = [times.get(state) for state in ("introductory", "preparatory", "vocational")]
    if not len(known) or not any(school):
        return Fragment()
    blanks = {"months": number(int(known["month"].iloc[0]), view.language)}
    blanks["school"] = number(sum(one for one in school if one), view.language, 1)
    away = times.get("interrupted")
    key = "curves.time" if away is not None else "curves.time_school"
    return paragraph(view.say(key, away=number(away or 0.0, view.language, 1), **blanks))
