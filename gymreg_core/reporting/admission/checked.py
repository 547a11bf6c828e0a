"""How the admission was checked: what the certificate of its match says, where the results come from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.disclosure import About, Released, release_counts
from gymreg_core.reporting.admission.assumptions import assumptions
from gymreg_core.reporting.admission.parts import column, columns, figure, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.charts import bars
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.rules import rule
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, per_cent

_SHORT_HASH = 12
_CHOICE, _WITHOUT, _NOWHERE = "choice", "unassigned", "nowhere"
_ALONE = ("applicants", _WITHOUT, "trade_up", "at_rank_ties")


def checked(view: View) -> Fragment:
    """The checks of the match, the choices met, what could be traded, the tie-break, what is assumed, and how to come
    to the same again.

    Empty where no match is known behind the results, and on other pages than the region's.
    """
    match = view.match
    if match is None or view.scope.kind != "region":
        return Fragment()
    figures = match["certificate"]["figures"]
    shown = _released(view, figures)
    return (
        section(view, "checked", "kontroll")
        + _checks(view, match["certificate"]["checks"])
        + _choices(view, shown, int(figures["admitted"]))
        + _ties(view, shown, safe=bool(figures["truth_telling_safe"]))
        + assumptions(view, match.get("rules", {}))
        + _again(view, match)
    )


def _checks(view: View, checks: list[dict[str, Any]]) -> Fragment:
    counted = {status: sum(c["status"] == status for c in checks) for status in ("passed", "failed")}
    told = "checked.some" if counted["failed"] else "checked.all"
    said = {status: number(n, view.language) for status, n in counted.items()}
    frame = pd.DataFrame(
        {
            "label": [view.say(f"checked.says.{c['check']}") for c in checks],
            "note": [view.say(f"checked.status.{c['status']}") for c in checks],
        }
    )
    shown = [column(view, "label", "must_hold"), column(view, "note", "outcome")]
    caption = view.say("checked.table", admission=view.admission)
    listed = table(view.release(frame), shown, caption=caption, identifier="kontroll", language=view.language)
    return paragraph(view.say("checked.lead"), view.say(told, **said)) + listed


def _released(view: View, figures: Mapping[str, Any]) -> Released:
    """The certificate's counts of persons, as rows with `by`, `group` and `applicants`; small ones are left out.

    Those admitted by choice add up to the admitted, whom the result file tells; those without a seat to `unassigned`.
    """
    met = [int(n) for n in figures["rank_distribution"]]
    told = int(rule("report", "choices_told"))
    by_choice = {str(place): n for place, n in enumerate(met[:told], start=1)}
    if len(met) > told:
        by_choice["rest"] = sum(met[told:])
    nowhere = int(figures["eligible_nowhere"])
    rows = [
        *((_CHOICE, name, n) for name, n in by_choice.items()),
        (_NOWHERE, "yes", nowhere),
        (_NOWHERE, "no", int(figures[_WITHOUT]) - nowhere),
        *((name, name, int(figures[name])) for name in _ALONE),
    ]
    frame = pd.DataFrame(rows, columns=["by", "group", "applicants"])
    about = About("admission.checked", {"intake_year": view.intake_year, "round": view.round})
    return release_counts(frame, view.stored.provenance, within="by", about=about)


def _count(shown: Released, by: str, group: str | None = None) -> int | None:
    """A count, None where it may not be shown."""
    rows = shown.table
    found = rows.loc[(rows["by"] == by) & (rows["group"] == (group or by)), "applicants"]
    return None if found.empty or pd.isna(found.iloc[0]) else int(found.iloc[0])


def _choices(view: View, shown: Released, admitted: int) -> Fragment:
    top = section(view, "checked.choices", "forstahandsval", 3)
    first, without = _count(shown, _CHOICE, "1"), _count(shown, _WITHOUT)
    # With the number of those without a seat left out, the number of applicants would tell it.
    applicants = None if without is None else _count(shown, "applicants")
    drawn = _drawn(view, shown, applicants, admitted, first) if admitted and first is not None else Fragment()
    return top + drawn + paragraph(*_without(view, shown, without)) + paragraph(_trade(view, shown))


def _drawn(view: View, shown: Released, applicants: int | None, admitted: int, first: int) -> Fragment:
    shares = {"admitted": per_cent(first / admitted, view.language)}
    if applicants is None:
        message = view.say("checked.first_of_admitted", **shares)
    else:
        message = view.say("checked.first", applicants=per_cent(first / applicants, view.language), **shares)
    rows = _rows(view, shown, applicants, admitted)
    drawn = rows.assign(value=rows["share"].fillna(0.0))[["label", "value", "note"]]
    drawing = bars(_shares(view, drawn), label="label", value="value", text="note", language=view.language)
    heads = [column(view, "label", "got"), column(view, "value", "applicants", "count")]
    if applicants is not None:
        heads.append(column(view, "share", "applicant_share"))
    heads += columns(view, "admitted_share")
    listed = table(
        _shares(view, rows),
        heads,
        caption=view.say("checked.choices.table", admission=view.admission),
        identifier="forstahandsval",
        language=view.language,
    )
    alt = view.say("checked.choices.alt", about=view.about, message=message)
    drawn_figure = figure(view, "forstahandsval", drawing, kind="bars", alt=alt, caption=capital(message), data=listed)
    return drawn_figure + paragraph(view.say("checked.choices.note") if applicants is not None else "")


def _rows(view: View, shown: Released, applicants: int | None, admitted: int) -> pd.DataFrame:
    """A row per choice, and one for none where that may be told: label, value (persons), both shares, note."""
    rows, language = shown.table, view.language
    choices = rows[rows["by"] == _CHOICE]
    if applicants is not None:
        choices = pd.concat([choices, rows[rows["by"] == _WITHOUT]])
    count = choices["applicants"].astype("Float64")
    share = count / (applicants or admitted)
    note = [
        view.say("checked.written", n=number(n, language), share=written(s, "percent", language))
        if there
        else view.say("checked.hidden")
        for n, s, there in zip(count, share, count.notna(), strict=True)
    ]
    return pd.DataFrame(
        {
            "label": [view.say(f"checked.choice.{group}") for group in choices["group"]],
            "value": count,
            "share": share,
            "admitted_share": (count / admitted).where(choices["by"].eq(_CHOICE)),
            "note": note,
        }
    )


def _shares(view: View, frame: pd.DataFrame) -> Released:
    """Let out what was made of counts that had their small ones left out before."""
    gone = frame["value"].isna().to_numpy(np.bool_)
    hidden = dict.fromkeys([name for name in frame.columns if name not in ("label", "note")], gone)
    return release_counts(frame, view.stored.provenance, hidden=hidden)


def _without(view: View, shown: Released, without: int | None) -> list[str]:
    """Who was not admitted, and why, as far as it may be told."""
    if without is None:
        return []
    if not without:
        return [view.say("checked.everyone")]
    nowhere = _count(shown, _NOWHERE, "yes")
    told = [view.say("checked.without", n=number(without, view.language))]
    return [*told, view.say("checked.nowhere", n=number(nowhere, view.language))] if nowhere else told


def _trade(view: View, shown: Released) -> str:
    n = _count(shown, "trade_up")
    return view.say("checked.trade", n=_number(view, n)) if n != 0 else view.say("checked.no_trade")


def _number(view: View, n: int | None) -> str:
    """A count that stands alone, at the beginning of a sentence."""
    smallest = number(int(told_to("smallest_count")), view.language)
    return number(n, view.language) if n is not None else view.say("checked.fewer", n=smallest)


def _ties(view: View, shown: Released, *, safe: bool) -> Fragment:
    top = section(view, "checked.ties", "lika-poang", 3)
    if safe:
        return top + paragraph(view.say("checked.safe"))
    n = _count(shown, "at_rank_ties")
    standing = view.say("checked.at_ties", n=_number(view, n)) if n != 0 else view.say("checked.nobody_at_ties")
    return top + paragraph(view.say("checked.not_safe"), standing)


def _again(view: View, match: Mapping[str, Any]) -> Fragment:
    rows = [
        (view.say("checked.register"), str(match["register"])[:_SHORT_HASH]),
        (view.say("checked.result_file"), str(match["result_file"]["sha256"])[:_SHORT_HASH]),
    ]
    frame = pd.DataFrame(rows, columns=["label", "sha256"])
    listed = table(
        view.release(frame),
        [column(view, "label", "what"), column(view, "sha256")],
        caption=view.say("checked.hashes"),
        identifier="kontrollsummor",
        language=view.language,
    )
    seed = str(int(match["seed"]))
    return section(view, "checked.again", "rakna-om", 3) + paragraph(view.say("checked.seed", seed=seed)) + listed
