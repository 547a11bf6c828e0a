"""The price of every programme: against the national list and skolindex, and what it is worth in fixed prices."""

from __future__ import annotations

import pandas as pd

from gymreg_core.reporting.charts import line_panels
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import column, figure, programme_labels, section
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Column, download, table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number
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
    top = section(view, "prices", "priser") + paragraph(view.say("prices.lead"))
    top += paragraph(view.prices.describe(view.language))
    drawn = [_panels(view, frame, kind) for kind in _TYPES]
    return top + drawn[0] + drawn[1] + _table(view, frame)


def _panels(view: View, frame: pd.DataFrame, kind: str) -> Fragment:
    """The programmes of a type with most pupils, where there is more than one year to draw."""
    known, years = programmes(), frame["programme"].value_counts()
    last = frame[frame["price_year"] == view.year]
    mine = [str(code) for code in last["programme"] if known[str(code)].type == kind and years[code] > 1]
    mine = sorted(mine, key=lambda code: (-(view.pupils_of(code) or 0), code))[: int(rule("report", "price_panels"))]
    if not mine:
        return Fragment()
    rows = frame[frame["programme"].isin(mine)].assign(order=lambda f: f["programme"].map(mine.index))
    rows = rows.sort_values(["order", "price_year"], kind="stable").reset_index(drop=True)
    first = rows.groupby("programme")["regional"].transform("first")
    prices = pd.DataFrame(
        {
            "label": programme_labels(view, rows["programme"]),
            "panel": programme_labels(view, rows["programme"], short=True),
            "year": rows["price_year"],
            "regional": rows["regional"],
            "national": rows["national"],
            "index": (first * rows["skolindex"] / _HUNDRED).round().astype("int64"),
        }
    )
    long = prices.melt(["panel", "year"], list(_SERIES), "series", "value")
    long = long.assign(order=long["panel"].map({name: at for at, name in enumerate(prices["panel"].unique())}))
    long = long.assign(rank=long["series"].map(_SERIES.index), value=long["value"] / _HUNDRED)
    long = long.sort_values(["order", "rank", "year"], kind="stable")
    long = long.assign(series=[view.say(f"prices.series.{name}") for name in long["series"]])
    drawing = line_panels(
        view.release(long[["panel", "year", "value", "series"]]),
        panel="panel",
        year="year",
        value="value",
        series="series",
        language=view.language,
    )
    now = last[last["programme"].isin(mine)]
    lost, begun = int((now["real_change"] < 0).sum()), int(rows["price_year"].min())
    how = {0: "none", len(now): "all"}.get(lost, "some")
    said = {"lost": number(lost, view.language), "n": number(len(now), view.language), "first": begun}
    message = view.say(f"prices.{kind}.{how}", **said)
    alt = view.say("prices.alt", about=view.about, message=message)
    data = _ends(view, prices, kind)
    return figure(view, f"priser-{kind}", drawing, kind="panels", alt=alt, caption=message, data=data)


def _ends(view: View, prices: pd.DataFrame, kind: str) -> Fragment:
    """The first and the last year of a figure as a table, and every year as a file."""
    groups = prices.groupby("label", sort=False)
    frame = groups[["regional", "national", "index"]].last().reset_index()
    frame[["regional_previous", "national_previous"]] = groups[["regional", "national"]].first().to_numpy()
    years = {"first": int(prices["year"].min()), "last": view.year}
    heads = ("regional_previous", "regional", "national_previous", "national", "index")
    shown = [
        column(view, "label", "programme"),
        *(Column(name, view.say(f"prices.head.{name}", **years), "kronor") for name in heads),
    ]
    listed = table(
        view.release(frame[["label", *heads]]),
        shown,
        caption=view.say(f"prices.{kind}.table"),
        identifier=f"priser-{kind}",
        language=view.language,
    )
    whole = [
        column(view, "label", "programme"),
        column(view, "year", form="year"),
        *(Column(name, view.say(f"prices.series.{name}"), "kronor") for name in _SERIES),
    ]
    label = view.say("prices.years_csv")
    file = download(
        view.release(prices.drop(columns="panel")), whole, name=f"priser-{kind}", label=label, language=view.language
    )
    return listed + file


def _table(view: View, frame: pd.DataFrame) -> Fragment:
    """Every programme in the year of the page."""
    now = frame[frame["price_year"] == view.year].sort_values("programme", kind="stable")
    out = pd.DataFrame(
        {
            "label": programme_labels(view, now["programme"]),
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
