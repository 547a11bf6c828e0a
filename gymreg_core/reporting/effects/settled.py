"""What was settled before: whether it differs by offer, at a cut-off, or by dose, where it should not."""

from __future__ import annotations

from collections.abc import Sequence

from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, columns, labelled
from gymreg_core.reporting.effects.told import ENDS, in_plan_order, in_units
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.tables import table

_IN_UNITS = ("merit", "choices")
"""Covariates that are no shares."""


def settled(view: View, designs: Sequence[str], *, caption: str, name: str) -> Fragment:
    """The table `balance` of designs, shares in percentage points; nothing where they have none.

    caption : key of its text. name : its address.
    """
    rows = view.shown["balance"]
    frame = rows.table
    rows = rows.where(frame["design"].isin(list(designs)) & frame["outcome"].eq(view.plan.outcome))
    if not len(rows):
        return Fragment()
    rows = in_plan_order(view, rows)
    told = [
        in_units(view, [float(row[end]) for end in ENDS], 1 if row["covariate"] in _IN_UNITS else 100)
        for _, row in rows.table.iterrows()
    ]
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in rows.table["design"]])
    names = [view.say(f"covariate.{one}") for one in rows.table["covariate"]]
    rows = rows.with_words("label_to", names).with_words("note", told, of=ENDS)
    offer = all(view.is_offer(design) for design in designs)
    shown = [
        column(view, "label", "design"),
        column(view, "label_to", "covariate"),
        column(view, "note", "difference_unit", "points_text"),
        *columns(view, "p_value"),
        column(view, "pupils", "applicants" if offer else "pupils"),
    ]
    return table(rows, shown, caption=view.say(caption), identifier=name, language=view.language)
