"""Tables that a forecast of demand rests on, from workbooks and delimited text, with everything found in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.contracts.demand import DEMAND_TABLES, demand_table, empty_demand
from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding, Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.demand.layout import DemandHeader, demand_header, known_words, own_word
from gymreg_core.sources.demand.rows import Rows
from gymreg_core.sources.headers import recognise
from gymreg_core.sources.opening import DELIMITED, named_files, open_source
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.sheets import Sheet
from gymreg_core.vocabulary.finding_texts import finding

_TABLE_OF = {
    "population": "population",
    "choices": "choices",
    "year9": "year9",
    "year9_schools": "year9",
    "need": "need",
}
_COUNTED = ("pupils", "known", "eligible", "hidden_schools")


@dataclass(frozen=True, eq=False)
class DemandTables:
    """What files hold: a table for each of contracts/demand.py, empty where no file has it.

    `provenance` says already public where no table of choices is among them: those of register data are not.
    """

    tables: Mapping[str, pd.DataFrame]
    findings: Findings
    provenance: Provenance

    @property
    def population(self) -> pd.DataFrame:
        return self.tables["population"]

    @property
    def year9(self) -> pd.DataFrame:
        return self.tables["year9"]

    @property
    def choices(self) -> pd.DataFrame:
        return self.tables["choices"]

    @property
    def need(self) -> pd.DataFrame:
        return self.tables["need"]

    def __repr__(self) -> str:
        return f"DemandTables({', '.join(f'{name}: {len(table)} rows' for name, table in self.tables.items())})"


def read_demand(*paths: Path | str, strict: bool = True) -> DemandTables:
    """Read tables of population, of year 9 (Skolverket's leaving grades by school among them), of choices and of need.

    Which table a sheet holds is told by its header (sources/demand/words.yml), whatever the file is called.
    Errors: BadInput with all findings of all files where one of them is an error. With `strict=False` nothing is
    raised: what could be read is returned, with the errors among the findings.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in DEMAND_TABLES}
    found: list[Finding] = []
    inputs: list[InputFile] = []
    made_up = False
    for path in dict.fromkeys(map(Path, paths)):
        try:
            source = open_source(path, known_words)
        except BadInput as refused:
            found += refused.findings
            continue
        inputs.append(replace(InputFile.of(path), name=source.file))
        made_up = made_up or source.made_up
        filled = [(sheet, demand_header(sheet)) for sheet in source.sheets if sheet.rows]
        if not any(header for _, header in filled):
            found.append(finding("demand-columns-not-recognised" if filled else "sheet-empty", file=source.file))
            continue
        for sheet, header in filled:
            if header is None:
                found.append(finding("demand-sheet-not-read", file=source.file, sheet=sheet.name or None))
                continue
            table, about = _read(sheet, header, source.file)
            found += about
            if table is not None:
                parts[_TABLE_OF[header.kind]].append(table)
    tables = {name: _joined(name, frames, found) for name, frames in parts.items()}
    findings = Findings(tuple(found)).sorted()
    if strict and findings.has_errors:
        raise refuse_all(findings)
    public = not len(tables["choices"]) and not made_up
    return DemandTables(tables, findings, Provenance(tuple(inputs), already_public=public, made_up=made_up))


def is_demand_table(path: Path) -> bool:
    """Whether a file can be opened and has the whole header of such a table, and not that of a result file."""
    try:
        source = open_source(path, known_words)
    except BadInput:
        return False
    headers = [demand_header(sheet) for sheet in source.sheets if not recognise(sheet.rows)]
    return any(header is not None and not header.missing for header in headers)


def demand_files(paths: Iterable[Path]) -> list[Path]:
    """The tables of demand among files, and among the delimited text files of folders."""
    found = [(path, inside) for path, inside in named_files(paths)[0] if not inside or path.suffix.lower() in DELIMITED]
    return [path for path, _ in found if path.is_file() and is_demand_table(path)]


def all_among(path: Path, files: Collection[Path]) -> bool:
    """Whether a file, or every file that may be one of results in a folder, is among `files`, and there is one."""
    inside = [file for file, _ in named_files([path])[0]]
    return bool(inside) and all(file in files for file in inside)


def _read(sheet: Sheet, header: DemandHeader, file: str) -> tuple[pd.DataFrame | None, list[Finding]]:
    where: dict[str, Any] = {"file": file, "sheet": sheet.name or None, "rows": [header.row]}
    if header.missing:
        quoted = ", ".join(f"'{own_word(name)}'" for name in header.missing)
        return None, [finding("demand-columns-missing", **where, words=quoted)]
    if header.twice:
        return None, [finding("column-twice", **where, words=", ".join(f"'{word}'" for word in header.twice))]
    if header.kind == "year9_schools" and header.year is None and "year" not in header.columns:
        return None, [finding("demand-year-missing", **where)]
    rows = Rows(header, file, sheet.name)
    for row in sheet.rows:
        if row.number > header.row:
            rows.take(row)
    found = rows.findings()
    if not rows.records and not any(one.severity == "error" for one in found):
        found.append(finding("demand-empty", file=file, sheet=sheet.name or None))
    if not rows.records:
        return None, found
    return demand_table(_TABLE_OF[header.kind], pd.DataFrame(rows.records)).assign(_file=file), found


def _joined(name: str, frames: list[pd.DataFrame], found: list[Finding]) -> pd.DataFrame:
    """The sheets' rows as one table with a row for each key; a finding where two files have the same one."""
    if not frames:
        return empty_demand(name)
    whole = pd.concat(frames, ignore_index=True)
    keys = ["programme"] if name == "need" else [c.name for c in DEMAND_TABLES[name] if c.name not in _COUNTED]
    told = whole.groupby(keys)["_file"].nunique()
    if (told > 1).any():
        twice = whole.set_index(keys)["_file"][told > 1]
        found += [finding("demand-row-twice", file=str(file), count=len(rows)) for file, rows in twice.groupby(twice)]
    if name == "need":
        return demand_table(name, whole).reset_index(drop=True)
    counted = [column for column in _COUNTED if column in whole]
    return demand_table(name, whole.groupby(keys, as_index=False, sort=True)[counted].sum())
