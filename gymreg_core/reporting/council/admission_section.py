"""Choices, seats and admitted over the years, and where in the region the seats are few or many."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.planning.balance_words import supply_word
from gymreg_core.planning.groups import sub_region_name
from gymreg_core.reporting.charts import lines
from gymreg_core.reporting.council.parts import column, figure, labelled, missing, section
from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.planning.balance_parts import column as balance_column
from gymreg_core.reporting.planning.balance_sections import judged
from gymreg_core.reporting.tables import Column, table
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, counted, listing, per_cent

_DRAWN = ("first_choice_eligible", "seats", "admitted")
_FEWEST_YEARS = 2


def applications(view: View) -> Fragment:
    """First choices, seats, admitted and reserves in each final admission, drawn and in a table."""
    rows = view.admissions
    if rows is None:
        return missing(view, "applications", "sokande", "results" if view.results is None else "programme")
    frame = rows.table
    known = [name for name in _DRAWN if frame[name].notna().any()]
    names = (
        "intake_year",
        *known,
        "free_seats",
        "fill_rate",
        "reserves",
        "reserves_per_seat",
        "study_paths",
        "schools",
    )
    shown = [column(view, name) for name in names]
    rows, chosen = _with_choices(view, rows), _DRAWN[0] not in known and view.history is not None
    if chosen:
        shown.insert(1, Column("note", view.say("column.applicants"), "points_text"))
    listed = table(rows, shown, caption=view.say("applications.table"), identifier="sokande", language=view.language)
    top = section(view, "applications", "sokande")
    told = [
        view.say("applications.lead"),
        *([] if chosen or _DRAWN[0] in known else [view.say("applications.no_choices")]),
    ]
    message = _message(view, frame)
    if len(frame) < _FEWEST_YEARS:
        return top + paragraph(message, *told[1:]) + listed
    points = [
        {
            "intake_year": int(year),
            "value": float(value),
            "series": view.say(f"applications.series.{name}"),
            "note": number(int(value), view.language),
        }
        for name in known
        for year, value in frame.dropna(subset=[name])[["intake_year", name]].itertuples(index=False)
    ]
    drawing = lines(
        view.published(pd.DataFrame(points)),
        year="intake_year",
        value="value",
        series="series",
        text="note",
        language=view.language,
    )
    drawn = listing([view.say(f"applications.series.{name}") for name in known], view.language)
    alt = view.say("applications.alt", drawn=capital(drawn.lower()), name=capital(view.place), message=message)
    return (
        top + paragraph(*told) + figure(view, "sokande", drawing, kind="lines", alt=alt, caption=message, data=listed)
    )


def _with_choices(view: View, rows: Released) -> Released:
    """The rows with the first choices of their year, from what may be shown of registers, as words (note)."""
    if view.history is None:
        return rows
    told = view.history.table
    numbers = dict(zip(told["intake_year"], told["applicants"].astype("Int64"), strict=True))
    why = dict(zip(told["intake_year"], view.history.why["applicants"].tolist(), strict=True))
    years = [int(year) for year in rows.table["intake_year"]]
    found = [numbers.get(year, pd.NA) for year in years]
    words = [None if pd.isna(n) else number(int(n), view.language) for n in found]
    return rows.with_words("note", words, of=np.asarray([why.get(year, 0) for year in years], np.int8))


def _message(view: View, frame: pd.DataFrame) -> str:
    """Seats and admitted of the newest admission, beside those of the first."""
    last, first = frame.iloc[-1], frame.iloc[0]
    said = {
        "year": int(last["intake_year"]),
        "admitted": number(int(last["admitted"]), view.language),
        "seats": counted(int(last["seats"]), "seat", view.language),
    }
    if len(frame) < _FEWEST_YEARS:
        return view.say("applications.caption_one", name=view.place, **said)
    then = {"first": int(first["intake_year"]), "then": number(int(first["admitted"]), view.language)}
    then["then_seats"] = counted(int(first["seats"]), "seat", view.language)
    return view.say("applications.caption", name=view.place, **said, **then)


def supply(view: View) -> Fragment:
    """Free seats and reserves in the region and its sub-regions, and what they say of the supply."""
    rows = view.supply
    if rows is None or not len(rows):
        return missing(view, "supply", "utbud", "results" if view.results is None else "programme")
    rows = rows.where(rows.table["seats"].gt(0)).sort(["sub_region", "seats"])
    names = [_place(view, str(name)) for name in rows.table["sub_region"]]
    rows = labelled(rows, names)
    rows = rows.with_words("note", [supply_word(kind, view.language) for kind in rows.table["supply"]])
    shown = [balance_column(view.page, "sub_region", "label", "text")]
    shown += [balance_column(view.page, name) for name in ("seats", "free_seats", "free_share", "reserves_per_seat")]
    shown.append(balance_column(view.page, "supply", "note", "text"))
    caption = view.say("supply.table", year=view.page.year)
    listed = table(rows, shown, caption=caption, identifier="utbud", language=view.language)
    return section(view, "supply", "utbud") + paragraph(_supply_words(view), judged(view.page)) + listed


def _supply_words(view: View) -> str:
    assert view.supply is not None  # noqa: S101 asked for before
    region = view.supply.where(view.supply.table["sub_region"].eq("")).table.iloc[0]
    if pd.isna(region["free_share"]) or pd.isna(region["reserves_per_seat"]):
        return view.say("supply.unknown")
    told = view.say(
        "supply.lead",
        year=view.page.year,
        name=view.place,
        free=per_cent(float(region["free_share"]), view.language),
        reserves=number(float(region["reserves_per_seat"]), view.language, 1),
    )
    return f"{told} {view.say(f'supply.kind.{region.supply}')}"


def _place(view: View, name: str) -> str:
    return capital(sub_region_name(name, view.language)) if name else view.say("supply.region")
