"""Placeholder numbers, which two persons can share: one person per number and school unit, linked to nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments, enrolment_table
from gymreg_core.contracts.register import NUMBER_KINDS
from gymreg_core.sources.register.checks import Table
from gymreg_core.sources.register.identities import PLACEHOLDER
from gymreg_core.sources.register.keys import pseudonyms
from gymreg_core.sources.register.notes import Notes

_PLACED = ("spells", "certificates")
"""Tables whose rows stand at a school unit."""
_COPIED = ("year9", "homes", "decisions")
Rows = NDArray[np.int64]


def check_placeholders(persons: Table, kind: NDArray[np.int8], tables: Mapping[str, Table], notes: Notes) -> None:
    """Placeholders that stand at several school units; `kind` (p,): of the number of each person."""
    theirs = np.append(kind == PLACEHOLDER, False)
    found = []
    for table in (tables[at] for at in _PLACED if at in tables):
        rows = np.flatnonzero(theirs[table["pupil"]] & table.readable("pupil", "school"))
        found.append(pd.DataFrame({name: table[name][rows] for name in ("pupil", "school")}))
    if found:
        units = pd.concat(found).drop_duplicates()["pupil"].value_counts()
        several = np.isin(np.arange(len(persons)), units.index[units > 1])
        notes.rows("placeholder-shared", persons.file, persons.rows, several & (kind == PLACEHOLDER), "applicant")


def told_apart(enrolments: Enrolments, numbers: Sequence[str], key: bytes) -> tuple[Enrolments, int]:
    """Enrolments in which whoever has a placeholder is known by a pseudonym of number and school unit.

    Returns too how many rows of `identities` were left out, since the units do not tell whose they are.

    numbers : of the persons, in their order, without hyphen. A placeholder is the day of birth and TF10 or TF20, which
    is nobody's own: what stands under it at two units is of two persons. What a unit does not tell (homes, year 9,
    decisions) both have. Persons that are added come last, by the row they were and their school unit; the order of
    other rows says nothing. A new number is linked to the one of them at whose unit it goes on, if there is one alone.
    Without a key the pseudonyms are empty. Source: SCB's instructions for temporary numbers (domain: linkage problems).
    """
    e = enrolments
    kind = e.persons["number_kind"].to_numpy()
    rows = np.flatnonzero(kind == NUMBER_KINDS[PLACEHOLDER])
    if not len(rows):
        return e, 0
    pairs = _pairs(e, rows)
    units = pairs.drop_duplicates("pupil", keep="first")
    added = pairs[pairs.duplicated("pupil", keep="first")].reset_index(drop=True)
    place = dict(zip(_keys(units), units["pupil"].tolist(), strict=True))
    place |= {pair: len(kind) + row for row, pair in enumerate(_keys(added))}
    persons = pd.concat([e.persons, e.persons.iloc[added["pupil"]]], ignore_index=True)
    names = persons["applicant"].copy()
    if key:
        ids = e.schools["school_id"].tolist()
        told = [f"{numbers[pupil]}|{ids[school]}" for pupil, school in place]
        names.iloc[list(place.values())] = pseudonyms(told, key)
    linked, unlinked = _links(e, pairs, place)
    tables: dict[str, Any] = {name: _placed(getattr(e, name), rows, place) for name in _PLACED}
    tables |= {name: _copied(getattr(e, name), added["pupil"].to_numpy(np.int64), len(kind)) for name in _COPIED}
    tables["persons"] = persons.assign(applicant=names)
    tables["identities"] = linked
    shaped: dict[str, Any] = {name: enrolment_table(name, table) for name, table in tables.items()}
    return replace(e, **shaped), unlinked


def _pairs(e: Enrolments, rows: Rows) -> pd.DataFrame:
    """Which of `rows` stand at which schools (`pupil`, `school`), by person and school unit."""
    found = [getattr(e, name)[["pupil", "school"]] for name in _PLACED]
    pairs = pd.concat([table[np.isin(table["pupil"], rows)] for table in found]).drop_duplicates()
    units = e.schools["school_id"].to_numpy(object)[pairs["school"]]
    in_order: pd.DataFrame = pairs.iloc[np.lexsort((units.astype(str), pairs["pupil"]))].reset_index(drop=True)
    return in_order


def _keys(pairs: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(pairs["pupil"].tolist(), pairs["school"].tolist(), strict=True))


def _placed(table: pd.DataFrame, rows: Rows, place: dict[tuple[int, int], int]) -> pd.DataFrame:
    pupil = table["pupil"].to_numpy().copy()
    theirs = np.flatnonzero(np.isin(pupil, rows))
    pupil[theirs] = [place[pair] for pair in _keys(table.iloc[theirs])]
    return table.assign(pupil=pupil)


def _copied(table: pd.DataFrame, again: Rows, first: int) -> pd.DataFrame:
    """A table with its rows about persons who stand at several units once more for each further one.

    again : (a,), the row that each added person was. first : the row of the first that is added.
    """
    new = pd.DataFrame({"pupil": again, "_new": first + np.arange(len(again))})
    copies = new.merge(table[np.isin(table["pupil"], again)], on="pupil").drop(columns="pupil")
    return pd.concat([table, copies.rename(columns={"_new": "pupil"})], ignore_index=True)


def _links(e: Enrolments, pairs: pd.DataFrame, place: dict[tuple[int, int], int]) -> tuple[pd.DataFrame, int]:
    """New numbers, each of the one person that the units tell, and how many rows tell of none or several."""
    units = pairs.groupby("pupil")["school"].agg(list).to_dict()
    involved = e.identities[["pupil", "former"]].to_numpy(np.int64)
    of = e.spells[np.isin(e.spells["pupil"], involved)]
    goes = of.groupby("pupil")["school"].agg(set).to_dict()

    def one(row: int, other: int) -> int:
        own = units.get(row, [])
        if len(own) > 1:
            own = [school for school in own if school in goes.get(other, set())]
        return (place[row, own[0]] if len(own) == 1 else -1) if row in units else row

    whose = np.array([(one(a, b), one(b, a)) for a, b in involved.tolist()], np.int64).reshape(-1, 2)
    kept = np.flatnonzero((whose >= 0).all(axis=1))
    linked = e.identities.iloc[kept].assign(pupil=whose[kept, 0], former=whose[kept, 1]).reset_index(drop=True)
    return linked, len(whose) - len(kept)
