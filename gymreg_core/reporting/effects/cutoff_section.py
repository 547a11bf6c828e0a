"""Applicants around the cut-offs of study paths: what became of them by offer, and whether they are alike."""

from __future__ import annotations

from itertools import pairwise

from gymreg_core.reporting.charts import at_cutoff
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, figure, labelled, long_table, section
from gymreg_core.reporting.effects.settled import settled
from gymreg_core.reporting.effects.told import with_intervals, withdrawn
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Form, table
from gymreg_core.vocabulary.phrases import merit

_CUTOFF, _OFFERS = "cutoff", "offers"
_FEWEST = 6
"""Bins for a picture."""


def at_cutoffs(view: View) -> Fragment:
    """Outcomes by the distance to the cut-off, the estimate with other choices, and who is alike."""
    if not {_CUTOFF, _OFFERS} & set(view.plan.designs):
        return Fragment()
    told = [view.say("cutoff.lead")] if _CUTOFF in view.plan.designs else [view.say("cutoff.same_chance")]
    out = section(view, "cutoff", "antagningsgrans") + paragraph(*told, view.say("cutoff.not_money"))
    found = _picture(view) + _choices(view) + _alike(view)
    return out + (found if found.markdown else paragraph(view.say("cutoff.none")))


def _picture(view: View) -> Fragment:
    rows = view.shown["cutoff_bins"]
    rows = rows.where(rows.table["outcome"].eq(view.plan.outcome))
    drawn = rows.where(rows.table["value"].notna())
    if len(drawn) < _FEWEST:
        return Fragment()
    places = sorted(drawn.table["points_from"].astype(float))
    width = min(after - before for before, after in pairwise(places))
    outcome = words.name(view, "outcomes", view.plan.outcome)
    drawing = at_cutoff(
        drawn,
        x="points_from",
        value="value",
        width=width,
        at=view.say("cutoff.at"),
        titles=(view.say("cutoff.axis"), outcome[:1].upper() + outcome[1:]),
        language=view.language,
    )
    form: Form = "decimals" if view.plan.outcome == "points" else "percent"
    shown = [column(view, "points_from", form="points_change"), column(view, "pupils", "applicants")]
    shown += [
        column(view, "offered", form="percent"),
        column(view, "dose"),
        column(view, "value", "outcome_value", form),
    ]
    data = long_table(
        view, rows, shown, caption=view.say("cutoff.table"), identifier="antagningsgrans", csv=view.say("cutoff.csv")
    )
    message = " ".join([view.say("cutoff.caption", outcome=outcome), *withdrawn(view, _CUTOFF)])
    alt = view.say("cutoff.alt", about=view.about, message=message)
    return figure(view, "antagningsgrans", drawing, kind="bins", alt=alt, caption=message, data=data)


def _choices(view: View) -> Fragment:
    """The estimate with other bandwidths, without the nearest, and where nothing happens."""
    rows = view.shown["cutoff_checks"]
    rows = rows.where(rows.table["outcome"].eq(view.plan.outcome))
    if not len(rows):
        return Fragment()
    rows = with_intervals(view, rows)
    frame = rows.table
    told = [_choice(view, str(kind), float(value)) for kind, value in zip(frame["kind"], frame["value"], strict=True)]
    shown = [
        column(view, "label", "choice"),
        column(view, "note", "difference_plain", "points_text"),
        column(view, "pupils", "applicants"),
    ]
    listed = table(
        labelled(rows, told),
        shown,
        caption=view.say("cutoff.choices_table"),
        identifier="gransval",
        language=view.language,
    )
    return section(view, "cutoff.choices", "gransval", 3) + paragraph(view.say("cutoff.choices_lead")) + listed


def _choice(view: View, kind: str, value: float) -> str:
    """'fönster på 21,2 poäng', 'utan dem på själva gränsen', 'påhittad gräns 25 poäng under'."""
    if kind == "donut" and value == 0:
        return view.say("cutoff.kind.nearest")
    side = ("_below" if value < 0 else "_above") if kind == "placebo" else ""
    return view.say(f"cutoff.kind.{kind}{side}", points=merit(round(abs(value), 1), view.language))


def _alike(view: View) -> Fragment:
    """What was settled before the admission, by offer and at the cut-off."""
    listed = settled(view, (_OFFERS, _CUTOFF), caption="alike.table", name="likhet")
    if not listed.markdown:
        return listed
    return section(view, "alike", "likhet", 3) + paragraph(view.say("alike.lead")) + listed
