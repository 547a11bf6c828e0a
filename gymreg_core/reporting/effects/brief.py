"""The first page, for decision makers: the question, the answer, what it costs, how sure it is, what would help."""

from __future__ import annotations

import math

from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import section
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, callout, heading, key_figures, paragraph
from gymreg_core.vocabulary.numbers import change, kronor, number, percent
from gymreg_core.vocabulary.phrases import share_points

_Box = tuple[str, str, str]
_ORE = 100
_MILLION = 1_000_000


def in_brief(view: View) -> Fragment:
    """The question, its answer with what is sure of it, and what would make it surer."""
    told = [words.answer(view), words.a_year(view)]
    out = section(view, "brief", "korthet") + paragraph(_question(view))
    out += callout("note", view.say("brief.answer"), paragraph(*told) + paragraph(words.cost(view)))
    boxes = [box for box in (_points(view), _pupils(view), _kronor(view)) if box]
    out += key_figures(boxes) if boxes else Fragment()
    out += heading(3, view.say("brief.sure"), "sec-sakerhet") + paragraph(words.checked(view), words.others(view))
    out += paragraph(seen(view))
    return out + heading(3, view.say("brief.surer"), "sec-sakrare") + bullets(words.surer(view))


def highlights(view: View) -> list[str]:
    """The sentences that stand for the page elsewhere."""
    return [told for told in (words.answer(view), words.a_year(view)) if told]


def seen(view: View) -> str:
    """How large an effect has to be for the main design to tell it from none, against the smallest of interest."""
    row = view.row("detectable", design=view.plan.main, outcome=view.plan.outcome)
    if row is None or row["detectable"] is None or row["schools"] is None:
        return ""
    smallest = view.scaled(view.plan.main, float(row["detectable"]))
    if not math.isfinite(smallest):
        return ""
    blanks = {
        "schools": number(row["schools"], view.language),
        "cohorts": number(row["cohorts"], view.language),
        "points": share_points(round(smallest, 1), view.language),
        "interest": share_points(round(view.plan.smallest_of_interest, 1), view.language),
    }
    at = "at_offer" if view.is_offer(view.plan.main) else "at_dose"
    enough = "enough" if smallest <= view.plan.smallest_of_interest else "too_few"
    return f"{view.say(f'power.seen.{at}', **blanks)} {view.say(f'power.{enough}', **blanks)}"


def _question(view: View) -> str:
    return view.say(f"brief.question.{view.plan.outcome}")


def _points(view: View) -> _Box | None:
    what = "offer" if view.is_offer(view.plan.main) else "points"
    return _counted(view, "percentage_points", view.say(f"brief.box.{what}"), 1)


def _pupils(view: View) -> _Box | None:
    return _counted(view, "pupils_a_year", view.say("brief.box.pupils"), 0)


def _counted(view: View, quantity: str, what: str, decimals: int) -> _Box | None:
    """A number with its uncertainty; the uncertainty alone where the number says less than that."""
    row, told = _told(view, quantity), words.conclusion(view)
    if row is None or told is None:
        return None
    low, high = (change(row[end], view.language, decimals) for end in ("low", "high"))
    if told["finding"] in words.DIRECTED:
        return change(row["estimate"], view.language, decimals), what, _interval(view, low, high)
    only = view.say("brief.box.only_interval", share=_confidence(view))
    return view.say("brief.box.span", low=low, high=high), what, only


def _kronor(view: View) -> _Box | None:
    """The cost of a further diploma where it can be said, else what is paid for the supplement in a year."""
    row = _told(view, "kronor_per_pupil")
    if row is not None:
        low, high = (kronor(_ORE * row[end], view.language) for end in ("low", "high"))
        return kronor(_ORE * row["estimate"], view.language), view.say("brief.box.kronor"), _interval(view, low, high)
    cohort = view.row("cost", quantity="supplement_kronor_a_year")
    if cohort is None or cohort["estimate"] is None:
        return None
    millions = number(cohort["estimate"] / _MILLION, view.language, 1)
    return view.say("unit.millions", n=millions), view.say("brief.box.supplement"), view.say("brief.box.supplement_is")


def _told(view: View, quantity: str) -> dict[str, float] | None:
    """A row of costs of the main design, where a number of it may be told."""
    told = words.conclusion(view)
    row = view.row("cost", design=view.plan.main, outcome=view.plan.outcome, quantity=quantity)
    if told is None or told["claim"] in words.SILENT or row is None or row["refusal"] or row["estimate"] is None:
        return None
    return {end: float(row[end]) for end in ("estimate", "low", "high")}


def _interval(view: View, low: str, high: str) -> str:
    return view.say("brief.box.interval", low=low, high=high, share=_confidence(view))


def _confidence(view: View) -> str:
    return percent(view.plan.confidence, view.language, 0)
