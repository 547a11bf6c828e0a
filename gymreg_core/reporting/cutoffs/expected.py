"""What is expected: in brief, how to read it, a fan per study path, and where everyone eligible may get in."""

from __future__ import annotations

import pandas as pd

from gymreg_core.reporting.charts import fans
from gymreg_core.reporting.cutoffs.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, callout, fold, key_figures, paragraph
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.sections import figure, long_table, section
from gymreg_core.reporting.tables import Column, Form
from gymreg_core.vocabulary.numbers import number, points
from gymreg_core.vocabulary.phrases import capital, counted, merit

QUANTILES = ("cutoff_p10", "cutoff_p25", "cutoff_p50", "cutoff_p75", "cutoff_p90")
_FORMS: dict[str, Form] = {"share": "percent_short"}
_TEXTS = ("label", "school", "municipality", "study_path_name", "note", "series")


def column(view: View, name: str, head: str | None = None) -> Column:
    """A column; its head is ``column.<head>``, by default its own name."""
    form: Form = "text" if name in _TEXTS else _FORMS.get(name, "points" if name.startswith("cutoff") else "count")
    return Column(name, view.say(f"column.{head or name}", year=view.year), form)


def highlights(view: View) -> list[str]:
    """The sentences that stand for the page."""
    rows, contested = view.rows, view.contested
    if rows.empty:
        return [view.say("brief.none", place=capital(view.place))]
    told = counted(len(view.told), "study_path", view.language)
    out = [view.say("brief.told", n=told, place=view.place, year=view.year)]
    opened = int((rows["share"] > 1 / 2).sum())
    if opened:
        out.append(view.say("brief.open", n=counted(opened, "study_path", view.language)))
    if len(contested):
        width = float((contested["cutoff_p90"] - contested["cutoff_p10"]).median())
        out.append(view.say("brief.width", width=merit(round(width), view.language)))
    return out


def in_brief(view: View) -> Fragment:
    """The figures that matter, and what the forecast could not use."""
    rows = view.rows
    top = section(view, "brief", "korthet")
    if rows.empty:
        return top + paragraph(*highlights(view))
    declined = rows["cutoff_p50"].isna() & (rows["declined"] != "not_offered")
    boxes = [
        (number(len(view.contested), view.language), view.say("brief.box.contested"), ""),
        (number(int((rows["share"] > 1 / 2).sum()), view.language), view.say("brief.box.open"), ""),
        (number(int(declined.sum()), view.language), view.say("brief.box.declined"), ""),
    ]
    forecast = view.work.forecast
    missing = forecast.notice_sentences(view.language)
    sentences = [*highlights(view)[2:], *forecast.sentences(view.language)[:1]]
    sentences += forecast.declined_sentences(view.language) if view.is_region else ()
    note = callout("note", view.say("brief.missing"), bullets(missing)) if missing else Fragment()
    return top + key_figures(boxes) + paragraph(*sentences) + note


