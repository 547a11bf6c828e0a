"""What is found in source files, for people and for programs; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gymreg_core.findings import Finding, Findings
from gymreg_core.sources.demand.reading import all_among, demand_files, read_demand
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.enrolments.reading import check_enrolments
from gymreg_core.sources.extract_kinds import extracts, kind_of
from gymreg_core.sources.formats.database import is_url
from gymreg_core.sources.price_lists.reading import check_price_list, is_price_list
from gymreg_core.sources.published import read_results
from gymreg_core.sources.register.folders import across, of_folder, split_paths
from gymreg_core.sources.register.layout import register_kind
from gymreg_core.sources.register.reading import check_register
from gymreg_core.vocabulary.finding_texts import finding_advice, finding_text
from gymreg_core.vocabulary.programmes import Language

COLUMNS = ("severity", "rule", "message", "advice", "count", "source_file", "sheet", "column", "rows")


def check_files(paths: Iterable[Path | str]) -> Findings:
    """Everything that is found in result files, price lists, tables of demand and extracts of persons, errors first.

    An extract is named by its folder or by the address of its database. Bad data is no exception.
    """
    given = list(paths)
    urls = [str(one) for one in given if is_url(one)]
    named = [Path(one) for one in given if not is_url(one)]
    folders, others = split_paths(named)
    price_lists = [path for path in others if path.is_file() and is_price_list(path)]
    demand = demand_files(path for path in others if path not in price_lists)
    results = [path for path in others if path not in price_lists and not all_among(path, demand)]
    enrolled = extracts(named, enrolment_kind())
    found, several = Findings(tuple(across(folders, enrolled))), len(folders) + len(enrolled) > 1
    for folder in folders:
        found += of_folder(check_register(folder), folder, several=several)
    for folder in enrolled:
        found += of_folder(check_enrolments(folder), folder, several=several)
    for url in urls:
        found += check_register(url) if kind_of(url) is register_kind() else check_enrolments(url)
    for path in price_lists:
        found += check_price_list(path).findings
    if demand:
        found += read_demand(*demand, strict=False).findings
    if results or not folders + enrolled + price_lists + demand + urls:
        found += read_results(*results, strict=False).findings
    return found.sorted()


def findings_table(findings: Iterable[Finding], language: Language = "en") -> pd.DataFrame:
    """One row per finding (columns COLUMNS), texts in `language`, in the order given; no cell value among them.

    `count`: rows or things it is about; `rows`: the first row numbers, written out; blanks are ''.
    """
    records = [
        (
            found.severity,
            found.rule,
            finding_text(found, language),
            finding_advice(found, language),
            found.count,
            found.file or "",
            found.sheet or "",
            found.column or "",
            ", ".join(map(str, found.rows[:5])) + (" …" if found.count > len(found.rows[:5]) and found.rows else ""),
        )
        for found in findings
    ]
    return pd.DataFrame.from_records(records, columns=list(COLUMNS)).astype({"count": "int64"})
