"""What is expected of the programme, and how much working life needs it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.planning.strategic_words import criterion_name
from gymreg_core.reporting.charts import lines
from gymreg_core.reporting.council.parts import column, figure, labelled, missing, section
from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Column, table, written
from gymreg_core.vocabulary.numbers import change, number, points
from gymreg_core.vocabulary.phrases import capital


def demand(view: View) -> Fragment:
    """How many are expected to choose the programme, year by year, with intervals."""
    if view.demand is None or view.expected is None:
        return missing(view, "demand", "efterfragan", "demand")
    if not len(view.expected):
        return missing(view, "demand", "efterfragan", "few_choices")
    rows = view.expected
    frame = rows.table
    years = rows.where(frame["year"].gt(view.demand.forecast.last_year))
    shown = [column(view, name) for name in ("year", "expected", "low", "high")]
    caption = view.say("demand.table", name=view.place)
    listed = table(years, shown, caption=caption, identifier="efterfragan", language=view.language)
    drawn = rows.with_words("series", [view.say(f"demand.series.{view.demand.forecast.measure}")] * len(rows))
    drawn = drawn.with_words("note", [number(int(n), view.language) for n in frame["expected"]])
    drawing = lines(
        drawn, year="year", value="expected", series="series", text="note", band=("low", "high"), language=view.language
    )
    message = expected_words(view)
    alt = view.say("demand.alt", name=capital(view.place), message=message)
    lead = paragraph(view.say("demand.lead"))
    picture = figure(view, "efterfragan", drawing, kind="band", alt=alt, caption=message, data=listed)
    return section(view, "demand", "efterfragan") + lead + picture


def expected_words(view: View) -> str:
    """How many are expected in the first year that is foretold, beside the last year known; '' without a forecast."""
    if view.demand is None or view.expected is None or not len(view.expected):
        return ""
    frame = view.expected.table
    last, first = frame.iloc[0], frame.iloc[1]
    numbers = {name: number(int(first[name]), view.language) for name in ("expected", "low", "high")}
    years = {
        "year": int(first["year"]),
        "last": int(last["year"]),
        "pupils": number(int(last["expected"]), view.language),
    }
    return view.say(f"demand.caption.{view.demand.forecast.measure}", name=view.place, **years, **numbers)


def need(view: View) -> Fragment:
    """What the table of need says of the programme, and its place among the programmes by open criteria."""
    if view.strategic is None:
        return missing(view, "need", "behov", "ranking")
    top = section(view, "need", "behov") + paragraph(need_words(view))
    _, released, weights = view.strategic
    mine = released.where(released.table["programme"].eq(view.code))
    if not len(mine):
        return top + paragraph(view.say("missing.ranked", name=view.place))
    return top + paragraph(_rank_words(view, mine, released), view.say("need.how")) + _criteria(view, mine, weights)


def need_words(view: View) -> str:
    """The need of the programme and who says so; that it is assumed, or not known."""
    if view.seats is None:
        return view.say("missing.need")
    if not view.seats.need_given:
        return view.say("need.assumed")
    known = view.seats.need
    rows = known[known["programme"] == view.code]
    if rows.empty:
        return view.say("missing.need_row", name=view.place)
    row = rows.iloc[0]
    said = {
        "value": points(float(row["need"]), view.language),
        "rank": number(1 + int((known["need"] > row["need"]).sum()), view.language),
        "all": number(len(known), view.language),
    }
    source = str(row["source"]) if pd.isna(row["year"]) else f"{row['source']}, {int(row['year'])}"
    return view.say("need.value", name=view.place, source=source, **said)


def _rank_words(view: View, mine: Released, every: Released) -> str:
    row, name = mine.table.iloc[0], capital(view.place)
    if pd.isna(row["rank"]):
        return view.say("need.unranked", name=view.place)
    numbers = {one: number(int(row[one]), view.language) for one in ("rank", "rank_best", "rank_worst")}
    ranked = number(int(every.table["rank"].notna().sum()), view.language)
    return view.say("need.rank", name=name, all=ranked, **numbers)


def _criteria(view: View, mine: Released, weights: Released) -> Fragment:
    """The criteria in use: their weights, the programme's values, and what they are worth from 0 to 1."""
    rows = weights.where(weights.table["weight"].gt(0))
    row, names = mine.table.iloc[0], [str(name) for name in rows.table["criterion"]]
    rows = labelled(rows, [_criterion(view, name) for name in names])
    rows = rows.with_words("note", [_value(view, name, row[name]) for name in names])
    scores = [row[f"{name}_score"] for name in names]
    rows = rows.with_words("series", [None if pd.isna(one) else number(one, view.language, 2) for one in scores])
    shown = [column(view, "label", "criterion"), column(view, "weight")]
    shown += [Column("note", view.say("column.value"), "points_text"), column(view, "series", "score")]
    caption = view.say("need.table", name=view.place)
    return table(rows, shown, caption=caption, identifier="behov", language=view.language)


def _criterion(view: View, name: str) -> str:
    told = criterion_name(name, view.language)
    assumed = name == "need" and view.seats is not None and not view.seats.need_given
    return view.say("need.assumed_name", name=told) if assumed else told


def _value(view: View, criterion: str, value: Any) -> str | None:
    """A value with its unit; None where it is missing."""
    if pd.isna(value):
        return None
    if criterion == "trend":
        return view.say("need.unit.trend", value=change(100 * float(value), view.language, 1))
    if criterion == "price":
        return view.say("need.unit.price", value=written(value, "kronor", view.language))
    return points(float(value), view.language) if criterion == "need" else written(value, "percent", view.language)
