"""The rows of a price list: each a price or more, a note, or a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gymreg_core.contracts.price_lists import NATIONAL
from gymreg_core.findings import Finding
from gymreg_core.rules import rule
from gymreg_core.sources.cells import words
from gymreg_core.sources.price_lists.cells import (
    ORE,
    AmountCell,
    amount_of,
    group_of,
    place_of,
    without_years,
    years_of_study,
)
from gymreg_core.sources.price_lists.layout import AmountColumn, PriceHeader, own_word, years_in
from gymreg_core.sources.sheets import Cell, CellError, Row
from gymreg_core.vocabulary.finding_texts import finding

MONTHS = 12
_NOTHING = frozenset({"blank", "none", "text"})
_BROKEN = {
    "blank": "price-missing",
    "text": "price-not-readable",
    "negative": "price-negative",
    "error": "formula-error",
}


@dataclass
class Prices:
    """What was read from a file so far. `records`: rows of the contract; `rows`: rule, sheet and column -> rows."""

    records: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    keys: set[tuple[Any, ...]] = field(default_factory=set)

    def findings(self, file: str) -> Iterator[Finding]:
        """A finding for every rule that rows broke, with their numbers."""
        for (rule_, sheet, column), rows in self.rows.items():
            blanks: dict[str, Any] = {}
            if rule_ == "price-implausible":
                blanks = {"other": int(rule("prices/limits", "lowest")), "limit": int(rule("prices/limits", "highest"))}
            seen = list(dict.fromkeys(rows))
            yield finding(rule_, file=file, sheet=sheet or None, column=column or None, rows=seen, **blanks)


@dataclass(frozen=True)
class PriceRow:
    """A row below a header. `default`: the price year of what neither a column's word nor the row gives another one."""

    row: Row
    sheet: str
    header: PriceHeader
    default: int | None

    def into(self, prices: Prices) -> None:
        """Add what the row says to `prices`: its prices, or what is wrong with it."""
        if all(words(self._cell(meaning)) == word for meaning, word in self.header.words.items()):
            self._note(prices, "header-repeated", "")
            return
        amounts = [(column, amount_of(self._at(column.index))) for column in self.header.amounts]
        (code, of_code), (programme, of_programme), (orientation, of_orientation) = (
            without_years(words(self._cell(name))) for name in ("code", "programme", "orientation")
        )
        place = place_of(code, programme, orientation)
        if place is None:
            note = {amount.kind for _, amount in amounts} <= _NOTHING
            self._note(prices, "price-note-row" if note else "price-code-not-known", "code" if code else "programme")
            return
        years = self._years(of_code or of_programme or of_orientation)
        if years is None:
            self._note(prices, "price-year-of-study-not-readable", "year_of_study")
            return
        texts = (words(self._cell("applies")), orientation, programme)
        group = next((found for text in texts if (found := group_of(text))), "apprentice" if place[1] else "ordinary")
        for column, amount in amounts:
            self._take(prices, (place[0], years, group), column, amount)

    def _take(
        self, prices: Prices, what: tuple[str, tuple[int, ...], str], column: AmountColumn, amount: AmountCell
    ) -> None:
        code, years, group = what
        price_year = column.year or self._price_year()
        if fault := _fault(amount, column):
            self._note(prices, fault, column.word)
        elif price_year is None:
            self._note(prices, "price-year-not-readable", "price_year")
        elif amount.kind == "amount":
            for year in years:
                if (key := (code, year, group, price_year)) in prices.keys:
                    self._note(prices, "price-twice", column.word)
                prices.keys.add(key)
                prices.records.append(
                    {
                        "code": code,
                        "year_of_study": year,
                        "group": group,
                        "price_year": price_year,
                        "amount": amount.ore,
                        "per_month": column.per_month,
                        "with_vat": column.with_vat,
                        "row": self.row.number,
                    }
                )

    def _years(self, of_text: str) -> tuple[int, ...] | None:
        cell = self._cell("year_of_study")
        return None if isinstance(cell, CellError) else years_of_study(words(cell) or of_text)

    def _price_year(self) -> int | None:
        if "price_year" not in self.header.columns:
            return self.default
        found = years_in(words(self._cell("price_year")))
        return found[0] if len(found) == 1 else None

    def _note(self, prices: Prices, rule_: str, column: str) -> None:
        """Note the row under a rule; the column is a meaning, or the word above it."""
        known = column in ("code", "programme", "year_of_study", "price_year")
        shown = (self.header.words.get(column) or own_word(column)) if known else column
        if rule_ == "price-note-row":
            shown = ""
        prices.rows.setdefault((rule_, self.sheet, shown), []).append(self.row.number)

    def _cell(self, meaning: str) -> Cell:
        return self._at(self.header.columns.get(meaning, -1))

    def _at(self, index: int) -> Cell:
        return self.row.cells[index] if 0 <= index < len(self.row.cells) else None


def _fault(amount: AmountCell, column: AmountColumn) -> str:
    """The rule that an amount breaks, '' where it breaks none."""
    if amount.kind != "amount" or amount.ore == NATIONAL:
        return _BROKEN.get(amount.kind, "")
    kronor = amount.ore / ORE * (MONTHS if column.per_month else 1)
    within = rule("prices/limits", "lowest") <= kronor <= rule("prices/limits", "highest")
    return "" if within else "price-implausible"
