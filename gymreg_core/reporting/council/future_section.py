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
from gymreg_core.reporting.tables import Form, table, written
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital

_FORMS: dict[str, Form] = {
    "need": "decimals",
    "free_share": "percent",
    "completion": "percent",
    "trend": "percent_change",
    "price": "kronor",
}


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
    top = section(view, "need", "behov") + paragraph(need_words(view))
    if view.strategic is None:
        return top + paragraph(view.say("missing.ranking"))
    _, released, weights = view.strategic
    mine = released.where(released.table["programme"].eq(view.code))
    if not len(mine):
        return top + paragraph(view.say("missing.ranking"))
    return top + paragraph(_rank_words(view, mine, released), view.say("need.how")) + _criteria(view, mine, weights)


def need_words(view: View) -> str:
    """The need of the programme and who says so, or that it is not known."""
    if view.need is None:
        return view.say("missing.need")
    if not len(view.need):
        return view.say("missing.need_row", name=view.place)
    row = view.need.table.iloc[0]
    values = view.sources.need.table["need"] if view.sources.need is not None else pd.Series(dtype="float64")
    said = {
        "value": written(row["need"], "decimals", view.language),
        "rank": number(1 + int((values > row["need"]).sum()), view.language),
        "all": number(len(values), view.language),
    }
    source = str(row["source"]) if pd.isna(row["year"]) else f"{row['source']}, {int(row['year'])}"
    return view.say("need.value", name=view.place, source=source, **said)


def _rank_words(view: View, mine: Released, every: Released) -> str:
    row = mine.table.iloc[0]
    if pd.isna(row["rank"]):
        return view.say("need.unranked", name=view.place)
    blanks: dict[str, Any] = {n: number(int(row[n]), view.language) for n in ("rank", "rank_best", "rank_worst")}
    return view.say(
        "need.rank",
        name=capital(view.place),
        all=number(int(every.table["rank"].notna().sum()), view.language),
        **blanks,
    )


def _criteria(view: View, mine: Released, weights: Released) -> Fragment:
    """The criteria in use: their weights, the programme's values, and what they are worth from 0 to 1."""
    used = weights.where(weights.table["weight"].gt(0))
    row, names = mine.table.iloc[0], [str(name) for name in used.table["criterion"]]
    rows = labelled(used, [criterion_name(name, view.language) for name in names])
    rows = rows.with_words("note", [written(row[name], _FORMS[name], view.language) for name in names])
    rows = rows.with_words("series", [written(row[f"{name}_score"], "decimals", view.language) for name in names])
    shown = [
        column(view, "label", "criterion"),
        column(view, "weight"),
        column(view, "note", "value"),
        column(view, "series", "score"),
    ]
    caption = view.say("need.table", name=view.place)
    return table(rows, shown, caption=caption, identifier="behov", language=view.language)
