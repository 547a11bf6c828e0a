"""What was posted late and why, and head counts beside the months that were paid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import CAUSES, UNPAID_REASONS
from gymreg_core.disclosure import About, Ties, pupils_of
from gymreg_core.reporting.charts import diverging_bars, filled_bars
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import column, figure, section, thousands
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.symbols import symbol
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import money, month, number
from gymreg_core.vocabulary.phrases import per_cent


def corrections(view: View) -> Fragment:
    """Corrections by the month that they concern, and by cause; for the region."""
    if not view.is_region:
        return Fragment()
    late = view.now.corrections()
    top = section(view, "corrections", "rattelser")
    counted = {str(cause): int(n) for cause, n in view.now.about["corrected"].items()}
    if late.empty or not counted:
        return top + paragraph(view.say("corrections.none"))
    by_cause = late.groupby("cause", sort=False)["price"].sum()
    frame = pd.DataFrame(
        {
            "label": [view.say(f"cause.{cause}") for cause in CAUSES if cause in counted],
            "cause": [cause for cause in CAUSES if cause in counted],
            "months": [counted[cause] for cause in CAUSES if cause in counted],
            "corrected": [int(by_cause.get(cause, 0)) for cause in CAUSES if cause in counted],
        }
    )
    frame = frame.assign(pupils=pupils_of(frame["months"]))
    # All causes together, and the months together, are told in words.
    released = view.release(frame, ties=all_of(frame), about=About("funding.corrections", {"year": view.year}))
    released = released.sort(["months", "label"], ascending=[False, True])
    total, net = sum(counted.values()), int(late["price"].sum())
    said = {"n": number(total, view.language), "net": money(net, view.language)}
    share = per_cent(total / max(int(view.now.lines["pupil_months"].sum()), 1), view.language)
    listed = table(
        released,
        [column(view, "label", "cause"), column(view, "months", "corrected_months"), column(view, "corrected")],
        caption=view.say("corrections.causes.table"),
        identifier="orsaker",
        language=view.language,
    )
    return top + paragraph(view.say("corrections.lead", share=share, **said)) + _by_month(view, late) + listed


def _by_month(view: View, late: pd.DataFrame) -> Fragment:
    sums = late.groupby("concerns", sort=True)[["pupil_months", "price"]].sum().reset_index()
    gross = late.assign(n=late["pupil_months"].abs()).groupby("concerns", sort=True)["n"].sum()
    frame = pd.DataFrame(
        {
            "label": [month(int(one), view.language) for one in sums["concerns"]],
            "concerns": sums["concerns"].to_numpy(),
            "corrected": sums["price"].to_numpy(),
            # A correction takes a month back, or pays one, or both: at least half as many pupils as postings.
            "pupils": (-(-gross.to_numpy() // 2)).astype("int64"),
        }
    )
    about = About("funding.corrections", {"year": view.year}, own={"pupils": np.zeros(len(frame), np.bool_)})
    released = view.release(frame, ties=all_of(frame), about=about)
    known = released.where(released.table["corrected"].notna())
    if not len(known):
        return Fragment()
    drawn = known.with_words("note", [thousands(view, ore) for ore in known.table["corrected"]])
    names = (view.say("corrections.paid"), view.say("corrections.back"))
    drawing = diverging_bars(drawn, label="label", value="corrected", text="note", names=names, language=view.language)
    sizes = known.table["corrected"].astype("float64")
    at = int(sizes.abs().to_numpy().argmax())
    message = view.say(
        "corrections.caption", month=known.table["label"].iloc[at], amount=money(sizes.iloc[at], view.language)
    )
    listed = table(
        released,
        [column(view, "label", "month"), column(view, "corrected")],
        caption=view.say("corrections.months.table"),
        identifier="rattelser",
        language=view.language,
    )
    alt = view.say("corrections.alt", about=view.about, message=message)
    return figure(view, "rattelser", drawing, kind="bars", alt=alt, caption=message, data=listed)


def reconciliation(view: View) -> Fragment:
    """Head counts beside the months that were paid, and what was not paid and why; for the region."""
    if not view.is_region:
        return Fragment()
    found = view.now.reconciliation()
    top = section(view, "reconciliation", "avstamning")
    rows = found.table
    if rows.empty:
        return top + paragraph(view.say("reconciliation.none"))
    frame = pd.DataFrame(
        {
            "label": [month(int(one), view.language, year=False) for one in rows["concerns"]],
            "concerns": rows["concerns"],
            "enrolled": rows["enrolled"],
            "pupils": rows["paid"],
            "not_paid": rows["not_paid"],
            "covered": rows["not_paid"],  # the part that is not shown where it is few
            "months": rows["paid_now"],
            "note": [number(n, view.language) for n in rows["paid"]],
        }
    )
    whose = np.zeros(len(frame), np.bool_)
    about = About("funding.counts", {"year": view.year}, own={"covered": whose})
    released = view.release(frame, about=about)
    drawing = filled_bars(
        released,
        label="label",
        part="pupils",
        whole="enrolled",
        text="note",
        names=(view.say("column.paid_pupils"), view.say("column.not_paid")),
        language=view.language,
    )
    sums = found.summary()
    share = per_cent(sums["paid"] / sums["enrolled"], view.language) if sums["enrolled"] else symbol("not_applicable")
    message = view.say("reconciliation.caption", share=share)
    shown = [
        column(view, "label", "month"),
        column(view, "enrolled"),
        column(view, "pupils", "paid_pupils"),
        column(view, "not_paid"),
        column(view, "months", "paid_now"),
    ]
    listed = table(
        released, shown, caption=view.say("reconciliation.table"), identifier="avstamning", language=view.language
    )
    alt = view.say("reconciliation.alt", about=view.about, message=message)
    drawn = figure(view, "avstamning", drawing, kind="bars", alt=alt, caption=message, data=listed)
    return top + paragraph(view.say("reconciliation.lead"), view.say("reconciliation.sums")) + drawn + _unpaid(view)


def _unpaid(view: View) -> Fragment:
    counts = view.now.unpaid.groupby("reason")["pupil_months"].sum()
    rows = [(reason, int(counts[reason])) for reason in UNPAID_REASONS if counts.get(reason, 0)]
    if not rows:
        return paragraph(view.say("reconciliation.all_paid"))
    months = pd.Series([n for _, n in rows], dtype="int64")
    frame = pd.DataFrame(
        {
            "label": [view.say(f"reason.{reason}") for reason, _ in rows],
            "reason": [reason for reason, _ in rows],
            "months": months,
            "pupils": pupils_of(months),
        }
    )
    released = view.release(frame, ties=all_of(frame), about=About("funding.counts", {"year": view.year}))
    released = released.sort(["months", "label"], ascending=[False, True])
    return table(
        released,
        [column(view, "label", "reason"), column(view, "months", "unpaid_months")],
        caption=view.say("reconciliation.unpaid.table"),
        identifier="inte-betalt",
        language=view.language,
    )


def all_of(frame: pd.DataFrame) -> Ties:
    """All rows add up to what is told elsewhere."""
    return Ties(sums=[(None, list(range(len(frame))))] if len(frame) > 1 else [])
