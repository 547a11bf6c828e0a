"""Introductory programmes, and the seats that nobody took."""

from __future__ import annotations

from gymreg_core.reporting.admission.parts import column, columns, figure, long_table, named, path_column, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.charts import bars
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import download, table, written
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import programme_name, programme_short


def introductory(view: View) -> Fragment:
    """The introductory programmes of the joint admission."""
    stats, language = view.introductory, view.language
    if not view.has_schools:
        return Fragment()
    top = section(view, "introductory", "introduktion") + paragraph(*stats.sentences(language))
    if stats.table.empty:
        return top
    frame = stats.table.assign(programme_name=[programme_name(str(c), language) for c in stats.table["programme"]])
    shown = columns(
        view, "programme_name", "study_paths", "seats", "admitted", "admitted_change", "fill_rate", "free_seats"
    )
    caption = view.say("introductory.table", admission=view.admission)
    listed = table(
        view.release(frame[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="introduktion",
        language=language,
    )
    return top + paragraph(view.say("introductory.lead")) + listed


def empty_seats(view: View) -> Fragment:
    """Free seats by programme, and the study paths that nobody was admitted to."""
    if not view.has_national:
        return Fragment()
    stats, language = view.empty, view.language
    sentences = stats.sentences(language)
    top = section(view, "empty", "lediga")
    rows = stats.table[stats.table["free_seats"] > 0]
    if len(rows) <= 1 or view.scope.kind == "school":
        return top + paragraph(*sentences)
    frame = rows.assign(
        label=[programme_short(str(c), language) for c in rows["programme"]],
        programme_name=[programme_name(str(c), language) for c in rows["programme"]],
        note=[
            view.say("empty.written", n=number(n, language), share=written(s, "percent_short", language))
            for n, s in zip(rows["free_seats"], rows["share"], strict=True)
        ],
    )
    drawing = bars(
        view.release(frame[["label", "free_seats", "note"]]),
        label="label",
        value="free_seats",
        text="note",
        language=language,
    )
    shown = [
        *columns(view, "programme_name", "seats", "free_seats"),
        column(view, "share", "free_share"),
        *columns(view, "free_seats_change"),
    ]
    caption = view.say("empty.table", admission=view.admission)
    listed = table(
        view.release(frame[[c.name for c in shown]]), shown, caption=caption, identifier="lediga", language=language
    )
    alt = view.say("empty.alt", about=view.about, message=sentences[1])
    drawn = figure(view, "lediga", drawing, kind="bars", alt=alt, caption=sentences[1], data=listed)
    return top + paragraph(sentences[0]) + drawn + _free_paths(view) + _nobody(view)


def _free_paths(view: View) -> Fragment:
    if not view.is_wide:
        return Fragment()
    whole = columns(view, "municipality", "school", "study_path_name", "seats", "admitted", "free_seats")
    released = view.release(named(view, view.empty.paths)[[c.name for c in whole]])
    return download(released, whole, name="lediga", label=view.say("empty.csv"), language=view.language)


def _nobody(view: View) -> Fragment:
    top = section(view, "empty.nobody", "utan-antagna", 3) + paragraph(*view.empty.without_admitted(view.language))
    if view.empty.nobody.empty:
        return top
    place = () if view.scope.kind == "municipality" else ("municipality",)
    shown = [path_column(view), *columns(view, "school", *place, "seats")]
    whole = columns(view, "municipality", "school", "study_path_name", "seats")
    caption = view.say("empty.nobody.table", admission=view.admission)
    released = view.release(named(view, view.empty.nobody)[["label", *(c.name for c in whole)]])
    return top + long_table(
        view, released, shown, caption=caption, identifier="utan-antagna", csv=view.say("empty.nobody.csv"), whole=whole
    )
