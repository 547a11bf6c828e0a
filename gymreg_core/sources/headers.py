"""Header words recognised by meaning: in any order, in every documented spelling, on whatever row they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from gymreg_core.sources.sheets import Cell, Row
from gymreg_core.vocabulary.packaged import packaged_yaml

ENOUGH = 5  # of sixteen meanings: fewer than this may turn up in any row of words by chance
ROWS_SEARCHED = 50
_NAMES = ("municipality", "school", "provider_form", "study_path_code", "study_path_name")


@dataclass(frozen=True)
class Header:
    """Where a sheet's header stands and what its columns mean.

    `columns`: meaning -> column index; `words`: meaning -> the word as written; `twice`: words that say what another
    column already said; `unknown`: words without a known meaning; `unnamed`: filled columns of the table are those
    beyond `width`, the last column with a word; `year`: a year in the word of the year column ("år 2023").
    """

    row: int
    columns: dict[str, int]
    words: dict[str, str]
    twice: tuple[str, ...]
    unknown: tuple[str, ...]
    width: int
    year: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns that are absent, by the office's own words."""
        return tuple(own_word(m) for m in meanings() if m not in self.columns and _table()[m].get("required"))


def recognise(rows: Iterable[Row]) -> Header | None:
    """The header among the first rows: the one in which most words have a meaning, at least five; else None."""
    best: Header | None = None
    for row in list(rows)[:ROWS_SEARCHED]:
        found = _header(row)
        if best is None or len(found.columns) > len(best.columns):
            best = found
    return best if best is not None and len(best.columns) >= ENOUGH else None


def is_header_again(cells: tuple[Cell, ...], header: Header) -> bool:
    """Whether a row repeats the header, as tables do that were pasted below one another."""
    return all(_cell(cells, index) == header.words[meaning] for meaning, index in header.columns.items())


def meanings() -> tuple[str, ...]:
    """Every meaning a column can have, in the order of headers.yml."""
    return tuple(_table())


def own_word(meaning: str) -> str:
    """The office's own word for a meaning, as messages say it."""
    word: str = _table()[meaning]["spellings"][0]
    return word


def folded(word: str) -> str:
    """A word without case, accents, brackets, or anything but letters and digits."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\([^)]*\)", " ", word)).casefold()
    return "".join(c for c in plain if c.isascii() and c.isalnum())


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = packaged_yaml("gymreg_core.sources", "headers.yml")
    return table


@cache
def _spellings() -> dict[str, tuple[str, int]]:
    return {
        folded(word): (meaning, rank)
        for meaning, entry in _table().items()
        for rank, word in reversed(list(enumerate(entry["spellings"])))
    }


@lru_cache(maxsize=4096)
def _meaning(word: str) -> tuple[str, int] | None:
    """The meaning of a word and how far down its list the spelling stands; None where it has none."""
    plain = folded(word)
    return _spellings().get(plain) or _spellings().get(re.sub(r"(^|(?<=\D))20\d\d$", "", plain))


def _cell(cells: tuple[Cell, ...], index: int) -> str:
    value = cells[index] if index < len(cells) else None
    return " ".join(value.split()) if isinstance(value, str) else ""


def _header(row: Row) -> Header:
    """The row read as a header. Of two words for one name the one further up its list counts; of two for one number
    nobody can say which counts."""
    named = [(index, word) for index in range(len(row.cells)) if (word := _cell(row.cells, index))]
    known = sorted((*found, index, word) for index, word in named if (found := _meaning(word)))
    ranks: dict[str, int] = {}
    columns: dict[str, int] = {}
    words: dict[str, str] = {}
    twice: list[str] = []
    unknown = [word for _, word in named if _meaning(word) is None]
    for meaning, rank, index, word in known:
        if meaning not in columns:
            ranks[meaning], columns[meaning], words[meaning] = rank, index, word
        else:
            (unknown if meaning in _NAMES and rank > ranks[meaning] else twice).append(word)
    year = re.search(r"(20\d\d)\s*$", words.get("intake_year", ""))
    return Header(
        row=row.number,
        columns=columns,
        words=words,
        twice=tuple(twice),
        unknown=tuple(unknown),
        width=max((index + 1 for index, _ in named), default=0),
        year=int(year[1]) if year else None,
    )
