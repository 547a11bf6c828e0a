"""Which list a pupil's price comes from, and what is added to it or changed by the kind of education."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

from gymreg_core.funding.price_keys import PriceKeys
from gymreg_core.funding.price_reckoning import HUNDRED, Amount, Used, least_sure, moved, share, whole_kronor
from gymreg_core.rules import entries
from gymreg_core.vocabulary.programmes import municipalities

Amounts = Mapping[str, Callable[[str, int], Amount | None]]
"""Lists by name: amount of a key in a price year."""
_THIRD = 3
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Situation:
    """Where a price is looked for: lists in turn; before them the home's and the school's own, for what each prices.

    `home_list`, `school_list`: '' where that municipality has no list of its own.
    """

    lists: tuple[str, ...]
    home_list: str = ""
    school_list: str = ""


def situation(provider_form: str, home: str, school: str, owners: frozenset[str]) -> Situation:
    """The lists for a pupil registered in `home` at a school in `school`, '' = in the region (rules/prices/use.yml).

    owners : municipalities that have a list of their own.
    """
    asked = {"home": _side(home), "school": _side(school)}
    own = {"home": f"own:{home}" if home in owners else "", "school": f"own:{school}" if school in owners else ""}
    row = next(
        row
        for row in _value("lists")
        if provider_form in row.get("forms", (provider_form,))
        and all(row.get(side, value) == value for side, value in asked.items())
    )
    lists = tuple(name for said in row["lists"] if (name := own.get(said, said)))
    return Situation(lists, own["home"], own["school"])


def with_extras(
    books: Amounts, keys: PriceKeys, where: Situation, year_of_study: int, price_year: int, group: str
) -> Amount | None:
    """The price with everything that the kind of education changes; None where no list has one."""
    group = "apprentice" if keys.apprenticeship and group == ORDINARY else group
    found = next(_found(books, keys, where, year_of_study, price_year, group), None)
    if found is None:
        return None
    amount, aimed, key, suffix = found
    has_group = suffix.endswith(group)
    if aimed:
        amount = _resting_on(amount, "aimed_at")
        if keys.keys[-1].key in _value("support_part")["programmes"]:
            amount = _supported(amount, year_of_study, price_year)
    if group == "small" and not has_group and not keys.introductory:
        small = _value("small_group")
        amount = _times(amount, "small_group", small["percent"] if price_year >= small["from"] else HUNDRED)
    if group == "apprentice" and not has_group:
        amount = _times(amount, "apprenticeship")
    if keys.special and key[:2] not in _value("special_intake")["not_for"]:
        amount = _times(amount, "special_intake")
    has_year = suffix.startswith(f" {year_of_study}")
    return amount if has_year or year_of_study <= _THIRD else _times(amount, "fourth_year")


def _found(
    books: Amounts, keys: PriceKeys, where: Situation, year_of_study: int, price_year: int, group: str
) -> Iterator[tuple[Amount, bool, str, str]]:
    """Amounts in the order they count, each with whether it is aimed at, its key and the year and group it is for.

    Of each list the closest key counts; of a key a price for the group, then the latest decision, then one for that
    year of study.
    """
    own = _value("own_lists")
    years = dict.fromkeys((f" {year_of_study}", f" {min(year_of_study, _THIRD)}", ""))
    groups = [tuple(f"{year} {group}" for year in years)] if group != ORDINARY else []
    groups.append(tuple(years))
    for name, starts in (
        (where.home_list, tuple(own["home"])),
        (where.school_list, tuple(own["school"])),
        *((name, ("",)) for name in where.lists),
    ):
        if name not in books:
            continue
        for key in keys.keys:
            if not key.key.startswith(starts):
                continue
            for suffixes in groups:
                priced = [(books[name](f"{key.key}{suffix}", price_year), suffix) for suffix in suffixes]
                held = [(a, suffix) for a, suffix in priced if a and year_of_study >= a.first_year_of_study]
                if held:
                    amount, suffix = max(held, key=lambda one: one[0].decided)
                    yield amount, key.aimed, key.key, suffix


def _supported(amount: Amount, year_of_study: int, price_year: int) -> Amount:
    """With the support part of an introductory programme that aims at a national one (skollagen 17 kap. 23-27 §)."""
    entry = _entry("support_part")
    base_year = int(entry["value"]["price_year"])
    used: Used = ("prices/use", "support_part", int(entry["valid_from"]))
    if year_of_study > entry["value"]["first_years_of_study"]:
        return amount
    support = Amount(Fraction(entry["value"]["kronor"]), "support part", entry["source"], entry["status"], (used,))
    support = moved(support, "", base_year, price_year)
    return Amount(
        amount.kronor + whole_kronor(support.kronor),
        f"{amount.rule}, and the support part",
        f"{amount.source}; {support.source}",
        least_sure((amount.status, support.status)),
        (*amount.used, *support.used),
    )


def _times(amount: Amount, key: str, percent: float | None = None) -> Amount:
    """So many per cent of an amount, whole kronor where that is not all of it."""
    of = _value(key)["percent"] if percent is None else percent
    kronor = amount.kronor if of == HUNDRED else whole_kronor(amount.kronor * share(of))
    rule = f"{amount.rule}, {key.replace('_', ' ')} {of} per cent"
    return _resting_on(replace(amount, kronor=kronor, rule=rule), key)


def _resting_on(amount: Amount, key: str) -> Amount:
    """The same amount, which a choice of use.yml is behind too."""
    entry = _entry(key)
    return replace(
        amount,
        source="; ".join(dict.fromkeys((amount.source, entry["source"]))),
        status=least_sure((amount.status, entry["status"])),
        used=(*amount.used, ("prices/use", key, int(entry["valid_from"]))),
    )


@cache
def _entry(key: str) -> Mapping[str, Any]:
    return entries("prices/use")[key]


def _value(key: str) -> Any:
    return _entry(key)["value"]


@cache
def _parties() -> frozenset[str]:
    return frozenset(name for name, known in municipalities().items() if known.party)


def _side(municipality: str) -> str:
    return "inside" if not municipality or municipality in _parties() else "outside"
