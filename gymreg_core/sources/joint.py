"""Joint intakes: one admission to several orientations, which some years write on a row of its own each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gymreg_core.contracts.per_file import per_file
from gymreg_core.findings import Finding
from gymreg_core.sources.rows import NUMBERS

INTAKE = ["intake_year", "round"]
PLACE = [*INTAKE, "municipality", "school"]
COLUMNS = ("joint_intake_id", "intake_year", "round", "study_path_code", "source_file", "source_row")


@dataclass(frozen=True)
class Folded:
    """`table`: one row per admission, with `joint_intake_id` where it covers several orientations; `members`: the
    rows that were folded into it (columns COLUMNS), without an id where no row of the whole was found."""

    table: pd.DataFrame
    members: pd.DataFrame
    findings: tuple[Finding, ...]


def no_members() -> pd.DataFrame:
    """The table of folded rows where there are none."""
    dtypes = {"intake_year": "int64", "source_row": "int64"}
    return pd.DataFrame({name: pd.Series(dtype=dtypes.get(name, "str")) for name in COLUMNS})


def fold_joint_intakes(table: pd.DataFrame) -> Folded:
    """Fold the rows of a joint intake into the row of the whole, which has the shortest code.

    In 2020 the office repeated the same figures on every orientation: rows of one school with one name and the same
    figures, whose codes extend the shortest one. Rows without seats are not folded, since equal zeros say nothing.
    In 2021 it wrote P in all number columns of an orientation: the whole is the school's row whose code it extends.
    """
    parts = table.index[table["is_part"]]
    parents = {**_repeats(table[~table["is_part"]]), **_parts(table)}
    whole = {index: parent for index, parent in parents.items() if parent is not None}
    ids = _identities(table, sorted(set(whole.values())))
    folded = sorted(parents)
    id_of = pd.Series({index: ids[parent] for index, parent in whole.items()}, dtype="str")
    members = table.loc[folded].assign(joint_intake_id=id_of.reindex(folded))
    kept = table.drop(index=folded)
    kept["joint_intake_id"] = pd.Series(ids, dtype="str").reindex(kept.index)
    of_rule = {
        "joint-intake-repeated": set(whole) - set(parts),
        "joint-intake-parts": set(whole) & set(parts),
        "joint-part-without-whole": set(parents) - set(whole),
    }
    findings = [
        found
        for rule, rows in of_rule.items()
        for found in per_file(rule, table, pd.Series(table.index.isin(rows), index=table.index))
    ]
    return Folded(
        kept.drop(columns="is_part").reset_index(drop=True),
        members[list(COLUMNS)].astype({"joint_intake_id": "str"}).reset_index(drop=True),
        tuple(findings),
    )


def _repeats(table: pd.DataFrame) -> dict[int, int | None]:
    """Row -> row of the whole, for rows that repeat its figures."""
    same = [*PLACE, "study_path_name", *NUMBERS]
    candidates = table[table["seats"].gt(0).fillna(False) & table.duplicated(same, keep=False)]
    found: dict[int, int | None] = {}
    for _, group in candidates.groupby(same, sort=False, dropna=False):
        codes = list(zip(group.index.tolist(), group["study_path_code"].tolist(), strict=True))
        whole, shortest = min(codes, key=lambda entry: (len(entry[1]), entry[0]))
        found |= {index: whole for index, code in codes if code != shortest and code.startswith(shortest)}
    return found


def _parts(table: pd.DataFrame) -> dict[int, int | None]:
    """Row -> row of the whole, for rows marked as parts; None where the school has no such row."""
    columns = [*PLACE, "study_path_code", "study_path_name"]
    wholes: dict[tuple[object, ...], list[tuple[str, str, int]]] = {}
    for index, *place, code, name in table.loc[~table["is_part"], columns].itertuples(name=None):
        wholes.setdefault(tuple(place), []).append((code, name, index))
    found: dict[int, int | None] = {}
    for index, *place, code, name in table.loc[table["is_part"], columns].itertuples(name=None):
        fitting = [
            (other_name != name, -len(other), other_index)
            for other, other_name, other_index in wholes.get(tuple(place), [])
            if code.startswith(other) and code != other
        ]
        found[index] = min(fitting)[2] if fitting else None
    return found


def _identities(table: pd.DataFrame, wholes: list[int]) -> dict[int, str]:
    ids: dict[int, str] = {}
    for (year, round_), group in table.loc[wholes].groupby(INTAKE, sort=True):
        ids |= {index: f"{year}-{round_}-{n:04d}" for n, index in enumerate(group.index, start=1)}
    return ids
