"""The first screen: five figures that matter, and what is new."""

from __future__ import annotations

from typing import Any

from gymreg_core.reporting.admission.parts import column, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, callout, escape, fold, key_figures, paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import compared_number, compared_share, per_cent

_START_PAGE = "index.html"


def in_brief(view: View) -> Fragment:
    """The five figures that matter, each with its change, and the programme that is largest."""
    top = section(view, "brief", "korthet")
    if not view.has_schools:
        link = f"[{escape(view.say('brief.start_page'))}]({_START_PAGE})"
        return top + Fragment(f"{escape(view.say('brief.no_schools', place=view.place))} {link}.")
    if view.round == "preliminary":
        top += callout("note", view.say("brief.preliminary_title"), paragraph(view.say("brief.preliminary")))
    if not view.has_national:
        return top + paragraph(view.say("brief.only_introductory", place=view.place))
    return (
        top
        + key_figures(_figures(view))
        + paragraph(view.programmes.largest(view.language), *view.competition.typical(view.language))
    )


def highlights(view: View) -> list[str]:
    """The sentences that stand for the page elsewhere."""
    if not view.has_national:
        return []
    totals, language = view.totals, view.language
    moved = view.news.moved(language) if view.compared else ()
    found = [totals.admitted(language), view.programmes.largest(language), *moved, totals.free(language)]
    return [s for s in found if s]


def _figures(view: View) -> list[tuple[str, str, str]]:
    counts = [
        _count(view, name, key) for name, key in (("admitted", "admitted"), ("seats", "seats"), ("free_seats", "free"))
    ]
    number_, what, sentence = counts[2]
    rate, before = (view.totals.value("national", f"fill_rate{e}") for e in ("", "_previous"))
    if rate is not None:
        fill = f"{view.say('brief.fill', rate=per_cent(rate, view.language))}{_versus(view, rate, before)}."
        counts[2] = (number_, what, f"{sentence} {fill}".strip())
    shares = [
        _share(
            view,
            view.totals.value("vocational", "admitted_share"),
            view.totals.value("vocational", "admitted_share_previous"),
            "vocational",
        ),
        _share(
            view,
            view.totals.value("national", "competitive_share"),
            view.totals.value("national", "competitive_share_previous"),
            "competitive",
        ),
    ]
    return [*counts, *(s for s in shares if s)]


def _count(view: View, name: str, key: str) -> tuple[str, str, str]:
    now, before = view.totals.value("national", name), view.totals.value("national", f"{name}_previous")
    sentence = ""
    if view.compare_to is not None and before == 0 and now:
        sentence = view.say("brief.none_before", year=view.compare_to)
    elif view.compare_to is not None and before is not None:
        sentence = view.say("brief.that_is", compared=compared_number(now, before, view.compare_to, view.language))
    return number(now, view.language), view.say(f"brief.{key}.{'one' if now == 1 else 'many'}"), sentence


def _share(view: View, now: Any, before: Any, key: str) -> tuple[str, str, str] | None:
    if now is None:
        return None
    sentence = ""
    if view.compare_to is not None and before is not None:
        sentence = view.say("brief.share_is", compared=compared_share(now, before, view.compare_to, view.language))
    return written(now, "percent", view.language), view.say(f"brief.{key}"), sentence


def _versus(view: View, now: float, before: float | None) -> str:
    if view.compare_to is None or before is None:
        return ""
    return f", {compared_share(now, before, view.compare_to, view.language)}"


def whats_new(view: View) -> Fragment:
    """What came, went and moved since the year compared with."""
    if not view.has_schools and (view.before is None or view.before.empty):
        return Fragment()
    top = section(view, "news", "nytt", year=view.intake_year)
    sentences = view.news.sentences(view.language)
    out = top + (bullets(sentences) if len(sentences) > 1 else paragraph(*sentences))
    rows = view.news.table[view.news.table["status"].str.endswith("_school")]
    if rows.empty or not view.is_wide:
        return out
    frame = rows.assign(status=[view.say(f"news.{s}") for s in rows["status"]], school=rows["label"])
    shown = [
        column(view, "school"),
        column(view, "municipality"),
        column(view, "status", "what"),
        column(view, "note", "earlier_name"),
    ]
    caption = view.say("news.table", year=view.compare_to)
    listed = table(
        view.release(frame[[c.name for c in shown]]), shown, caption=caption, identifier="nytt", language=view.language
    )
    return out + fold(view.say("show_schools"), listed + paragraph(view.say("news.note")))
