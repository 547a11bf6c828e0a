"""One recognised sheet as a table: study paths with year and round, text cleaned, numbers as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.findings import Finding
from gymreg_core.sources.cells import words
from gymreg_core.sources.figures import number_columns
from gymreg_core.sources.headers import Header
from gymreg_core.sources.rows import IDENTITY, NUMBERS, study_path_lines
from gymreg_core.sources.sheets import Sheet
from gymreg_core.sources.told import ROUND, YEAR, told
from gymreg_core.vocabulary.finding_texts import finding

KEY = ("intake_year", "round", *IDENTITY)


@dataclass(frozen=True)
class Extract:
    """The study paths of a sheet.

    `table`: intake_year, round, municipality, school, study_path_code, study_path_name, provider_form (as written, ''
    where blank or absent), the number columns (None where there is none), is_part, source_file and source_row.
    Rows whose year or round nobody tells hold None there, and an error is among the findings.
    """

    file: str
    sheet: str
    table: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def keys(self) -> frozenset[tuple[Any, ...]]:
        return frozenset(self.table[list(KEY)].itertuples(index=False, name=None))


def extract(sheet: Sheet, header: Header, file: str) -> Extract:
    """Read the sheet below its header; nothing is left out without a finding."""
    found = study_path_lines(sheet, header, file)
    numbers, number_findings = number_columns(found.lines, header, file, sheet.name)
    years, year_findings = told(YEAR, found.lines, sheet, header, file)
    rounds, round_findings = told(ROUND, found.lines, sheet, header, file)
    texts = {m: [words(line.cells.get(m)) for line in found.lines] for m in (*IDENTITY, "provider_form")}
    blank = [None] * len(found.lines)
    table = pd.DataFrame(
        {
            "intake_year": pd.Series(years, dtype="object"),
            "round": pd.Series(rounds, dtype="object"),
            **{name: pd.Series(values, dtype="str") for name, values in texts.items()},
            **{name: pd.Series(numbers.get(name, blank), dtype="Float64") for name in NUMBERS},
            "is_part": pd.Series([line.is_part for line in found.lines], dtype="bool"),
            "source_file": pd.Series([file] * len(blank), dtype="str"),
            "source_row": pd.Series([line.number for line in found.lines], dtype="int64"),
        }
    )
    decided = [*found.findings, *number_findings, *year_findings, *round_findings, *_about_columns(header, sheet, file)]
    return Extract(file, sheet.name, table, tuple(decided))


def _about_columns(header: Header, sheet: Sheet, file: str) -> list[Finding]:
    name, unknown = sheet.name or None, header.unknown
    found = []
    if unknown:
        words_ = ", ".join(f"'{word}'" for word in unknown)
        found.append(finding("unknown-column", file=file, sheet=name, count=len(unknown), words=words_))
    if "median" not in header.columns:
        found.append(finding("median-missing", file=file, sheet=name))
    return found
