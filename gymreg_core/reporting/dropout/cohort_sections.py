"""The cohort month by month, and what changed from one cohort to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gymreg_core.cohort.cards import Card
from gymreg_core.cohort.histories import ENROLLED, STATES
from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import lines, stacked_areas
from gymreg_core.reporting.dropout.parts import column, columns, figure, labelled, newest, section, state_names
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment, join
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import download, table, written
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import month as month_name
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, per_cent
from gymreg_core.vocabulary.programmes import programmes

_CENTURY, _OCTOBER, _THREE_YEARS = 100, 10, 3
_FEWEST_POINTS = 2


def months(view: View) -> Fragment:
    """Where the cohort is on the 15th of each month: drawn as shares, in a table as pupils each October."""
    top = section(view, "months", "arskullen", cohort=view.cohort)
    if view.started < int(rule("report", "cohort_drawn")):
        return top + paragraph(view.say("months.few", n=number(int(rule("report", "cohort_drawn")), view.language)))
    names = state_names(view)
    released = view.months.where(view.months.table["state"].isin(_occupied(view.months)))
    drawing = stacked_areas(
        released,
        month="month",
        value="share",
        state="state",
        names=names,
        suppressed=view.say("months.hidden"),
        language=view.language,
    )
    message = _message(view, released)
    listed = _states(view, names)
    labels = labelled(released, [names[str(state)] for state in released.table["state"]])
    labels = labels.with_words("note", [month_name(int(one), view.language) for one in labels.table["month"]])
    file = download(
        labels,
        [column(view, "note", "month"), column(view, "label", "state"), *columns(view, "pupils", "share")],
        name="manader",
        label=view.say("months.csv"),
        language=view.language,
    )
    alt = view.say("months.alt", about=view.about, message=message)
    drawn = figure(view, "arskullen", drawing, kind="areas", alt=alt, caption=message, data=listed)
    return top + paragraph(view.say("months.lead", cohort=view.cohort), view.say("months.rounded")) + drawn + file


def _occupied(released: Released) -> list[str]:
    """The states that anyone is shown in, some month."""
    sums = released.table.groupby("state")["pupils"].sum()
    return [str(state) for state, pupils in sums.items() if pupils > 0]


def _message(view: View, released: Released) -> str:
    """How many had finished, were at school and had left three years after the start, or in the last month known."""
    frame = released.table
    last = int(frame["month"].max())
    at = min(last, (view.cohort + _THREE_YEARS) * _CENTURY + _OCTOBER)
    shares = frame[frame["month"] == at].set_index("state")["share"].to_dict()
    enrolled = sum(shares.get(STATES[state], 0.0) for state in ENROLLED)
    said = {
        "diploma": per_cent(shares.get("diploma", 0.0), view.language),
        "enrolled": per_cent(enrolled, view.language),
        "away": per_cent(shares.get("interrupted", 0.0) + shares.get("study_break", 0.0), view.language),
        "month": month_name(at, view.language),
    }
    none = at == last and not view.three_years and not shares.get("diploma")
    return view.say("months.caption_young" if none else "months.caption", **said)


def _states(view: View, names: dict[str, str]) -> Fragment:
    released = view.status_days
    years = [name for name in released.columns if name.startswith("pupils_y")]
    frame = released.table
    released = released.where((frame[years] > 0).any(axis=1))
    order = {state: f"{place:02d}" for place, state in enumerate(STATES)}
    released = released.with_words("note", [order[str(state)] for state in released.table["state"]]).sort("note")
    released = labelled(released, [names[str(state)] for state in released.table["state"]])
    shown = [column(view, name, "october", year=view.cohort + int(name[-1])) for name in years]
    return table(
        released,
        [column(view, "label", "state"), *shown],
        caption=view.say("months.table"),
        identifier="lagen",
        language=view.language,
    )


def changed(view: View) -> Fragment:
    """The main measures cohort by cohort, the region's and the country's beside those of a part."""
    found = main_measures(view)
    return section(view, "changed", "forandring") + found if found.markdown else found


def main_measures(view: View) -> Fragment:
    """The same without a heading; empty where no measure is known."""
    parts = [part for card in view.cards if card.main and (part := _series(view, card)).markdown]
    return join([paragraph(view.say("changed.lead"), view.say("changed.country")), *parts]) if parts else Fragment()


def _series(view: View, card: Card) -> Fragment:
    """A measure of the scope, of the region where that is another, and of the country."""
    own = _of(view, card, *view.key)
    shares = _shares(own)
    if not shares:
        return Fragment()
    years = range(min(shares), max(shares) + 1)
    region = {} if view.is_region else _shares(_of(view, card, "region", ""))
    country = {year: share for year, share in card.reference(*_published_group(view)).items() if year in years}
    series = [
        (capital(view.place), shares),
        (capital(view.say("place.region")), {year: share for year, share in region.items() if year in years}),
        (view.say("changed.series.country", by=card.published_by), country),
    ]
    message = _told(view, card)
    listed = _listed(view, card, own, country)
    if len(years) < _FEWEST_POINTS:
        return paragraph(message) + listed
    rows = [
        {
            "year": int(year),
            "share": float(share),
            "series": name,
            "note": "" if values is series[1][1] else written(share, "percent", view.language),
        }
        for name, values in series
        for year, share in sorted(values.items())
    ]
    drawing = lines(
        view.release(pd.DataFrame(rows)),
        year="year",
        value="share",
        series="series",
        text="note",
        language=view.language,
        percent=True,
    )
    alt = view.say("changed.alt", measure=card.words(view.language).name, about=view.about, message=message)
    return figure(view, f"forandring-{card.horizon}", drawing, kind="lines", alt=alt, caption=message, data=listed)


def _of(view: View, card: Card, by: str, group: str) -> Released:
    frame = view.measures.table
    mine = (frame["card"] == card.key) & (frame["by"] == by) & (frame["group"] == group)
    return view.measures.where(mine & (frame["cohort"] <= view.cohort)).sort("cohort")


def _shares(released: Released) -> dict[int, float]:
    """The shares that are shown, by cohort."""
    known = released.table.dropna(subset=["share"])
    return {int(year): float(share) for year, share in zip(known["cohort"], known["share"], strict=True)}


def _written(view: View, shares: Mapping[int, float], cohorts: Iterable[int]) -> list[str | None]:
    return [written(shares[year], "percent", view.language) if year in shares else None for year in cohorts]


def _published_group(view: View) -> tuple[str, str]:
    """Which of the published series a scope is held against: the country's, or that of its kind of programme or
    provider."""
    if view.scope == "provider_form":
        return "provider_form", str(view.scope_name)
    if view.scope == "programme":
        return "programme_type", programmes()[str(view.scope_name)].type
    return "region", ""


def _told(view: View, card: Card) -> str:
    found = newest(view, card.key)
    if found is None or found.share is None:
        return view.say("changed.hidden", measure=card.words(view.language).name)
    share = per_cent(found.share, view.language)
    return view.say(f"changed.caption.{card.key}", cohort=found.cohort, share=share, place=view.place)


def _listed(view: View, card: Card, own: Released, country: dict[int, float]) -> Fragment:
    """The numbers of the scope, with the region's and the country's shares beside them."""
    cohorts = [int(year) for year in own.table["cohort"]]
    rows = own.with_words("note", _written(view, country, cohorts))
    shown = columns(view, "cohort", "starters", "completed", "share", "not_followed_share")
    region = _of(view, card, "region", "")
    if not view.is_region and (shares := _shares(region)):
        why = dict(zip(region.table["cohort"], region.why["share"].tolist(), strict=True))
        reason = np.asarray([why.get(year, 0) for year in cohorts], np.int8)
        rows = rows.with_words("series", _written(view, shares, cohorts), of=reason)
        shown.append(column(view, "series", "region", "points_text"))
    shown.append(column(view, "note", "country", "points_text"))
    return table(
        rows,
        shown,
        caption=view.say("changed.table", measure=card.words(view.language).name),
        identifier=f"forandring-{card.horizon}",
        language=view.language,
    )
