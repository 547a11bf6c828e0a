"""Switches of programme and school: how many, and how many of those who switched finished in three years."""

from __future__ import annotations

import pandas as pd

from gymreg_core.contracts.tracked import SWITCH_KINDS
from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import bars
from gymreg_core.reporting.dropout.parts import column, columns, figure, labelled, not_drawn, section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.vocabulary.phrases import per_cent

_STAYED, _FEWEST = "none", 2


def switches(view: View) -> Fragment:
    """The shares that switched within a year and more, and how many of each kind had a diploma after three years."""
    rows = _kinds(view, view.of_scope(view.switches, cohort=view.cohort))
    top = section(view, "switches", "byten")
    if not len(rows):
        return top + paragraph(view.say("switches.none_yet", cohort=view.cohort)) + _completed(view)
    years = sorted({int(year) for year in rows.table["within"]})
    spread = rows.spread(["kind", "label"], "within", "pupils", "share")
    shown = [column(view, "label", "switched")]
    shown += [column(view, f"share_y{year}", "within_year", n=year) for year in years]
    shown.append(column(view, f"pupils_y{years[-1]}", "pupils_year_last", n=years[-1]))
    listed = table(spread, shown, caption=view.say("switches.table"), identifier="byten", language=view.language)
    told = paragraph(view.say("switches.lead"), view.say("switches.words"), _first_year(view, rows.table))
    return top + told + listed + _completed(view)


def _kinds(view: View, rows: Released) -> Released:
    """The rows of the single kinds in their order, each with its name."""
    rows = rows.where(rows.table["kind"].isin(SWITCH_KINDS))
    rows = rows.with_words("rank", [str(SWITCH_KINDS.index(kind)) for kind in rows.table["kind"]]).sort("rank")
    return labelled(rows, [view.say(f"switches.kind.{kind}") for kind in rows.table["kind"]])


def _first_year(view: View, frame: pd.DataFrame) -> str:
    stayed = frame.loc[(frame["within"] == 1) & (frame["kind"] == _STAYED), "share"].dropna()
    if not len(stayed):
        return view.say("switches.hidden", smallest=smallest(view))
    share = per_cent(1 - float(stayed.iloc[0]), view.language)
    return view.say("switches.first_year", share=share, cohort=view.cohort)


def _completed(view: View) -> Fragment:
    """How many of each kind finished, of the newest cohort up to the page's for which that is known."""
    rows = view.of_scope(view.switchers)
    rows = rows.where(rows.table["cohort"] <= view.cohort)
    if not len(rows):
        return Fragment()
    cohort = int(rows.table["cohort"].max())
    rows = _kinds(view, rows.where(rows.table["cohort"].eq(cohort)))
    top = section(view, "switches.completed", "byten-examen", 3)
    listed = table(
        rows,
        [column(view, "label", "switched"), *columns(view, "pupils", "completed", "share")],
        caption=view.say("switches.completed.table", cohort=cohort),
        identifier="byten-examen",
        language=view.language,
    )
    caution = paragraph(view.say("switches.completed.caution"))
    known = rows.where(rows.table["share"].notna())
    shares = dict(zip(known.table["kind"], known.table["share"], strict=True))
    if len(known) < _FEWEST or _STAYED not in shares:
        return top + paragraph(view.say("switches.completed.few", smallest=smallest(view))) + listed + caution
    lowest = min(shares, key=lambda kind: shares[kind])
    message = view.say(
        "switches.completed.caption" if lowest != _STAYED else "switches.completed.caption_even",
        stayed=per_cent(shares[_STAYED], view.language),
        kind=view.say(f"switches.who.{lowest}"),
        share=per_cent(shares[lowest], view.language),
        cohort=cohort,
    )
    drawn = known.with_words("note", [written(share, "percent", view.language) for share in known.table["share"]])
    drawing = bars(drawn, label="label", value="share", text="note", language=view.language, maximum=1.0)
    alt = view.say("switches.completed.alt", about=view.about, message=message)
    drawn_figure = figure(view, "byten-examen", drawing, kind="bars", alt=alt, caption=message, data=listed)
    return (
        top
        + paragraph(view.say("switches.completed.lead", cohort=cohort))
        + drawn_figure
        + not_drawn(view, rows, known)
        + caution
    )
