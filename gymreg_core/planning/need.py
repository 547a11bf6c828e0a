"""What working life needs, programme by programme: a table that others made, with its source."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.planning.table_file import programme_fault, read_lines, refused

_HEADERS = {
    "programme": ("programme", "program"),
    "need": ("need", "behov"),
    "source": ("source", "källa"),
    "year": ("year", "år"),
}
COLUMNS = ("programme", "need", "source", "year")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def read_need(path: Path) -> pd.DataFrame:
    """The need of the labour market from a CSV file: programme (code), need, source, and year where it is told.

    need : a number, higher = needed more, on whatever scale the source has; all rows on the same. source : who says so,
    for every row. year : what year it is about.
    Returns COLUMNS, a row per programme, in the order of the file; year Int64.
    Errors: BadInput with every row whose programme is not known or stands twice, that has no number, or no source.
    """
    lines = read_lines(path, _HEADERS, ("programme", "need", "source"))
    faults, seen = [], set()
    for line in lines:
        code = line.text("programme")
        if told := programme_fault(line):
            faults.append(told)
        elif code in seen:
            faults.append(f"line {line.number}: the programme {code} stands in an earlier line too")
        seen.add(code)
        if not math.isfinite(line.figure("need").value or 0) or line.figure("need").kind != "number":
            faults.append(f"line {line.number}: there is no number under 'need'")
        if not line.text("source"):
            faults.append(f"line {line.number}: there is no source")
        year = line.figure("year")
        if year.kind != "blank" and year.value not in range(_FIRST_YEAR, _LAST_YEAR):
            faults.append(f"line {line.number}: there is no year under 'year'")
    if faults:
        raise refused(path, faults)
    return pd.DataFrame(
        {
            "programme": [line.text("programme") for line in lines],
            "need": [line.figure("need").value for line in lines],
            "source": [line.text("source") for line in lines],
            "year": pd.array([line.figure("year").value for line in lines], dtype="Int64"),
        }
    ).astype({"need": "float64"})


def is_need(path: Path) -> bool:
    """Whether a file has the header of such a table and something below it."""
    try:
        read_lines(path, _HEADERS, ("programme", "need", "source"))
    except BadInput:
        return False
    return True
