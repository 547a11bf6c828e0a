"""The odds that the supplement rests on, and how well the merit value tells who becomes eligible."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.disclosure import About, Released
from gymreg_core.disclosure.small import small, small_rest
from gymreg_core.funding.supplement_words import sentences
from gymreg_core.reporting.charts import dumbbells
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.check_sections import all_of
from gymreg_core.reporting.funding.parts import column, columns, figure, merit_band, section
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number, points
from gymreg_core.vocabulary.phrases import per_cent

_FEW = 1
_BEFORE_LEVELS = 2  # sentences on pupils and on those compared with; the levels stand in the table


def odds(view: View) -> Fragment:
    """The odds of eligibility by level with their intervals, and how well the merit value tells it; for the region."""
    if not view.is_region:
        return Fragment()
    top = section(view, "odds", "oddsmodell")
    model = view.model
    if model is None:
        return top + paragraph(view.say("odds.none"))
    rows = model.table
    bands = [merit_band(view, low, high) for low, high in zip(rows["merit_from"], rows["merit_below"], strict=True)]
    bands[0] = view.say("supplement.above", low=points(float(rows["merit_from"].iloc[0]), view.language))
    names = [view.say("supplement.level", level=int(level)) for level in rows["level"]]
    names[0] = view.say("odds.reference")
    frame = pd.DataFrame(
        {
            "label": names,
            "label_to": bands,
            "level": rows["level"],
            "pupils": rows["pupils"],
            "observed": rows["share"],
            **{name: rows[name] for name in ("odds_ratio", "low", "high")},
        }
    )
    shown = [
        column(view, "label", "level"),
        column(view, "label_to", "merit"),
        column(view, "pupils", "starters"),
        column(view, "observed", "eligible", "percent"),
        *columns(view, "odds_ratio", "low", "high"),
    ]
    caption = view.say("odds.table")
    listed = table(_eligible(view, frame), shown, caption=caption, identifier="oddskvoter", language=view.language)
    ratios = sentences("odds", model.odds.summary(), view.language)[:_BEFORE_LEVELS]
    steady = [model.stability.describe(view.language)] if model.stability else []
    told = paragraph(*sentences("model", model.summary(), view.language))
    return top + paragraph(view.say("odds.lead"), *ratios) + listed + paragraph(*steady) + told + _calibration(view)


def _calibration(view: View) -> Fragment:
    model = view.model
    if model is None:
        return Fragment()
    rows = model.calibration[model.calibration["kind"] == "tenth"]
    if len(rows) <= 1:
        return Fragment()
    frame = pd.DataFrame(
        {
            "label": [view.say("odds.tenth", n=int(group)) for group in rows["group"]],
            "level": [f"tenth {int(group)}" for group in rows["group"]],
            "pupils": rows["pupils"].to_numpy(),
            "predicted": rows["predicted"].to_numpy(),
            "observed": rows["observed"].to_numpy(),
        }
    )
    released = _eligible(view, frame)
    released = released.where(released.table["observed"].notna())
    drawn = released.with_words("note", [per_cent(float(share), view.language) for share in released.table["observed"]])
    drawing = dumbbells(
        drawn,
        label="label",
        values=("predicted", "observed"),
        text="note",
        names=(view.say("column.predicted"), view.say("column.observed")),
        percent=True,
        language=view.language,
    )
    gap = float((frame["predicted"] - frame["observed"]).abs().max())
    message = view.say("odds.calibration.caption", gap=number(gap * 100, view.language, 1))
    shown = [
        column(view, "label", "tenth"),
        column(view, "pupils", "starters"),
        column(view, "predicted", form="percent"),
        column(view, "observed", form="percent"),
    ]
    listed = table(
        released, shown, caption=view.say("odds.calibration.table"), identifier="kalibrering", language=view.language
    )
    alt = view.say("odds.calibration.alt", message=message)
    return figure(view, "kalibrering", drawing, kind="dumbbells", alt=alt, caption=message, data=listed)


def _eligible(view: View, frame: pd.DataFrame) -> Released:
    """Starters and the share of them that became eligible, left out where few did or few did not."""
    has = (frame["observed"] * frame["pupils"]).round().astype("int64")
    few = small(has) | small_rest(frame["pupils"] - has)
    about = About("funding.odds", derived={"eligible": np.asarray(has, np.float64)})
    return view.release(frame.assign(pupils=frame["pupils"].mask(few, _FEW)), ties=all_of(frame), about=about)
