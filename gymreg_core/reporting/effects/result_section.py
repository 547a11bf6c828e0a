"""What the designs found, side by side on one scale."""

from __future__ import annotations

from math import isfinite

from gymreg_core.disclosure import Released
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, columns, labelled, section
from gymreg_core.reporting.effects.released import NO_SHARE
from gymreg_core.reporting.effects.told import (
    ABOUT,
    at_mean_dose,
    confidence,
    drawable_rows,
    in_plan_order,
    said,
    side_by_side,
    with_intervals,
)
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number

_FURTHER_TESTS = ("p_wild", "p_random")


def results(view: View) -> Fragment:
    """Every design's estimate of the plan's outcome on one scale, and those of the other outcomes in a table."""
    dose = view.mean_dose
    scale = view.say("results.scale", dose=number(dose, view.language, 1)) if isfinite(dose) else ""
    out = section(view, "results", "resultat")
    out += paragraph(view.say("results.lead", share=confidence(view)), scale, view.say("results.withdrawn"))
    return out + _one_scale(view) + _others(view)


def _one_scale(view: View) -> Fragment:
    rows = view.shown["estimates"]
    frame = rows.table
    rows = rows.where(frame["outcome"].eq(view.plan.outcome) & frame["by"].eq("region") & frame["measure"].isin(ABOUT))
    if not len(rows):
        return paragraph(view.say("results.none"))
    rows = with_intervals(view, at_mean_dose(view, rows))
    frame = rows.table
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in frame["design"]])
    blocks = [view.say("results.by_offer" if view.is_offer(str(d)) else "results.by_dose") for d in frame["design"]]
    told = [said(view, str(d)) for d in frame["design"]]
    rows = in_plan_order(view, rows.with_words("series", blocks).with_words("label_to", told))
    shown = [
        column(view, "label", "design"),
        column(view, "note", "difference_plain", "points_text"),
        column(view, "label_to", "claim"),
        *columns(view, "p_value", *(name for name in _FURTHER_TESTS if frame[name].notna().any()), "pupils"),
    ]
    outcome = words.name(view, "outcomes", view.plan.outcome)
    caption = view.say("results.table", outcome=outcome)
    listed = table(rows, shown, caption=caption, identifier="resultat", language=view.language)
    drawn = drawable_rows(rows)
    if not len(drawn):
        return paragraph(view.say("results.no_numbers")) + listed
    message = view.say("results.caption", outcome=outcome, n=number(len(drawn), view.language))
    alt = view.say("results.alt", about=view.about, message=message)
    return side_by_side(view, drawn, name="resultat", alt=alt, caption=message, data=listed)


def _others(view: View) -> Fragment:
    """The plan's further outcomes by its main design, with what may be said of them."""
    rows = _of_main(view)
    if not len(rows):
        return Fragment()
    rows = with_intervals(view, at_mean_dose(view, rows))
    outcomes = [str(one) for one in rows.table["outcome"]]
    rows = labelled(rows, [_short(view, one) for one in outcomes])
    rows = rows.with_words("label_to", [said(view, view.plan.main, one) for one in outcomes])
    shown = [
        column(view, "label", "outcome"),
        column(view, "note", "difference_plain", "points_text"),
        column(view, "label_to", "claim"),
        *columns(view, "p_value", "pupils"),
    ]
    design = words.name(view, "designs", view.plan.main)
    listed = table(
        rows, shown, caption=view.say("others.table", design=design), identifier="fler-utfall", language=view.language
    )
    lead = paragraph(
        view.say("others.lead", design=design), view.say("others.many", n=number(len(rows), view.language))
    )
    return section(view, "others", "fler-utfall", 3) + lead + listed


def _short(view: View, outcome: str) -> str:
    """An outcome as a row's label; one that is a mean and not a share of pupils with its unit."""
    return view.say(f"others.{outcome}") if outcome == NO_SHARE else words.name(view, "short", outcome)


def _of_main(view: View) -> Released:
    rows = view.shown["estimates"]
    frame = rows.table
    of = frame["design"].eq(view.plan.main) & frame["by"].eq("region") & frame["measure"].isin(ABOUT)
    return rows.where(of & frame["outcome"].isin(view.plan.also))
