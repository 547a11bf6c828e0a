"""Tables of pages and files: whether the manifest knows them and their columns, and what their cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from gymreg_core.disclosure.columns import lists
from gymreg_core.release.gate.content import Content
from gymreg_core.release.gate.identity import Nature, identities
from gymreg_core.release.gate.readers.page import HtmlTable
from gymreg_core.release.gate.readers.words import CsvTable
from gymreg_core.release.gate.spelling import plain

Known = Mapping[str, Mapping[str, Any]]
"""What the manifest tells of each table: heads, forms, and in persons the columns that count persons."""
_WHOLE = re.compile(r"\d{1,3}(?:[\u00a0 ,]\d{3})*|\d+")
_TYPESET = str.maketrans({"\u00a0": " ", "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"'})
_AMOUNTS = ("kronor", "thousands")
_NUMBERS = {
    "year",
    "count",
    "change",
    "points",
    "points_change",
    "percent",
    "percent_short",
    "percent_change",
    "ratio",
    "decimals",
    "p_value",
}


def refused_tables(content: Content, address: str, known: Known, smallest: int) -> Iterator[tuple[str, str]]:
    """(kind, place) of tables and columns that the manifest does not know, and of small counts of persons.

    address : of the page or the CSV below the folder. smallest : the smallest count of persons that is shown.
    """
    for table in content.tables:
        if isinstance(table, CsvTable):
            yield from _file(table, known.get(address), smallest)
            _hand_on(content, table, known.get(address))
        elif isinstance(table, HtmlTable):
            about = known.get(f"{address}#{table.id}") if table.id else None
            yield from _table(table, about, smallest)


def _table(table: HtmlTable, about: Mapping[str, Any] | None, smallest: int) -> Iterator[tuple[str, str]]:
    place = f"table {table.number}"
    yield from _heads(table.heads, table.rows, about, place)
    if about is None:
        return
    for number, row in enumerate(table.rows, 1):
        for column in about["persons"]:
            if column < len(row) and 0 < (_whole(row[column]) or 0) < smallest:
                yield "small-cell", f"{place}, row {number}, column {column + 1}"
        for column, form in enumerate(about["forms"][: len(row)]):
            if form not in _NUMBERS and not form.startswith(_AMOUNTS):
                for _ in identities(plain(row[column]), "text"):
                    yield "identity-number", f"{place}, row {number}, column {column + 1}"


def _file(table: CsvTable, about: Mapping[str, Any] | None, smallest: int) -> Iterator[tuple[str, str]]:
    yield from _heads(table.heads, table.rows, about, "")
    if about is None:
        return
    for line, row in zip(table.lines, table.rows, strict=True):
        for column in about["persons"]:
            if column < len(row) and 0 < (_whole(row[column]) or 0) < smallest:
                yield "small-cell", f"line {line}, column {column + 1}"


def _hand_on(content: Content, table: CsvTable, about: Mapping[str, Any] | None) -> None:
    """Hand the cells of a file on to be searched: those of a row as neighbours, amounts each by itself."""
    forms = list(about["forms"]) if about is not None else []
    for line, row in ((1, table.heads), *zip(table.lines, table.rows, strict=True)):
        for column, cell in enumerate(row):
            form = forms[column] if column < len(forms) and line > 1 else "text"
            nature: Nature = "amount" if form.startswith(_AMOUNTS) else "text"
            content.say(cell, f"line {line}, column {column + 1}", nature, "\t" if column else "\r")


def _heads(
    heads: Sequence[str], rows: Sequence[Sequence[str]], about: Mapping[str, Any] | None, place: str
) -> Iterator[tuple[str, str]]:
    sep = ", " if place else ""
    for column, head in enumerate(heads, 1):
        if _same(head).casefold() in _never():
            yield "column-never", f"{place}{sep}column {column}"
    if about is None:
        yield "table-not-listed", place
        return
    allowed = [_same(head) for head in about["heads"]]
    for column, head in enumerate(heads):
        if column >= len(allowed) or _same(head) != allowed[column]:
            yield "column-not-listed", f"{place}{sep}column {column + 1}"
    for number, row in enumerate(rows, 1):
        if len(row) > len(allowed):
            yield "column-not-listed", f"{place}{sep}row {number}"


@cache
def _never() -> frozenset[str]:
    return frozenset(str(name).casefold() for name in lists()["never"]["columns"])


def _same(head: str) -> str:
    """A head as it stands on a page or in the manifest: blanks and the signs that typesetting changes count alike."""
    return re.sub(r"\s+", " ", plain(head).translate(_TYPESET)).strip()


def _whole(cell: str) -> int | None:
    """A whole number without a sign, as a count is written; None for anything else."""
    told = plain(cell).strip()
    return int(re.sub(r"\D", "", told)) if _WHOLE.fullmatch(told) else None
