"""Programme by programme, preparatory and vocational, municipal and independent."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.admission.totals import type_series
from gymreg_core.reporting.admission.parts import column, columns, figure, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.charts import bars, dumbbells, filled_bars, lines
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Column, download, table, written
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, label, per_cent, programme_inside, programme_name, programme_short
from gymreg_core.vocabulary.texts import terms

_TYPES = ("preparatory", "vocational")


def programmes(view: View) -> Fragment:
    """Seats, admitted, fill rate, free seats, reserves and change of every programme, with the whole picture drawn."""
    if not view.has_national:
        return Fragment()
    stats, language = view.programmes, view.language
    data = _programme_table(view)
    largest = stats.largest(language)
    rows = stats.national()
    if len(rows) == 1:
        return section(view, "programmes", "program") + paragraph(largest) + data
    frame = pd.DataFrame(
        {
            "group": [label(str(t), language) for t in rows["programme_type"]],
            "label": [programme_short(str(c), language) for c in rows["programme"]],
            "seats": rows["seats"].to_numpy(),
            "admitted": rows["admitted"].to_numpy(),
            "note": [_of(view, a, s) for a, s in zip(rows["admitted"], rows["seats"], strict=True)],
        }
    )
    drawing = filled_bars(
        view.release(frame),
        label="label",
        part="admitted",
        whole="seats",
        text="note",
        group="group",
        language=language,
        names=(view.say("programmes.filled"), view.say("programmes.unfilled")),
    )
    alt = view.say("programmes.alt", about=view.about, message=largest)
    drawn = figure(view, "program", drawing, kind="bars", alt=alt, caption=largest, data=data)
    return section(view, "programmes", "program") + paragraph(stats.fullest(language), stats.emptiest(language)) + drawn


def _of(view: View, part: Any, whole: Any) -> str:
    words = {"n": number(part, view.language), "total": number(whole, view.language)}
    if not whole:
        return view.say("share_of", **words)
    return view.say("share_written", **words, share=written(part / whole, "percent_short", view.language))


def _programme_table(view: View) -> Fragment:
    totals = view.totals.table.set_index("group").loc[[*_TYPES, "national"]].reset_index()
    totals = totals[totals["study_paths"] > 0]
    names = {t: label(t, view.language) for t in _TYPES} | {"national": view.say("programmes.all")}
    parts = [
        view.programmes.table.assign(
            programme_name=[programme_name(str(c), view.language) for c in view.programmes.table["programme"]]
        ),
        totals.assign(programme_name=totals["group"].map(names)) if len(view.programmes.national()) > 1 else None,
    ]
    frame = pd.concat([p for p in parts if p is not None], ignore_index=True)
    known = ["first_choice_eligible"] if frame["first_choice_eligible"].notna().any() else []
    shown = columns(
        view, "programme_name", "seats", "admitted", "admitted_change", "fill_rate", "free_seats", "reserves", *known
    )
    released = view.release(frame[[c.name for c in shown]])
    caption = view.say("programmes.table", admission=view.admission)
    out = table(released, shown, caption=caption, identifier="program", language=view.language)
    if not view.is_wide:
        return out
    return out + download(released, shown, name="program", label=view.say("programmes.csv"), language=view.language)


def types(view: View) -> Fragment:
    """Preparatory and vocational programmes: over the years for the region, against the region for a part of it."""
    present = [t for t in _TYPES if view.totals.value(t, "study_paths")]
    if view.scope.kind == "school" or not present:
        return Fragment()
    top = section(view, "types", "programtyper") + paragraph(view.totals.types(view.language))
    rows = view.totals.table[view.totals.table["group"].isin(present)]
    frame = rows.assign(programme_name=[label(str(g), view.language) for g in rows["group"]])
    shown = columns(
        view, "programme_name", "study_paths", "seats", "admitted", "admitted_change", "fill_rate", "free_seats"
    )
    caption = view.say("types.table", admission=view.admission)
    top += table(
        view.release(frame[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="programtyper",
        language=view.language,
    )
    return top + (_fill_over_years(view, present) if view.is_wide else _against_region(view))


def _fill_over_years(view: View, present: list[str]) -> Fragment:
    series = type_series(view.scope.select(view.results), view.round, view.intake_year)
    series = series[series["programme_type"].isin(present) & series["fill_rate"].notna()]
    if series["intake_year"].nunique() == 1 or len(present) != len(_TYPES):
        return Fragment()
    frame = series.assign(
        series=[terms()(f"{t}.short", view.language) for t in series["programme_type"]],
        label=[written(v, "percent", view.language) for v in series["fill_rate"]],
    )
    drawing = lines(
        view.release(frame[["intake_year", "fill_rate", "series", "label"]]),
        year="intake_year",
        value="fill_rate",
        series="series",
        text="label",
        percent=True,
        language=view.language,
    )
    first = int(series["intake_year"].min())
    rates = series.set_index(["intake_year", "programme_type"])["fill_rate"]
    said = {
        f"{t}{ending}": per_cent(float(rates.get((year, t), float("nan"))), view.language)
        for t in _TYPES
        for ending, year in (("", view.intake_year), ("_then", first))
    }
    message = view.say("types.series.caption", year=first, **said)
    wide = frame.pivot_table(index="intake_year", columns="programme_type", values="fill_rate").reset_index()
    data = wide.rename(columns={"preparatory": "fill_rate", "vocational": "fill_rate_final"})
    shown = [
        column(view, "intake_year"),
        *(
            Column(c, terms()(f"{t}.short", view.language), "percent")
            for c, t in (("fill_rate", "preparatory"), ("fill_rate_final", "vocational"))
        ),
    ]
    listed = table(
        view.release(data[[c.name for c in shown]]),
        shown,
        caption=view.say("types.series.table"),
        identifier="fyllnad-ar",
        language=view.language,
    )
    alt = view.say("types.series.alt", place=capital(view.place), message=message)
    return figure(view, "fyllnad-ar", drawing, kind="lines", alt=alt, caption=message, data=listed)


def _against_region(view: View) -> Fragment:
    rows = []
    for group, name, of in (
        ("fill_rate", "fill_rate", _TYPES),
        ("competitive", "competitive_share", _TYPES),
        ("admitted", "admitted_share", ("vocational",)),
    ):
        for kind in of:
            here, there = (totals.value(kind, name) for totals in (view.totals, view.region_totals))
            if here is not None and there is not None and view.totals.value(kind, "study_paths"):
                rows.append((view.say(f"types.against.{group}"), terms()(f"{kind}.short", view.language), here, there))
    frame = pd.DataFrame(rows, columns=["group", "label", "share", "share_previous"])
    if frame.empty:
        return Fragment()
    frame["note"] = [written(v, "percent", view.language) for v in frame["share"]]
    drawing = dumbbells(
        view.release(frame),
        label="label",
        values=("share_previous", "share"),
        text="note",
        group="group",
        percent=True,
        names=(view.say("column.region"), view.place),
        language=view.language,
    )
    rates = [
        per_cent(totals.value("national", "fill_rate"), view.language) for totals in (view.totals, view.region_totals)
    ]
    message = view.say("types.against.caption", place=view.place, here=rates[0], region=rates[1])
    shown = [
        column(view, "group", "measure"),
        column(view, "label", "group"),
        column(view, "share", "here"),
        column(view, "share_previous", "region", "percent"),
    ]
    caption = view.say("types.against.table", place=view.place, admission=view.admission)
    listed = table(view.release(frame), shown, caption=caption, identifier="mot-regionen", language=view.language)
    alt = view.say("types.against.alt", place=view.place, message=message)
    return figure(view, "mot-regionen", drawing, kind="dumbbells", alt=alt, caption=message, data=listed)


def providers(view: View) -> Fragment:
    """Municipal and independent schools side by side."""
    if view.scope.kind in ("school", "provider_form") or not view.has_national:
        return Fragment()
    stats, language = view.providers, view.language
    top = section(view, "providers", "huvudman") + paragraph(*stats.sentences(language))
    rows = stats.table[stats.table["study_paths"] > 0]
    if len(rows) == 1:
        return top
    frame = rows.assign(provider_form=[label(str(f), language) for f in rows["provider_form"]])
    names = ("provider_form", "seats", "admitted", "admitted_change", "fill_rate", "admitted_share")
    shown = [*columns(view, *names), column(view, "cutoff", "cutoff_median")]
    caption = view.say("providers.table", admission=view.admission)
    top += table(
        view.release(frame[[c.name for c in shown]]), shown, caption=caption, identifier="huvudman", language=language
    )
    return top + paragraph(view.say("providers.note")) + (_independent(view) if view.is_wide else Fragment())


def _independent(view: View) -> Fragment:
    rows = view.providers.by_programme
    rows = rows[rows["admitted"] >= int(rule("report", "news_least_admitted"))]
    share = view.providers.value("independent", "admitted_share")
    if len(rows) <= 1 or share is None:
        return Fragment()
    whole = {"programme": "", "admitted": rows["admitted"].sum(), "share": share}
    listed = pd.concat([rows, pd.DataFrame([whole])]).sort_values("share", ascending=False, kind="stable")
    every, every_short = view.say("providers.all"), view.say("providers.all_short")
    frame = listed.assign(
        label=[programme_short(str(c), view.language) if c else every_short for c in listed["programme"]],
        programme_name=[programme_name(str(c), view.language) if c else every for c in listed["programme"]],
        note=[written(v, "percent", view.language) for v in listed["share"]],
    )
    drawing = bars(
        view.release(frame[["label", "share", "note"]]),
        label="label",
        value="share",
        text="note",
        maximum=1.0,
        highlight=every_short,
        language=view.language,
    )
    ends = {"most": rows.iloc[0], "least": rows.iloc[-1]}
    said = {k: programme_inside(str(r["programme"]), view.language) for k, r in ends.items()}
    said |= {f"{k}_share": per_cent(float(r["share"]), view.language) for k, r in ends.items()}
    message = view.say("providers.caption", **said)
    shown = [column(view, "programme_name"), column(view, "admitted"), column(view, "share", "independent_share")]
    caption = view.say("providers.by_programme", admission=view.admission)
    data = table(
        view.release(frame[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="fristaende",
        language=view.language,
    )
    alt = view.say("providers.alt", about=view.about, message=message)
    return figure(view, "fristaende", drawing, kind="bars", alt=alt, caption=message, data=data)
