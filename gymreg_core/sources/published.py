"""What the admission office publishes, as one tidy table for any intake year and round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from gymreg_core.contracts.result_checks import check_results
from gymreg_core.contracts.results import empty_results
from gymreg_core.contracts.rounds import ROUNDS
from gymreg_core.findings import Finding, Findings
from gymreg_core.provenance import Provenance
from gymreg_core.sources.demand.reading import demand_files
from gymreg_core.sources.derive import results_of
from gymreg_core.sources.joint import fold_joint_intakes, no_members
from gymreg_core.sources.one_file import FileTable, in_words, read_file
from gymreg_core.sources.opening import DELIMITED, named_files
from gymreg_core.sources.providers import provider_forms
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.results import Results
from gymreg_core.vocabulary.finding_texts import finding

# What the reader has said already where the contract then finds a value missing or a row repeated.
_SAID_BEFORE = {
    "value-missing": (
        "figure-missing",
        "text-in-number-column",
        "formula-error",
        "negative-number",
        "decimals-in-count",
        "implausible-number",
    ),
    "row-repeated": ("intake-repeated",),
}

__all__ = ["Results", "read_results"]


def read_results(*paths: Path | str, strict: bool = True) -> Results:
    """Read result files of the admission office, in any mixture of years and rounds, into one table.

    `paths`: files (.xlsx, .xlsm, .csv) or folders of them, whose tables of demand are left to `read_demand`; a file that
    is named twice is read once.
    Returns `Results`, whose findings tell every decision: where a year was taken from, which sheets and rows were left
    out, what was joined or folded, and which rules of the contract rows break.
    Errors: BadInput with all findings of all files where one of them is an error. With `strict=False` nothing is
    raised: what could be read is returned, with the errors among the findings.
    """
    named, amiss = named_files(map(Path, paths))
    demand = demand_files(path for path, in_folder in named if in_folder and path.suffix.lower() in DELIMITED)
    files = [read_file(path, in_folder=in_folder) for path, in_folder in named if path not in demand]
    told = Findings((*amiss, *(found for file in files for found in file.findings)))
    used = [file for file in files if len(file.table)]
    results = _assemble(used, told + _across(used, told))
    if strict and results.findings.has_errors:
        raise refuse_all(results.findings)
    return results


def _across(files: Sequence[FileTable], told: Findings) -> list[Finding]:
    """What only shows when all files are seen together."""
    found: list[Finding] = []
    seen: dict[tuple[int, str], str] = {}
    for file in files:
        name = str(file.table["source_file"].iloc[0])
        intakes = file.table[["intake_year", "round"]].dropna().drop_duplicates()
        for year, round_ in sorted(intakes.itertuples(index=False, name=None)):
            if (year, round_) in seen:
                found.append(finding("intake-repeated", file=name, other=seen[year, round_], year=str(year)))
            seen.setdefault((year, round_), name)
    if len({file.made_up for file in files}) > 1:
        made_up = next(file for file in files if file.made_up)
        found.append(finding("made-up-among-real", file=str(made_up.table["source_file"].iloc[0])))
    if not files and not told.has_errors:
        found.append(finding("nothing-to-read"))
    return found


def _assemble(files: Sequence[FileTable], told: Findings) -> Results:
    inputs = sorted((file.input for file in files if file.input), key=lambda one: (one.name, one.sha256))
    provenance = Provenance(tuple(inputs), already_public=True, made_up=any(file.made_up for file in files))
    known = _in_order(files)
    if not len(known):
        return Results(empty_results(), told.sorted(), no_members(), provenance)
    folded = fold_joint_intakes(known)
    forms, about_forms = provider_forms(folded.table)
    table, about_points = results_of(folded.table.assign(provider_form=forms))
    decided = told + _worded((*folded.findings, *about_forms, *about_points), files)
    broken = _worded((found for found in check_results(table) if not _explained(found, decided)), files)
    return Results(table, (decided + broken).sorted(), folded.members, provenance)


def _in_order(files: Sequence[FileTable]) -> pd.DataFrame:
    """The rows of all files whose year and round are known: by year, round and file, then as they stand there."""
    tables = [file.table.dropna(subset=["intake_year", "round"]) for file in files]
    tables = [table for table in tables if len(table)]
    if not tables:
        return pd.DataFrame()
    known = pd.concat(tables, ignore_index=True).astype({"intake_year": "int64", "round": "str"})
    known["order"] = known["round"].map(ROUNDS.index)
    ordered = known.sort_values(["intake_year", "order", "source_file"], kind="stable", ignore_index=True)
    return ordered.drop(columns="order")


def _worded(findings: Iterable[Finding], files: Sequence[FileTable]) -> list[Finding]:
    """The findings as the reader of the file would look for them: its own header words, and the sheet they are on."""
    by_name = {str(file.table["source_file"].iloc[0]): file for file in files}
    worded: list[Finding] = []
    for found in findings:
        file = by_name.get(found.file or "", FileTable(()))
        worded += in_words((replace(found, sheet=found.sheet or file.sheet),), file.words)
    return worded


def _explained(found: Finding, decided: Findings) -> bool:
    """Whether a rule of the contract only repeats what is known already: one reason is said once."""
    reasons = _SAID_BEFORE.get(found.rule, ())
    return any(other.rule in reasons for other in decided)
