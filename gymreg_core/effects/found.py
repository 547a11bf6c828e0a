"""What a design found: tables of contracts/effects.py, some of them, or a refusal in them and no number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.contracts.effects import EFFECT_TABLES, effect_table, empty_effects


@dataclass(frozen=True, eq=False, repr=False)
class Found:
    """Tables of the contract by name; a table that is not there has no rows."""

    tables: Mapping[str, pd.DataFrame]

    def __repr__(self) -> str:
        return f"Found({', '.join(f'{name} {len(table)}' for name, table in self.tables.items())})"

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables.get(name, empty_effects(name))


def rows(name: str, given: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of the contract from rows; what a row does not say is missing where it may be, else '' or False or 0."""
    columns = EFFECT_TABLES[name]
    blank = {c.name: _blank(c.dtype, c.nullable) for c in columns}
    filled = [{**blank, **row} for row in given]
    unknown = {key for row in filled for key in row} - set(blank)
    if unknown:
        raise KeyError(f"{name} has no columns {sorted(unknown)}")
    return effect_table(name, {c.name: [row[c.name] for row in filled] for c in columns})


def joined(found: Iterable[Found]) -> Found:
    """All of them in one, rows in the order given."""
    parts = list(found)
    names = [name for name in EFFECT_TABLES if any(name in part.tables for part in parts)]
    tables = {}
    for name in names:
        there = [part.tables[name] for part in parts if len(part.tables.get(name, ()))]
        tables[name] = effect_table(name, pd.concat(there, ignore_index=True)) if there else empty_effects(name)
    return Found(tables)


def _blank(dtype: str, nullable: bool) -> Any:
    if nullable or dtype.startswith("float"):
        return float("nan")
    return {"str": "", "bool": False}.get(dtype, 0)
