"""Schools beside what their intake lets expect, in a funnel and a table by place and name; nothing is ranked."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import funnel
from gymreg_core.reporting.dropout.parts import column, columns, figure, labelled, long_table, section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.dropout.words import span
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, counted, how_many, label
from gymreg_core.vocabulary.slugs import swedish_order

_PLACE = {"municipality": "municipality", "provider_form": "provider_form"}
_FEWEST, _HUNDRED = 2, 100


def schools(view: View) -> Fragment:
    """The schools of the region; of a municipality or provider form its own, seen among all the others."""
    if view.scope == "programme":
        return Fragment()
    top = section(view, "schools", "skolor")
    every = view.schools
    if not len(every):
        return top + paragraph(view.say("schools.none"))
    own = every if view.is_region else every.where(every.table[_PLACE[view.scope]].eq(str(view.scope_name)))
    cohorts = str(every.table["cohorts"].iloc[0]).replace("-", "–")
    lead = paragraph(view.say("schools.lead", cohorts=cohorts), view.say("schools.expected"))
    if not len(own):
        return top + lead + paragraph(view.say("schools.none_here", place=view.place))
    return (
        top + lead + _drawn(view, every, own) + paragraph(view.say("schools.no_ranking"), _steady(view)) + _told(view)
    )


def _drawn(view: View, every: Released, own: Released) -> Fragment:
    listed = _listed(view, own)
    dots = every.with_change("value", "share", "expected").where(every.table["share"].notna())
    if len(dots) < _FEWEST:
        return paragraph(view.say("schools.few", smallest=smallest(view))) + listed
    mine = dots.table["school_id"].isin(own.table["school_id"])
    names = (view.say("schools.others"), view.say("schools.own", place=view.place))
    kinds = [names[1] if here and not view.is_region else names[0] for here in mine]
    dots = dots.with_words("series", kinds).with_words("rank", [str(kind == names[1]) for kind in kinds]).sort("rank")
    if view.is_region:
        dots = dots.with_words("series", [view.say("schools.dot")] * len(dots))
    message = _message(view, own.table)
    drawing = funnel(
        dots,
        pupils="starters",
        value="value",
        spread="spread",
        series="series",
        titles=(view.say("schools.x"), view.say("schools.y")),
        limits=(view.say("schools.limit_95"), view.say("schools.limit_998")),
        language=view.language,
    )
    alt = view.say("schools.alt", about=view.place, message=message)
    return figure(view, "skolor", drawing, kind="funnel", alt=alt, caption=message, data=listed)


def _message(view: View, frame: pd.DataFrame) -> str:
    known = frame.dropna(subset=["low"])
    above, below = int((known["low"] > 0).sum()), int((known["high"] < 0).sum())
    return view.say(
        "schools.caption",
        schools=counted(len(known), "school", view.language),
        between=how_many(len(known) - above - below, view.language),
        above=capital(how_many(above, view.language)),
        below=how_many(below, view.language),
    )


def _listed(view: View, own: Released) -> Fragment:
    frame = own.table
    order = sorted(
        range(len(own)), key=lambda at: (swedish_order(frame["municipality"][at]), swedish_order(frame["school"][at]))
    )
    place = {row: at for at, row in enumerate(order)}
    rows = own.with_words("rank", [f"{place[at]:05d}" for at in range(len(own))]).sort("rank")
    frame = rows.table
    spans = [
        None if pd.isna(low) else span(view, float(low), float(high))
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    forms = [label(str(form), view.language) for form in frame["provider_form"]]
    rows = labelled(rows.with_words("note", spans, of=("low", "high")), forms)
    shown = [*columns(view, "school", "municipality"), column(view, "starters"), column(view, "share")]
    shown += [column(view, "expected"), column(view, "difference"), column(view, "note", "interval", "points_text")]
    whole = [*shown[:2], column(view, "label", "provider"), *shown[2:]]
    listed = long_table(
        view,
        rows,
        shown,
        whole=whole,
        caption=view.say("schools.table"),
        identifier="skolor",
        csv=view.say("schools.csv"),
    )
    hidden = int(frame["share"].isna().sum())
    if not hidden:
        return listed
    return listed + paragraph(view.say("schools.hidden", schools=counted(hidden, "school", view.language)))


def _steady(view: View) -> str:
    """What the value of one cohort says about the next."""
    frame = view.school_stability.table.dropna(subset=["correlation"])
    if not len(frame):
        return view.say("schools.steady_unknown")
    last = frame.iloc[-1]
    blanks = {name: number(float(last[name]), view.language, 2) for name in ("correlation", "low", "high")}
    explained = number(_HUNDRED * max(float(last["correlation"]), 0.0) ** 2, view.language)
    return view.say("schools.steady", cohort=int(last["cohort"]), explained=explained, **blanks)


def _told(view: View) -> Fragment:
    return paragraph(view.say("schools.caution"))
