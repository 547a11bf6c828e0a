"""The first screen: how many want the programme, get in, complete it, and are expected, and what is missing."""

from __future__ import annotations

import pandas as pd

from gymreg_core.reporting.council.future_section import expected_words
from gymreg_core.reporting.council.parts import section
from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.dropout.parts import newest
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import callout, key_figures, paragraph
from gymreg_core.reporting.tables import written
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import compared_number, counted, per_cent

_CARD = "skolverket_3"
_Box = tuple[str, str, str]


def in_brief(view: View) -> Fragment:
    """The figures that matter, and which parts have no source."""
    boxes = [*_chosen(view), *_admission(view), *_completion(view), *_expected(view)]
    figures = key_figures(boxes) if boxes else Fragment()
    absent = lacking(view)
    note = callout("note", view.say("brief.lacking_title"), paragraph(*absent)) if absent else Fragment()
    return section(view, "brief", "korthet") + figures + note


def highlights(view: View) -> list[str]:
    """The sentences that stand for the page elsewhere."""
    told = [_seats(view), _completed(view), expected_words(view)]
    return [sentence for sentence in told if sentence] or [view.say("brief.nothing", name=view.place)]


def lacking(view: View) -> list[str]:
    """A sentence for each part that has no source."""
    need = None if view.seats is None or not view.seats.need_given else view.seats
    parts = {"results": view.results, "cohorts": view.cohort, "demand": view.demand, "need": need}
    return [view.say(f"missing.{name}") for name, part in parts.items() if part is None]


def _chosen(view: View) -> list[_Box]:
    """First choices of the last year known, where the results do not tell them."""
    told = view.admissions is not None and view.admissions.table["first_choice_eligible"].notna().iloc[-1]
    if told or view.history is None:
        return []
    frame = view.history.table
    if frame.empty or pd.isna(frame["applicants"].iloc[-1]):
        return []
    now, before = frame.iloc[-1], frame.iloc[-2] if len(frame) > 1 else None
    compared = ""
    if before is not None and pd.notna(before["applicants"]):
        words = compared_number(now["applicants"], before["applicants"], int(before["intake_year"]), view.language)
        compared = view.say("brief.that_is", compared=words)
    what = view.say("brief.box.applicants", year=int(now["intake_year"]))
    return [(number(int(now["applicants"]), view.language), what, compared)]


def _admission(view: View) -> list[_Box]:
    if view.admissions is None:
        return []
    frame = view.admissions.table
    now, before = frame.iloc[-1], frame.iloc[-2] if len(frame) > 1 else None
    names = [name for name in ("first_choice_eligible", "seats", "admitted", "free_seats") if pd.notna(now[name])]
    boxes = []
    for name in names:
        compared = ""
        if before is not None and pd.notna(before[name]) and before[name] > 0:
            words = compared_number(now[name], before[name], int(before["intake_year"]), view.language)
            compared = view.say("brief.that_is", compared=words)
        what = view.say(f"brief.box.{name}", year=int(now["intake_year"]))
        boxes.append((number(int(now[name]), view.language), what, compared))
    return boxes


def _completion(view: View) -> list[_Box]:
    found = None if view.cohort is None else newest(view.cohort, _CARD)
    if found is None or found.share is None or found.starters is None:
        return []
    pupils = counted(found.starters, "pupil", view.language)
    what = view.say("brief.box.completion", cohort=found.cohort)
    return [(written(found.share, "percent", view.language), what, view.say("brief.of", pupils=pupils))]


def _expected(view: View) -> list[_Box]:
    if view.demand is None or view.expected is None or not len(view.expected):
        return []
    row = view.expected.table.iloc[1]
    low, high = (number(int(row[end]), view.language) for end in ("low", "high"))
    what = view.say(f"brief.expected.{view.demand.forecast.measure}", year=int(row["year"]))
    return [(number(int(row["expected"]), view.language), what, view.say("brief.span", low=low, high=high))]


def _seats(view: View) -> str:
    if view.admissions is None:
        return ""
    row = view.admissions.table.iloc[-1]
    return view.say(
        "brief.seats",
        name=view.place,
        year=int(row["intake_year"]),
        admitted=number(int(row["admitted"]), view.language),
        seats=counted(int(row["seats"]), "seat", view.language),
    )


def _completed(view: View) -> str:
    found = None if view.cohort is None else newest(view.cohort, _CARD)
    if found is None or found.share is None:
        return ""
    share = per_cent(found.share, view.language)
    return view.say("brief.completed", name=view.place, cohort=found.cohort, share=share)
