"""Which rows of stored tables are a person's, and the tables without them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import ENROLMENT_TABLES, references_of

NAME = "applicant"
Flags = NDArray[np.bool_]
Tables = dict[str, Any]
_OF_REGISTER = dict.fromkeys(("grades", "applications", "tests", "free_quota", "replies"), ("pupil",))
_OF_MATCH = dict.fromkeys(("seats", "reserves"), ("pupil",))
_OF_ENROLMENTS = {
    name: tuple(column for column, into in references_of(name).items() if into == "persons")
    for name in ENROLMENT_TABLES
}


def without_pupils(tables: Mapping[str, pd.DataFrame], gone: Collection[str]) -> tuple[Tables, dict[str, int]]:
    """The tables of a register less the rows of pupils with these pseudonyms, and how many rows went, by table."""
    return _without(tables, "pupils", tables["pupils"][NAME].isin(list(gone)).to_numpy(), _OF_REGISTER)


def without_persons(tables: Mapping[str, pd.DataFrame], gone: Collection[str]) -> tuple[Tables, dict[str, int]]:
    """As `without_pupils`, of enrolments."""
    return _without(tables, "persons", tables["persons"][NAME].isin(list(gone)).to_numpy(), _OF_ENROLMENTS)


def without_seats(tables: Mapping[str, pd.DataFrame], gone: Flags | None) -> tuple[Tables, dict[str, int]]:
    """The tables of a match less the rows of some pupils of its register; None: of all of them.

    gone : (p,), by row of the register's pupils as it was when it was matched.
    """
    if gone is not None:
        return _without(tables, "", gone, _OF_MATCH)
    emptied = {name: table.iloc[:0] if name in _OF_MATCH else table for name, table in tables.items()}
    return emptied, {name: len(tables[name]) for name in _OF_MATCH if name in tables and len(tables[name])}


def one_person(tables: Mapping[str, pd.DataFrame], names: Collection[str]) -> set[str]:
    """The pseudonyms of the same persons under every number that enrolments tell of, these among them."""
    every = tables["persons"][NAME].to_numpy(object)
    theirs, links = np.isin(every, list(names)), tables["identities"][["pupil", "former"]].to_numpy(np.int64)
    while True:
        more = links[theirs[links].any(axis=1)] if len(links) else links
        if theirs[more].all():
            return set(names) | set(every[theirs])
        theirs[more] = True


def _without(
    tables: Mapping[str, pd.DataFrame], people: str, gone: Flags, referring: Mapping[str, tuple[str, ...]]
) -> tuple[Tables, dict[str, int]]:
    place = np.cumsum(~gone) - 1
    left: Tables = {}
    for name, table in tables.items():
        columns = referring.get(name, ())
        out = gone if name == people else np.zeros(len(table), np.bool_)
        for column in columns:
            out = out | gone[table[column].to_numpy()]
        kept = table[~out].reset_index(drop=True)
        moved: dict[str, Any] = {column: place[kept[column]].astype(np.int32) for column in columns}
        left[name] = kept.assign(**moved)
    counts = {name: len(tables[name]) - len(left[name]) for name in tables}
    return left, {name: count for name, count in counts.items() if count}
