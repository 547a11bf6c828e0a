"""Sections on seats against demand, choices met and travel, each figure with its table, from released tables alone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.planning.balance_words import supply_word
from gymreg_core.planning.groups import COORDINATES, OUTSIDE, sub_region_name
from gymreg_core.reporting.charts import dumbbells, heat_map
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.planning.balance_parts import BalancePage, column, programme_names, share
from gymreg_core.reporting.planning.balance_released import ReleasedChoices
from gymreg_core.reporting.sections import figure, long_table, section
from gymreg_core.reporting.symbols import symbol
from gymreg_core.reporting.tables import table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import capital

_SHADES = ("too_many", "enough", "too_few")
_FIGURES = ("seats", "free_seats", "free_share", "reserves_per_seat")


def level(released: Released, *names: str, coordinates: Sequence[str] = COORDINATES) -> Released:
    """The rows that tell of exactly these coordinates; none: the whole."""
    frame = released.table
    mine = pd.Series(data=True, index=frame.index)
    for name in coordinates:
        mine &= frame[name].ne("") if name in names else frame[name].eq("")
    return released.where(mine)


def supply_section(page: BalancePage, released: Released, sentences: Sequence[str]) -> Fragment:
    """Where seats are too few, too many or in the wrong place: by programme, and a grid by sub-region.

    released : of `Balance.table`, with a forecast or without. sentences : `Balance.sentences`.
    """
    programmes = level(released, "programme").sort("seats", ascending=False)
    foretold = ("expected", "expected_supply") if "expected_supply" in released.columns else ()
    named = _with_supply(page, programmes).with_words("label", programme_names(page, programmes.table["programme"]))
    shown = [column(page, "programme", "label"), *(column(page, name) for name in (*_FIGURES, "supply", *foretold))]
    whole = table(named, shown, caption=page.say("supply.table"), identifier="utbud", language=page.language)
    return (
        section(page, "supply", "utbud")
        + paragraph(*sentences, judged(page))
        + whole
        + _grid(page, level(released, "programme", "sub_region"), programmes)
    )


def place_section(page: BalancePage, released: Released, municipality: str, sentences: Sequence[str]) -> Fragment:
    """The programmes of the schools of one municipality: seats, free seats, reserves, and what they say.

    released : of `Balance.table`. sentences : what is told of the forecast.
    """
    rows = level(released, "programme", "municipality")
    rows = rows.where(rows.table["municipality"].eq(municipality)).sort("seats", ascending=False)
    if not len(rows):
        return Fragment()
    foretold = ("expected", "expected_supply") if "expected_supply" in released.columns else ()
    named = _with_supply(page, rows).with_words("label", programme_names(page, rows.table["programme"]))
    shown = [column(page, "programme", "label"), *(column(page, name) for name in (*_FIGURES, "supply", *foretold))]
    caption = page.say("supply.place", place=municipality)
    listed = table(named, shown, caption=caption, identifier="utbud", language=page.language)
    return section(page, "supply", "utbud") + paragraph(*sentences, judged(page)) + listed


def places_tables(page: BalancePage, released: Released) -> Fragment:
    """Seats, free seats and reserves by sub-region and by municipality of the school."""
    out = section(page, "places", "utbud-platser", 3) + paragraph(page.say("places.lead"))
    for name, identifier in (("sub_region", "utbud-delregioner"), ("municipality", "utbud-kommuner")):
        rows = _with_supply(page, level(released, name).sort("seats", ascending=False))
        named = _places(page, rows) if name == "sub_region" else rows.table[name].astype("str").tolist()
        shown = [column(page, name, "label"), *(column(page, figure) for figure in (*_FIGURES, "supply"))]
        out += long_table(
            page,
            rows.with_words("label", named),
            shown,
            caption=page.say(f"places.{name}"),
            identifier=identifier,
            csv=page.say("places.csv"),
        )
    return out


def _grid(page: BalancePage, cells: Released, programmes: Released) -> Fragment:
    """The supply of every programme in every sub-region in shades."""
    order = {code: place for place, code in enumerate(programmes.table["programme"])}
    kinds = [supply_word(kind, page.language) if kind in _SHADES else "" for kind in cells.table["supply"]]
    drawn = cells.with_words("series", kinds).with_words("note", _places(page, cells))
    drawn = drawn.with_words("label", programme_names(page, drawn.table["programme"])).sort("note")
    # No column of theirs holds the order of the rows; all stand for every municipality of their sub-region.
    drawn = drawn.with_words("municipality", [f"{order[code]:04d}" for code in drawn.table["programme"]])
    drawn = drawn.sort("municipality")
    drawing = heat_map(
        drawn,
        row="label",
        column="note",
        shade="series",
        shades=[supply_word(kind, page.language) for kind in _SHADES],
        suppressed=symbol("hidden"),
        titles=(page.say("column.programme"), page.say("column.sub_region")),
        language=page.language,
    )
    shown = [column(page, "programme", "label"), column(page, "sub_region", "note")]
    shown += [column(page, name) for name in (*_FIGURES, "supply")]
    listed = long_table(
        page,
        _with_supply(page, drawn),
        shown,
        caption=page.say("supply.cells"),
        identifier="utbud-delregion",
        csv=page.say("supply.csv"),
    )
    said = {"alt": page.say("supply.alt"), "caption": page.say("supply.caption")}
    return figure(page, "utbud-delregion", drawing, kind="matrix", data=listed, **said)


def choices_section(page: BalancePage, released: ReleasedChoices) -> Fragment:
    """How many got their first choice or its programme, and how far from home their seats are."""
    region = level(released.groups).table.iloc[0]
    names = ("first_choice_share", "programme_share", "local_share", "near_share")
    first, programme, local, near = (share(page, region[name]) for name in names)
    applicants = region["applicants"]
    counted = symbol("hidden") if pd.isna(applicants) else number(int(applicants), page.language)
    lead = page.say("choices.lead", applicants=counted, first=first, programme=programme)
    rows = level(released.groups, "programme").sort("applicants", ascending=False)
    rows = rows.with_words("label", programme_names(page, rows.table["programme"]))
    figures = ("applicants", "first_choice_share", "programme_share", "waiting_share", "local_share", "near_share")
    shown = [column(page, "programme", "label"), *(column(page, name) for name in figures)]
    listed = table(rows, shown, caption=page.say("choices.table"), identifier="val", language=page.language)
    known = rows.where(rows.table[["first_choice_share", "programme_share"]].notna().all(axis=1))
    drawn = known.with_words("note", [share(page, value) for value in known.table["programme_share"]])
    drawing = dumbbells(
        drawn,
        label="label",
        values=("first_choice_share", "programme_share"),
        text="note",
        names=(page.say("column.first_choice_share"), page.say("column.programme_share")),
        language=page.language,
        percent=True,
    )
    said = {"alt": page.say("choices.alt"), "caption": page.say("choices.caption")}
    pairs = figure(page, "val", drawing, kind="dumbbells", data=listed, **said) if len(known) else listed
    told = paragraph(lead, page.say("choices.travel", local=local, near=near))
    return section(page, "choices", "val") + told + pairs + _travel(page, released.travel)


def _travel(page: BalancePage, travel: Released) -> Fragment:
    away = travel.where(travel.table["origin"].ne(travel.table["destination"]) & travel.table["pupils"].gt(0))
    outside = sub_region_name(OUTSIDE, page.language)
    away = away.with_words("origin", [outside if name == OUTSIDE else str(name) for name in away.table["origin"]])
    most = away.sort(["pupils", "origin", "destination"], ascending=[False, True, True])
    shown = [column(page, "origin"), column(page, "destination"), column(page, "pupils")]
    listed = long_table(
        page,
        most,
        shown,
        caption=page.say("travel.caption"),
        identifier="resor",
        csv=page.say("travel.csv"),
    )
    return section(page, "travel", "resor", 3) + listed


def judged(page: BalancePage) -> str:
    """When seats are called too few, too many, or in the wrong place."""
    return page.say(
        "supply.how",
        few=number(float(rule("balance", "few_reserves")), page.language, 1),
        **{
            blank: percent(rule("balance", key), page.language, 0)
            for blank, key in (("free", "few_free"), ("many", "many_free"), ("wrong", "wrong_share"))
        },
    )


def _with_supply(page: BalancePage, released: Released) -> Released:
    """The rows with the words for `supply` and `expected_supply` in place of their names."""
    for name in ("supply", "expected_supply"):
        if name in released.columns:
            kinds = released.table[name]
            released = released.with_words(name, [supply_word(kind, page.language) if kind else "" for kind in kinds])
    return released


def _places(page: BalancePage, released: Released) -> list[str]:
    return [capital(sub_region_name(str(name), page.language)) for name in released.table["sub_region"]]
