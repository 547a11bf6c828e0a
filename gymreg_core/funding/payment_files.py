"""Payments as files: the same month gives the same bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from gymreg_core.funding.money import ORE
from gymreg_core.funding.payments import Payments
from gymreg_core.store.ledger import written_month
from gymreg_core.vocabulary.texts import Texts, texts

_KRONOR = ("price", "vat", "supplement", "amount", "corrections", "received_amount", "paid_amount", "net_amount")
_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_CODES = ("provider_form", "cause", "reason")
_MONTHS = ("concerns", "booked")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TABLES = ("payments", "basis", "supplement")
_IN_WORKBOOK = ("payments", "supplement")


def payment_files(found: Payments, *, made_up: bool, sha256: str) -> dict[str, bytes]:
    """The files of a booked month by name: payments, basis and supplement as CSV, payments and supplement as XLSX.

    CSV: UTF-8 with a byte-order mark, semicolons, kronor with a decimal comma. XLSX: a sheet for each table, and one
    that tells where it is from. made_up : whether the pupils are invented. sha256 : of the closing in the ledger.
    """
    month = written_month(found.booked)
    tables = {name: for_readers(getattr(found, name)) for name in _TABLES}
    files = {f"{file_word(name)}-{month}.csv": as_csv(table) for name, table in tables.items()}
    files[f"{file_word('payments')}-{month}.xlsx"] = as_workbook(
        {name: tables[name] for name in _IN_WORKBOOK}, month=month, closing=sha256, made_up=made_up
    )
    return files


def write_files(files: dict[str, bytes], folder: Path) -> list[Path]:
    """Write files to `folder`, which is made; files of those names are replaced, each at once.

    Errors: OSError where they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files.items():
        unfinished = folder / f".{name}.part"
        unfinished.write_bytes(content)
        written.append(unfinished.replace(folder / name))
    return written


def payment_words() -> Texts:
    """Words of payment files, among them those for causes."""
    return texts("gymreg_core.funding", "payment_texts.yml")


def file_word(name: str) -> str:
    """What a file is called."""
    return payment_words()(f"file.{name}", "sv")


def _heads(table: pd.DataFrame) -> list[str]:
    return [payment_words()(f"column.{name}", "sv") if _known(name) else _word("", str(name)) for name in table]


def _known(name: object) -> bool:
    """Whether a column has a word of its own; in a matrix a column is a receiver's, with amounts."""
    return f"column.{name}" in payment_words().entries


def _in_kronor(name: object) -> bool:
    return name in _KRONOR or not _known(name)


def for_readers(table: pd.DataFrame) -> pd.DataFrame:
    """The table with words for codes and months; a text that a spreadsheet would take for a formula begins with an
    apostrophe."""
    out = {}
    for when in (name for name in _MONTHS if name in table):
        months = [written_month(month) if month else "" for month in table[when].tolist()]
        table = table.assign(**{when: pd.Series(months, index=table.index, dtype="str")})
    for name, column in table.items():
        codes, known = pd.factorize(column) if column.dtype == "str" else (np.zeros(0, np.int64), ())
        words = [_word(str(name), text) for text in known]
        out[name] = pd.Series(np.array(words, dtype=object)[codes], dtype="str") if words else column
    return pd.DataFrame(out)


def _word(name: str, text: str) -> str:
    told = payment_words()(f"{name}.{text}", "sv") if name in _CODES and text else text
    return f"'{told}" if told.startswith(_FORMULA) else told


def as_csv(table: pd.DataFrame) -> bytes:
    """The CSV file of a table for readers."""
    columns = [_cells(str(name), column) for name, column in table.items()]
    lines = [";".join(map(_quoted, _heads(table))), *map(";".join, zip(*columns, strict=True)), ""]
    return (_BOM + "\r\n".join(lines)).encode()


def _cells(name: str, column: pd.Series) -> list[str]:
    if _in_kronor(name):
        return _written(column)
    codes, known = pd.factorize(column)
    return np.array([_quoted(str(text)) for text in known], dtype=object)[codes].tolist() if len(known) else []


def _quoted(text: str) -> str:
    """A cell of a CSV file; in quotation marks where it has to be."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(';"\r\n') else text


def _written(amounts: pd.Series) -> list[str]:
    """Öre as kronor: -7 -> '-0,07'."""
    whole, rest = np.divmod(np.abs(amounts.to_numpy(np.int64)), ORE)
    signs = np.where(amounts < 0, "-", "").tolist()
    return [f"{sign}{kronor},{ore:02d}" for sign, kronor, ore in zip(signs, whole.tolist(), rest.tolist(), strict=True)]


def as_workbook(sheets: dict[str, pd.DataFrame], *, month: str, closing: str, made_up: bool) -> bytes:
    """The XLSX file of tables for readers, a sheet each, and one that tells where they are from.

    month : what was booked when. closing : SHA-256 of the last closing. made_up : whether the pupils are invented.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"author": "gymreg", "created": _FIXED_DATE})
    money, head = book.add_format({"num_format": "#,##0.00"}), book.add_format({"bold": True})
    for name, table in sheets.items():
        page = book.add_worksheet(payment_words()(f"sheet.{name}", "sv"))
        page.write_row(0, 0, _heads(table), head)
        for at, (column, values) in enumerate(table.items()):
            if _in_kronor(column):
                page.set_column(at, at, 16, money)
                page.write_column(1, at, (values / ORE).tolist(), money)
            else:
                page.set_column(at, at, 24 if values.dtype == "str" else 12)
                page.write_column(1, at, values.tolist())
        page.freeze_panes(1, 0)
    page = book.add_worksheet(payment_words()("sheet.about", "sv"))
    pupils = payment_words()(f"made_up.{'yes' if made_up else 'no'}", "sv")
    about = {"month": month, "closing": closing, "made_up": pupils}
    for row, (key, told) in enumerate(about.items()):
        page.write_row(row, 0, (payment_words()(f"about.{key}", "sv"), told))
    book.close()
    return buffer.getvalue()
