"""The first screen: how many finish, leave, switch and go on from introductory programmes, each with its change."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.dropout.parts import change_of, newest, not_followed, section
from gymreg_core.reporting.dropout.released import AWAY
from gymreg_core.reporting.dropout.view import Figure, View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import callout, key_figures, paragraph
from gymreg_core.reporting.tables import written
from gymreg_core.vocabulary.numbers import day
from gymreg_core.vocabulary.phrases import compared_share, counted, per_cent

_Box = tuple[str, str, str]
_NOBODY, _FIRST = "none", 1


def in_brief(view: View) -> Fragment:
    """The main measures, first-year interruptions and switches, and the way from introductory programmes."""
    top = section(view, "brief", "korthet") + _young(view)
    boxes = [*(_measure(view, card.key) for card in view.cards if card.main), *_others(view)]
    boxes = [box for box in boxes if box]
    if not boxes:
        return top + paragraph(view.say("brief.nothing", about=view.about))
    told = paragraph(_protected(view)) + paragraph(view.say("brief.three_measures"))
    return top + key_figures([box for box in boxes if box]) + paragraph(*outcomes(view)) + told


def highlights(view: View) -> list[str]:
    """The sentences that stand for the page elsewhere."""
    told = []
    for card in view.cards:
        found = newest(view, card.key) if card.main else None
        if found is not None and found.share is not None:
            said = view.say(
                f"highlight.{card.key}",
                cohort=found.cohort,
                share=per_cent(found.share, view.language),
                place=view.place,
            )
            compared = change_of(view, found)
            told.append(f"{said} {view.say('brief.that_is', compared=compared)}" if compared else said)
    return [*told, *outcomes(view)[:1]]


def outcomes(view: View) -> list[str]:
    """The three disjoint outcomes after four years: a diploma, a study certificate, neither; and that neither is not
    an interruption."""
    diploma, both = newest(view, "kolada_4_diploma"), newest(view, "kolada_4_certificate")
    if diploma is None or both is None or diploma.share is None or both.share is None:
        return []
    if diploma.cohort != both.cohort or diploma.starters != both.starters:
        return []
    shares = {"diploma": diploma.share, "certificate": both.share - diploma.share, "neither": 1 - both.share}
    said = {name: per_cent(share, view.language) for name, share in shares.items()}
    return [view.say("brief.outcomes", cohort=diploma.cohort, **said), view.say("brief.neither")]


def _protected(view: View) -> str:
    """How many of the cohort are protected and so in no measure; they are counted for the whole region alone."""
    if not view.is_region:
        return view.say("brief.protected.elsewhere")
    frame = view.of_scope(view.not_followed, cohort=view.cohort, reason="protected").table
    if not len(frame):
        return view.say("brief.protected.nobody", cohort=view.cohort)
    if pd.isna(frame["pupils"].iloc[0]):
        return view.say("brief.protected.hidden", cohort=view.cohort)
    pupils = counted(int(frame["pupils"].iloc[0]), "pupil", view.language)
    return view.say("brief.protected.some", cohort=view.cohort, pupils=pupils)


def _young(view: View) -> Fragment:
    if view.three_years:
        return Fragment()
    as_of = day(view.tracked.as_of, view.language)
    said = view.say("brief.young", cohort=view.cohort, as_of=as_of)
    return callout("note", view.say("brief.young_title"), paragraph(said))


def _measure(view: View, card: str) -> _Box | None:
    found = newest(view, card)
    if found is None:
        return None
    what = view.say(f"brief.card.{card}", cohort=found.cohort)
    if found.share is None:
        return view.say("brief.hidden"), what, view.say("brief.hidden_is")
    told = [_sentence(view, change_of(view, found)), _of(view, found), not_followed(view, found.not_followed_share)]
    return written(found.share, "percent", view.language), what, " ".join(text for text in told if text)


def _of(view: View, found: Figure) -> str:
    if found.starters is None:
        return ""
    return view.say("brief.of", pupils=counted(found.starters, "pupil", view.language))


def _others(view: View) -> list[_Box | None]:
    years = [year for year in (view.cohort, view.compare_to) if year is not None]
    leavers = [_row(view, view.leavers(year), year, year=_FIRST, state=AWAY, entry="") for year in years]
    stayed = [_row(view, view.switches, year, within=_FIRST, kind=_NOBODY) for year in years]
    on = [_row(view, view.introductory, year, within=_FIRST, programme="") for year in years]
    return [
        _share(view, "leavers", leavers, "share", "present"),
        _share(view, "switches", stayed, "share", "starters", rest=True),
        _share(view, "introductory", on, "to_national_share", "starters"),
    ]


def _row(view: View, released: Released, cohort: int, **equal: Any) -> pd.Series | None:
    """The row of the scope and a cohort with these values."""
    frame = view.of_scope(released, cohort=cohort, **equal).table
    return frame.iloc[0] if len(frame) else None


def _share(
    view: View, key: str, rows: list[pd.Series | None], share: str, whole: str, *, rest: bool = False
) -> _Box | None:
    """A share of the page's cohort, or what is left of it, with its change and how many pupils it is of.

    rows : of the cohort, and of the one compared with where there is one.
    """
    shares = [None if row is None or pd.isna(row[share]) else float(row[share]) for row in rows]
    now, before = ([1 - value if rest and value is not None else value for value in shares] + [None])[:2]
    if now is None or rows[0] is None:
        return None
    compared = ""
    if before is not None and view.compare_to is not None:
        compared = compared_share(now, before, view.compare_to, view.language)
    pupils, told = rows[0][whole], "brief.of_about" if whole == "present" else "brief.of"
    of = "" if pd.isna(pupils) else view.say(told, pupils=counted(int(pupils), "pupil", view.language))
    said = " ".join(text for text in (_sentence(view, compared), of) if text)
    return written(now, "percent", view.language), view.say(f"brief.{key}", cohort=view.cohort), said


def _sentence(view: View, compared: str) -> str:
    return view.say("brief.that_is", compared=compared) if compared else ""
