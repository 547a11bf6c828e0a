"""Amounts of a price list for every price year: what was published, and by the published rises what was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from gymreg_core.funding.money import ORE, nearest
from gymreg_core.rules import STATUSES, entries

HUNDRED = 100
NATIONAL_WORD = "national"
Entry = Mapping[str, Any]
Used = tuple[str, str, int]
"""A rule that an amount rests on: file, key and the year its entry is valid from."""


@dataclass(frozen=True)
class Amount:
    """A price of a list in a price year.

    `kronor`: exact, per pupil and year without VAT compensation; whole but where VAT was taken out of the national
    list. `rule`: how it came about, in words; `used`: the entries of rules/ behind it; `first_year_of_study`: the one
    that it is paid from; `decided`: the price year of the decision behind it, 0
    before the first.
    """

    kronor: Fraction
    rule: str
    source: str
    status: str
    used: tuple[Used, ...] = ()
    first_year_of_study: int = 1
    decided: int = 0

    @property
    def ore(self) -> int:
        """To the nearest öre."""
        return nearest(self.kronor * ORE)


def least_sure(statuses: Iterable[str]) -> str:
    """The status of what rests on several: that of the least sure."""
    return max(statuses, key=STATUSES.index)


def whole_kronor(amount: Fraction) -> Fraction:
    """To the nearest krona, half a krona up: how list prices are given."""
    return Fraction(nearest(amount))


def share(percent: float) -> Fraction:
    """A per cent as written in a rule, exactly: 1.06 -> 106/10000."""
    return Fraction(str(percent)) / HUNDRED


@dataclass(frozen=True)
class DatedEntry:
    """One decision on a key of a list; `used` is empty where it comes from a list that was read."""

    key: str
    year: int
    content: Entry
    used: tuple[Used, ...] = ()


def packaged_entries(file: str) -> tuple[DatedEntry, ...]:
    """Every amount of ``rules/prices/<file>.yml`` with its key and the price year that it is of."""
    name = f"prices/{file}"
    found = []
    for dated, entry in entries(name).items():
        year = int(entry["valid_from"])
        key = dated.removesuffix(f" {year}")
        found.append(DatedEntry(key, year, entry, ((name, key, year),)))
    return tuple(found)


class NationalList:
    """The national list by key and price year, with its VAT; between and outside the published years reckoned."""

    def __init__(self, published: Iterable[DatedEntry]) -> None:
        self._keys: dict[str, dict[int, DatedEntry]] = {}
        for entry in published:
            for key in (entry.key, *entry.content.get("codes", ())):
                self._keys.setdefault(key, {})[entry.year] = entry
        self._use = entries("prices/use")
        self._known: dict[tuple[str, int], Amount | None] = {}

    def at(self, key: str, year: int) -> Amount | None:
        """The amount with VAT, None where the list has no such key."""
        if (key, year) not in self._known:
            self._known[key, year] = self._reckon(key, year) if key in self._keys else None
        return self._known[key, year]

    def without_vat(self, key: str, year: int) -> Amount | None:
        """The amount less the VAT that it holds (gymnasieförordningen 13 kap. 3 §); not rounded."""
        with_vat = self.at(key, year) if key in self._keys else None
        if with_vat is None:
            return None
        entry = self._use["vat"]
        return replace(
            with_vat,
            kronor=with_vat.kronor / (1 + share(entry["value"])),
            rule=f"{with_vat.rule}, less VAT",
            source=f"{with_vat.source}; {entry['source']}",
            status=least_sure((with_vat.status, "derived")),
            used=(*with_vat.used, ("prices/use", "vat", int(entry["valid_from"]))),
        )

    def _reckon(self, key: str, year: int) -> Amount | None:
        dated = self._keys[key]
        earlier, later = ([y for y in dated if y <= year], [y for y in dated if y >= year])
        near = dated[max(earlier) if earlier else min(later)]
        content, label = near.content, f"national list {key} {near.year}"
        if isinstance(content["value"], dict):
            same = self.at(content["value"]["as"], year)
            return same and _joined(same, near, same.kronor, f"as {same.rule}")
        amount = Amount(Fraction(content["value"]), label, content["source"], content["status"], near.used)
        if near.year == year:
            return amount
        if earlier and later:
            last = dated[min(later)]
            ratio = (last.content["value"] / content["value"]) ** ((year - near.year) / (last.year - near.year))
            reckoned = replace(amount, status="assumption", used=(*near.used, *last.used))
            how = f"{label} and {last.year}, evenly to {year}"
        else:
            rise, used = self._use["yearly_rise"], ("prices/use", "yearly_rise", self._use["yearly_rise"]["valid_from"])
            ratio = (1 + rise["value"] / HUNDRED) ** (year - near.year)
            reckoned = replace(amount, status="assumption", used=(*near.used, used))
            how = f"{label}, {rise['value']} per cent a year to {year}"
        hundreds = Fraction(round(content["value"] * ratio / HUNDRED) * HUNDRED)
        return replace(reckoned, kronor=hundreds, rule=how)


class ListBook:
    """A list in kronor without VAT by key and price year: decisions as they are, the years after each by the rises.

    backwards : whether years before the first decision of rules/ are reckoned from that one; no list that was read
    changes what was paid before it.
    """

    def __init__(
        self, name: str, decided: Iterable[DatedEntry], national: NationalList, *, backwards: bool = False
    ) -> None:
        self.name = name
        self._national, self._backwards = national, backwards
        self._keys: dict[str, dict[int, DatedEntry]] = {}
        self._first: dict[str, DatedEntry] = {}
        for entry in decided:
            self._keys.setdefault(entry.key, {})[entry.year] = entry
            if entry.used and (entry.key not in self._first or entry.year < self._first[entry.key].year):
                self._first[entry.key] = entry
        self._known: dict[tuple[str, int], Amount | None] = {}
        self._given: dict[tuple[str, int], Amount | None] = {}

    def at(self, key: str, year: int) -> Amount | None:
        """The amount of a key in a price year, None where the list has none.

        What was decided stands as it is; what is reckoned from it is whole kronor, rounded once.
        """
        if key not in self._keys:
            return None
        if (key, year) not in self._given:
            found = self._exact(key, year)
            if found is not None and not self._is_decided(key, year):
                found = replace(found, kronor=whole_kronor(found.kronor))
            self._given[key, year] = found
        return self._given[key, year]

    def _is_decided(self, key: str, year: int) -> bool:
        entry = self._keys[key].get(year)
        return entry is not None and isinstance(entry.content["value"], int | Fraction)

    def _entry(self, key: str, year: int) -> DatedEntry | None:
        dated = self._keys[key]
        if earlier := [y for y in dated if y <= year]:
            return dated[max(earlier)]
        return self._first.get(key) if self._backwards else None

    def _exact(self, key: str, year: int) -> Amount | None:
        if (key, year) not in self._known:
            self._known[key, year] = self._reckon(key, year) if key in self._keys else None
        return self._known[key, year]

    def _reckon(self, key: str, year: int) -> Amount | None:
        entry = self._entry(key, year)
        found = self._valued(entry, key, year) if entry else None
        if entry is None or found is None:
            return None
        first = int(entry.content.get("first_year_of_study", 1))
        return replace(found, first_year_of_study=first, decided=entry.year if entry.year <= year else 0)

    def _valued(self, entry: DatedEntry, key: str, year: int) -> Amount | None:
        content, value = entry.content, entry.content["value"]
        place = content.get("place", key)
        if value == NATIONAL_WORD:
            same = self._national.without_vat(place, year)
            return same and _joined(same, entry, same.kronor, f"{self.name} {key}, as {same.rule}")
        if isinstance(value, dict):
            same = self._exact(value["as"], year)
            times = Fraction(*value.get("times", (1, 1)))
            return same and _joined(same, entry, same.kronor * times, f"{key} as {same.rule}")
        if year > entry.year and content.get("follows") == NATIONAL_WORD:
            return self._following(entry, key, place, year)
        label = f"{self.name} {key} {entry.year}"
        amount = Amount(Fraction(value), label, content["source"], content["status"], entry.used)
        return moved(amount, place, entry.year, year)

    def _following(self, entry: DatedEntry, key: str, place: str, year: int) -> Amount | None:
        now, then = self._national.at(place, year), self._national.at(place, entry.year)
        if now is None or then is None:
            return None
        amount = Fraction(entry.content["value"]) * now.kronor / then.kronor
        rule = f"{self.name} {key} {entry.year}, moved with {now.rule}"
        joined = _joined(now, entry, amount, rule)
        return replace(
            joined, status=least_sure((joined.status, then.status, "derived")), used=(*joined.used, *then.used)
        )


def _joined(base: Amount, entry: DatedEntry, kronor: Fraction, rule: str) -> Amount:
    """An amount that rests on another and on the entry that says so."""
    content = entry.content
    status = least_sure((base.status, content["status"]))
    if base.status == "published" and kronor != base.kronor:
        status = least_sure((status, "derived"))
    source = "; ".join(dict.fromkeys((content["source"], base.source)))
    return Amount(kronor, rule, source, status, (*entry.used, *base.used))


def moved(amount: Amount, place: str, from_year: int, to_year: int) -> Amount:
    """An amount of one price year in another, by the rises of the years between; exact."""
    for risen_in in range(from_year + 1, to_year + 1):
        amount = _risen(amount, place, risen_in)
    for risen_in in range(from_year, to_year, -1):
        amount = _risen(amount, place, risen_in, back=True)
    return amount


def _risen(near: Amount, place: str, risen_in: int, *, back: bool = False) -> Amount:
    rise = entries("prices/rises").get(str(risen_in))
    if rise is None:
        return replace(near, status="assumption", rule=f"{near.rule}, no rise known for {risen_in}")
    value = rise["value"]
    own = next((one for one in value.get("own", ()) if place[:2] in one["programmes"]), value)
    if "kronor" in own:
        kronor = near.kronor - own["kronor"] if back else near.kronor + own["kronor"]
    else:
        factor = 1 + share(own["percent"])
        kronor = near.kronor / factor if back else near.kronor * factor
    status = least_sure((near.status, "derived", rise["status"]))
    used = (*near.used, ("prices/rises", str(risen_in), int(rise["valid_from"])))
    source = "; ".join(dict.fromkeys((near.source, rise["source"])))
    way = f"without the rise of {risen_in}" if back else f"risen {risen_in}"
    return Amount(kronor, f"{near.rule}, {way}", source, status, used)