def how_to_read(view: View) -> Fragment:
    """What the intervals and the chance mean, with a study path as the example."""
    top = section(view, "read", "las-av")
    told = [view.say("read.interval"), view.say("read.chance"), view.say("read.not")]
    if view.contested.empty:
        return top + bullets(told)
    row = view.contested.iloc[len(view.contested) // 2]  # neither among the surest nor among the least sure
    values = {name: points(float(row[name]), view.language) for name in QUANTILES}
    return top + paragraph(view.say("read.example", path=row["label"], school=row["school"], **values)) + bullets(told)


def expected(view: View) -> Fragment:
    """A fan per study path, the most uncertain first, with the reasons of those that are drawn."""
    if view.told.empty:
        return Fragment()
    top = section(view, "expected", "vantade")
    drawn, seats = view.drawn, number(view.least_seats, view.language)
    if drawn.empty:
        return top + paragraph(view.say("expected.none", seats=seats)) + _table(view)
    drawing = fans(
        view.release(drawn[["label", "school", *QUANTILES, "cutoff_preliminary"]]),
        label="label",
        below="school",
        quantiles=QUANTILES,
        point="cutoff_preliminary",
        names=(view.say("fan.wide"), view.say("fan.narrow"), view.say("fan.middle"), view.say("fan.april")),
        language=view.language,
    )
    first = drawn.iloc[0]
    low, high = (points(float(first[name]), view.language) for name in ("cutoff_p10", "cutoff_p90"))
    message = view.say("expected.caption", path=first["label"], school=first["school"], low=low, high=high)
    alt = view.say("expected.alt", place=capital(view.place), message=message)
    whole = figure(view, "vantade", drawing, kind="fans", alt=alt, caption=message, data=_table(view))
    said = [
        (f"{row['label']}, {row['school']}", " ".join(view.work.forecast.reasons(row["study_path_id"], view.language)))
        for _, row in drawn.iterrows()
    ]
    return (
        top
        + paragraph(view.say("expected.lead", seats=seats))
        + whole
        + fold(view.say("expected.why"), definition_list(said))
    )


def everyone(view: View) -> Fragment:
    """The study paths where everyone eligible is likely to get in, the surest first."""
    rows = view.rows[view.rows["share"] > 1 / 2].sort_values(["share", "study_path_id"], ascending=[False, True])
    if rows.empty:
        return Fragment()
    shown = [column(view, name) for name in ("label", "school", "share", "seats")]
    frame = rows[["municipality", "study_path_name", *(c.name for c in shown)]].reset_index(drop=True)
    listed = long_table(
        view,
        view.release(frame),
        shown,
        caption=view.say("everyone.table", year=view.year),
        identifier="alla-behoriga",
        csv=view.say("everyone.csv"),
        whole=[column(view, name) for name in ("municipality", "school", "study_path_name", "share", "seats")],
    )
    return section(view, "everyone", "alla-behoriga") + paragraph(view.say("everyone.lead")) + listed


def declined(view: View) -> Fragment:
    """The study paths for which no cut-off is given, each with the reason."""
    rows = view.rows[view.rows["cutoff_p50"].isna()]
    if rows.empty:
        return Fragment()
    reasons = [" ".join(view.work.forecast.reasons(one, view.language)) for one in rows["study_path_id"]]
    frame = rows.assign(note=reasons)
    shown = [column(view, name) for name in ("label", "school", "share", "note")]
    listed = long_table(
        view,
        view.release(frame[["municipality", "study_path_name", *(c.name for c in shown)]]),
        shown,
        caption=view.say("declined.table", year=view.year),
        identifier="utan-grans",
        csv=view.say("declined.csv"),
        whole=[column(view, name) for name in ("municipality", "school", "study_path_name", "share", "note")],
    )
    return section(view, "declined", "utan-grans") + paragraph(view.say("declined.lead")) + listed


def _table(view: View) -> Fragment:
    """What is told of every study path with a cut-off told; the reasons stand in the file."""
    why = [" ".join(view.work.forecast.reasons(one, view.language)) for one in view.told["study_path_id"]]
    frame = pd.concat([view.contested, view.told[view.told["share"] >= 1 / 2]], ignore_index=True)
    reasons = dict(zip(view.told["study_path_id"], why, strict=True))
    frame["note"] = frame["study_path_id"].map(reasons)
    shown = [column(view, name) for name in ("label", "school", *QUANTILES, "share", "cutoff_preliminary")]
    places = ("municipality", "school", "study_path_name")
    more = ("cutoff_preliminary", "cutoff_previous", "seats", "reserves", "note")
    whole = [column(view, name) for name in (*places, *QUANTILES, "share", *more)]
    names = dict.fromkeys(c.name for c in (*shown, *whole))
    return long_table(
        view,
        view.release(frame[list(names)]),
        shown,
        caption=view.say("expected.table", year=view.year),
        identifier="vantade",
        csv=view.say("expected.csv"),
        whole=whole,
    )
