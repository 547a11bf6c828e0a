"""The structural supplement: how it works, what it comes to, whom it reaches, and the odds that it rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.funding.supplement_words import kronor
from gymreg_core.reporting.charts import levels, lorenz
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import (
    column,
    columns,
    figure,
    labelled,
    long_table,
    merit_band,
    programme_labels,
    section,
)
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import download, table
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import money, number
from gymreg_core.vocabulary.phrases import per_cent

_STEPS = 20
_FEWEST_SCHOOLS = 10


def supplement(view: View) -> Fragment:
    """How it works in three sentences and a picture, what it came to, how unevenly, and whom it reached."""
    if not view.is_region and view.figure("price") is None:
        return Fragment()
    top = section(view, "supplement", "tillagg") + _how(view)
    rows = view.supplements
    if rows is None:
        return top + paragraph(view.say("supplement.none"))
    return top + _total(view) + _curve(view) + _programmes(view, rows) + _schools(view, rows)


def _how(view: View) -> Fragment:
    rows = view.supplement.table
    names = [view.say("supplement.level", level=int(level)) for level in rows["level"]]
    frame = rows.assign(
        label=names,
        note=[
            f"{name}\n{view.say('unit.kronor', n=kronor(ore, view.language))}"
            for name, ore in zip(names, rows["amount"], strict=True)
        ],
        value=rows["amount"],
    )
    banded = frame[frame["merit_from"].notna()].sort_values("merit_from", kind="stable")
    drawing = levels(
        view.release(banded[["merit_from", "merit_below", "value", "note"]]),
        low="merit_from",
        high="merit_below",
        amount="value",
        text="note",
        titles=(view.say("supplement.merit"), view.say("supplement.per_year")),
        language=view.language,
    )
    ends = zip(rows["merit_from"], rows["merit_below"], strict=True)
    frame = frame.assign(label_to=[merit_band(view, low, high) for low, high in ends])
    shown = [
        column(view, "label", "level"),
        column(view, "label_to", "merit"),
        column(view, "value", "amount_per_pupil"),
    ]
    listed = table(
        view.release(frame[["label", "label_to", "value"]]),
        shown,
        caption=view.say("supplement.levels.table", year=view.year),
        identifier="nivaer",
        language=view.language,
    )
    message = view.say("supplement.levels.caption", year=view.year)
    alt = view.say("supplement.levels.alt", message=message)
    drawn = figure(view, "nivaer", drawing, kind="levels", alt=alt, caption=message, data=listed)
    return paragraph(view.supplement.describe(view.language), view.say("supplement.unnamed")) + drawn


def _total(view: View) -> Fragment:
    amount, price = view.figure("supplement"), view.figure("price")
    if amount is None or not price:
        return Fragment()
    said = {"amount": money(amount, view.language), "share": per_cent(amount / price, view.language)}
    told = paragraph(view.say(f"supplement.total.{view.scope}", place=view.place, year=view.year, **said))
    if view.is_region and view.shares is not None:
        told += paragraph(view.shares.describe(view.language))
    return told


def _curve(view: View) -> Fragment:
    """The Lorenz curve at even steps, so that no school shows in it; for the region."""
    found = view.shares
    if not view.is_region or found is None or found.summary()["schools"] < _FEWEST_SCHOOLS:
        return Fragment()
    curve = found.lorenz_table()
    if curve["share_amount"].isna().any():
        return Fragment()
    steps = np.linspace(0, 1, _STEPS + 1)
    values = np.interp(steps, curve["share_pupils"], curve["share_amount"])
    frame = pd.DataFrame({"share": steps, "value": values, "series": view.say("supplement.lorenz.series")})
    titles = (view.say("supplement.lorenz.x"), view.say("supplement.lorenz.y"))
    drawing = lorenz(
        view.release(frame),
        x="share",
        y="value",
        series="series",
        titles=titles,
        equal=view.say("supplement.lorenz.equal"),
        language=view.language,
    )
    half = per_cent(1 - float(np.interp(0.5, steps, values)), view.language)
    message = view.say("supplement.lorenz.caption", half=half, gini=number(found.curve.index, view.language, 2))
    listed = table(
        view.release(frame.iloc[:: _STEPS // 10][["share", "value"]]),
        [column(view, "share", "share_pupils"), column(view, "value", "share_amount", "percent")],
        caption=view.say("supplement.lorenz.table"),
        identifier="lorenz",
        language=view.language,
    )
    alt = view.say("supplement.lorenz.alt", about=view.about, message=message)
    return figure(view, "lorenz", drawing, kind="curve", alt=alt, caption=message, data=listed)


def _programmes(view: View, rows: Released) -> Fragment:
    if not view.is_region:
        return Fragment()
    mine = rows.where(rows.table["by"].eq("programme"))
    mine = labelled(mine, programme_labels(view, mine.table["group"])).sort("label")
    known = mine.where(mine.table["supplement"].notna())
    told = view.say("supplement.programmes.hidden", n=number(len(mine) - len(known), view.language))
    shown = [
        column(view, "label", "programme"),
        *columns(view, "pupils", "covered", "covered_share", "supplement", "supplement_per_pupil"),
    ]
    caption = view.say("supplement.programmes.table")
    listed = table(known, shown, caption=caption, identifier="tillagg-program", language=view.language)
    top = section(view, "supplement.programmes", "tillagg-program", 3) + listed
    return top + paragraph(told) if len(known) < len(mine) else top


def _schools(view: View, rows: Released) -> Fragment:
    """The schools of the scope, and each of their programmes as a file."""
    frame = rows.table
    inside = pd.Series(True, index=frame.index)
    if not view.is_region:
        name = "municipality" if view.scope == "municipality" else "provider_form"
        inside = frame[name] == view.scope_name
    schools = rows.where(frame["by"].eq("school") & inside).sort(["supplement", "label"], ascending=[False, True])
    top = section(view, "supplement.schools", "tillagg-skolor", 3)
    if not len(schools):
        return top + paragraph(view.say("supplement.schools.none", place=view.place))
    shown = [column(view, "label", "school"), *columns(view, "pupils", "covered", "supplement", "supplement_per_pupil")]
    if view.scope != "municipality":
        shown.insert(1, column(view, "municipality"))
    crossed = rows.where(frame["by"].eq("school_programme") & inside)
    crossed = crossed.with_words("programme_name", programme_labels(view, crossed.table["other"]))
    crossed = crossed.sort(["municipality", "label", "programme_name"])
    whole = [
        column(view, "municipality"),
        column(view, "label", "school"),
        column(view, "programme_name", "programme"),
        *columns(view, "pupils", "covered", "supplement", "supplement_per_pupil"),
    ]
    smallest = number(int(told_to("smallest_count")), view.language)
    listed = long_table(
        view,
        schools,
        shown,
        caption=view.say("supplement.schools.table", place=view.place),
        identifier="tillagg-skolor",
        csv=view.say("supplement.schools.csv"),
    )
    file = download(
        crossed, whole, name="tillagg-skola-program", label=view.say("supplement.crossed.csv"), language=view.language
    )
    return top + listed + paragraph(view.say("supplement.hidden", smallest=smallest)) + file
