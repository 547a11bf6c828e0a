"""Estimates as readers meet them: in percentage points at the mean dose, or by an offer, with their interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import intervals
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.sections import figure
from gymreg_core.vocabulary.numbers import change, number

_HUNDRED = 100
ENDS = ("estimate", "low", "high")
"""An estimate and its interval."""
ABOUT = ("dose", "offer")
"""Measures of the estimates that answer a question; the others are of the way there."""


def span(view: View, low: float, high: float) -> str:
    """'−0,3 till +2,7' of shares, in percentage points."""
    ends = [
        change(round(_HUNDRED * one, 1), view.language, 1) if math.isfinite(one) else view.say("no_limit")
        for one in (low, high)
    ]
    return view.say("span", low=ends[0], high=ends[1])


def interval(view: View, size: float, low: float, high: float) -> str:
    """'+1,2 (−0,3 till +2,7)' of shares, in percentage points; '' where there is no number."""
    if not math.isfinite(size):
        return ""
    return f"{change(round(_HUNDRED * size, 1), view.language, 1)} ({span(view, low, high)})"


def in_units(view: View, ends: Sequence[float], unit: float = 1.0) -> str | None:
    """'+0,85 (+0,81 till +0,90)' of an estimate and its ends in units of their own; None where there is no number."""
    if not all(map(math.isfinite, ends)):
        return None
    size, low, high = (change(unit * one, view.language, 2) for one in ends)
    return f"{size} ({view.say('span', low=low, high=high)})"


def at_mean_dose(view: View, rows: Released) -> Released:
    """Estimates of outcomes with their ends as differences of shares at the mean dose, or by an offer."""
    factors = [1.0 if view.is_offer(str(design)) else view.mean_dose for design in rows.table["design"]]
    for end in ENDS:
        rows = rows.with_times(end, factors)
    return rows.select(*(name for name in rows.columns if name != "std_error"))


def with_intervals(view: View, rows: Released) -> Released:
    """The rows with their interval in words as note, or why a design has none; missing where there is no number."""
    frame = rows.table
    reasons: Sequence[str] = list(frame["refusal"]) if "refusal" in frame else [""] * len(frame)
    told = [
        words.name(view, "refusals", str(reason)) if reason else interval(view, *(float(row[end]) for end in ENDS))
        for (_, row), reason in zip(frame.iterrows(), reasons, strict=True)
    ]
    return rows.with_words("note", [one or None for one in told], of=ENDS)


def drawable_rows(rows: Released) -> Released:
    """Those that have an estimate and both ends of its interval, and the cohort that others are compared with."""
    frame = rows.table
    finite = pd.Series(True, index=frame.index)
    for end in ENDS:
        finite &= frame[end].astype("float64").map(math.isfinite)
    if "reference" in frame:
        finite |= frame["reference"].astype(bool) & frame["estimate"].notna()
    return rows.where(finite)


def confidence(view: View) -> str:
    """The plan's confidence in per cent, without the sign: '95'."""
    return number(_HUNDRED * view.plan.confidence, view.language)


def in_plan_order(view: View, rows: Released) -> Released:
    """The rows by design, in the order of the plan; within a design as they were."""
    place = {str(design): f"{at:02d}" for at, design in enumerate(view.plan.designs)}
    return rows.with_words("rank", [place[str(design)] for design in rows.table["design"]]).sort("rank")


def said(view: View, design: str, outcome: str | None = None) -> str:
    """What may be said of a design and outcome, in a word or two: which way, and as a cause or not; or why nothing."""
    found = words.conclusion(view, design, outcome)
    if found is None:
        return view.say("not_shown")
    claim, finding = str(found["claim"]), str(found["finding"])
    if claim in words.SILENT:
        return words.name(view, "claims", claim)
    told = words.name(view, "findings", finding)
    if finding not in words.DIRECTED:
        return told
    return view.say("results.directed", finding=told, claim=words.claim(view, design, claim))


def withdrawn(view: View, design: str) -> list[str]:
    """That a design is withdrawn, as a sentence; nothing where it is not."""
    found = words.conclusion(view, design)
    return [view.say("withdrawn")] if found and found["claim"] == "withdrawn" else []


def side_by_side(view: View, drawn: Released, *, name: str, alt: str, caption: str, data: Fragment) -> Fragment:
    """Estimates on one scale, blocks by `series`, hollow where the claim in `label_to` is withdrawn; see `figure`."""
    drawing = intervals(
        drawn,
        label="label",
        value="estimate",
        band=("low", "high"),
        text="note",
        group="series",
        hollow=("label_to", words.name(view, "claims", "withdrawn")),
        axis_title=view.say("results.axis"),
        language=view.language,
    )
    return figure(view, name, drawing, kind="intervals", alt=alt, caption=caption, data=data)
