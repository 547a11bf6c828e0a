"""Which rows a report is about: a year, a round, and the whole region or a part of it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from gymreg_core.contracts.rounds import Round
from gymreg_core.errors import BadParameters
from gymreg_core.vocabulary.programmes import municipalities

ScopeKind = Literal["region", "municipality", "school", "provider_form", "programme"]
_NAMED = 5
SCOPES: tuple[ScopeKind, ...] = ("region", "municipality", "school", "provider_form")
"""The parts that `make_scope` knows; a page of one programme makes its own."""


@dataclass(frozen=True)
class Scope:
    """A part of the region: `kind` and, but for the whole region, the `name` of the part."""

    kind: ScopeKind = "region"
    name: str | None = None

    def select(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of `table` that lie in this scope."""
        return table if self.kind == "region" else table[table[self.kind] == self.name]


def make_scope(kind: str, name: str | None, table: pd.DataFrame) -> Scope:
    """A scope whose name is in `table` (or is a municipality of the co-operation area, with or without a school).

    Errors: BadParameters naming the nearest right names.
    """
    known_kind = next((k for k in SCOPES if k == kind), None)
    if known_kind is None:
        raise BadParameters(f"{kind!r} is not a scope", where="scope", remedy=_near(kind, list(SCOPES)))
    if known_kind == "region":
        if name:
            raise BadParameters("the whole region has no name", where="scope_name", remedy="Leave scope_name out.")
        return Scope()
    known = sorted(
        {str(n) for n in table[known_kind].unique()} | (set(municipalities()) if kind == "municipality" else set())
    )
    exact = {n.casefold(): n for n in known}.get((name or "").strip().casefold())
    if exact is None:
        what = (
            f"no {kind.replace('_', ' ')} is called {name!r}" if name else f"a {kind.replace('_', ' ')} needs its name"
        )
        raise BadParameters(what, where="scope_name", remedy=_near(name or "", known))
    return Scope(known_kind, exact)


def of_round(table: pd.DataFrame, intake_year: int, round: Round) -> pd.DataFrame:  # noqa: A002 the contract's word
    """The rows of one year and round: each joint intake once, and only what had seats or admitted someone.

    Files also list educations elsewhere that applications are only passed on to; they have no seats here.
    Errors: BadParameters listing the years and rounds that are there.
    """
    rows = _rows(table, intake_year, round)
    if rows.empty:
        held = ", ".join(f"{year} {r}" for year, r in available(table)) or "nothing"
        raise BadParameters(
            f"no {round} admission of {intake_year}", where="intake_year, round", remedy=f"The data hold: {held}."
        )
    return rows


def other_round(table: pd.DataFrame, intake_year: int | None, round: Round) -> pd.DataFrame | None:  # noqa: A002
    """The rows of another year or round, or None where there are none."""
    rows = _rows(table, intake_year, round) if intake_year is not None else table.head(0)
    return None if rows.empty else rows


def _rows(table: pd.DataFrame, intake_year: int, round: Round) -> pd.DataFrame:  # noqa: A002
    rows = table[(table["intake_year"] == intake_year) & (table["round"] == round)]
    again = rows["joint_intake_id"].notna() & rows["joint_intake_id"].duplicated()
    offered = (rows["seats"] > 0) | (rows["admitted"] > 0)
    return rows[~again & offered]


def available(table: pd.DataFrame) -> list[tuple[int, str]]:
    """The (intake year, round) pairs of a table, oldest first, preliminary before final."""
    pairs = table[["intake_year", "round"]].drop_duplicates()
    return sorted(((int(y), str(r)) for y, r in pairs.itertuples(index=False)), key=lambda p: (p[0], p[1] == "final"))


def years_of(table: pd.DataFrame, round: Round, until: int) -> list[int]:  # noqa: A002
    """The intake years with that round up to and including `until`, oldest first."""
    return [year for year, r in available(table) if r == round and year <= until]


def year_before(table: pd.DataFrame, intake_year: int, round: Round) -> int | None:  # noqa: A002
    """The nearest earlier intake year with the same round, or None."""
    return max(years_of(table, round, intake_year - 1), default=None)


def _near(name: str, known: list[str]) -> str:
    folded = {n.casefold(): n for n in known}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.5)
    inside = [n for n in folded if name and name.casefold() in n and n not in near]
    found = [folded[n] for n in (*near, *inside)][:3]
    if found:
        return f"Did you mean {' or '.join(map(repr, found))}?"
    more = " …" if len(known) > _NAMED else ""
    return f"There are {len(known)}: {', '.join(known[:_NAMED])}{more}"
