"""How cut-offs moved: since the year compared with, since the first one, and between the two rounds."""

from __future__ import annotations

import pandas as pd

from gymreg_core.admission import Moves, cutoff_series
from gymreg_core.reporting.admission.parts import column, columns, figure, long_table, named, path_column, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.charts import dumbbells, histogram, lines, scatter
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import change, number
from gymreg_core.vocabulary.phrases import capital, counted, label, merit, programme_name, programme_short
from gymreg_core.vocabulary.texts import terms

_TYPES = ("preparatory", "vocational")
_QUARTILES = ("cutoff_p25", "cutoff_p50", "cutoff_p75")


def cutoff_moves(view: View) -> Fragment:
    """The same study paths in two years, point by point and as a distribution, and the way since the first year."""
    if not view.has_national:
        return Fragment()
    top = section(view, "moves", "andringar")
    if not view.compared:
        return top + paragraph(view.say("moves.no_comparison"))
    moves, language = view.moves, view.language
    sentences = list(moves.sentences(language))
    for key, n in (("opened", moves.opened), ("closed", moves.closed)):
        if n:
            sentences.append(view.say(f"moves.{key}", paths=counted(n, "study_path", language)))
    if not moves.is_distribution:
        return top + paragraph(*sentences) + _since_first(view)
    # What a caption says is not said above it too.
    said = {moves.middle(language), *([moves.directions(language)] if view.is_wide else [])}
    drawn = _scatter(view, moves) + (_distribution(view, moves) if view.is_wide else Fragment())
    return top + paragraph(*(s for s in sentences if s not in said)) + drawn + _since_first(view)


def _scatter(view: View, moves: Moves) -> Fragment:
    rows = moves.table[moves.table["programme_type"].isin(_TYPES)]
    rows = rows.assign(_order=rows["programme_type"].map(_TYPES.index)).sort_values(["_order", "study_path_id"])
    frame = rows.assign(series=[label(str(t), view.language) for t in rows["programme_type"]])
    year, now = moves.compare_to, moves.intake_year
    drawing = scatter(
        view.release(frame[["series", "cutoff_previous", "cutoff"]]),
        x="cutoff_previous",
        y="cutoff",
        series="series",
        language=view.language,
        titles=(view.say("moves.scatter.x", year=year), view.say("moves.scatter.x", year=now)),
        sides=(view.say("moves.scatter.above", year=year), view.say("moves.scatter.below", year=year)),
    )
    large = named(
        view, moves.table.assign(_size=-moves.table["cutoff_change"].abs()).sort_values(["_size", "study_path_id"])
    )
    shown = [
        path_column(view),
        *columns(view, "school"),
        column(view, "cutoff_previous", "cutoff_before", "points"),
        column(view, "cutoff", "cutoff"),
        column(view, "cutoff_change"),
    ]
    listed = long_table(
        view,
        view.release(large[["municipality", "study_path_name", *(c.name for c in shown)]]),
        shown,
        caption=view.say("moves.scatter.table", year=year),
        identifier="andringar",
        csv=view.say("moves.scatter.csv"),
        whole=[*columns(view, "municipality", "school", "study_path_name"), *shown[2:]],
    )
    message = moves.middle(view.language)
    alt = view.say("moves.scatter.alt", now=now, year=year, place=capital(view.place), message=message)
    caption = view.say("moves.scatter.caption", message=message)
    return figure(view, "andringar", drawing, kind="scatter", alt=alt, caption=caption, data=listed)


