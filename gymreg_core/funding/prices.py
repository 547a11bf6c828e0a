"""What a pupil's year costs: the price of a study path in a price year, with the rule, its source and its status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.price_lists import NATIONAL, REGION, PriceList
from gymreg_core.funding.money import MONTHS, ORE
from gymreg_core.funding.price_keys import price_keys
from gymreg_core.funding.price_lookup import ORDINARY, Amounts, Situation, situation, with_extras
from gymreg_core.funding.price_reckoning import (
    NATIONAL_WORD,
    Amount,
    DatedEntry,
    ListBook,
    NationalList,
    packaged_entries,
    share,
)
from gymreg_core.funding.price_results import Price, PriceMissing, PriceRule, PriceTable, price_missing
from gymreg_core.rules import rule

KEY_COLUMNS = ("code", "year_of_study", "price_year", "group", "provider_form", "home", "school_municipality")
"""What decides a price."""

__all__ = ["KEY_COLUMNS", "Price", "PriceMissing", "PriceRule", "PriceTable", "Tariff", "price_missing"]


@dataclass(frozen=True, eq=False)
class Tariff:
    """Every price list, and which of them a pupil's price comes from.

    Immutable: `with_list` gives another tariff. Price years are the calendar years of the months that are paid
    (rules/prices/use.yml: years); before and after them nothing has a price.
    """

    decided: Mapping[str, tuple[DatedEntry, ...]]
    first_year: int
    last_year: int
    _found: dict[Any, Amount | None] = field(default_factory=dict, repr=False)

    @classmethod
    def packaged(cls) -> Tariff:
        """The lists of rules/prices."""
        own: dict[str, list[DatedEntry]] = {}
        for entry in packaged_entries("own"):
            owner, key = entry.key.split(" ", 1)
            own.setdefault(owner, []).append(replace(entry, key=key))
        first, last = rule("prices/use", "years")
        lists = {
            "regional": packaged_entries("regional"),
            "national": packaged_entries("national"),
            **{_own(owner): tuple(entries) for owner, entries in own.items()},
        }
        return cls(lists, int(first), int(last))

    def with_list(self, prices: PriceList) -> Tariff:
        """A tariff in which a published list counts in its price years, and what it has no price for stays as it was.

        Later years rise from it until the next published amount; years before it do not change.
        """
        name = "regional" if prices.owner == REGION else _own(prices.owner)
        before = self.decided.get(name, ())
        years = (self.first_year, self.last_year, *prices.price_years)
        return Tariff({**self.decided, name: (*before, *_entries_of(prices, before))}, min(years), max(years))

    @property
    def price_years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    def price(
        self,
        code: str,
        year_of_study: int,
        price_year: int,
        *,
        group: str = "ordinary",
        provider_form: str = "municipal",
        home: str = "",
        school_municipality: str = "",
    ) -> Price:
        """The price of a study path for a pupil.

        code : as the office writes it. year_of_study : 1-4; 4 has the price of 3. group : contracts.enrolments.GROUPS.
        home, school_municipality : where the pupil is registered and the school lies, '' = in the region.
        Errors: PriceMissing.
        """
        where = situation(provider_form, home, school_municipality, self._owners)
        found = self._look_up(code, year_of_study, price_year, group, where)
        if found is None:
            key = (code, year_of_study, price_year, group, provider_form, home, school_municipality)
            raise price_missing(pd.DataFrame([key], columns=list(KEY_COLUMNS)))
        _tell(found.used)
        return Price(found.ore, found.rule, found.source, found.status)

    def prices(self, keys: pd.DataFrame) -> PriceTable:
        """The price of every row of `keys` (KEY_COLUMNS, other columns are left alone), of equal rows once."""
        place, unique = _distinct(keys, self._owners)
        amounts = np.full(len(unique), -1, dtype=np.int64)
        rules = np.full(len(unique), -1, dtype=np.int32)
        known: dict[PriceRule, int] = {}
        used: dict[tuple[str, str, int], None] = {}
        for at, key in enumerate(unique):
            found = self._look_up(*key)
            if found is not None:
                amounts[at] = found.ore
                rules[at] = known.setdefault(PriceRule(found.rule, found.source, found.status), len(known))
                used.update(dict.fromkeys(found.used))
        _tell(used)
        return PriceTable(amounts[place], rules[place], tuple(known))

    @cached_property
    def books(self) -> Amounts:
        """The lists with every year reckoned, by name; `national` has no VAT in it."""
        national = NationalList(self.decided["national"])
        return {
            "national": national.without_vat,
            **{
                name: ListBook(_shown(name), decided, national, backwards=name == "regional").at
                for name, decided in self.decided.items()
                if name != "national"
            },
        }

    @cached_property
    def _owners(self) -> frozenset[str]:
        """Municipalities that have a list of their own."""
        return frozenset(name.partition(":")[2] for name in self.decided if ":" in name)

    def _look_up(self, code: str, year_of_study: int, price_year: int, group: str, where: Situation) -> Amount | None:
        key = (code, year_of_study, price_year, group, where)
        if key not in self._found:
            known = self.first_year <= price_year <= self.last_year
            keys = price_keys(code)
            self._found[key] = with_extras(self.books, keys, where, year_of_study, price_year, group) if known else None
        return self._found[key]


def _tell(used: Iterable[tuple[str, str, int]]) -> None:
    """Ask for the rules that amounts rest on, so that whoever listens (`rules_read`) hears of them."""
    for file, name, year in used:
        rule(file, name, year)


def _distinct(
    keys: pd.DataFrame, owners: frozenset[str]
) -> tuple[NDArray[np.intp], list[tuple[str, int, int, str, Situation]]]:
    """Which of the distinct keys each row has, (n,), and the distinct ones."""
    where, homes = _numbered(keys, ("provider_form", "home", "school_municipality"))
    met = [situation(form, home, school, owners) for form, home, school in homes]
    distinct = list(dict.fromkeys(met))
    of_home = np.array([distinct.index(one) for one in met], dtype=np.intp)
    rows = keys[["code", "year_of_study", "price_year", "group"]].assign(where=of_home[where])
    place, unique = _numbered(rows, tuple(rows.columns))
    return place, [(str(c), int(y), int(p), str(g), distinct[w]) for c, y, p, g, w in unique]


def _numbered(table: pd.DataFrame, columns: Iterable[str]) -> tuple[NDArray[np.intp], list[tuple[Any, ...]]]:
    """The number of each row's combination, (n,), and the combinations."""
    code = np.zeros(len(table), dtype=np.int64)
    names = list(columns)
    for name in names:
        numbers, values = pd.factorize(table[name])
        code = code * max(len(values), 1) + numbers
    _, first, place = np.unique(code, return_index=True, return_inverse=True)
    return place, list(table[names].iloc[first].itertuples(index=False, name=None))


