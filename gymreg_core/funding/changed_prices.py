"""A tariff with other prices in one price year, as a scenario asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from gymreg_core.errors import BadParameters
from gymreg_core.funding.price_index import PER_MILLE, cost_shares
from gymreg_core.funding.price_reckoning import NATIONAL_WORD, DatedEntry, share, whole_kronor
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.scenarios import PriceChange
from gymreg_core.rules import rule
from gymreg_core.scenario_file import near
from gymreg_core.vocabulary.study_paths import programme_of


def changed_prices(tariff: Tariff, change: PriceChange, year: int) -> Tariff:
    """`tariff` with the prices of `year` that a scenario changes; whole kronor, as lists give them.

    What is reckoned from a price of a list (programinriktat val, small groups) changes with it; the support part stays.
    Errors: BadParameters where no list has such a price.
    """
    found = [(name, entry) for name, entry in _in_force(tariff, year) if _selected(change, name, entry)]
    changed: dict[tuple[str, str], DatedEntry] = {}
    for name, entry in _in_force(tariff, year):
        before = tariff.books[name](entry.key, year)
        # A price that nobody published is held to be as another one; it does not move with that one.
        if before is None or ((name, entry) not in found and not isinstance(entry.content["value"], dict)):
            continue
        vat = 1 + share(rule("prices/use", "vat")) if name == "national" else Fraction(1)
        new: dict[str, Any] = {"value": before.kronor * vat}
        if (name, entry) in found:
            new = {"value": _new(before.kronor * vat, vat, change), "status": "assumption", "source": "a scenario"}
        changed[name, entry.key] = DatedEntry(entry.key, year, {**entry.content, **new}, entry.used)
    if not found:
        raise BadParameters("no price is selected", where="prices", remedy=_remedy(tariff, change))
    return Tariff(
        {name: tuple(_with(name, decided, changed, year)) for name, decided in tariff.decided.items()},
        tariff.first_year,
        tariff.last_year,
    )


def _in_force(tariff: Tariff, year: int) -> Iterator[tuple[str, DatedEntry]]:
    """Of every list and key the decision that holds in a year, of two the later given; before the first, that one."""
    for name, decided in tariff.decided.items():
        dated: dict[str, list[DatedEntry]] = {}
        for entry in decided:
            dated.setdefault(entry.key, []).append(entry)
        for entries in dated.values():
            yield name, max(reversed(entries), key=lambda entry: (entry.year <= year, -abs(entry.year - year)))


def _selected(change: PriceChange, name: str, entry: DatedEntry) -> bool:
    follows = NATIONAL_WORD in (entry.content["value"], entry.content.get("follows"))
    kind = "national" if follows else name.partition(":")[0]
    in_list = kind in change.lists
    of_programme = change.programme is None or programme_of(entry.key) in change.programme
    return in_list and of_programme and (change.code is None or entry.key in change.code)


def _new(kronor: Fraction, vat: Fraction, change: PriceChange) -> Fraction:
    """The new amount of one that is `vat` times what it is without compensation for tax."""
    if change.amount is not None:
        return change.amount * vat
    if not change.percent:
        return kronor
    of_price = Fraction(cost_shares()[change.cost_type], PER_MILLE) if change.cost_type else 1
    return whole_kronor(kronor * (1 + share(change.percent) * of_price))


def _with(
    name: str, decided: Iterable[DatedEntry], changed: dict[tuple[str, str], DatedEntry], year: int
) -> Iterator[DatedEntry]:
    yield from (entry for entry in decided if entry.year != year or (name, entry.key) not in changed)
    yield from (entry for (of, _), entry in changed.items() if of == name)


def _remedy(tariff: Tariff, change: PriceChange) -> str:
    known = sorted({entry.key for entries in tariff.decided.values() for entry in entries})
    wrong = [code for code in change.code or () if code not in known]
    if wrong:
        return " ".join(f"There is no {code!r}. {near(code, known)}" for code in wrong)
    return "Prices that follow the national list need `lists: national`, those of municipalities `lists: own`."
