"""What follows from a row's own cells: the programme, what its cut-off says, what its points are made of."""

from __future__ import annotations

import pandas as pd

from gymreg_core.contracts.per_file import per_file
from gymreg_core.contracts.results import COUNTS, as_results
from gymreg_core.findings import Finding
from gymreg_core.sources.scales import scales
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of


def results_of(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """`table` with the columns and dtypes of the contract, and findings on cut-offs and medians that say nothing.

    `table`: the columns of `Extract.table` with known year, round and provider form, and `joint_intake_id`.
    A cut-off is kept where it turned someone down; a median where somebody was admitted.
    """
    codes = table["study_path_code"]
    programme = codes.map({code: programme_of(code) for code in codes.unique()})
    types = {code: entry.type for code, entry in programmes().items()}
    someone = table["admitted"].fillna(0).gt(0)
    cutoff, median = table["cutoff"].fillna(0).gt(0), table["median"].fillna(0).gt(0)
    kind = pd.Series("all_eligible_admitted", index=table.index, dtype="object")
    kind = kind.mask(cutoff, "competitive").mask(~someone, "none_admitted")
    findings = [
        *per_file("cutoff-without-admitted", table, ~someone & cutoff, "cutoff"),
        *per_file("median-without-admitted", table, ~someone & median, "median"),
        *per_file("cutoff-blank", table, someone & table["cutoff"].isna(), "cutoff"),
        *per_file("median-blank", table, someone & table["median"].isna() & _published(table, "median"), "median"),
    ]
    derived = table.assign(
        programme=programme,
        programme_type=programme.map(types).fillna("other"),
        cutoff=table["cutoff"].where(kind.eq("competitive")),
        median=table["median"].where(someone),
        cutoff_kind=kind,
        **{name: table[name].astype("Int64") for name in COUNTS},
    )
    results = as_results(derived.assign(scale=scales(derived)))
    for scale, rule in (("grades_and_test", "points-with-test"), ("other", "points-on-own-scale")):
        findings += per_file(rule, results, results["scale"].eq(scale), "cutoff")
    return results, findings


def _published(table: pd.DataFrame, column: str) -> pd.Series:
    """Whether a row's file has the column at all."""
    return table[column].notna().groupby(table["source_file"]).transform("any")
