"""A study path keeps its identity over years: through renamed schools, new codes and names that were rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from gymreg_core.contracts.rounds import ROUNDS
from gymreg_core.sources.link_intake import Path, Register
from gymreg_core.sources.profiles import profiles

EVIDENCE = ("exact", "renamed_school", "gy25_code", "name_match", "new")
COLUMNS = ("source_file", "source_row", "intake_year", "round", "study_path_id", "evidence")


@dataclass(frozen=True, eq=False)
class Links:
    """`table`: COLUMNS, one row per row of the results and in their order.

    Rows with the same `study_path_id` are one study path; `evidence` tells how a row was connected with an earlier
    intake: exact (municipality, school, code and name are the same), renamed_school (code and name are), gy25_code
    (the code changed with Gy25), name_match (code or name changed and the rest agrees), new (with nothing earlier).
    """

    table: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """Rows and their share per evidence, over all intakes but the first, which has nothing to connect with."""
        return _shares(_later(self.table), [])

    def by_intake(self) -> pd.DataFrame:
        """As `summary`, per intake year and round."""
        return _shares(_later(self.table), ["intake_year", "round"])


def link_study_paths(table: pd.DataFrame) -> Links:
    """Connect the rows of a results table over all its years and rounds, in the order of time.

    `table`: the columns of contracts/results.py, one row per study path in an intake. It depends on the rows alone and
    not on their order, and no two rows of an intake get the same id. Of several rows that fit, the likest name counts,
    then the nearest number of seats, then the order of municipality, school, code and name. An id holds for one
    reading: numbers follow the order in which study paths first appear.
    """
    ids = [""] * len(table)
    evidence = [""] * len(table)
    register = Register()
    for order, (year, paths) in enumerate(_intakes(table)):
        for link in register.link(paths, order, year):
            ids[link.path.position] = f"S{link.track.number:05d}"
            evidence[link.path.position] = link.evidence
    links = table[["source_file", "source_row", "intake_year", "round"]].reset_index(drop=True)
    links["study_path_id"] = pd.Series(ids, dtype="str")
    links["evidence"] = pd.Series(evidence, dtype="str")
    return Links(links)


def _intakes(table: pd.DataFrame) -> Iterator[tuple[int, list[Path]]]:
    """Intake year and rows of every intake, in the order of time."""
    columns = ["municipality", "school", "study_path_code", "study_path_name", "seats"]
    rows = table.reset_index(drop=True)
    for _, intake in rows.groupby(_order(rows), sort=True):
        said = profiles(zip(intake["study_path_code"], intake["study_path_name"], strict=True))
        yield (
            int(intake["intake_year"].iloc[0]),
            [
                Path(
                    position, (municipality, school), code, name, 0 if pd.isna(seats) else int(seats), said[code, name]
                )
                for position, municipality, school, code, name, seats in intake[columns].itertuples(name=None)
            ],
        )


def _order(table: pd.DataFrame) -> pd.Series:
    rounds = table["round"].map(ROUNDS.index).astype("int64")
    return table["intake_year"].astype("int64") * len(ROUNDS) + rounds


def _later(table: pd.DataFrame) -> pd.DataFrame:
    order = _order(table)
    later: pd.DataFrame = table[order > order.min()]
    return later


def _shares(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Rows and shares per evidence within each group of `by`; every kind of evidence has a row, if only of 0."""
    keys = [*by, "evidence"]
    intakes = table[by].drop_duplicates() if by else pd.DataFrame(index=[0])
    every = intakes.merge(pd.DataFrame({"evidence": EVIDENCE}), how="cross")
    counted = table.groupby(keys).size().rename("rows").reset_index()
    shares = every.merge(counted, on=keys, how="left").fillna({"rows": 0}).astype({"rows": "int64"})
    whole = shares.groupby(by, sort=False)["rows"].transform("sum") if by else shares["rows"].sum()
    return shares.assign(share=shares["rows"] / whole)
