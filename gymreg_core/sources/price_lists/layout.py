"""Where the header of a price list stands, and what its columns mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from gymreg_core.rules import rule
from gymreg_core.sources.cells import words
from gymreg_core.sources.headers import ROWS_SEARCHED
from gymreg_core.sources.sheets import Row, Sheet
from gymreg_core.vocabulary.packaged import packaged_yaml

_YEAR = re.compile(r"(?<![\d.,-])(20\d\d)(?![\d]|[-./]\d)")
_TOKEN = re.compile(r"[^\W_]+")
_KEYS = frozenset({"code", "programme"})


@dataclass(frozen=True)
class AmountColumn:
    """A column of amounts. `year`: the price year in its header word; `rank`: how telling that word is, 0 the most."""

    index: int
    word: str
    year: int | None
    per_month: bool
    with_vat: bool
    rank: int


@dataclass(frozen=True)
class PriceHeader:
    """The header of a sheet: its row, the column of each meaning, the amounts that count, and words that say it twice.

    `years`: price years in the titles above it; `titles`: these, for whose list it is.
    """

    row: int
    columns: dict[str, int]
    words: dict[str, str]
    amounts: tuple[AmountColumn, ...]
    twice: tuple[str, ...]
    years: tuple[int, ...]
    titles: tuple[str, ...]

    @property
    def known(self) -> int:
        """How many columns have a meaning."""
        return len(self.columns) + len(self.amounts)


def price_header(sheet: Sheet) -> PriceHeader | None:
    """The header among the first rows: the one with most meanings that has a code or programme and amounts."""
    rows = list(sheet.rows)[:ROWS_SEARCHED]
    found = [header for at, row in enumerate(rows) if (header := _header(row, rows[:at]))]
    return max(found, key=lambda header: (header.known, -header.row)) if found else None


def known_words(rows: Iterable[Row]) -> int:
    """How many columns have a meaning in the best header among the rows; 0 where there is none."""
    header = price_header(Sheet("", tuple(rows)))
    return header.known if header else 0


def plain(text: str) -> str:
    """Without case and accents, every run of white space as one space."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


@cache
def vocabulary() -> dict[str, Any]:
    """words.yml with every spelling `plain`."""
    content: dict[str, Any] = packaged_yaml("gymreg_core.sources.price_lists", "words.yml")
    return {name: _plain(value) for name, value in content.items()}


def own_word(meaning: str) -> str:
    """The word that messages call a column by."""
    content: dict[str, Any] = packaged_yaml("gymreg_core.sources.price_lists", "words.yml")
    return str(content["columns"][meaning][0])


def years_in(text: str) -> list[int]:
    """Price years that a text names; days such as 2023-12-11 are none."""
    first, last = int(rule("prices/limits", "first_year")), int(rule("prices/limits", "last_year"))
    return [year for found in _YEAR.findall(text) if first <= (year := int(found)) <= last]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [plain(one) for one in value]


def _header(row: Row, above: list[Row]) -> PriceHeader | None:
    titles = tuple(words(cell) for title in above for cell in title.cells if words(cell))
    columns: dict[str, int] = {}
    spelt: dict[str, str] = {}
    amounts: list[AmountColumn] = []
    for index, cell in enumerate(row.cells):
        word = words(cell)
        meaning = _meaning(word)
        if meaning:
            if meaning not in columns:
                columns[meaning], spelt[meaning] = index, word
        elif word and (amount := _amount(index, word, " ".join(titles))):
            amounts.append(amount)
    if not _KEYS & set(columns) or not amounts:
        return None
    chosen, twice = _chosen(amounts)
    years = tuple(dict.fromkeys(year for title in titles for year in years_in(title)))
    return PriceHeader(row.number, columns, spelt, chosen, twice, years, titles)


def _meaning(word: str) -> str | None:
    bare = plain(re.sub(r"\([^)]*\)", " ", word)).rstrip(".:")
    return next((name for name, spellings in vocabulary()["columns"].items() if bare in spellings), None)


def _amount(index: int, word: str, titles: str) -> AmountColumn | None:
    """The column as one of amounts, or None; what its own word does not say is taken from the titles."""
    said, above, v = _TOKEN.findall(plain(word)), _TOKEN.findall(plain(titles)), vocabulary()
    ranks = [v["amount"].index(token) for token in said if token in v["amount"]]
    years = years_in(word)
    if not ranks and not years:
        return None
    per_month = _says(said, v["per_month"]) or (
        not _says(said, v["per_year"]) and _says(above, v["per_month"]) and not _says(above, v["per_year"])
    )
    with_vat = _with_vat(said)
    if with_vat is None:
        with_vat = bool(_with_vat(above))
    return AmountColumn(index, word, years[0] if years else None, per_month, with_vat, min(ranks, default=0))


def _with_vat(tokens: list[str]) -> bool | None:
    v = vocabulary()
    if _says(tokens, v["without_vat"]) and _says(tokens, v["vat"]):
        return False
    return True if _says(tokens, v["with_vat"]) and _says(tokens, v["vat"]) else None


def _says(tokens: list[str], wanted: list[str]) -> bool:
    return any(token in wanted for token in tokens)


def _chosen(amounts: list[AmountColumn]) -> tuple[tuple[AmountColumn, ...], tuple[str, ...]]:
    """Of each price year the column that counts, and the words of those that nobody can tell apart.

    Without VAT comes before with VAT, a year before a month, and the telling word first.
    """
    chosen, twice = [], []
    for year in dict.fromkeys(column.year for column in amounts):
        order = sorted((c for c in amounts if c.year == year), key=_weight)
        chosen.append(order[0])
        twice += [c.word for c in order[1:] if _weight(c) == _weight(order[0])]
    return tuple(chosen), tuple(twice)


def _weight(column: AmountColumn) -> tuple[bool, bool, int]:
    return column.with_vat, column.per_month, column.rank