def _distribution(view: View, moves: Moves) -> Fragment:
    bins = moves.histogram()
    half = rule("report", "move_bin") / 2
    frame = bins.assign(bin_from=bins["bin"] - half, bin_to=bins["bin"] + half, series="")
    drawing = histogram(
        view.release(frame[["series", "bin_from", "bin_to", "count"]]),
        low="bin_from",
        high="bin_to",
        count="count",
        series="series",
        axis_title=view.say("moves.histogram.axis", year=moves.compare_to),
        language=view.language,
        height=190,
    )
    filled = frame[frame["count"] > 0]
    data = filled.assign(label=[_bin(view, float(middle), half) for middle in filled["bin"]])
    shown = [column(view, "label", "move"), column(view, "count", "study_paths")]
    caption = view.say("moves.histogram.table", year=moves.compare_to)
    listed = table(
        view.release(data[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="andringar-fordelning",
        language=view.language,
    )
    message = moves.directions(view.language)
    alt = view.say("moves.histogram.alt", year=moves.compare_to, place=capital(view.place), message=message)
    return figure(view, "andringar-fordelning", drawing, kind="histogram", alt=alt, caption=message, data=listed)


def _bin(view: View, middle: float, half: float) -> str:
    """The moves of a bin in words; the end nearer to zero belongs to it, the other to the next."""
    if middle == 0:
        return view.say("moves.histogram.zero", size=number(half, view.language))
    sign, near, far = (1 if middle > 0 else -1), abs(middle) - half, abs(middle) + half
    return f"{change(sign * near, view.language)} – {change(sign * (far - 0.1), view.language, 1)}"


def _since_first(view: View) -> Fragment:
    since = view.moves_since_first
    if since is None:
        return Fragment()
    first = int(since.compare_to or 0)
    top = section(view, "moves.since", "sedan-forsta", 3, year=first) + paragraph(*since.sentences(view.language))
    series = cutoff_series(view.scope.select(view.results), view.round, view.intake_year)
    series = series[series["programme_type"].isin(_TYPES)]
    if not view.is_wide or series.empty:
        return top
    frame = series.assign(
        series=[terms()(f"{t}.short", view.language) for t in series["programme_type"]],
        label=[written(v, "points", view.language) for v in series["cutoff_p50"]],
        _order=series["programme_type"].map(_TYPES.index),
    ).sort_values(["_order", "intake_year"])
    drawing = lines(
        view.release(frame[["intake_year", "series", "label", *_QUARTILES]]),
        year="intake_year",
        value="cutoff_p50",
        series="series",
        text="label",
        band=("cutoff_p25", "cutoff_p75"),
        language=view.language,
    )
    message = _then_and_now(view, series, first)
    shown = [
        column(view, "intake_year"),
        column(view, "series", "programme_name"),
        *(column(view, q) for q in _QUARTILES),
    ]
    caption = view.say("moves.since.table")
    listed = table(
        view.release(frame[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="granser-ar",
        language=view.language,
    )
    alt = view.say("moves.since.alt", place=capital(view.place), message=message)
    return top + figure(view, "granser-ar", drawing, kind="lines", alt=alt, caption=message, data=listed)


def _then_and_now(view: View, series: pd.DataFrame, first: int) -> str:
    middle = series.set_index(["intake_year", "programme_type"])["cutoff_p50"]
    kind = next(t for t in _TYPES if (view.intake_year, t) in middle.index and (first, t) in middle.index)
    return view.say(
        "moves.since.caption",
        type=label(kind, view.language).lower(),
        year=first,
        now_year=view.intake_year,
        then=merit(float(middle[first, kind]), view.language),
        now=merit(float(middle[view.intake_year, kind]), view.language),
    )


def rounds(view: View) -> Fragment:
    """What happened between the preliminary and the final admission."""
    if not view.has_national:
        return Fragment()
    top, stats = section(view, "rounds", "omgangar"), view.rounds
    if stats is None:
        return top + paragraph(view.say("rounds.none"))
    if stats.intake_year != view.intake_year:
        top += paragraph(view.say("rounds.other_year", year=view.intake_year, shown=stats.intake_year))
    sentences = stats.sentences(view.language)
    rows = stats.table[stats.table[["fill_rate_preliminary", "fill_rate_final"]].notna().all(axis=1)]
    if len(rows) <= 1 or view.scope.kind == "school":
        return top + paragraph(*sentences)
    frame = rows.assign(
        label=[programme_short(str(c), view.language) for c in rows["programme"]],
        programme_name=[programme_name(str(c), view.language) for c in rows["programme"]],
        group=[label(str(t), view.language) for t in rows["programme_type"]],
        note=[written(v, "percent_short", view.language) for v in rows["fill_rate_final"]],
    )
    drawing = dumbbells(
        view.release(frame[["group", "label", "fill_rate_preliminary", "fill_rate_final", "note"]]),
        label="label",
        values=("fill_rate_preliminary", "fill_rate_final"),
        text="note",
        group="group",
        percent=True,
        language=view.language,
        names=(view.say("rounds.preliminary"), view.say("rounds.final")),
    )
    names = ("programme_name", "admitted_preliminary", "admitted_final", "fill_rate_preliminary", "fill_rate_final")
    shown = [column(view, n, form="percent" if n.startswith("fill_rate") else None) for n in names]
    caption = view.say("rounds.table", year=stats.intake_year)
    listed = table(
        view.release(frame[[c.name for c in shown]]),
        shown,
        caption=caption,
        identifier="omgangar",
        language=view.language,
    )
    alt = view.say("rounds.alt", year=stats.intake_year, place=capital(view.place), message=sentences[0])
    drawn = figure(view, "omgangar", drawing, kind="dumbbells", alt=alt, caption=sentences[0], data=listed)
    return top + paragraph(*sentences[1:]) + drawn
