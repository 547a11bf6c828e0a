"""Codes and names of made-up study paths over the years, read from catalogue.yml."""

from __future__ import annotations

from functools import cache
from typing import Any

from gymreg_core.synthetic.shape import read_yaml
from gymreg_core.vocabulary.programmes import programmes

GY25_FROM, FS_FROM = 2025, 2022
_INTRODUCTORY = ("IMV", "IMY")
_NATIONAL = ("FX", "MX", "SX", "SJ")


@cache
def _paths() -> dict[str, tuple[str, dict[str, Any]]]:
    """Programme family and entry of every code of the catalogue."""
    families: dict[str, dict[str, dict[str, Any]]] = read_yaml("catalogue.yml")["paths"]
    return {code: (family, entry) for family, entries in families.items() for code, entry in entries.items()}


def code_in(code: str, year: int, turn: int = 0) -> str | None:
    """The code that a study path of 2022-2024 has in an intake year, None where it is not offered.

    turn : which of several successors. Errors: KeyError where the catalogue does not know the code.
    """
    entry = _paths()[code][1]
    if year >= GY25_FROM:
        later = entry.get("gy25", [])
        return later[turn % len(later)] if later else None
    return str(entry["gy2018"][0]) if year < FS_FROM and "gy2018" in entry else code


def name_in(code: str, year: int, turn: int = 0) -> str:
    """The name as the office writes it: programme, its code, and the orientation where there is one."""
    entry = _paths()[code][1]
    now = code_in(code, year, turn) or code
    own = entry["sv"]
    if year >= GY25_FROM and "sv25" in entry:
        own = entry["sv25"][turn % len(entry["sv25"])]
    if year < FS_FROM and "gy2018" in entry:
        own = entry["gy2018"][1]
    programme = now[:3] if now.startswith("IM") else now[:2]
    title = read_yaml("catalogue.yml")["titles"].get(programme) or programmes()[programme].sv
    marked = year >= GY25_FROM and programme not in ("IB", "VI")
    head = f"{title} {'IM' if programme in _INTRODUCTORY else programme}{'25' if marked else ''}"
    return f"{head} - {own}" if own else head


def profiles(code: str) -> list[str]:
    """Local profiles of a study path's orientation or programme, in a fixed order."""
    known: dict[str, list[str]] = read_yaml("catalogue.yml")["profiles"]
    return known.get(code[:5]) or known.get(_paths()[code][0], known["other"])


def recruits_nationally(codes: list[str]) -> list[bool]:
    """Which codes recruit from the whole country: by position 8 of the code, or as a programme."""
    return [code[7:8] == "R" or code[:2] in _NATIONAL for code in codes]
