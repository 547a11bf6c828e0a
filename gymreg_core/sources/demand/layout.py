"""Which kind of table a sheet is, where its header stands, and what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gymreg_core.sources.cells import words
from gymreg_core.sources.headers import ROWS_SEARCHED, folded
from gymreg_core.sources.sheets import Row, Sheet
from gymreg_core.vocabulary.packaged import packaged_yaml

_SCHOOL_YEAR = re.compile(r"(?<!\d)(?:19|20)(\d\d)\s*[/-]\s*(?:20)?(\d\d)(?!\d)")


@dataclass(frozen=True)
class DemandHeader:
    """The header of a sheet: its kind of table, its row, the column and own word of each meaning, needed meanings that
    are missing, words that say again what another column says; `year`: told by the titles above, None where none does.
    """

    kind: str
    row: int
    columns: Mapping[str, int]
    words: Mapping[str, str]
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    year: int | None


def demand_header(sheet: Sheet) -> DemandHeader | None:
    """The header among the first rows, of the kind of which most needed columns are there; None with fewer than two."""
    rows = list(sheet.rows)[:ROWS_SEARCHED]
    found = [_header(kind, row, rows[:at]) for at, row in enumerate(rows) for kind in layout()["kinds"]]
    kinds = list(layout()["kinds"])
    told = [one for one in found if len(_needed(one.kind)) - len(one.missing) > 1]
    return min(
        told,
        key=lambda one: (
            bool(one.missing),
            len(one.missing) if one.missing else -len(one.columns),
            kinds.index(one.kind),
            one.row,
        ),
        default=None,
    )


def known_words(rows: Iterable[Row]) -> int:
    """How many columns have a meaning in the best header among the rows; 0 where there is none."""
    header = demand_header(Sheet("", tuple(rows)))
    return len(header.columns) if header else 0


@cache
def layout() -> dict[str, Any]:
    """words.yml, its spellings folded."""
    content: dict[str, Any] = packaged_yaml("gymreg_core.sources.demand", "words.yml")
    spelt = {name: [folded(word) for word in spellings] for name, spellings in content["columns"].items()}
    others = {name: [folded(word) for word in content[name]] for name in ("elsewhere", "total")}
    return {"columns": spelt, "kinds": content["kinds"], **others}


def own_word(meaning: str) -> str:
    """The word that messages call a column by."""
    content: dict[str, Any] = packaged_yaml("gymreg_core.sources.demand", "words.yml")
    return str(content["columns"][meaning][0])


def _needed(kind: str) -> list[str]:
    needed: list[str] = layout()["kinds"][kind]["needs"]
    return needed


def _header(kind: str, row: Row, above: list[Row]) -> DemandHeader:
    columns: dict[str, int] = {}
    spelt: dict[str, str] = {}
    twice: list[str] = []
    wanted = [*_needed(kind), *layout()["kinds"][kind]["may"]]
    for index, cell in enumerate(row.cells):
        word = words(cell)
        meaning = next((name for name in wanted if folded(word) in layout()["columns"][name]), None) if word else None
        if meaning is None:
            continue
        if meaning in columns:
            twice.append(word)
        else:
            columns[meaning], spelt[meaning] = index, word
    missing = tuple(name for name in _needed(kind) if name not in columns)
    titles = [words(cell) for title in above for cell in title.cells if words(cell)]
    return DemandHeader(kind, row.number, columns, spelt, missing, tuple(twice), _year(titles))


def _year(titles: list[str]) -> int | None:
    """The spring of a school year that the titles name ('Valt läsår: 2024/25' -> 2025); None with none or several."""
    found = {int(f"20{end}") for title in titles for begin, end in _SCHOOL_YEAR.findall(title) if _next(begin, end)}
    return found.pop() if len(found) == 1 else None


def _next(begin: str, end: str) -> bool:
    return (int(begin) + 1) % 100 == int(end)
