"""What money does what: a pupil's own merit value moves the pupil's amount, and hardly the dose of the school."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.reporting.charts import stepped
from gymreg_core.reporting.effects.parts import columns, figure, long_table, section
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.vocabulary.numbers import number, points

_FEWEST = 5
"""Rows of merit for a picture."""
_TABLE = ("merit_from", "pupils", "own", "dose", "completion_3")


def jump(view: View) -> Fragment:
    """The amount that a pupil brings and the dose where such pupils go, by merit value."""
    rows = view.shown["jump"]
    frame = rows.table.dropna(subset=["own", "dose"])
    top = section(view, "jump", "vilka-pengar") + paragraph(view.say("jump.lead"), view.say("jump.no_comparison"))
    if len(frame) < _FEWEST:
        return top + paragraph(view.say("jump.few"))
    sides = _sides(frame, view.limit)
    message = view.say("jump.caption", **_blanks(view, sides)) if sides else view.say("jump.caption_plain")
    drawing = stepped(
        rows.where(rows.table["own"].notna() & rows.table["dose"].notna()),
        x="merit_from",
        step="own",
        line="dose",
        names=(view.say("jump.own"), view.say("jump.dose")),
        titles=(view.say("jump.axis"), view.say("jump.amount")),
        at=(view.limit, view.say("jump.limit", points=points(view.limit, view.language))),
        language=view.language,
    )
    listed = long_table(
        view,
        rows,
        columns(view, *_TABLE),
        caption=view.say("jump.table"),
        identifier="vilka-pengar",
        csv=view.say("jump.csv"),
    )
    alt = view.say("jump.alt", about=view.about, message=message)
    return (
        top + figure(view, "vilka-pengar", drawing, kind="steps", alt=alt, caption=message, data=listed) + _tested(view)
    )


def _sides(frame: pd.DataFrame, limit: float) -> tuple[Any, Any] | None:
    """The last row below the limit and the first from it on."""
    below, above = frame[frame["merit_from"] < limit], frame[frame["merit_from"] >= limit]
    return (below.iloc[-1], above.iloc[0]) if len(below) and len(above) else None


def _blanks(view: View, sides: tuple[Any, Any]) -> dict[str, str]:
    below, above = sides
    numbers = {
        "own_below": below["own"],
        "own_above": above["own"],
        "dose_below": below["dose"],
        "dose_above": above["dose"],
    }
    told = {key: number(float(value), view.language, 1) for key, value in numbers.items()}
    return {**told, "limit": points(view.limit, view.language)}


def _tested(view: View) -> Fragment:
    """What the test of the school's dose at the pupil's own limit says."""
    found = view.row("checks", check="same_dose")
    return paragraph(view.say(f"jump.tested.{found['verdict']}")) if found else Fragment()
