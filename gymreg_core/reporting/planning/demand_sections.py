"""What is to be expected: by programme, year by year, by municipality, and how right earlier forecasts were."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.planning.demand_words import backtest_words, interval_words, notes_words, sentences_of
from gymreg_core.reporting.charts import dumbbells
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, key_figures, paragraph
from gymreg_core.reporting.planning import demand_released as released
from gymreg_core.reporting.planning.parts import column, columns, figure, labelled, long_table, named, place, section
from gymreg_core.reporting.planning.seats_in_report import seat_boxes, seat_highlights
from gymreg_core.reporting.planning.view import View
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number

_KINDS = ("", "preparatory", "vocational", "introductory")
_FEWEST = 2


def highlights(view: View) -> list[str]:
    """The sentences that stand for the page elsewhere, from what may be shown: of seats, then of demand."""
    return [*seat_highlights(view), *(_region_words(view) if view.is_region else _own_words(view))]


def in_brief(view: View) -> Fragment:
    """What is to be expected, in a few sentences and numbers."""
    out = section(view, "brief", "korthet") + bullets(highlights(view))
    boxes = seat_boxes(view)
    row = view.own("home") or view.own("place")
    if view.is_region:
        first = view.years.table.iloc[0]
        row = None if first[["expected", "low", "high"]].isna().any() else dict(first)
    if row is None:
        return out + key_figures(boxes) if boxes else out
    low, high = (number(int(row[end]), view.language) for end in ("low", "high"))
    span = view.say("brief.span", low=low, high=high)
    what = view.say(f"brief.box.{view.forecast.measure}", year=view.year)
    return out + key_figures([*boxes, (number(int(row["expected"]), view.language), what, span)])


def programmes(view: View) -> Fragment:
    """The programmes in the first year, beside the last year known: a picture and its table."""
    if view.is_region:
        rows = view.region
    else:
        level = "home" if view.has_homes else "place"
        rows = released.release_programmes(view.forecast, view.year, level, str(view.scope_name))
    if not len(rows):
        return Fragment()
    rows = _in_order(named(view, rows))
    frame = rows.table
    single = rows.where(frame["programme"].ne("") & frame["pupils"].notna() & frame["expected"].notna())
    shown = [column(view, "label", "programme"), *columns(view, "pupils", "expected", "low", "high")]
    caption = view.say("programmes.table", year=view.year, place=view.place)
    listed = table(rows, shown, caption=caption, identifier="program", language=view.language)
    told = [view.say("programmes.lead", year=view.year, last=view.forecast.last_year), interval_words(view.language)]
    if not view.is_region and not view.provenance.already_public:
        told.append(view.say("rounded"))
    out = section(view, "programmes", "program") + paragraph(*told)
    if len(single) < _FEWEST:
        return out + listed
    drawn = single.with_words("note", [number(int(n), view.language) for n in single.table["expected"]])
    drawn = drawn.with_words("series", [view.say(f"kind.{kind}") for kind in drawn.table["kind"]])
    message = _moved(view, single)
    drawing = dumbbells(
        drawn,
        label="label",
        values=("pupils", "expected"),
        text="note",
        names=(str(view.forecast.last_year), view.say("programmes.expected", year=view.year)),
        language=view.language,
        group="series",
    )
    alt = view.say("programmes.alt", place=view.place, message=message)
    return out + figure(view, "program", drawing, kind="dumbbells", alt=alt, caption=message, data=listed)


def over_years(view: View) -> Fragment:
    """The region year by year, by type of programme."""
    if not view.is_region:
        return Fragment()
    rows = view.years
    rows = labelled(rows, [view.say(f"kind.{kind or 'all'}") for kind in rows.table["kind"]])
    shown = [column(view, "year"), column(view, "label", "kind"), column(view, "expected", "expected_plain")]
    shown += columns(view, "low", "high")
    listed = table(rows, shown, caption=view.say("years.table"), identifier="ar", language=view.language)
    return (
        section(view, "years", "ar")
        + paragraph(view.say("years.lead"), *notes_words(view.forecast.notes, view.language))
        + listed
    )


def municipalities(view: View) -> Fragment:
    """Where pupils live and where they go to school."""
    if not view.is_region:
        return _ways(view)
    out = section(view, "municipalities", "kommuner") + paragraph(view.say("municipalities.lead"))
    for level in ("home", "place"):
        rows = view.municipalities.among("by", level)
        if not len(rows):
            continue
        rows = labelled(rows, [place(view, str(name)) for name in rows.table["group"]])
        shown = [column(view, "label", "municipality"), *columns(view, "pupils", "expected", "low", "high")]
        out += long_table(
            view,
            rows,
            shown,
            caption=view.say(f"municipalities.{level}", year=view.year),
            identifier=f"kommuner-{'hem' if level == 'home' else 'skola'}",
            csv=view.say("municipalities.csv"),
        )
    return out


def track_record(view: View) -> Fragment:
    """How right the forecast would have been in earlier years, beside last year's shares."""
    told = backtest_words(view.backtest.years, view.backtest.scores, view.language)
    out = section(view, "record", "traffsakerhet") + paragraph(*told, view.say("record.what"))
    if not view.backtest.years:
        return out
    rows = labelled(view.scores, [label or view.say("record.all") for label in view.scores.table["label"]])
    shown = [column(view, "label", "year"), *columns(view, "count", "error", "error_previous", "error_share", "share")]
    return out + table(
        rows, shown, caption=view.say("record.table"), identifier="traffsakerhet", language=view.language
    )


