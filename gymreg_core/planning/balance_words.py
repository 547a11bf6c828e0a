"""The balance of seats in whole sentences, as few as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gymreg_core.planning.groups import at_level, sub_region_name
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, counted, listing, programme_inside
from gymreg_core.vocabulary.texts import Texts, texts

if TYPE_CHECKING:
    from gymreg_core.vocabulary.programmes import Language


def phrase() -> Texts:
    """The sentences of the balance."""
    return texts("gymreg_core.planning", "balance_texts.yml")


def supply_word(kind: str, language: Language) -> str:
    """What a row's `supply` is called in a table. Errors: MissingText for a kind that there is not."""
    return phrase()(f"supply.{kind}", language)


def balance_sentences(table: pd.DataFrame, language: Language) -> tuple[str, ...]:
    """The region's seats, then the programmes with too few, too many and in the wrong place, most seats first.

    table : `Balance.table`.
    """
    region = at_level(table).iloc[0]
    figures = region[["seats", "free_seats", "reserves"]]
    told = []
    if figures.notna().all():
        told.append(
            capital(
                phrase()(
                    "seats",
                    language,
                    seats=counted(int(region["seats"]), "seat", language),
                    free=number(int(region["free_seats"]), language),
                    reserves=counted(int(region["reserves"]), "reserve", language),
                )
            )
        )
    programmes = at_level(table, "programme").sort_values("seats", ascending=False, kind="stable")
    found = [*_alike(programmes, "too_few", language), *_alike(programmes, "too_many", language)]
    places = at_level(table, "programme", "sub_region")
    for code in programmes.loc[programmes["supply"] == "wrong_place", "programme"]:
        mine = places[places["programme"] == code].sort_values("seats", ascending=False, kind="stable")
        few, many = (_places(mine, kind, language) for kind in ("too_few", "too_many"))
        found.append(phrase()("wrong_place", language, name=programme_inside(code, language), few=few, many=many))
    return (*told, *(found or [phrase()("none", language)]))


def place_sentences(table: pd.DataFrame, municipality: str, language: Language) -> tuple[str, ...]:
    """The seats of a municipality's schools, then the programmes with too few and too many there; none without a school.

    table : `Balance.table`.
    """
    rows = at_level(table, "municipality")
    mine = rows[rows["municipality"] == municipality]
    if mine.empty:
        return (phrase()("no_school", language, place=municipality),)
    figures = mine[["seats", "free_seats", "reserves"]].iloc[0]
    told = []
    if figures.notna().all():
        seats, free, reserves = (int(figure) for figure in figures)
        blanks = {"seats": counted(seats, "seat", language), "free": number(free, language)}
        blanks |= {"reserves": counted(reserves, "reserve", language), "place": municipality}
        told.append(phrase()("place_seats", language, **blanks))
    parts = at_level(table, "programme", "municipality")
    parts = parts[parts["municipality"] == municipality].sort_values("seats", ascending=False, kind="stable")
    found = [*_alike(parts, "too_few", language), *_alike(parts, "too_many", language)]
    return (*told, *(found or [phrase()("place_none", language, place=municipality)]))


def foretold_sentences(table: pd.DataFrame, year: int, language: Language) -> tuple[str, ...]:
    """Where the seats of today will be too few and too many by the forecast of `year`, most seats first.

    table : `Balance.table` with a forecast, rows of one programme each.
    """
    rows = table.sort_values("seats", ascending=False, kind="stable")
    rows = rows.drop(columns="supply").rename(columns={"expected_supply": "supply"})
    found = [*_alike(rows, "too_few", language, "foretold_", year=year)]
    found += _alike(rows, "too_many", language, "foretold_", year=year)
    return tuple(found) if found or rows["supply"].eq("").all() else (phrase()("foretold_none", language, year=year),)


def _alike(programmes: pd.DataFrame, kind: str, language: Language, what: str = "", **blanks: int) -> list[str]:
    codes = programmes.loc[programmes["supply"] == kind, "programme"]
    names = listing([programme_inside(code, language) for code in codes], language)
    return [phrase()(f"{what}{kind}", language, names=names, **blanks)] if len(codes) else []


def _places(rows: pd.DataFrame, kind: str, language: Language) -> str:
    return listing(
        [sub_region_name(name, language) for name in rows.loc[rows["supply"] == kind, "sub_region"]], language
    )
