"""The contract of the results table: a study path at a school, one intake year and round per row."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gymreg_core.contracts.rounds import ROUNDS

PROVIDER_FORMS = ("municipal", "independent", "region", "unknown")
CUTOFF_KINDS = ("competitive", "all_eligible_admitted", "none_admitted")
SCALES = ("grades", "grades_and_test", "other")
COUNTS = (
    "seats",
    "admitted",
    "reserves",
    "free_seats",
    "applicants",
    "first_choice_eligible",
    "first_choice_not_eligible",
    "other_choice_eligible",
)


@dataclass(frozen=True)
class Column:
    """A column of a contract: pandas dtype, allowed values, unit and meaning."""

    name: str
    dtype: str
    meaning: str
    unit: str = ""
    values: tuple[str, ...] = ()
    nullable: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("intake_year", "int64", "calendar year of the autumn start", "year"),
    Column("round", "str", "admission round", values=ROUNDS),
    Column("municipality", "str", "municipality of the school, not of the pupils"),
    Column("school", "str", "name of the school as published, inner and outer spaces folded"),
    Column("provider_form", "str", "who runs the school", values=PROVIDER_FORMS),
    Column("study_path_code", "str", "code as published; 'NA' is the natural science programme"),
    Column("study_path_name", "str", "name as published, inner and outer spaces folded"),
    Column("programme", "str", "programme code, see vocabulary/programmes.yml"),
    Column("programme_type", "str", "preparatory | vocational | introductory | other"),
    Column("cutoff", "Float64", "merit value of the last admitted; NA unless competitive", "points", nullable=True),
    Column("cutoff_kind", "str", "what the published cut-off says", values=CUTOFF_KINDS),
    Column("median", "Float64", "median merit value of the admitted; NA where nobody was", "points", nullable=True),
    Column("seats", "Int64", "offered seats", "seats"),
    Column("admitted", "Int64", "admitted applicants", "persons"),
    Column("reserves", "Int64", "reserve entries; a person may hold several", "entries"),
    Column("free_seats", "Int64", "free seats as published; need not be seats - admitted", "seats"),
    Column("applicants", "Int64", "all applicants with the path on their list", "persons", nullable=True),
    Column("first_choice_eligible", "Int64", "eligible first-choice applicants", "persons", nullable=True),
    Column("first_choice_not_eligible", "Int64", "first-choice applicants not eligible", "persons", nullable=True),
    Column("other_choice_eligible", "Int64", "eligible applicants on a lower choice", "persons", nullable=True),
    Column("joint_intake_id", "str", "id of a joint intake of several orientations, else NA", nullable=True),
    Column("scale", "str", "what the points are made of", values=SCALES),
    Column("source_file", "str", "file the row was read from"),
    Column("source_row", "int64", "spreadsheet row, first row of the sheet = 1"),
)
COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)


def empty_results() -> pd.DataFrame:
    """A results table with no rows and the contract's columns and dtypes."""
    return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in COLUMNS})


def as_results(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with exactly the contract's columns, in order and with its dtypes; absent ones become NA."""
    absent = pd.Series(pd.NA, index=frame.index, dtype="object")
    whole = pd.DataFrame({c.name: frame.get(c.name, absent) for c in COLUMNS})
    return whole.astype({c.name: c.dtype for c in COLUMNS}).reset_index(drop=True)
