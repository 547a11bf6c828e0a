"""The proportions, study paths and name parts of the made-up region, read from the YAML files beside this module."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import yaml

from gymreg_core.errors import RuleMissing
from gymreg_core.vocabulary.programmes import programmes

GY25_FROM = 2025
INTRODUCTORY = ("IMV", "IMY")
OUTSIDE = (*INTRODUCTORY, "IB", "VI")  # families that are no national programme
Scale = Literal["grades", "test", "heavy", "fourth_year"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A study path of the catalogue: its codes and names before (gy11) and from (gy25) the intake of 2025."""

    family: str
    gy11: str | None = None
    gy25: str | None = None
    sv: str | None = None
    sv25: str | None = None
    rows: int = 1
    scale: Scale = "grades"
    at: int = 0

    @property
    def apprentice(self) -> bool:
        """Whether most of the education takes place at work (lärling)."""
        return "lärling" in (self.sv or self.sv25 or "")

    def code(self, year: int) -> str | None:
        """The study-path code in an intake year; None where the path is not offered."""
        return self.gy25 if year >= GY25_FROM else self.gy11

    def label(self, year: int) -> str:
        """The name as the office writes it: programme, its code, and the orientation where there is one."""
        code = self.code(year) or ""
        gy25 = year >= GY25_FROM
        programme = code[:3] if code.startswith("IM") else code[:2]
        title = _catalogue()["titles"].get(programme) or programmes()[programme].sv
        short = "IM" if programme in INTRODUCTORY else programme
        own = self.sv25 if gy25 and self.sv25 is not None else self.sv
        head = f"{title} {short}{'25' if gy25 and programme not in ('IB', 'VI') else ''}"
        return f"{head} - {own}" if own else head


@cache
def _read(name: str) -> Any:
    return yaml.safe_load(files("gymreg_core.synthetic").joinpath(name).read_text(encoding="utf-8"))


def _catalogue() -> dict[str, Any]:
    return dict(_read("catalogue.yml"))


def names() -> dict[str, Any]:
    """Name parts of schools."""
    return dict(_read("names.yml"))


@cache
def entries() -> tuple[Entry, ...]:
    """Every study path of the catalogue, in the order of the file."""
    paths: dict[str, list[Row]] = _catalogue()["paths"]
    return tuple(Entry(family, **row) for family, rows in paths.items() for row in rows)


def profiles(family: str) -> list[str]:
    """Local profiles of a family of study paths, in a fixed order."""
    known: dict[str, list[str]] = _catalogue()["profiles"]
    return known.get(family, known["other"])


def block(name: str) -> dict[str, Any]:
    """A block of proportions that holds for every year: its rows."""
    return dict(_read("proportions.yml")[name]["rows"])


def in_year(name: str, year: int) -> dict[str, Row]:
    """Rows of a block that is given by year: those of the latest year up to `year`, else of the first.

    A family that did not exist in that year is left out.
    """
    by_year: dict[int, Row] = _read("proportions.yml")[name]
    chosen = max((y for y in by_year if y <= year), default=min(by_year))
    return dict(by_year[chosen]["rows"])


def first_year(name: str) -> int:
    """The first year that a block given by year holds for."""
    years: dict[int, Row] = _read("proportions.yml")[name]
    return min(years)


def value(*path: str) -> Any:
    """A single proportion, such as ``value("shape", "withheld")``.

    Errors: RuleMissing where it stands nowhere.
    """
    node: Any = _read("proportions.yml")
    try:
        for step in path:
            node = node[step]
        return node["value"]
    except (KeyError, TypeError):
        raise RuleMissing(f"no proportion {'.'.join(path)!r}", where="synthetic/proportions.yml") from None


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """Random numbers of their own for each purpose, so that a change in one leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, purpose)).encode())])
