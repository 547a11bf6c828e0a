"""Price lists from workbooks and delimited text, with everything that is found in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gymreg_core.contracts.price_lists import PRICES, REGION, PriceList, price_table
from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding, Findings
from gymreg_core.provenance import InputFile
from gymreg_core.sources.cells import words
from gymreg_core.sources.headers import recognise
from gymreg_core.sources.opening import open_source
from gymreg_core.sources.price_lists.cells import years_of_study
from gymreg_core.sources.price_lists.layout import PriceHeader, known_words, price_header, years_in
from gymreg_core.sources.price_lists.owner import owner_in
from gymreg_core.sources.price_lists.rows import PriceRow, Prices
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.sheets import Sheet, Source
from gymreg_core.vocabulary.finding_texts import finding


@dataclass(frozen=True, eq=False)
class PriceListReading:
    """What a file holds. `prices`: None where an error makes it unusable; `input`: None where it did not open."""

    prices: PriceList | None
    findings: Findings
    input: InputFile | None = None


def read_price_list(path: Path, owner: str | None = None) -> PriceList:
    """The price list in a workbook (.xlsx, .xlsm) or delimited text file, for `Tariff.with_list`.

    owner : the municipality whose own list it is, or REGION; without it the titles or the file's name say so, and where
    they do not it counts as the region's. Errors: BadInput with every finding.
    """
    reading = check_price_list(path, owner)
    if reading.prices is None:
        raise refuse_all(reading.findings)
    return reading.prices


def check_price_list(path: Path, owner: str | None = None) -> PriceListReading:
    """As `read_price_list`, but whatever is wrong with the file is among the findings; nothing is raised."""
    try:
        source = open_source(path, known_words)
    except BadInput as refused:
        return PriceListReading(None, refused.findings)
    file, prices = source.file, Prices()
    filled = [(sheet, price_header(sheet)) for sheet in source.sheets if sheet.rows]
    tables = [(sheet, header) for sheet, header in filled if header]
    found = [fault for sheet, header in tables for fault in _read(sheet, header, file, prices)]
    if tables:
        found += [
            finding("price-sheet-not-read", file=file, sheet=sheet.name) for sheet, header in filled if not header
        ]
    else:
        found.append(finding("price-header-missing" if filled else "sheet-empty", file=file))
    found += prices.findings(file)
    if tables and not prices.records and not any(one.severity == "error" for one in found):
        found.append(finding("price-list-empty", file=file))
    if owner is None:
        owner = owner_in([text for sheet, header in tables for text in (*header.titles, sheet.name)], file)
    if owner is None and prices.records:
        found.append(finding("price-list-owner-assumed", file=file))
    findings = Findings(tuple(found)).sorted()
    listed = None if findings.has_errors else PriceList(owner or REGION, file, _table(prices))
    return PriceListReading(listed, findings, replace(InputFile.of(path), name=file))


def is_price_list(path: Path) -> bool:
    """Whether a file can be opened and has the header of a price list, and not that of a result file."""
    try:
        source: Source = open_source(path, known_words)
    except BadInput:
        return False
    return any(price_header(sheet) and not recognise(sheet.rows) for sheet in source.sheets)


def _table(prices: Prices) -> Any:
    return price_table({column.name: [record[column.name] for record in prices.records] for column in PRICES})


def _read(sheet: Sheet, header: PriceHeader, file: str, prices: Prices) -> list[Finding]:
    """Take the rows of a sheet into `prices`; what is found in its header alone."""
    header = _meant(header, sheet)
    if header.twice:
        quoted = ", ".join(f"'{word}'" for word in header.twice)
        return [finding("column-twice", file=file, sheet=sheet.name or None, rows=[header.row], words=quoted)]
    default = _one(header.years) or _one(years_in(sheet.name)) or _one(years_in(file))
    undated = next((column.word for column in header.amounts if column.year is None), None)
    if undated and default is None and "price_year" not in header.columns:
        where: dict[str, Any] = {"sheet": sheet.name or None, "rows": [header.row], "column": undated}
        return [finding("price-year-missing", file=file, **where)]
    for row in sheet.rows:
        if row.number > header.row:
            PriceRow(row, sheet.name, header, default).into(prices)
    return []


def _meant(header: PriceHeader, sheet: Sheet) -> PriceHeader:
    """The header with 'År' read as the year of study where no cell below it is a price year, but some are 1-4."""
    index = header.columns.get("price_year")
    if index is None or "year_of_study" in header.columns:
        return header
    below = [words(row.cells[index]) for row in sheet.rows if row.number > header.row and index < len(row.cells)]
    if any(years_in(text) for text in below) or not any(years_of_study(text) not in ((0,), None) for text in below):
        return header

    def renamed(by_meaning: dict[str, Any]) -> dict[str, Any]:
        return {"year_of_study" if name == "price_year" else name: value for name, value in by_meaning.items()}

    return replace(header, columns=renamed(header.columns), words=renamed(header.words))


def _one(years: list[int] | tuple[int, ...]) -> int | None:
    return years[0] if len(set(years)) == 1 else None
