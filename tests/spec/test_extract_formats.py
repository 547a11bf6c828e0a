"""What an extract may be written in, and what is said where one cannot be used: which file, sheet, row and column."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sql
import xlsxwriter

from gymreg_core.errors import BadInput
from gymreg_core.sources.check import check_files
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from gymreg_core.sources.extract_kinds import kind_of, names_in
from gymreg_core.sources.formats import database, delimited_text, parquet_files, workbooks
from gymreg_core.sources.formats.typed import as_text
from gymreg_core.sources.register.cells import shape_of
from gymreg_core.store.enrolments import ingest_enrolments, stored_enrolments
from gymreg_core.store.ingest import ingest_all
from tests.enrolments import small_enrolments, tiny_enrolments, write_small
from tests.extracts import cell, content, lines_of, put_lines, rows, write_extract
from tests.formats import as_parquet, as_sqlite, as_workbook, canonical, cells_of, into_database
from tests.registers import small_register

SPELLS = "inskrivningar.csv"
Found = tuple[str, str | None, str | None, str | None, tuple[int, ...]]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    write_small(tmp_path / "text", small_enrolments(12))
    return tmp_path / "text"


def found_in(data: Path | str) -> list[Found]:
    return [(f.rule, f.file, f.sheet, f.column, f.rows) for f in check_enrolments(data)]


# --- what cells of a type become


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pa.array([date(2024, 8, 19), None]), ["2024-08-19", None]),
        (pa.array([datetime(2024, 8, 19, 23, 59)]), ["2024-08-19"]),  # noqa: DTZ001 a local time
        # 22.30 in Greenwich is half past midnight of the next day in Stockholm in summer, half past eleven in winter
        (pa.array([datetime(2024, 8, 18, 22, 30, tzinfo=UTC)]), ["2024-08-19"]),
        (pa.array([datetime(2024, 1, 18, 22, 30, tzinfo=UTC)]), ["2024-01-18"]),
        (pa.array([1, None], pa.int16()), ["1", None]),
        (pa.array([200803141230]), ["200803141230"]),
        (pa.array([247.5, 250.0, float("nan"), None]), ["247,5", "250", "", None]),
        (pa.array([Decimal("247.50"), Decimal("3.00")]), ["247,5", "3"]),
        (pa.array([True, False, None]), ["Ja", "Nej", None]),
        (pa.array(["a", None]).dictionary_encode(), ["a", None]),
        (pa.array(["a"], pa.large_string()), ["a"]),
        (pa.array([None]), [None]),
        (pa.array([[1]]), None),
        (pa.array([b"1"]), None),
    ],
)
def test_a_cell_with_a_type_is_the_text_that_a_text_file_has(
    cells: pa.Array, expected: list[str | None] | None
) -> None:
    told = as_text(cells)
    assert (None if told is None else told.to_pylist()) == expected


@pytest.mark.parametrize(
    ("written", "read", "seen"),
    [
        ("2024-08-19", "2024-08-19", None),
        ("20240819", "2024-08-19", None),
        (" 2024-08-19 ", "2024-08-19", None),
        ("19/8 2024", None, "'99/9 9999'"),
        ("19 augusti 2024", None, "'99 aaaaaaa 9999'"),
        ("2024-08-19 10:15", None, "'9999-99-99 99:99'"),
        ("2024-W34-1", None, "'9999-a99-9'"),
        ("240819", None, "'999999'"),
        ("2024-02-30", None, "'9999-99-99'"),
        ("Åsa, Öberg_ och många fler", None, "'aaa, aaaaa? aaa aaaa…'"),
    ],
)
def test_how_a_day_may_be_written(tmp_path: Path, written: str, read: str | None, seen: str | None) -> None:
    write_small(tmp_path, tiny_enrolments([{"who": "Ada", "start": "2024-08-19"}]))
    cell(SPELLS, 2, "Från", written)(tmp_path)
    reading = read_enrolments(tmp_path, strict=False)
    if read:
        assert reading.enrolments is not None
        assert reading.enrolments.spells["start"].tolist() == [pd.Timestamp(read)]
        return
    (found,) = reading.findings
    assert (found.rule, found.column, found.rows) == ("day-not-readable", "Från", (2,))
    assert found.message.endswith(f"They look like {seen}.")
    assert written not in json.dumps(found.to_dict(), ensure_ascii=False)


def test_days_in_three_ways_are_told_at_once_by_their_shapes(text: Path) -> None:
    for line, written in ((2, "19/8 2024"), (3, "1/8 2024"), (4, "19.8.2024"), (5, "2/9 2024"), (6, "Aug 19")):
        cell(SPELLS, line, "Registrerad", written)(text)
    (found,) = check_enrolments(text)
    assert (found.count, found.rows) == (5, (2, 3, 4, 5, 6))
    assert "'9/9 9999', '99.9.9999', '99/9 9999'" in found.message


def test_a_shape_says_nothing_of_what_it_is_the_shape_of() -> None:
    assert shape_of("20080314-1230") == "99999999-9999"
    assert shape_of("٣/é\n\N{SNOWMAN}") == "9/a??"
    assert len(shape_of("x" * 500)) == 21


# --- real numbers and days in workbooks


def workbook_of(folder: Path, rows: list[list[Any]], name: str = "inskrivningar.xlsx") -> None:
    """The spells of an extract as a workbook; numbers and days are what they are."""
    (folder / SPELLS).unlink(missing_ok=True)
    with xlsxwriter.Workbook(folder / name) as book:
        sheet = book.add_worksheet("Blad1")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)


def test_days_and_numbers_of_a_workbook(tmp_path: Path) -> None:
    write_small(tmp_path, tiny_enrolments([{"who": "Ada", "start": "2024-08-19"}]))
    header, row = (line.split(";") for line in lines_of(tmp_path / SPELLS))
    place = {word: at for at, word in enumerate(header)}
    row[place["Personnummer"]] = int(row[place["Personnummer"]].replace("-", ""))  # type: ignore[call-overload]
    row[place["Skolenhet"]], row[place["Årskurs"]] = 20000000, 1  # type: ignore[call-overload]
    # 45523 is 19 August 2024 in Excel's count of days, in which 1 March 1900 is 61
    for word, day in (("Från", 45523), ("Närvarande från", 45523.75), ("Registrerad", 20240819)):
        row[place[word]] = day  # type: ignore[call-overload]
    workbook_of(tmp_path, [[], header, row])
    reading = read_enrolments(tmp_path)
    assert reading.enrolments is not None
    (spell,) = reading.enrolments.spells.to_dict("records")
    day = pd.Timestamp("2024-08-19")
    assert (spell["start"], spell["present"], spell["recorded"], spell["year_of_study"]) == (day, day, day, 1)


def test_a_fault_in_a_workbook_is_told_with_its_sheet(text: Path, tmp_path: Path) -> None:
    cell(SPELLS, 3, "Kod", "QQ")(text)
    cell("personer.csv", 4, "Kön", "Kvinna")(text)
    folder = as_workbook(one=True)(text, tmp_path / "book")
    assert found_in(folder) == [
        ("study-path-code-not-known", "enrolments.xlsx", "inskrivningar", "Kod", (3,)),
        ("word-not-known", "enrolments.xlsx", "personer", "Kön", (4,)),
    ]
    with pytest.raises(BadInput, match=r"enrolments\.xlsx, sheet 'inskrivningar', column 'Kod', row 3"):
        read_enrolments(folder)


def test_a_fault_in_parquet_is_told_with_its_row(text: Path, tmp_path: Path) -> None:
    cell(SPELLS, 3, "Kod", "QQ")(text)
    folder = as_parquet(pa.date32())(text, tmp_path / "parquet")
    assert found_in(folder) == [("study-path-code-not-known", "inskrivningar.parquet", None, "Kod", (2,))]


def test_tables_may_stand_in_files_of_several_kinds(text: Path, tmp_path: Path) -> None:
    expected = read_enrolments(text).enrolments
    parquet = as_parquet(pa.date32())(text, tmp_path / "parquet")
    book = as_workbook(one=True)(text, tmp_path / "book")
    shutil.copy(Path(parquet) / "inskrivningar.parquet", text)
    shutil.copy(Path(book) / "enrolments.xlsx", text)
    for name in (SPELLS, "personer.csv"):
        (text / name).unlink()
    reading = read_enrolments(text)
    assert expected is not None
    assert reading.enrolments is not None
    assert canonical(reading.enrolments) == canonical(expected)
    names = [file.name for file in reading.provenance.inputs]
    assert names[:4] == ["utdrag.json", "enrolments.xlsx", "arskurs9.csv", "hemkommun.csv"]
    assert "inskrivningar.parquet" in names


def test_other_formats_are_extracts_too_and_hold_no_results(text: Path, tmp_path: Path) -> None:
    for write in (as_workbook(one=True), as_workbook(one=False), as_parquet()):
        folder = Path(write(text, tmp_path / "other"))
        assert kind_of(folder) is enrolment_kind()
        assert {path.name for path in folder.iterdir()} <= names_in(folder)
        assert len(check_files([folder])) == 0
        assert len(ingest_all(folder, tmp_path / "ws")) == 1
        shutil.rmtree(folder)


def test_a_table_in_two_files_is_refused(text: Path) -> None:
    shutil.copy(Path(as_parquet()(text, text.parent / "p")) / "inskrivningar.parquet", text)
    (found,) = check_enrolments(text)
    assert found.rule == "extract-file-several"
    assert "inskrivningar.csv, inskrivningar.parquet" in found.message


# --- files that are cut off, damaged or too wide


def cut(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_half_a_file_is_refused(text: Path, tmp_path: Path, share: float) -> None:
    parquet = Path(as_parquet(pa.date32())(text, tmp_path / "parquet"))
    cut(parquet / "inskrivningar.parquet", share)
    assert found_in(parquet) == [("parquet-damaged", "inskrivningar.parquet", None, None, ())]
    one = Path(as_workbook(one=True)(text, tmp_path / "one"))
    cut(one / "enrolments.xlsx", share)
    assert found_in(one) == [("workbook-damaged", "enrolments.xlsx", None, None, ())]
    several = Path(as_workbook(one=False)(text, tmp_path / "several"))
    cut(several / "inskrivningar.xlsx", share)
    assert [found[:2] for found in found_in(several)] == [("workbook-damaged", "inskrivningar.xlsx")]


def test_parquet_that_is_damaged_inside_is_refused(text: Path, tmp_path: Path) -> None:
    folder = Path(as_parquet(pa.date32())(text, tmp_path / "parquet"))
    path = folder / "inskrivningar.parquet"
    whole = bytearray(path.read_bytes())
    whole[8:3000] = b"\x17" * 2992
    path.write_bytes(bytes(whole))
    assert found_in(folder) == [("parquet-damaged", "inskrivningar.parquet", None, None, ())]


def test_a_text_file_that_is_cut_off_is_told(text: Path) -> None:
    whole = (text / SPELLS).read_bytes()
    lines = lines_of(text / SPELLS)
    cells = cells_of(text, enrolment_kind().files["spells"])
    assert cells is not None
    last = len(lines)
    for length in (5, 30, len(lines[-1].encode()) - 3):
        (text / SPELLS).write_bytes(whole[: -len(lines[-1].encode()) - 1 + length])
        found = found_in(text)
        assert ("last-line-open", SPELLS, None, None, (last,)) in found
        assert any(f[0] != "last-line-open" and f[4] == (last,) for f in found)
    (text / SPELLS).write_bytes(whole[:-1])
    assert found_in(text) == [("last-line-open", SPELLS, None, None, (last,))]
    assert read_enrolments(text).enrolments is not None


@pytest.mark.parametrize(
    "write", [as_parquet(plain=True), as_workbook(one=False, plain=True)], ids=["parquet", "excel"]
)
def test_a_thousand_columns_are_read_where_the_needed_are_among_them(
    text: Path, tmp_path: Path, write: Callable[[Path, Path], Path]
) -> None:
    expected = read_enrolments(text).enrolments
    extra = [f"Kolumn {number}" for number in range(1000)]
    header, *rows = lines_of(text / "personer.csv")
    put_lines(text / "personer.csv", [";".join([*extra, header]), *(";".join(["x"] * 1000 + [row]) for row in rows)])
    for folder in (text, write(text, tmp_path / "other")):
        read = read_enrolments(folder).enrolments
        assert read is not None
        assert expected is not None
        assert canonical(read) == canonical(expected)
    put_lines(text / "personer.csv", [";".join(extra), *(";".join(["x"] * 1000) for _ in rows)])
    (found,) = check_enrolments(text)
    assert (found.rule, found.count) == ("extract-columns-missing", 3)


def test_a_column_that_has_no_text_is_refused(text: Path, tmp_path: Path) -> None:
    folder = Path(as_parquet()(text, tmp_path / "parquet"))
    table = pq.read_table(folder / "personer.parquet")
    lists = pa.array([["K"]] * len(table))
    pq.write_table(table.set_column(1, "Kön", lists), folder / "personer.parquet")
    assert found_in(folder) == [("column-type-not-read", "personer.parquet", None, "Kön", ())]


def test_a_line_without_end_is_no_text(text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_text, "_LONGEST", 1000)
    monkeypatch.setattr(delimited_text, "BLOCK", 500)
    (text / SPELLS).write_bytes(b"x" * 5000)
    assert found_in(text) == [("not-text", SPELLS, None, None, ())]


# --- in pieces


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
def test_how_large_the_pieces_are_changes_nothing(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    cell(SPELLS, 5, "Grupp", "Liten")(text)
    parquet, url = as_parquet(pa.date32())(text, tmp_path / "parquet"), as_sqlite(text, tmp_path / "db")
    book = as_workbook(one=True)(text, tmp_path / "book")
    rows(SPELLS, lambda lines: [*lines[:3], "", "", "", "", *lines[3:]])(text)
    content(SPELLS, lambda data: data.replace(b"\n", b"\r\n") + b"\r\n\r\n")(text)
    expected = [found_in(data) for data in (text, parquet, url, book)]
    assert [found[0][0] for found in expected] == ["word-not-known"] * 4
    assert [found[0][4] for found in expected[:2]] == [(9,), (4,)]
    monkeypatch.setattr(delimited_text, "BLOCK", block)
    monkeypatch.setattr(delimited_text, "_LONGEST", 10_000)
    monkeypatch.setattr(workbooks, "_ROWS_AT_ONCE", block)
    for module in (parquet_files, database):
        monkeypatch.setattr(module, "ROWS_AT_ONCE", block)
    assert [found_in(data) for data in (text, parquet, url, book)] == expected


def test_letters_in_two_pieces_are_read(text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_enrolments(text).enrolments
    assert expected is not None
    monkeypatch.setattr(delimited_text, "BLOCK", 3)
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        put_lines(text / "hemkommun.csv", lines_of(text / "hemkommun.csv"))
        content("hemkommun.csv", lambda data, to=encoding: data.decode().encode(to))(text)  # type: ignore[misc]
        read = read_enrolments(text).enrolments
        assert read is not None
        assert canonical(read) == canonical(expected)
        content("hemkommun.csv", lambda data, of=encoding: data.decode(of).encode())(text)  # type: ignore[misc]
    content("hemkommun.csv", lambda data: data.replace("å".encode(), "Ã¥".encode()))(text)
    assert found_in(text) == [("letters-broken", "hemkommun.csv", None, None, ())]


def test_progress_is_told_by_pieces(text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    read_enrolments(text, progress=lambda what, pieces: told.append((what, pieces)))
    assert told == []
    monkeypatch.setattr(delimited_text, "BLOCK", 512)
    read_enrolments(text, progress=lambda what, pieces: told.append((what, pieces)))
    assert {what for what, _ in told} >= {"hemkommun.csv", SPELLS}
    for what, pieces in set(told):
        assert told.count((what, pieces)) == pieces


# --- a database in a file; tests/reference/test_postgresql.py asks a server


def test_a_database_is_checked_and_stored(text: Path, tmp_path: Path) -> None:
    url = as_sqlite(text, tmp_path / "db")
    assert kind_of(url) is enrolment_kind()
    assert len(check_files([url])) == 0
    (told,) = ingest_all(url, tmp_path / "ws")
    assert (told["rows"], told["files"][:3]) == (12, ["utdrag", "personer", "arskurs9"])
    expected = read_enrolments(text).enrolments
    assert expected is not None
    assert canonical(stored_enrolments(tmp_path / "ws").enrolments) == canonical(expected)
    assert ingest_all(url, tmp_path / "ws")[0]["key"] == told["key"]


def test_the_order_of_rows_in_a_database_changes_nothing(text: Path, tmp_path: Path) -> None:
    first = read_enrolments(as_sqlite(text, tmp_path / "a"))
    for path in text.glob("*.csv"):
        header, *rows = lines_of(path)
        put_lines(path, [header, *reversed(rows)])
    second = read_enrolments(as_sqlite(text, tmp_path / "b"))
    assert first.provenance == second.provenance
    assert first.enrolments is not None
    assert second.enrolments is not None
    for name, table in first.enrolments.tables().items():
        pd.testing.assert_frame_equal(table, second.enrolments.tables()[name])


def test_a_register_may_lie_in_a_database_too(tmp_path: Path) -> None:
    from gymreg_core.sources.register.layout import register_kind
    from gymreg_core.store.registers import register

    write_extract(tmp_path / "text", small_register())
    url = f"sqlite:///{tmp_path / 'register.db'}"
    into_database(tmp_path / "text", url, register_kind())
    assert len(check_files([url])) == 0
    (told,) = ingest_all(url, tmp_path / "ws")
    assert (told["intake_year"], told["rows"]) == (2023, len(register(tmp_path / "ws", 2023).pupils))


Change = Callable[[sql.Connection], None]


def run(*statements: str) -> Change:
    def change(connection: sql.Connection) -> None:
        for statement in statements:
            connection.execute(sql.text(statement))

    return change


FAULTS: dict[str, tuple[Change, list[Found]]] = {
    "no table": (run("DROP TABLE hemkommun"), [("database-table-missing", "hemkommun", None, None, ())]),
    "no optional table": (run("DROP TABLE beslut"), []),
    "no column": (
        run("ALTER TABLE hemkommun DROP COLUMN Hemkommun"),
        [("extract-columns-missing", "hemkommun", None, None, ())],
    ),
    "a view": (run("ALTER TABLE bevis RENAME TO b", "CREATE VIEW bevis AS SELECT * FROM b"), []),
    "no description": (run("DELETE FROM utdrag"), [("enrolments-not-described", "utdrag", None, None, ())]),
    "two descriptions": (
        run("INSERT INTO utdrag SELECT * FROM utdrag"),
        [("enrolments-not-described", "utdrag", None, None, ())],
    ),
    "no table of it": (run("DROP TABLE utdrag"), [("enrolments-not-described", "utdrag", None, None, ())]),
    "another version": (run("UPDATE utdrag SET version = 9"), [("extract-version-unknown", "utdrag", None, None, ())]),
    "text among numbers": (
        run("UPDATE personer SET Kön = x'00' WHERE rowid = 1"),
        [("column-type-not-read", "personer", None, "Kön", ())],
    ),
}


@pytest.mark.parametrize(("change", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_what_a_database_lacks_is_told(text: Path, tmp_path: Path, change: Change, expected: list[Found]) -> None:
    url = as_sqlite(text, tmp_path / "db")
    with sql.create_engine(url).begin() as connection:
        change(connection)
    assert found_in(url) == expected


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("sqlite:///{folder}/nowhere.db", "database-not-reached"),
        ("nosuch://ada:s3cret@server/base", "database-driver-missing"),
        ("mysql+nosuchdriver://ada:s3cret@server/base", "database-driver-missing"),
        ("postgresql+psycopg://ada:s3cret@127.0.0.1:1/base", "database-not-reached"),
        ("postgresql+psycopg://ada:s3cret@[::1/base", "database-address-not-readable"),
        ("://ada:s3cret@server", "database-address-not-readable"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_and_never_shown(tmp_path: Path, url: str, rule: str) -> None:
    address = url.format(folder=tmp_path)
    assert [(found.rule, found.file) for found in check_files([address])] == [(rule, "utdrag")]
    with pytest.raises(BadInput) as refused:
        ingest_enrolments(address, tmp_path / "ws")
    assert refused.value.__cause__ is None
    told = str(refused.value) + json.dumps(refused.value.findings.to_records()) + repr(database.Database(address))
    assert "s3cret" not in told
    assert "ada:" not in told
    assert not (tmp_path / "ws").exists()
    assert not (tmp_path / "nowhere.db").exists()


def test_a_broken_address_leaves_what_was_stored(text: Path, tmp_path: Path) -> None:
    before = ingest_enrolments(text, tmp_path / "ws")
    with pytest.raises(BadInput):
        ingest_enrolments(f"sqlite:///{tmp_path / 'nowhere.db'}", tmp_path / "ws")
    assert stored_enrolments(tmp_path / "ws").key == before.key
