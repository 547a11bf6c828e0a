"""Why a cut-off is expected where it is: what can be read of one study path, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import points
from gymreg_core.vocabulary.phrases import counted, merit
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts


def reason_codes(row: pd.Series) -> tuple[str, ...]:
    """The reasons that hold for one row of CutoffForecast.table, most telling first; of one that is declined, that."""
    if row["declined"]:
        return (f"declined.{row['declined']}",)
    codes = [code for code in (_april(row), *_last(row), _seats(row), _identity(row)) if code]
    return tuple(code for code in codes if not any(pd.isna(row[name]) for _, name, _ in _NEEDED.get(code, ())))


def reasons(row: pd.Series, year: int, language: Language) -> tuple[str, ...]:
    """The reasons of one row of CutoffForecast.table as sentences."""
    say = texts("gymreg_core.planning", "cutoff_texts.yml")
    return tuple(say(f"reason.{code}", language, **_blanks(code, row, year, language)) for code in reason_codes(row))


def _april(row: pd.Series) -> str:
    if pd.isna(row["april_cutoff_kind"]):
        return "no_april"
    if pd.isna(row["april_cutoff"]):
        return "open_in_april" if row["april_admitted"] > 0 else "nobody_in_april"
    if row["april_reserves"] == 0:
        return "no_reserves"
    if row["april_reserves"] <= rule("cutoff_forecast", "few_reserves"):
        return "few_reserves"
    return "many_reserves" if row["reserves_per_seat"] >= rule("cutoff_forecast", "many_reserves") else "some_reserves"


def _last(row: pd.Series) -> list[str]:
    if pd.isna(row["last_cutoff_kind"]):
        return ["no_history"]
    if pd.isna(row["last_cutoff"]):
        return ["open_last"]
    moved = row["last_move"]
    if pd.isna(moved) or abs(moved) < rule("cutoff_forecast", "told_move"):
        return ["last_cutoff"]
    return ["last_rose" if moved > 0 else "last_fell"]


def _seats(row: pd.Series) -> str:
    now, before = row["april_seats"], row["last_seats"]
    if pd.isna(now) or pd.isna(before) or not before:
        return ""
    if abs(now / before - 1) < rule("cutoff_forecast", "told_seat_change"):
        return ""
    return "more_seats" if now > before else "fewer_seats"


def _identity(row: pd.Series) -> str:
    """Whether the path itself was renamed; a code of Gy25 says nothing, since all codes changed then."""
    return "renamed" if row["evidence"] in ("renamed_school", "name_match") else ""


def _blanks(code: str, row: pd.Series, year: int, language: Language) -> dict[str, Any]:
    """The blanks of a reason's sentence, filled from the columns that _NEEDED names."""
    filled: dict[str, Any] = {"year": year}
    for blank, column, how in _NEEDED.get(code, ()):
        value = float(row[column])
        if how == "points":
            filled[blank] = points(value, language)
        else:
            filled[blank] = merit(abs(value), language) if how == "move" else counted(int(value), how, language)
    return filled


_PRESSURE = (
    ("cutoff", "april_cutoff", "points"),
    ("reserves", "april_reserves", "reserve"),
    ("seats", "april_seats", "seat"),
)
_CUTOFF, _MOVE = ("cutoff", "last_cutoff", "points"), ("move", "last_move", "move")
_SEATS = (("now", "april_seats", "seat"), ("before", "last_seats", "seat"))
_NEEDED = {
    "no_reserves": _PRESSURE,
    "few_reserves": _PRESSURE,
    "some_reserves": _PRESSURE,
    "many_reserves": _PRESSURE,
    "open_in_april": (("admitted", "april_admitted", "admitted"), ("seats", "april_seats", "seat")),
    "last_cutoff": (_CUTOFF,),
    "last_rose": (_CUTOFF, _MOVE),
    "last_fell": (_CUTOFF, _MOVE),
    "more_seats": _SEATS,
    "fewer_seats": _SEATS,
}
"""The blanks of a reason's sentence: name, column of CutoffForecast.table, and points, move or the term it counts."""
