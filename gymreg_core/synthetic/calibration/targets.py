"""What the made-up region is fitted to: the office's final admission of the base year, and Skolverket's year-9 file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.sources.published import read_results
from gymreg_core.synthetic.shape import value
from gymreg_core.vocabulary.programmes import municipalities

_HEADER_LINES = 5
_PUPILS, _ELIGIBLE, _MERIT = (
    "Antal elever",
    "Andel (%) elever behöriga till yrkesprog.",
    "Genomsnittligt meritvärde (17 ämnen)",
)
_NEARLY_ALL = 98.5
"""Per cent that stands in for Skolverket's ~100: one to four pupils of a school are not eligible."""


def study_path_targets(data: Path) -> pd.DataFrame:
    """The rows of the base year's final admission, by municipality, school, code and name.

    Columns of contracts/results.py. Errors: BadInput where the files hold no such round.
    """
    table = read_results(data / "storsthlm").table
    year = value("base_year")
    rows = table[table["intake_year"].eq(year) & table["round"].eq("final")]
    if not len(rows):
        raise BadInput(f"no final admission of {year}", where=str(data / "storsthlm"))
    keys = ["municipality", "school", "study_path_code", "study_path_name", "source_row"]
    return rows.sort_values(keys, kind="stable", ignore_index=True)


def year9_targets(data: Path) -> pd.DataFrame:
    """Per municipality: pupils, mean merit value (17 subjects, points), share eligible for a vocational programme.

    Weighted over the schools that show the figure; ~100 counts as 98.5 per cent. Index: municipality.
    Errors: BadInput where there is no such file.
    """
    files = sorted((data / "skolverket").glob("slutbetyg-ak9-*.csv"))
    if not files:
        raise BadInput("no year-9 file of Skolverket", where=str(data / "skolverket"))
    raw = pd.read_csv(files[-1], sep=";", skiprows=_HEADER_LINES, dtype=str, encoding="utf-8-sig")
    raw = raw[raw["Skolkommun"].isin(municipalities())]
    pupils = _numbers(raw[_PUPILS])
    shares = _numbers(raw[_ELIGIBLE].replace("~100", str(_NEARLY_ALL)))
    frame = pd.DataFrame({"municipality": raw["Skolkommun"], "pupils": pupils, "eligible": shares / 100})
    frame["merit"] = _numbers(raw[_MERIT])
    frame = frame[frame["pupils"].notna()]
    out = frame.groupby("municipality")[["pupils"]].sum()
    for name in ("merit", "eligible"):
        known = frame[frame[name].notna()]
        weighted = (known[name] * known["pupils"]).groupby(known["municipality"]).sum()
        out[name] = weighted / known.groupby("municipality")["pupils"].sum()
    return out


def _numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column.str.replace(",", "."), errors="coerce").astype(np.float64)
