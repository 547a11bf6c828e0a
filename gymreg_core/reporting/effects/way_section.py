"""What happens on the way: whether the dose moved at all, and what it may have moved before a diploma."""

from __future__ import annotations

from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, columns, labelled, section
from gymreg_core.reporting.effects.told import ENDS, in_units
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table

_FIRST = "first_stage"


def on_the_way(view: View) -> Fragment:
    """How far each instrument or offer moves the dose, and what is not known of how the money was used."""
    out = section(view, "way", "pa-vagen") + paragraph(view.say("way.lead"), view.say("way.not_known"))
    rows = view.shown["estimates"]
    frame = rows.table
    of = frame["measure"].eq(_FIRST) & frame["by"].eq("region") & frame["outcome"].eq(view.plan.outcome)
    rows = rows.where(of & frame["estimate"].notna())
    if not len(rows):
        return out + paragraph(view.say("way.none"))
    frame = rows.table
    told = [in_units(view, [float(row[end]) for end in ENDS]) for _, row in frame.iterrows()]
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in frame["design"]])
    per = [view.say("way.by_offer" if view.is_offer(str(d)) else "way.by_thousand") for d in frame["design"]]
    rows = rows.with_words("label_to", per).with_words("note", told, of=ENDS)
    shown = [
        column(view, "label", "design"),
        column(view, "label_to", "change_by"),
        column(view, "note", "dose_moved", "points_text"),
        *columns(view, "schools", "pupils"),
    ]
    listed = table(rows, shown, caption=view.say("way.table"), identifier="forsta-steget", language=view.language)
    return out + listed
