"""What goes with interruption: differences in percentage points with intervals, from the model of school years."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import calibration, intervals
from gymreg_core.reporting.dropout.parts import column, columns, figure, labelled, section
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.dropout.words import effect, level_name, span, term_name
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import change, number
from gymreg_core.vocabulary.phrases import capital

_FEWEST, _HUNDRED = 2, 100


def risk(view: View) -> Fragment:
    """The average difference that each characteristic makes to the yearly probability of interruption; region."""
    if not view.is_region:
        return Fragment()
    top = section(view, "risk", "risk")
    rows = view.hazard.where(view.hazard.table["effect"].notna())
    if not len(rows):
        return top + paragraph(view.say("risk.none"))
    lead = paragraph(view.say("risk.lead"), view.say("risk.how"), view.say("risk.not_causes"))
    return top + lead + _effects(view, rows) + _fit(view)


def _effects(view: View, rows: Released) -> Fragment:
    frame = rows.table
    heads = [
        capital(view.say("risk.against", term=term_name(view, term), reference=_level(view, term, reference)))
        for term, reference in zip(frame["term"], frame["reference"], strict=True)
    ]
    names = [capital(_level(view, term, level)) for term, level in zip(frame["term"], frame["level"], strict=True)]
    ends = [(float(r["effect"]), float(r["low"]), float(r["high"])) for _, r in frame.iterrows()]
    rows = labelled(rows.with_words("series", heads), names).with_words("note", [effect(view, *one) for one in ends])
    rows = rows.with_words("label_to", [_ratio(view, row) for _, row in frame.iterrows()])
    shown = [
        column(view, "series", "compared"),
        column(view, "label", "level"),
        *columns(view, "pupils", "events"),
        column(view, "note", "effect", "points_text"),
        column(view, "label_to", "odds_ratio", "points_text"),
    ]
    listed = table(rows, shown, caption=view.say("risk.table"), identifier="risk", language=view.language)
    message = _message(view, frame)
    drawing = intervals(
        rows,
        label="label",
        value="effect",
        band=("low", "high"),
        text="note",
        group="series",
        axis_title=view.say("risk.axis"),
        language=view.language,
    )
    alt = view.say("risk.alt", message=message)
    return figure(view, "risk", drawing, kind="intervals", alt=alt, caption=message, data=listed)


def _ratio(view: View, row: pd.Series) -> str:
    told = [number(float(row[name]), view.language, 2) for name in ("odds_ratio", "odds_low", "odds_high")]
    return f"{told[0]} ({told[1]}–{told[2]})"


def _message(view: View, frame: pd.DataFrame) -> str:
    clear = frame[(frame["low"] > 0) | (frame["high"] < 0)]
    if not len(clear):
        return view.say("risk.caption_none")
    row = clear.sort_values("effect", key=lambda sizes: sizes.abs(), kind="stable").iloc[-1]
    term, size = str(row["term"]), change(round(_HUNDRED * float(row["effect"]), 1), view.language, 1)
    levels = {name: _level(view, term, str(row[name])) for name in ("level", "reference")}
    ends = span(view, float(row["low"]), float(row["high"]))
    return view.say("risk.caption", term=term_name(view, term), size=size, span=ends, **levels)


def _level(view: View, term: str, level: str) -> str:
    """A level below its characteristic's name: '160–199' and not 'meritvärde 160–199'."""
    return level_name(view, term, level).removeprefix(f"{term_name(view, term)} ")


def _fit(view: View) -> Fragment:
    """How often pupils of each tenth of predicted risk were interrupted."""
    rows = view.hazard_fit.where(view.hazard_fit.table["observed"].notna())
    if len(rows) < _FEWEST:
        return Fragment()
    rows = rows.with_words("series", [""] * len(rows))
    listed = table(
        rows,
        [
            column(view, "bin", "tenth"),
            column(view, "pupils", "pupil_years"),
            *columns(view, "events", "predicted", "observed"),
        ],
        caption=view.say("risk.fit.table"),
        identifier="risk-stammer",
        language=view.language,
    )
    drawing = calibration(
        rows,
        predicted="predicted",
        observed="observed",
        series="series",
        titles=(view.say("risk.fit.x"), view.say("risk.fit.y")),
        right=view.say("calibration.right"),
        language=view.language,
    )
    ends = rows.table["observed"].iloc[[0, -1]]
    first, last = (number(_HUNDRED * float(end), view.language, 1) for end in ends)
    message = view.say("risk.fit.caption", first=first, last=last)
    alt = view.say("risk.fit.alt", message=message)
    top = section(view, "risk.fit", "risk-stammer", 3) + paragraph(view.say("risk.fit.lead"))
    return top + figure(view, "risk-stammer", drawing, kind="calibration", alt=alt, caption=message, data=listed)
