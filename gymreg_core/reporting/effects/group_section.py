"""Whether the finding differs between groups of pupils, held for how many groups there are."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, columns, group_name, labelled, section
from gymreg_core.reporting.effects.told import (
    ABOUT,
    at_mean_dose,
    drawable_rows,
    said,
    side_by_side,
    with_intervals,
    withdrawn,
)
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, listing

_KINDS = ("merit_band", "programme_type")


def groups(view: View) -> Fragment:
    """The main design's estimate for merit bands and programme types; exploratory where the plan has none."""
    rows = view.shown["estimates"]
    frame = rows.table
    of = frame["design"].eq(view.plan.main) & frame["outcome"].eq(view.plan.outcome) & frame["measure"].isin(ABOUT)
    rows = rows.where(of & frame["by"].isin(_KINDS))
    if not len(rows):
        return Fragment()
    rows = with_intervals(view, at_mean_dose(view, rows))
    frame = rows.table
    rows = labelled(
        rows, [capital(group_name(view, str(b), str(g))) for b, g in zip(frame["by"], frame["group"], strict=True)]
    )
    rows = rows.with_words("series", [view.say(f"groups.{by}") for by in frame["by"]])
    rows = rows.with_words("label_to", [said(view, view.plan.main)] * len(rows))
    shown = [
        column(view, "series", "kind"),
        column(view, "label", "group"),
        column(view, "note", "difference_plain", "points_text"),
        *columns(view, "p_value", "p_adjusted", "pupils"),
    ]
    listed = table(rows, shown, caption=view.say("groups.table"), identifier="grupper", language=view.language)
    design = words.name(view, "designs", view.plan.main)
    lead = paragraph(
        view.say("groups.lead", design=design),
        view.say("groups.many", n=number(len(rows), view.language)),
        *_planned(view, rows),
    )
    out = section(view, "groups", "grupper") + lead + paragraph(*_equal(view))
    drawn = drawable_rows(rows)
    if not len(drawn):
        return out + listed
    told = int((frame["p_adjusted"].dropna() < 1 - view.plan.confidence).sum())
    message = view.say("groups.caption", n=number(told, view.language), all=number(len(drawn), view.language))
    message = " ".join([message, *withdrawn(view, view.plan.main)])
    alt = view.say("groups.alt", about=view.about, message=message)
    return out + side_by_side(view, drawn, name="grupper", alt=alt, caption=message, data=listed)


def _planned(view: View, rows: Released) -> list[str]:
    """Which kinds of group stand in the plan, and which outside it."""
    there = rows.table.groupby("by", sort=False)["planned"].all()
    told = []
    for key, planned in (("planned", True), ("exploratory", False)):
        kinds = [view.say(f"groups.of.{by}") for by, stands in there.items() if bool(stands) is planned]
        if kinds:
            told.append(view.say(f"groups.{key}", kinds=listing(kinds, view.language)))
    return told


def _equal(view: View) -> list[str]:
    """What the tests of equal effects say."""
    told = []
    for by in _KINDS:
        row = view.row("joint_tests", design=view.plan.main, outcome=view.plan.outcome, test="equal_effects", by=by)
        if row is None or row["refusal"] or row["p_value"] is None:
            continue
        differ = float(row["p_value"]) < 1 - view.plan.confidence
        p = number(float(row["p_value"]), view.language, 2)
        told.append(view.say(f"groups.equal.{'differ' if differ else 'same'}", kind=view.say(f"groups.of.{by}"), p=p))
    return told
