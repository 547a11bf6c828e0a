"""The region's prices against the national list and skolindex, in current and in fixed prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from gymreg_core.errors import BadParameters
from gymreg_core.funding.money import ORE, nearest
from gymreg_core.funding.price_index import consumer_prices, skolindex
from gymreg_core.funding.price_reckoning import Amount
from gymreg_core.funding.prices import Tariff
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import programme_inside
from gymreg_core.vocabulary.programmes import Language, programmes
from gymreg_core.vocabulary.texts import texts

YEARS_OF_STUDY = 3
FIRST_INDEX_YEAR = 2019
COLUMNS = (
    *("key", "programme", "price_year", "regional", "regional_status", "national", "national_status", "share"),
    *("regional_fixed", "national_fixed", "regional_index", "skolindex", "real_change"),
)


@dataclass(frozen=True, eq=False)
class PriceComparison:
    """Prices of the common list beside others.

    table : a row for each key and price year. key: programme, or programme and orientation; programme: its code;
    regional, national: öre per pupil and year without VAT compensation, with their statuses; share: regional to
    national; regional_fixed, national_fixed: öre in the money of `base_year` (consumer prices); regional_index: first
    year of the key = 100; skolindex: the same year = 100; real_change: of the fixed regional price since that year.
    """

    table: pd.DataFrame
    base_year: int

    def summary(self) -> dict[str, Any]:
        """Of whole programmes in the last year: median share and its ends, how many have lost value since the first
        year, and the rises of the median price, of consumer prices and of skolindex between the same years.
        """
        whole = self.table[self.table["key"] == self.table["programme"]]
        first, last = int(whole["price_year"].min()), int(whole["price_year"].max())
        now = whole[whole["price_year"] == last].sort_values(["share", "key"], ignore_index=True)
        through = now[now["key"].isin(whole.loc[whole["price_year"] == first, "key"])]
        return {
            "first_year": first,
            "last_year": last,
            "base_year": self.base_year,
            "programmes": len(now),
            "share_median": float(now["share"].median()),
            "lowest": (str(now["key"].iloc[0]), float(now["share"].iloc[0])),
            "highest": (str(now["key"].iloc[-1]), float(now["share"].iloc[-1])),
            "compared": len(through),
            "lost": int((through["real_change"] < 0).sum()),
            "rise_median": float(through["regional_index"].median()) / 100 - 1,
            "consumer_prices": float(consumer_prices(last) / consumer_prices(first)) - 1,
            "skolindex": float(skolindex(last, first)) - 1,
            "assumed": int(now["regional_status"].eq("assumption").sum()),
        }

    def describe(self, language: Language = "sv") -> str:
        """The summary in sentences."""
        s, p = self.summary(), texts("gymreg_core.funding", "price_texts.yml")
        ends = {
            f"{end}_{what}": told
            for end in ("lowest", "highest")
            for what, told in (
                ("name", programme_inside(s[end][0], language)),
                ("share", percent(s[end][1], language, 0)),
            )
        }
        told = [
            p("comparison.level", language, year=s["last_year"], share=percent(s["share_median"], language, 0), **ends),
            p(
                "comparison.rise",
                language,
                first=s["first_year"],
                last=s["last_year"],
                prices=percent(s["rise_median"], language),
                consumer=percent(s["consumer_prices"], language),
                skolindex=percent(s["skolindex"], language),
            ),
            p(
                "comparison.lost_all" if s["lost"] == s["compared"] > 1 else "comparison.lost",
                language,
                lost=number(s["lost"], language),
                all=number(s["compared"], language),
                first=s["first_year"],
            ),
        ]
        if s["assumed"]:
            told.append(p("comparison.assumed", language, n=number(s["assumed"], language), year=s["last_year"]))
        return " ".join(told)

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.describe('sv'))}</p>{self.table.to_html(index=False)}"


def compare_prices(
    tariff: Tariff, keys: Iterable[str] = (), years: Iterable[int] = (), *, base_year: int | None = None
) -> PriceComparison:
    """Every key's price beside the national list and the indexes.

    keys : programmes, or programmes with their orientation (positions 1-5); without them every programme that both
    lists have, in the years in which it has pupils. years : price years, without them all of the tariff from 2019 on.
    base_year : whose money fixed prices are in, the last year without it. Errors: BadParameters.
    """
    chosen = sorted(set(years)) or [year for year in tariff.price_years if year >= FIRST_INDEX_YEAR]
    if unknown := [year for year in chosen if year not in tariff.price_years]:
        raise BadParameters(
            f"no prices for {', '.join(map(str, unknown))}",
            where="years",
            why=f"The tariff has {tariff.price_years[0]}-{tariff.price_years[-1]}.",
        )
    base = chosen[-1] if base_year is None else base_year
    rows: list[Mapping[str, Any]] = []
    asked = list(keys) or [code for code, known in programmes().items() if known.national]
    for key in asked:
        rows += _of_key(tariff, key, [year for year in chosen if keys or _has_pupils(key, year)], base)
    if not rows:
        raise BadParameters("no key that both lists have", where="keys")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return PriceComparison(table.astype({"regional": "int64", "national": "int64", "price_year": "int16"}), base)


def _has_pupils(programme: str, year: int) -> bool:
    known = programmes()[programme]
    return (known.since or year) <= year < (known.until or year) + YEARS_OF_STUDY


def _of_key(tariff: Tariff, key: str, years: list[int], base: int) -> list[dict[str, Any]]:
    books = tariff.books
    rows = []
    first: tuple[int, Amount] | None = None
    for year in years:
        ours, theirs = books["regional"](key, year), books["national"](key, year)
        if ours is None or theirs is None:
            continue
        _record(ours, theirs)
        first = first or (year, ours)
        real = consumer_prices(first[0]) / consumer_prices(year)
        deflator = consumer_prices(base) / consumer_prices(year)
        rise = ours.kronor / first[1].kronor
        rows.append(
            {
                "key": key,
                "programme": key[:2],
                "price_year": year,
                "regional": ours.ore,
                "regional_status": ours.status,
                "national": theirs.ore,
                "national_status": theirs.status,
                "share": float(ours.kronor / theirs.kronor),
                "regional_fixed": nearest(ours.kronor * deflator * ORE),
                "national_fixed": nearest(theirs.kronor * deflator * ORE),
                "regional_index": float(rise * 100),
                "skolindex": float(skolindex(year, first[0]) * 100),
                "real_change": float(rise * real - 1),
            }
        )
    return rows


def _record(*amounts: Amount) -> None:
    for amount in amounts:
        for file, name, year in amount.used:
            rule(file, name, year)
