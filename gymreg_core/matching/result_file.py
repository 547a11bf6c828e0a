"""Writing a round of admission the way the office publishes it: one workbook, one sheet, a study path per row."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from gymreg_core.contracts.result_checks import check_results
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.rules import rule
from gymreg_core.sources.headers import own_word
from gymreg_core.sources.providers import own_letter
from gymreg_core.sources.workbook import MADE_UP

COLUMNS = (
    *(
        "intake_year",
        "municipality",
        "school",
        "provider_form",
        "study_path_code",
        "study_path_name",
        "cutoff",
        "median",
    ),
    *("seats", "admitted", "reserves", "free_seats"),
)
"""Columns of the office's files, by the names of contracts/results.py, in the office's order."""
APPLICANTS = ("applicants", "first_choice_eligible", "first_choice_not_eligible", "other_choice_eligible")
FILE_NAMES = {
    "preliminary": "preliminarantagningsresultat-{year}.xlsx",
    "final": "slutantagningsresultat-{year}.xlsx",
}
_SHEETS = {"preliminary": "Hela regionen", "final": "Samverkansområdet"}
_ORDER = ["municipality", "school", "study_path_code", "study_path_name"]
_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same rows are to give the same bytes
_MADE_UP = {"title": "Påhittad region / made-up region", "category": MADE_UP}


@dataclass(frozen=True)
class ResultFile:
    """A workbook that is not written yet: the office's name for it, its bytes and their SHA-256."""

    name: str
    content: bytes
    sha256: str

    def write(self, folder: Path) -> Path:
        """Write it to `folder`, which is made; a file of that name is replaced. Errors: OSError where it cannot be."""
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{self.name}.part"
        unfinished.write_bytes(self.content)
        return unfinished.replace(folder / self.name)


def result_file(table: pd.DataFrame, *, made_up: bool) -> ResultFile:
    """The result file of one intake year and round.

    Parameters
    ----------
    table : results (contracts/results.py) of one year and round, a row per study path. Counts of applicants are written
        for the rounds of which the office counts them (rules/result_files.yml); where there is no cut-off it writes 0.
    made_up : whether the persons behind it are invented; the file then says so in its properties.

    The same rows give the same bytes. Errors: BadParameters for a round that the office does not publish; BadInput with
    all findings where the table breaks a rule that the reader of the file would refuse it for.
    """
    year, round_ = int(table["intake_year"].iloc[0]), str(table["round"].iloc[0])
    if round_ not in FILE_NAMES:
        raise not_published(round_)
    findings = check_results(table)
    if findings.has_errors:
        raise BadInput("no result file can be made of this round", where=f"{year} {round_}", findings=findings)
    counted = APPLICANTS if round_ in rule("result_files", "applicant_columns", year) else ()
    shown = table.sort_values(_ORDER, kind="stable")[[*COLUMNS, *counted]]
    shown = shown.assign(provider_form=[own_letter(form) for form in shown["provider_form"]])
    cells = shown.astype("object").fillna(0)
    rows = [tuple(own_word(str(name)) for name in cells), *cells.itertuples(index=False, name=None)]
    content = _workbook(_SHEETS[round_], rows, _MADE_UP if made_up else {})
    return ResultFile(FILE_NAMES[round_].format(year=year), content, hashlib.sha256(content).hexdigest())


def not_published(round_: str) -> BadParameters:
    """What to say where a result file is wanted of a round that has none."""
    return BadParameters(
        f"the office publishes no result file of the round {round_}",
        where="round",
        why=f"It publishes {' and '.join(FILE_NAMES)}.",
        remedy="Leave out --out; the result is in the workspace.",
    )


def _workbook(sheet: str, rows: list[tuple[object, ...]], properties: dict[str, str]) -> bytes:
    import xlsxwriter  # type: ignore[import-untyped]

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"author": "gymreg", "created": _FIXED_DATE, **properties})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    page.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
