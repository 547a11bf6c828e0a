"""How hard it was to get in: cut-offs, the most sought study paths, where everyone eligible got in."""

from __future__ import annotations

import pandas as pd

from gymreg_core.reporting.admission.parts import column, columns, figure, long_table, named, path_column, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.charts import bars, histogram, strip
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Column, download, table, written
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number, points
from gymreg_core.vocabulary.phrases import (
    capital,
    counted,
    label,
    merit,
    programme_inside,
    programme_name,
    programme_short,
)
from gymreg_core.vocabulary.texts import terms

_TYPES = ("preparatory", "vocational")
_QUARTILES = ("cutoff_p25", "cutoff_p50", "cutoff_p75")


def competition(view: View) -> Fragment:
    """Cut-offs and where they lie, the most sought study paths, and where everyone eligible got in."""
    if not view.has_national:
        return Fragment()
    stats, language = view.competition, view.language
    tests = bool((stats.table["scale"] != "grades").any())
    top = section(view, "competition", "konkurrens") + paragraph(stats.competitive(language))
    if view.scope.kind == "school":
        return top + paragraph(*stats.typical(language), stats.top(language))
    drawn = _distribution(view) if view.is_wide else _against_region(view)
    note = paragraph(view.say("competition.test_note")) if tests else Fragment()
    return top + drawn + note + _most_sought(view) + (_open(view) if view.is_wide else Fragment())