def _ways(view: View) -> Fragment:
    """Where the pupils of a page's municipality go to school."""
    if not view.has_homes:
        return Fragment()
    rows = released.release_ways(view.forecast, view.year, str(view.scope_name))
    if not len(rows):
        return Fragment()
    rows = rows.sort(["expected", "pupils"], ascending=False)
    rows = labelled(rows, [place(view, str(name)) for name in rows.table["municipality"]])
    shown = [column(view, "label", "school_in"), *columns(view, "pupils", "expected")]
    caption = view.say("ways.table", place=view.place)
    listed = table(rows, shown, caption=caption, identifier="vagar", language=view.language)
    rounded = "" if view.provenance.already_public else view.say("rounded")
    return section(view, "ways", "vagar") + paragraph(view.say("ways.lead", place=view.place), rounded) + listed


def _region_words(view: View) -> tuple[str, ...]:
    """`DemandForecast.sentences` of what may be shown of the region in the first year."""
    years = view.years.table.assign(programme="").rename(columns={"kind": "programme_type", "pupils": "last"})
    rows = view.region.table.rename(columns={"kind": "programme_type", "pupils": "last"}).assign(year=view.year)
    region = view.forecast.region()
    inner = region[["programme", "year", "inner_low", "inner_high"]]
    rows = rows[rows["programme"].ne("")].merge(inner, on=["programme", "year"]).dropna(subset=["last", "expected"])
    known = years.dropna(subset=["last", "expected"])
    known = known[known["year"].eq(view.year)]
    if not known["programme_type"].eq("").any():
        return ()
    whole = known.assign(level="region", inner_low=known["low"], inner_high=known["high"])
    parts = rows.assign(level="region")[list(whole.columns)]
    told = pd.concat([whole, parts], ignore_index=True)
    return sentences_of(told, view.forecast.measure, view.year, (), view.language)


def _own_words(view: View) -> list[str]:
    out = []
    for level in ("home", "place"):
        row = view.own(level)
        if row is not None:
            blanks = {name: number(int(row[name]), view.language) for name in ("expected", "low", "high", "pupils")}
            years = {"year": view.year, "last": view.forecast.last_year, "place": view.place}
            out.append(view.say(f"brief.{level}.{view.forecast.measure}", **years, **blanks))
    return out or [view.say("brief.nothing", place=view.place)]


def _in_order(rows: Released) -> Released:
    """All, then each type with its programmes, those that most chose first."""
    frame = rows.table
    order = pd.DataFrame({"kind": frame["kind"].map(_KINDS.index), "alone": frame["programme"].ne("")})
    order["size"] = -frame["pupils"].fillna(0).astype("int64")
    ranks = order.sort_values(["kind", "alone", "size"], kind="stable").index.argsort()
    return rows.with_words("rank", [f"{rank:04d}" for rank in ranks]).sort("rank")


def _moved(view: View, rows: Released) -> str:
    """Which programme is expected to grow most, and which to fall most, in pupils."""
    frame = rows.table
    moves = (frame["expected"] - frame["pupils"]).astype("int64").tolist()
    most, least = max(moves), min(moves)
    if most <= 0 <= least:
        return view.say("programmes.caption_even", year=view.year)
    key = "caption" if most > 0 > least else "caption_more" if most > 0 else "caption_fewer"
    names = {"up": str(frame["label"].iloc[moves.index(most)]), "down": str(frame["label"].iloc[moves.index(least)])}
    told = {"more": number(max(most, 0), view.language), "fewer": number(max(-least, 0), view.language)}
    wanted = {"caption": names | told, "caption_more": {"up": names["up"], "more": told["more"]}}
    blanks = wanted.get(key, {"down": names["down"], "fewer": told["fewer"]})
    return view.say(f"programmes.{key}", year=view.year, **blanks)
