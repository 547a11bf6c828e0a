"""How small an effect the study can see, told before any estimate."""

from __future__ import annotations

import math

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import power_curves
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.brief import seen
from gymreg_core.reporting.effects.parts import column, figure, labelled, long_table, section
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import share_points

_DRAWN = 4
"""Lines that one picture holds."""


def power(view: View) -> Fragment:
    """The smallest effects that the designs can tell from none, and how the chance grows with the effect."""
    out = section(view, "power", "styrka") + paragraph(seen(view) or view.say("power.not_known"))
    simulations = max((int(row["simulations"]) for row in view.shown.records("detectable")), default=0)
    if simulations:
        n, share = number(simulations, view.language), percent(view.plan.power, view.language, 0)
        out += paragraph(view.say("power.lead", n=n, share=share), view.say("power.both_ways"))
    if any(view.is_offer(design) for design in view.plan.designs):
        out += paragraph(view.say("power.of_offers"))
    return out + _curves(view) + _listed(view)


def _curves(view: View) -> Fragment:
    rows = view.shown["power"]
    drawn = [d for d in view.plan.designs if not view.is_offer(d)]
    frame = rows.table
    rows = rows.where(frame["outcome"].eq(view.plan.outcome) & frame["design"].isin(drawn) & frame["power"].notna())
    there = list(dict.fromkeys(rows.table["design"]))[:_DRAWN]
    if not there or not math.isfinite(view.mean_dose):
        return Fragment()
    rows = view.release(_in_points(view, rows.where(rows.table["design"].isin(there))))
    interest = view.say("power.interest", points=number(view.plan.smallest_of_interest, view.language, 1))
    share = percent(view.plan.power, view.language, 0)
    message = _message(view)
    drawing = power_curves(
        rows,
        x="points",
        y="power",
        series="series",
        level=(view.plan.power, view.say("power.asked", share=share)),
        at=(view.plan.smallest_of_interest, interest),
        titles=(view.say("power.axis"), view.say("power.chance")),
        language=view.language,
    )
    data = long_table(
        view,
        rows,
        [column(view, "series", "design"), column(view, "points", "effect_points"), column(view, "power")],
        caption=view.say("power.curve_table"),
        identifier="styrka-kurva",
        csv=view.say("power.csv"),
    )
    alt = view.say("power.alt", about=view.about, message=message, interest=interest)
    return figure(view, "styrka", drawing, kind="curves", alt=alt, caption=message, data=data)


def _in_points(view: View, rows: Released) -> pd.DataFrame:
    """Designs in words, effects in percentage points at the mean dose, none below 0, and the chance to see them."""
    frame = rows.table
    made = {
        "series": [words.name(view, "designs", str(design)) for design in frame["design"]],
        "points": [view.scaled(str(d), float(e)) for d, e in zip(frame["design"], frame["effect"], strict=True)],
        "power": frame["power"].astype("float64"),
    }
    return pd.DataFrame(made).query("points >= 0").reset_index(drop=True)


def _message(view: View) -> str:
    row = view.row("detectable", design=view.plan.main, outcome=view.plan.outcome)
    share = percent(view.plan.power, view.language, 0)
    if row is None or row["detectable"] is None:
        return view.say("power.caption_plain", share=share)
    points = share_points(round(view.scaled(view.plan.main, float(row["detectable"])), 1), view.language)
    design = words.name(view, "designs", view.plan.main)
    return view.say("power.caption", points=points, design=design, share=share)


def _listed(view: View) -> Fragment:
    """Every design with the smallest effect that it can tell from none, in percentage points, or why there is none."""
    rows = view.shown["detectable"]
    rows = rows.where(rows.table["outcome"].eq(view.plan.outcome))
    if not len(rows):
        return Fragment()
    frame = rows.table
    told = [_smallest(view, *row) for row in zip(frame["design"], frame["detectable"], frame["refusal"], strict=True)]
    about = [view.say("power.by_offer" if view.is_offer(str(d)) else "power.by_dose") for d in frame["design"]]
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in frame["design"]])
    # Designs about offers look at intakes, and one that is refused at nothing.
    cohorts = [number(n, view.language) if n else None for n in frame["cohorts"]]
    rows = rows.with_words("note", told).with_words("label_to", about).with_words("series", cohorts)
    shown = [
        column(view, "label", "design"),
        column(view, "label_to", "told_at"),
        column(view, "note", "smallest_effect", "points_text"),
        column(view, "schools"),
        column(view, "series", "cohorts", "points_text"),
        column(view, "pupils"),
    ]
    return table(rows, shown, caption=view.say("power.table"), identifier="styrka", language=view.language)


def _smallest(view: View, design: str, smallest: float, refusal: str) -> str | None:
    """The smallest effect that a design sees, in percentage points, or why there is none; None without a mean dose."""
    if refusal:
        return words.name(view, "refusals", refusal)
    if math.isnan(smallest):
        return view.say("power.never")
    size = view.scaled(design, float(smallest))
    return number(size, view.language, 1) if math.isfinite(size) else None
