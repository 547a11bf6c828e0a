"""Writing a round of admission the way the office publishes it: one workbook, one sheet, a study path per row."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from gymreg_core.synthetic.applicants import COLUMNS
from gymreg_core.synthetic.panel import YearResult
from gymreg_core.synthetic.proportions import entries

MADE_UP_MARK = "gymreg made-up region"
_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_PROPERTIES = {
    "title": "Påhittad region / made-up region",
    "author": "gymreg",
    "category": MADE_UP_MARK,
    "created": _FIXED_DATE,
}
_HEADER = (
    *("Kommun", "Skola", "Organistionsform", "StudieVagKod", "Studievag", "Antagningsgrans", "Median"),
    *("AntalPlatser", "AntalAntagna", "AntalReserver", "AntalLedigaPlatser"),
)
_APPLICANTS = ("Sökande", "Sökande 1:a Beh", "Sökande 1:a OBeh", "Sökande Ovr Beh")


@dataclass(frozen=True)
class Sheet:
    """A round as the office lays it out: file name, sheet name, header words and the rows below them."""

    file: str
    name: str
    header: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def sheets_of(result: YearResult) -> tuple[Sheet, Sheet]:
    """The preliminary and the final round of a year, rows in the order of municipality, school, code and name."""
    preliminary = _rows(result, "preliminary")
    header = ("Ar", *_HEADER, *_APPLICANTS) if result.applicants is not None else ("År", *_HEADER)
    return (
        Sheet(f"preliminarantagningsresultat-{result.year}.xlsx", "Hela regionen", header, preliminary),
        Sheet(
            f"slutantagningsresultat-{result.year}.xlsx", "Samverkansområdet", ("År", *_HEADER), _rows(result, "final")
        ),
    )


def workbook(sheet: Sheet) -> bytes:
    """The xlsx file of a sheet; the same rows give the same bytes. Its category says that the region is made up."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties(_PROPERTIES)
    page = book.add_worksheet(sheet.name)
    for number, row in enumerate([sheet.header, *sheet.rows]):
        page.write_row(number, 0, row)
    page.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _rows(result: YearResult, round_: str) -> list[tuple[Any, ...]]:
    outcome = result.preliminary if round_ == "preliminary" else result.final
    year, paths = result.year, result.paths
    of_path = [entries()[i] for i in paths["entry"]]
    school = result.schools.iloc[paths["school"]]
    called = school["name"].where(school["renamed"].le(year) | school["former"].eq(""), school["former"])
    figures = [outcome.cutoff, outcome.median, outcome.seats, outcome.admitted, outcome.reserves, outcome.free]
    if round_ == "preliminary" and result.applicants is not None:
        figures += [result.applicants[c].to_numpy() for c in COLUMNS]
    rows = zip(
        [year] * len(of_path),
        school["municipality"].tolist(),
        called.tolist(),
        school["form"].tolist(),
        [e.code(year) for e in of_path],
        [", ".join(filter(None, (e.label(year), p))) for e, p in zip(of_path, paths["profile"], strict=True)],
        *(column.tolist() for column in figures),
        strict=True,
    )
    return sorted(rows, key=lambda row: (row[1], row[2], row[4], row[5]))
