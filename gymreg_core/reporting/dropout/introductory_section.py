"""Introductory programmes: who went on to a national one, and who finished."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import dumbbells
from gymreg_core.reporting.dropout.parts import column, columns, figure, labelled, not_drawn, section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.vocabulary.phrases import capital, per_cent, programme_name

_FIRST = 1


def introductory(view: View) -> Fragment:
    """The share of the starters on introductory programmes that had begun a national one after a year and by now, by
    programme, and the same of the cohorts before."""
    if view.scope == "programme":
        return Fragment()
    top = section(view, "introductory", "introduktionsprogram")
    rows = view.of_scope(view.introductory, cohort=view.cohort)
    if not len(rows):
        known = view.introductory.table["cohort"].eq(view.cohort).any()
        said = view.say("introductory.nobody" if known else "introductory.none", cohort=view.cohort, place=view.place)
        return top + paragraph(said) + _cohorts(view)
    lead = paragraph(view.say("introductory.lead"), view.say("introductory.followed"))
    return top + lead + _programmes(view, rows) + _cohorts(view)


def _programmes(view: View, rows: Released) -> Fragment:
    years = sorted({int(year) for year in rows.table["within"]})
    last = years[-1]
    spread = rows.spread(["programme", "starters"], "within", "to_national_share", "diploma_share").sort("programme")
    spread = labelled(spread, [_name(view, str(code)) for code in spread.table["programme"]])
    shown = [column(view, f"to_national_share_y{year}", "to_national_year", n=year) for year in years]
    shown.append(column(view, f"diploma_share_y{last}", "diploma_year", n=last))
    listed = table(
        spread,
        [column(view, "label", "programme"), *columns(view, "starters"), *shown],
        caption=view.say("introductory.table"),
        identifier="introduktionsprogram",
        language=view.language,
    )
    whole = spread.where(spread.table["programme"].eq("")).table
    told_of = [year for year in years if whole[f"to_national_share_y{year}"].notna().any()]
    if not told_of:
        return paragraph(view.say("introductory.few", smallest=smallest(view))) + listed
    last = told_of[-1]
    share = per_cent(float(whole[f"to_national_share_y{last}"].iloc[0]), view.language)
    message = view.say("introductory.caption" if last > _FIRST else "introductory.caption_one", share=share, n=last)
    before, now = f"to_national_share_y{_FIRST}", f"to_national_share_y{last}"
    known = spread.where(spread.table[before].notna() & spread.table[now].notna())
    if last == _FIRST or not len(known):
        return paragraph(message) + listed
    told = zip(known.table[before], known.table[now], strict=True)
    known = known.with_words(
        "note", [" → ".join(written(one, "percent_short", view.language) for one in p) for p in told]
    )
    drawing = dumbbells(
        known,
        label="label",
        values=(before, now),
        text="note",
        names=(view.say("introductory.after_one"), view.say("introductory.after", n=last)),
        language=view.language,
        percent=True,
    )
    alt = view.say("introductory.alt", about=view.about, message=message)
    picture = figure(view, "introduktionsprogram", drawing, kind="dumbbells", alt=alt, caption=message, data=listed)
    return picture + not_drawn(view, spread, known)


def _name(view: View, code: str) -> str:
    return programme_name(code, view.language) if code else capital(view.say("introductory.all"))


def _cohorts(view: View) -> Fragment:
    """All introductory programmes together, cohort by cohort up to the page's."""
    rows = view.of_scope(view.introductory, programme="")
    rows = rows.where(rows.table["cohort"] <= view.cohort)
    if rows.table["cohort"].nunique() < _FIRST + 1 or rows.table["to_national_share"].isna().all():
        return Fragment()
    years = sorted({int(year) for year in rows.table["within"]})
    spread = rows.spread(["cohort", "starters"], "within", "to_national_share", "diploma_share").sort("cohort")
    shown = [
        column(view, f"{name}_share_y{year}", f"{name}_year", n=year)
        for name, told in (("to_national", (1, 2, 5)), ("diploma", (5,)))
        for year in years
        if year in told
    ]
    return table(
        spread,
        [*columns(view, "cohort", "starters"), *shown],
        caption=view.say("introductory.cohorts.table"),
        identifier="introduktionsprogram-arskullar",
        language=view.language,
    )
