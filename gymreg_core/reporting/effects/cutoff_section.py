"""Applicants around the cut-offs of study paths: what became of them by offer, and whether they are alike."""

from __future__ import annotations

from itertools import pairwise

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import at_cutoff
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, columns, figure, labelled, long_table, section
from gymreg_core.reporting.effects.told import with_intervals
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Form, table
from gymreg_core.vocabulary.numbers import number

_CUTOFF, _OFFERS = "cutoff", "offers"
_FEWEST = 6
"""Bins for a picture."""


def at_cutoffs(view: View) -> Fragment:
    """Outcomes by the distance to the cut-off, the estimate with other choices, and who is alike."""
    if not {_CUTOFF, _OFFERS} & set(view.plan.designs):
        return Fragment()
    out = section(view, "cutoff", "antagningsgrans") + paragraph(view.say("cutoff.lead"), view.say("cutoff.not_money"))
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
    message = view.say("cutoff.caption", outcome=outcome)
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
    told = [
        view.say(f"cutoff.kind.{kind}", points=number(float(value), view.language, 1))
        for kind, value in zip(frame["kind"], frame["value"], strict=True)
    ]
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


def _alike(view: View) -> Fragment:
    """What was settled before the admission, by offer and at the cut-off."""
    rows: Released = view.shown["balance"]
    frame = rows.table
    rows = rows.where(frame["design"].isin([_CUTOFF, _OFFERS]) & frame["outcome"].eq(view.plan.outcome))
    if not len(rows):
        return Fragment()
    frame = rows.table
    told = []
    for row in frame.to_dict("records"):
        size, low, high = (number(float(row[end]), view.language, 2) for end in ("estimate", "low", "high"))
        told.append(f"{size} ({view.say('span', low=low, high=high)})")
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in frame["design"]])
    names = [view.say(f"covariate.{one}") for one in frame["covariate"]]
    rows = rows.with_words("label_to", names).with_words("note", told)
    shown = [
        column(view, "label", "design"),
        column(view, "label_to", "covariate"),
        column(view, "note", "difference_unit", "points_text"),
        *columns(view, "p_value", "pupils"),
    ]
    listed = table(rows, shown, caption=view.say("alike.table"), identifier="likhet", language=view.language)
    return section(view, "alike", "likhet", 3) + paragraph(view.say("alike.lead")) + listed