def _own(municipality: str) -> str:
    return f"own:{municipality}"


def _shown(name: str) -> str:
    return "regional list" if name == "regional" else f"{name.partition(':')[2]}'s list"


def _entries_of(prices: PriceList, before: Iterable[DatedEntry]) -> Iterable[DatedEntry]:
    """A list's rows as decisions: key, or key and year of study, with 'small' for small groups."""
    like = {entry.key: entry.content for entry in before}
    vat = 1 + share(rule("prices/use", "vat"))
    for row in prices.table.to_dict("records"):
        code, year_of_study = str(row["code"]), int(row["year_of_study"])
        group = "" if row["group"] == ORDINARY else f" {row['group']}"
        said = {"follows"} if year_of_study else {"follows", "first_year_of_study"}
        amount = int(row["amount"])
        yearly = Fraction(amount, ORE) * (MONTHS if row["per_month"] else 1)
        content = {
            **{name: value for name, value in like.get(code, {}).items() if name in said},
            "value": NATIONAL_WORD if amount == NATIONAL else yearly / vat if row["with_vat"] else yearly,
            "place": code,
            "status": "published",
            "source": prices.source,
        }
        yield DatedEntry(
            f"{code}{f' {year_of_study}' if year_of_study else ''}{group}", int(row["price_year"]), content
        )
