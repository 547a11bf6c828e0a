"""Every reasonable choice in one picture, none hidden."""

from __future__ import annotations

import pandas as pd

from gymreg_core.contracts.effects import EFFECT_TABLES
from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import specification_curve
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, columns, figure, labelled, long_table, section
from gymreg_core.reporting.effects.told import at_mean_dose, drawable_rows, with_intervals, withdrawn
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import listing

_CHOICES = ("dose_of", "adjusted", "weights", "cohorts", "programmes", "effects")
_LEVELS = {c.name: c.values for c in EFFECT_TABLES["specifications"] if c.name in _CHOICES}


def specifications(view: View) -> Fragment:
    """The estimates of all specifications by size, with the choices that each makes."""
    rows = view.shown["specifications"]
    rows = rows.where(rows.table["outcome"].eq(view.plan.outcome))
    top = section(view, "specifications", "alla-val")
    lead = paragraph(view.say("specifications.lead"), view.say("specifications.not_a_vote"))
    if not len(rows):
        return top + paragraph(view.say("specifications.none"))
    rows = with_intervals(view, at_mean_dose(view, rows))
    drawn = drawable_rows(rows)
    refused = len(rows) - len(drawn)
    if refused:
        lead += paragraph(view.say("specifications.refused", n=number(refused, view.language)))
    listed = _listed(view, rows.sort(["planned", "number"], ascending=[False, True]))
    if not len(drawn):
        return top + lead + listed
    frame = drawn.table
    there = {c: [v for v in _LEVELS[c] or () if (frame[c] == v).any()] for c in _CHOICES}
    choices: dict[str, tuple[str, dict[str, str]]] = {
        "design": (
            view.say("column.design"),
            {d: words.name(view, "designs", d) for d in view.plan.designs if (frame["design"] == d).any()},
        ),
        **{
            c: (view.say(f"specifications.{c}"), {str(v): view.say(f"specification.{c}.{v}") for v in there[c]})
            for c in _CHOICES
            if len(there[c]) > 1
        },
    }
    message = _message(view, drawn)
    drawing = specification_curve(
        drawn,
        number="number",
        value="estimate",
        band=("low", "high"),
        planned="planned",
        choices=choices,
        keys=(view.say("specifications.planned"), view.say("specifications.others")),
        titles=(view.say("specifications.choices"), view.say("results.axis")),
        language=view.language,
    )
    alt = view.say("specifications.alt", about=view.about, message=message)
    return (
        top
        + lead
        + figure(view, "alla-val", drawing, kind="specifications", alt=alt, caption=message, data=listed)
        + _joint(view)
    )


def _listed(view: View, rows: Released) -> Fragment:
    frame = rows.table
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in frame["design"]])
    rows = rows.with_words("text", _told_choices(view, frame))
    shown = [
        column(view, "label", "design"),
        column(view, "text", "choices", "text"),
        column(view, "note", "difference_plain", "points_text"),
        *columns(view, "pupils"),
    ]
    return long_table(
        view,
        rows,
        shown,
        caption=view.say("specifications.table"),
        identifier="alla-val",
        csv=view.say("specifications.csv"),
    )


def _told_choices(view: View, frame: pd.DataFrame) -> list[str]:
    """Of each row the choices that the plan does not make, with their names; all of them where the plan makes none."""
    of_plan = frame[frame["planned"].astype(bool)].drop_duplicates("design").set_index("design")
    told = []
    for _, row in frame.iterrows():
        plan = of_plan.loc[row["design"]] if row["design"] in of_plan.index else None
        other = [c for c in _CHOICES if plan is None or row[c] != plan[c]]
        named = [f"{view.say(f'specifications.{c}')}: {view.say(f'specification.{c}.{row[c]}')}" for c in other]
        told.append("; ".join(named) or view.say("specifications.planned"))
    return told


def _message(view: View, drawn: Released) -> str:
    frame = drawn.table
    above = int((frame["estimate"] > 0).sum())
    clear = int(((frame["low"] > 0) | (frame["high"] < 0)).sum())
    numbers = {"n": len(frame), "above": above, "clear": clear}
    told = [view.say("specifications.caption", **{k: number(v, view.language) for k, v in numbers.items()})]
    fallen = [d for d in view.plan.designs if (frame["design"] == d).any() and withdrawn(view, d)]
    if fallen:
        names = listing([view.say("quoted", name=words.name(view, "designs", d)) for d in fallen], view.language)
        told.append(view.say("specifications.withdrawn", designs=names))
    return " ".join(told)


def _joint(view: View) -> Fragment:
    """Whether so many specifications point in one direction as chance alone would rarely give."""
    row = view.row("joint_tests", design=view.plan.main, outcome=view.plan.outcome, test="one_direction")
    if row is None or row["refusal"] or row["p_value"] is None:
        return Fragment()
    rare = float(row["p_value"]) < 1 - view.plan.confidence
    share = percent(float(row["statistic"] or 0), view.language, 0)
    p = number(float(row["p_value"]), view.language, 2)
    design = words.name(view, "designs", view.plan.main)
    return paragraph(view.say(f"specifications.joint.{'rare' if rare else 'common'}", design=design, share=share, p=p))
