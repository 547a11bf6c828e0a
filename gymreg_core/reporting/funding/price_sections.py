"""The price of every programme: against the national list and skolindex, and what it is worth in fixed prices."""

from __future__ import annotations

import pandas as pd

from gymreg_core.reporting.charts import line_panels
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import column, figure, programme_label, section
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Column, download, table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes

_HUNDRED = 100
_SERIES = ("regional", "national", "index")
_TYPES = ("preparatory", "vocational")


def price_level(view: View) -> Fragment:
    """Prices over the years by programme, small multiples for each type of programme; for the region."""
    if not view.is_region:
        return Fragment()
    frame = view.prices.table
    frame = frame[(frame["key"] == frame["programme"]) & (frame["price_year"] <= view.year)]
    top = section(view, "prices", "priser") + paragraph(view.say("prices.lead"), view.prices.describe(view.language))
    drawn = [_panels(view, frame, kind) for kind in _TYPES]
    return top + drawn[0] + drawn[1] + _table(view, frame)


def _panels(view: View, frame: pd.DataFrame, kind: str) -> Fragment:
    known = programmes()
    last = frame[frame["price_year"] == view.year]
    mine = [str(code) for code in last["programme"] if known[str(code)].type == kind]
    several = frame["programme"].map(frame["programme"].value_counts()) > 1
    mine = [code for code in mine if several[frame["programme"] == code].any()]
    mine = sorted(mine, key=lambda code: (-(view.pupils_of(code) or 0), code))[: int(rule("report", "price_panels"))]
    if not mine:
        return Fragment()
    rows = frame[frame["programme"].isin(mine)].assign(order=lambda f: f["programme"].map(mine.index))
    rows = rows.sort_values(["order", "price_year"], kind="stable")
    first = rows.groupby("programme")["regional"].transform("first")
    values = {
        "regional": rows["regional"] / _HUNDRED,
        "national": rows["national"] / _HUNDRED,
        "index": first * rows["skolindex"] / _HUNDRED / _HUNDRED,
    }
    long = pd.concat(
        [
            pd.DataFrame(
                {
                    "panel": [programme_label(view, str(code), short=True) for code in rows["programme"]],
                    "year": rows["price_year"].to_numpy(),
                    "value": values[name].to_numpy(),
                    "series": view.say(f"prices.series.{name}"),
                    "order": rows["order"].to_numpy(),
                    "rank": place,
                }
            )
            for place, name in enumerate(_SERIES)
        ]
    )
    long = long.sort_values(["order", "rank", "year"], kind="stable").drop(columns="order")
    drawing = line_panels(
        view.release(long[["panel", "year", "value", "series"]]),
        panel="panel",
        year="year",
        value="value",
        series="series",
        language=view.language,
    )
    now = last[last["programme"].isin(mine)]
    lost = int((now["real_change"] < 0).sum())
    message = view.say(f"prices.{kind}.caption", lost=lost, n=len(now), first=int(rows["price_year"].min()))
    alt = view.say("prices.alt", about=view.about, message=message)
    wide = rows.assign(
        label=[programme_label(view, str(code)) for code in rows["programme"]],
        amount=values["regional"] * _HUNDRED,
        value=values["index"] * _HUNDRED,
    )
    wide = wide.rename(columns={"regional": "value_previous", "value": "value_change"})
    return figure(
        view, f"priser-{kind}", drawing, kind="panels", alt=alt, caption=message, data=_years(view, wide, kind)
    )


def _years(view: View, rows: pd.DataFrame, kind: str) -> Fragment:
    """The numbers of a figure: a row for each programme and year."""
    frame = pd.DataFrame(
        {
            "label": rows["label"].to_numpy(),
            "year": rows["price_year"].to_numpy(),
            "value": rows["value_previous"].to_numpy(),
            "value_previous": rows["national"].to_numpy(),
            "value_change": rows["value_change"].round().to_numpy(),
        }
    )
    shown = [
        column(view, "label", "programme"),
        column(view, "year", "year", "year"),
        column(view, "value", "price_regional", "kronor"),
        column(view, "value_previous", "price_national", "kronor"),
        column(view, "value_change", "price_index", "kronor"),
    ]
    caption = view.say(f"prices.{kind}.table")
    return table(view.release(frame), shown, caption=caption, identifier=f"priser-{kind}", language=view.language)


def _table(view: View, frame: pd.DataFrame) -> Fragment:
    """Every programme in the year of the page."""
    now = frame[frame["price_year"] == view.year].sort_values("programme", kind="stable")
    out = pd.DataFrame(
        {
            "label": [programme_label(view, str(code)) for code in now["programme"]],
            "value": now["regional"].to_numpy(),
            "value_previous": now["national"].to_numpy(),
            "share": now["share"].to_numpy(),
            "value_change_share": now["real_change"].to_numpy(),
            "status": [view.say(f"status.{status}") for status in now["regional_status"]],
        }
    )
    first = int(frame["price_year"].min())
    shown = [
        column(view, "label", "programme"),
        column(view, "value", "price_regional", "kronor"),
        column(view, "value_previous", "price_national", "kronor"),
        column(view, "share", "price_share", "percent_short"),
        Column("value_change_share", view.say("column.price_real", first=first), "percent_change"),
        column(view, "status"),
    ]
    released = view.release(out)
    listed = table(
        released, shown, caption=view.say("prices.table", year=view.year), identifier="priser", language=view.language
    )
    file = download(released, shown, name="priser", label=view.say("prices.csv"), language=view.language)
    return listed + paragraph(view.say("prices.note")) + file
