"""Which intake year and round a text speaks of: a file's name, a sheet's name, a title above the header."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gymreg_core.contracts.rounds import Round
from gymreg_core.rules import rule
from gymreg_core.sources.sheets import Cell

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:(?!\d)|(?=(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)))")
_ROUNDS: dict[Round, re.Pattern[str]] = {
    "preliminary": re.compile(r"(?<![a-zåäö])prel"),
    "final": re.compile(r"(?<![a-zåäö])(slut|final)"),
}
_OTHER_ROUNDS = re.compile(r"reservantag")


@dataclass(frozen=True)
class Hint:
    """The years and rounds that a text names, in the order of their first mention, each once."""

    years: tuple[int, ...] = ()
    rounds: tuple[Round, ...] = ()
    other_round: bool = False

    @property
    def year(self) -> int | None:
        return self.years[0] if len(self.years) == 1 else None

    @property
    def round(self) -> Round | None:
        return self.rounds[0] if len(self.rounds) == 1 and not self.other_round else None


def hint_of(*texts: str) -> Hint:
    """'prelimina-rantagningsresultat-2021' -> 2021, preliminary. Letters may be decomposed, the case does not count."""
    plain = " ".join(unicodedata.normalize("NFC", text).casefold() for text in texts)
    years = dict.fromkeys(int(year) for year in _YEAR.findall(plain))
    rounds = tuple(name for name, pattern in _ROUNDS.items() if pattern.search(plain))
    return Hint(tuple(years), rounds, bool(_OTHER_ROUNDS.search(plain)))


def year_in(cell: Cell) -> int | None:
    """The intake year in a cell of a year column: 2021, '2021', 'HT 2021', '2021/22'; None where there is none."""
    if isinstance(cell, float) and not isinstance(cell, bool):
        return int(cell) if cell.is_integer() and is_intake_year(int(cell)) else None
    found = re.findall(r"(?<!\d)20\d\d(?!\d)", cell) if isinstance(cell, str) else []
    return int(found[0]) if found and is_intake_year(int(found[0])) else None


def round_in(cell: Cell) -> Round | None:
    """The round in a cell of a round column; None where there is none."""
    return hint_of(cell).round if isinstance(cell, str) else None


def is_intake_year(year: int) -> bool:
    """Whether a year is one that the files can be about (rules/result_limits.yml)."""
    return bool(rule("result_limits", "first_intake_year") <= year <= rule("result_limits", "last_intake_year"))