def _distribution(view: View) -> Fragment:
    bins = view.competition.histogram()
    bins = bins[bins["programme_type"].isin(_TYPES)]
    if bins.empty:
        return Fragment()
    frame = bins.assign(series=[label(str(t), view.language) for t in bins["programme_type"]])
    drawing = histogram(
        view.release(frame[["series", "bin_from", "bin_to", "count"]]),
        low="bin_from",
        high="bin_to",
        count="count",
        series="series",
        axis_title=view.say("competition.axis"),
        language=view.language,
    )
    wide = frame.pivot_table(index="bin_from", columns="programme_type", values="count", fill_value=0).reset_index()
    wide["label"] = [
        f"{points(a, view.language)}–{points(a + rule('report', 'cutoff_bin') - 0.5, view.language)}"
        for a in wide["bin_from"]
    ]
    present = [(name, t) for name, t in zip(("count", "count_final"), _TYPES, strict=True) if t in wide]
    data = wide.rename(columns={t: name for name, t in present})
    shown = [
        column(view, "label", "points"),
        *(Column(name, terms()(f"{t}.short", view.language)) for name, t in present),
    ]
    caption = view.say("competition.table", admission=view.admission)
    listed = table(
        view.release(data[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="granser",
        language=view.language,
    )
    message = " ".join(view.competition.typical(view.language)) or caption
    alt = view.say("competition.alt", about=view.about, message=message)
    return figure(view, "granser", drawing, kind="histogram", alt=alt, caption=message, data=listed)


def _against_region(view: View) -> Fragment:
    region = view.region_competition.quantiles()[["programme_type", *_QUARTILES]]
    rows = view.competition.ordinary().merge(region, on="programme_type")
    rows = rows.assign(_order=rows["programme_type"].map(_TYPES.index)).sort_values(
        ["_order", "cutoff", "school", "study_path_name"]
    )
    if len(rows) <= 1:
        return paragraph(*view.competition.typical(view.language))
    frame = rows.assign(series=[terms()(f"{t}.short", view.language) for t in rows["programme_type"]])
    said = {"place": view.place}
    drawing = strip(
        view.release(frame[["series", "cutoff", *_QUARTILES]]),
        value="cutoff",
        series="series",
        band=_QUARTILES,
        axis_title=view.say("competition.axis"),
        language=view.language,
        names=(
            view.say("competition.strip.tick", **said),
            view.say("competition.strip.band"),
            view.say("competition.strip.middle"),
        ),
    )
    groups = rows.groupby("programme_type")["cutoff"]
    theirs = region.set_index("programme_type")["cutoff_p50"]
    middle = groups.median()[groups.size() >= int(rule("report", "distribution_from"))]
    message = " ".join(
        view.say(
            "competition.strip.caption",
            **said,
            type=label(kind, view.language).lower(),
            here=merit(float(middle[kind]), view.language),
            region=merit(float(theirs[kind]), view.language),
        )
        for kind in _TYPES
        if kind in middle
    ) or view.say("competition.strip.few", **said)
    data = (
        frame.groupby("series", sort=False)
        .agg(count=("cutoff", "size"), cutoff=("cutoff", "median"), **{q: (q, "first") for q in _QUARTILES})
        .reset_index()
    )
    shown = [
        column(view, "series", "programme_name"),
        column(view, "count", "paths_with_cutoff"),
        column(view, "cutoff", "cutoff_median"),
        *(column(view, q, q.replace("cutoff", "region")) for q in _QUARTILES),
    ]
    caption = view.say("competition.strip.table", **said)
    listed = table(
        view.release(data[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="granser",
        language=view.language,
    )
    alt = view.say("competition.strip.alt", **said, message=message)
    return figure(view, "granser", drawing, kind="strip", alt=alt, caption=message, data=listed)


def _most_sought(view: View) -> Fragment:
    least = counted(int(rule("report", "sought_least_seats")), "seat", view.language).split()[0]
    top = section(view, "competition.sought", "eftersokta", 3)
    rows = view.competition.most_sought()
    if rows.empty:
        return top + paragraph(view.say("competition.sought.none"))
    shown = [path_column(view), *columns(view, "school", "seats", "reserves", "reserves_per_seat", "cutoff")]
    whole = columns(
        view,
        "municipality",
        "school",
        "study_path_name",
        "seats",
        "admitted",
        "reserves",
        "reserves_per_seat",
        "cutoff",
    )
    frame = named(view, rows)[list(dict.fromkeys(c.name for c in (*shown, *whole)))]
    listed = long_table(
        view,
        view.release(frame),
        shown,
        whole=whole,
        caption=view.say("competition.sought.table", admission=view.admission),
        identifier="eftersokta",
        csv=view.say("competition.sought.csv"),
    )
    return (
        top + paragraph(view.say("competition.sought.lead", least=least), view.competition.top(view.language)) + listed
    )


def _open(view: View) -> Fragment:
    top = section(view, "competition.open", "alla-in", 3)
    rows = view.competition.open_by_programme()
    large = rows[rows["study_paths"] >= int(rule("report", "sought_least_seats"))]
    paths = view.competition.open_paths()
    if paths.empty or large.empty:
        return top + paragraph(view.say("competition.open.caption_none"))
    frame = large.assign(
        label=[programme_short(str(c), view.language) for c in large["programme"]],
        programme_name=[programme_name(str(c), view.language) for c in large["programme"]],
        note=[_of(view, n, total) for n, total in zip(large["count"], large["study_paths"], strict=True)],
    )
    drawing = bars(
        view.release(frame[["label", "share", "note"]]),
        label="label",
        value="share",
        text="note",
        maximum=1.0,
        language=view.language,
    )
    first = large.iloc[0]
    message = view.say(
        "competition.open.caption",
        name=programme_inside(str(first["programme"]), view.language),
        n=number(first["count"], view.language),
        total=counted(int(first["study_paths"]), "study_path", view.language),
    )
    shown = [
        column(view, "programme_name"),
        column(view, "study_paths"),
        column(view, "count", "paths_open"),
        column(view, "share"),
    ]
    caption = view.say("competition.open.table", admission=view.admission)
    listed = table(
        view.release(frame[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="alla-in",
        language=view.language,
    )
    alt = view.say("competition.open.alt", about=view.about, message=message)
    whole = columns(view, "municipality", "school", "study_path_name", "seats", "admitted", "median")
    released = view.release(named(view, paths)[[c.name for c in whole]])
    file = download(released, whole, name="alla-in", label=view.say("competition.open.csv"), language=view.language)
    return top + figure(view, "alla-in", drawing, kind="bars", alt=alt, caption=capital(message), data=listed) + file


def _of(view: View, part: int, whole: int) -> str:
    words = {"n": number(part, view.language), "total": number(whole, view.language)}
    return view.say(
        "share_written", **words, share=written(part / whole if whole else pd.NA, "percent_short", view.language)
    )
