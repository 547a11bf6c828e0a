"""Files that cannot be used: each is turned down with one clear message, without a value, and nothing is kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from gymreg_core.errors import BadInput
from gymreg_core.sources.check import check_files, findings_table
from gymreg_core.sources.published import read_results
from gymreg_core.vocabulary.finding_texts import finding_text
from tests.written import HEADER, Rows, delimited, repacked, rows, workbook

SECRET = "Hemliga"  # in every cell that could be personal: no message may hold it
GOOD = f"""
{HEADER}
2023 | Täby  | {SECRET} gymnasiet | K | EKEKO | {SECRET} Ekonomi | 232.5 | 260 | 30 | 28 | 12 | 0
2023 | Solna | {SECRET} gymnasiet | F | NA    | {SECRET} Natur   | 0     | 217 | 28 | 16 | 0  | 12
"""
COLUMNS = [word.strip() for word in HEADER.split("|")]
NAME = "slutantagningsresultat-2023.xlsx"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def book(folder: Path, table: str | Rows = GOOD, name: str = NAME) -> Path:
    return workbook(folder / name, {"Samverkansområdet": table})


def with_cell(column: str, cell: float | str | None, row: int = 1) -> Rows:
    table = rows(GOOD)
    table[row][COLUMNS.index(column)] = cell
    return table


def without(column: str) -> Rows:
    at = COLUMNS.index(column)
    return [row[:at] + row[at + 1 :] for row in rows(GOOD)]


def raw(content: bytes, name: str = NAME) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def of_sheet(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        source = book(folder, name="source.xlsx")
        return repacked(
            source,
            folder / NAME,
            lambda part, content: change(content) if "sheet1.xml" in part and "_rels" not in part else content,
        )

    return write


def truncated(folder: Path) -> Path:
    path = book(folder)
    path.write_bytes(path.read_bytes()[:-600])
    return path


def bomb(folder: Path) -> Path:
    """A sheet that unpacks to more than 200 million bytes, as its package says openly."""
    path = book(folder)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as package,
        package.open("xl/media/image1.bmp", "w", force_zip64=True) as part,
    ):
        for _ in range(210):
            part.write(bytes(1_000_000))
    return path


def lying_bomb(folder: Path) -> Path:
    """The same, but the directory of the package says that the sheet has a thousand bytes."""
    path = folder / NAME
    content = io.BytesIO()
    with (
        zipfile.ZipFile(book(folder, name="source.xlsx")) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, b"<worksheet>" + b" " * 210_000_000 if is_sheet else old.read(name))
    packed = bytearray(content.getvalue())
    true, false = (210_000_011).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert packed.count(true) == 2
    path.write_bytes(bytes(packed).replace(true, false))
    return path


def many_sheets(folder: Path) -> Path:
    source = book(folder, name="source.xlsx")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(folder / NAME, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for i in range(3000):
            new.writestr(f"xl/worksheets/extra{i}.xml", b"<worksheet/>")
    return folder / NAME


def encrypted_part(folder: Path) -> Path:
    path = book(folder)
    packed = bytearray(path.read_bytes())
    at = packed.rindex(b"PK\x01\x02")
    packed[at + 8] |= 1
    path.write_bytes(bytes(packed))
    return path


def far_corner(folder: Path) -> Path:
    return of_sheet(
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    )(folder)


def entity_bomb(folder: Path) -> Path:
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return of_sheet(lambda xml: xml.replace(b"<worksheet", doctype + b"<worksheet", 1))(folder)


def failed_formula(folder: Path) -> Path:
    with xlsxwriter.Workbook(folder / NAME) as out:
        sheet = out.add_worksheet("x")
        for i, row in enumerate(rows(GOOD)):
            sheet.write_row(i, 0, ["" if cell is None else cell for cell in row])
        sheet.write_formula(1, COLUMNS.index("AntalPlatser"), "=A99+#REF!", None, "#REF!")
    return folder / NAME


def merged_header(folder: Path) -> Path:
    with xlsxwriter.Workbook(folder / NAME) as out:
        sheet = out.add_worksheet("x")
        sheet.merge_range(0, 0, 0, 5, "Studieväg")
        sheet.merge_range(0, 6, 0, 11, "Utfall")
        for i, row in enumerate(rows(GOOD)[1:], start=1):
            sheet.write_row(i, 0, ["" if cell is None else cell for cell in row])
    return folder / NAME


def twice(folder: Path) -> Path:
    book(folder)
    book(folder, name="slutantagning-2023 (1).xlsx")
    return folder


def overlapping(folder: Path) -> Path:
    other = rows(GOOD)
    other[2][1] = "Nacka"
    return workbook(folder / NAME, {"Ett": GOOD, "Två": other})


def disagreeing(folder: Path) -> Path:
    return workbook(folder / NAME, {"Ett": GOOD, "Två": with_cell("AntalAntagna", 15.0, row=2)})


def mixed_separators(folder: Path) -> Path:
    path = delimited(folder / "slut-2023.csv", GOOD)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\r\n".join([*lines[:2], lines[2].replace(";", ",")]), encoding="utf-8")
    return path


def folder_without_files(folder: Path) -> Path:
    (folder / "anteckningar.docx").write_bytes(b"x")
    return folder


def folder_of_other_tables(folder: Path) -> Path:
    delimited(folder / "totals.csv", "a | b\n1 | 2")
    return folder


def other_package(folder: Path) -> Path:
    with zipfile.ZipFile(folder / NAME, "w") as package:
        package.writestr("word/document.xml", "<document/>")
    return folder / NAME


HTML = b"<!DOCTYPE html><html><head><title>Logga in</title></head><body></body></html>"
CSV_2023 = ";".join(COLUMNS).encode() + b"\r\n"
BAD: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "no such file": ("file-not-found", lambda folder: folder / "finns-inte-2023.xlsx"),
    "empty file": ("file-empty", raw(b"")),
    "no workbook": ("not-a-workbook", raw(b"Hello, this is no workbook at all.")),
    "text called xlsx": ("not-a-workbook", raw(CSV_2023)),
    "web page": ("web-page-not-workbook", raw(HTML)),
    "web page after blanks and a mark": ("web-page-not-workbook", raw(b"\xef\xbb\xbf\r\n  " + HTML)),
    "web page as csv": ("web-page-not-workbook", raw(HTML, "slut-2023.csv")),
    "web page in UTF-16": ("web-page-not-workbook", raw(HTML.decode().encode("utf-16"))),
    "old workbook": ("old-workbook", raw(OLE + bytes(600) + "Workbook".encode("utf-16-le"), "slut-2023.xls")),
    "encrypted workbook": ("workbook-encrypted", raw(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"))),
    "encrypted part": ("workbook-encrypted", encrypted_part),
    "cut off": ("workbook-damaged", truncated),
    "only the start of a package": ("workbook-damaged", raw(b"PK\x03\x04" + bytes(100))),
    "another package": ("not-a-workbook", other_package),
    "200 million bytes unpacked": ("unpacked-too-large", bomb),
    "200 million bytes unpacked, denied": ("unpacked-too-large", lying_bomb),
    "3000 sheets": ("too-many-parts", many_sheets),
    "a cell in the farthest corner": ("too-many-columns", far_corner),
    "entities that expand": ("workbook-damaged", entity_bomb),
    "empty sheet": ("sheet-empty", lambda folder: book(folder, [])),
    "other columns": (
        "columns-not-recognised",
        lambda folder: book(folder, [["Namn", "Klass", "Betyg"], [SECRET, "9A", 17.5]]),
    ),
    "a column missing": ("columns-missing", lambda folder: book(folder, without("AntalPlatser"))),
    "a column twice": ("column-twice", lambda folder: book(folder, [[*row, row[8]] for row in rows(GOOD)])),
    "merged header": ("merged-header", merged_header),
    "no rows": ("no-study-paths", lambda folder: book(folder, rows(GOOD)[:1])),
    "negative seats": ("negative-number", lambda folder: book(folder, with_cell("AntalPlatser", -30.0))),
    "negative seats with a true minus": (
        "negative-number",
        lambda folder: book(folder, with_cell("AntalPlatser", "\N{MINUS SIGN}30")),
    ),
    "more admitted than seats": ("admitted-above-seats", lambda folder: book(folder, with_cell("AntalAntagna", 31.0))),
    "the same row twice": ("row-repeated", lambda folder: book(folder, [*rows(GOOD), rows(GOOD)[1]])),
    "a cut-off of a million": (
        "implausible-points",
        lambda folder: book(folder, with_cell("Antagningsgrans", 1_000_000.0)),
    ),
    "ten thousand seats": ("implausible-count", lambda folder: book(folder, with_cell("AntalPlatser", 10_000.0))),
    "a number beyond counting": ("implausible-number", lambda folder: book(folder, with_cell("AntalReserver", 1e300))),
    "half a seat": ("decimals-in-count", lambda folder: book(folder, with_cell("AntalPlatser", "30,5"))),
    "text among numbers": ("text-in-number-column", lambda folder: book(folder, with_cell("AntalAntagna", SECRET))),
    "a footnote on a number": (
        "text-in-number-column",
        lambda folder: book(folder, with_cell("Antagningsgrans", "232,5*")),
    ),
    "P beside numbers": ("text-in-number-column", lambda folder: book(folder, with_cell("AntalAntagna", "P"))),
    "a count missing": ("figure-missing", lambda folder: book(folder, with_cell("AntalAntagna", None))),
    "a school missing": ("identity-missing", lambda folder: book(folder, with_cell("Skola", None))),
    "a failed formula": ("formula-error", failed_formula),
    "a row split in a way nobody can mend": (
        "row-split",
        lambda folder: book(folder, [*rows(GOOD), [*rows(GOOD)[1][:7], SECRET, *rows(GOOD)[1][7:]]]),
    ),
    "no year anywhere": ("year-missing", lambda folder: book(folder, without("År"), "slutantagning.xlsx")),
    "two years in the name": ("year-missing", lambda folder: book(folder, without("År"), "slut-2022-2023.xlsx")),
    "a year nobody can read": ("year-not-readable", lambda folder: book(folder, with_cell("År", "i fjol"))),
    "a year long ago": ("year-not-readable", lambda folder: book(folder, with_cell("År", 1823.0))),
    "no round anywhere": ("round-missing", lambda folder: book(folder, name="resultat-2023.xlsx")),
    "reserve admission": ("round-missing", lambda folder: book(folder, name="reservantagning-1-2023.xlsx")),
    "sheets that overlap": ("sheets-overlap", overlapping),
    "sheets that disagree": ("sheets-disagree", disagreeing),
    "one file under two names": ("intake-repeated", twice),
    "text in UTF-16": ("text-in-utf-16", lambda folder: delimited(folder / "slut-2023.csv", GOOD, encoding="utf-16")),
    "text in UTF-16 without a mark": (
        "text-in-utf-16",
        lambda folder: delimited(folder / "slut-2023.csv", GOOD, encoding="utf-16-le"),
    ),
    "bytes called csv": ("not-text", raw(CSV_2023 + bytes(3), "slut-2023.csv")),
    "letters encoded twice": (
        "letters-broken",
        raw(GOOD.replace("|", ";").encode().decode("latin-1").encode(), "slut-2023.csv"),
    ),
    "separators mixed": ("separators-mixed", mixed_separators),
    "a quotation mark never closed": ("quotation-marks-broken", raw(CSV_2023 + b'2023;"T\xc3\xa4by;', "slut-2023.csv")),
    "folder without files": ("folder-without-files", folder_without_files),
    "folder of other tables": ("nothing-to-read", folder_of_other_tables),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_turned_down_with_its_reason(case: str, tmp_path: Path) -> None:
    rule, write = BAD[case]
    path = write(tmp_path)
    with pytest.raises(BadInput) as refused:
        read_results(path)
    error = refused.value
    assert error.exit_code == 11
    errors = {found.rule for found in error.findings.errors}
    assert rule in errors
    assert len(errors) == 1, f"one reason, not {errors}"
    assert error.remedy
    texts = [error.message(), *(f"{f.message} {f.advice} {f.where} {finding_text(f, 'sv')}" for f in error.findings)]
    assert not [text for text in texts if SECRET in text or str(tmp_path) in text]
    assert len(read_results(path, strict=False).findings.errors) == len(error.findings.errors)


def test_a_message_says_what_where_why_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        read_results(book(tmp_path, with_cell("AntalAntagna", 31.0)))
    assert refused.value.message() == (
        "slutantagningsresultat-2023.xlsx, sheet 'Samverkansområdet', column 'AntalAntagna', row 2: "
        "More are admitted than there are seats.\n"
        "  Correct the numbers at their source, or check that columns have not changed places."
    )


def test_all_reasons_of_all_files_are_given_at_once(tmp_path: Path) -> None:
    book(tmp_path, with_cell("AntalPlatser", -30.0))
    book(tmp_path, with_cell("Antagningsgrans", 1_000_000.0), "slut-2022.xlsx")
    raw(HTML, "slut-2021.xlsx")(tmp_path)
    (tmp_path / "tom").mkdir()
    with pytest.raises(BadInput) as refused:
        read_results(tmp_path, tmp_path / "tom", tmp_path / "slut-2020.xlsx")
    message = refused.value.message()
    for name in ("slutantagningsresultat-2023.xlsx", "slut-2022.xlsx", "slut-2021.xlsx", "slut-2020.xlsx", "tom:"):
        assert name in message
    assert len(refused.value.findings.errors) >= 3


def test_a_repeated_file_is_named_with_the_one_it_repeats(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        read_results(twice(tmp_path))
    assert NAME in refused.value.message()
    assert "slutantagning-2023 (1).xlsx" in refused.value.message()


def test_what_is_no_result_file_is_left_alone_in_a_folder_but_not_when_named(tmp_path: Path) -> None:
    book(tmp_path)
    other = delimited(tmp_path / "totals.csv", "a | b\n1 | 2")
    results = read_results(tmp_path)
    assert [f.file for f in results.findings if f.rule == "file-not-results"] == ["totals.csv"]
    with pytest.raises(BadInput, match="header"):
        read_results(other)


def test_a_million_empty_rows_cost_nothing(tmp_path: Path) -> None:
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (i, i) for i in range(10, 1_000_000, 2))
    path = of_sheet(lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>"))(tmp_path)
    assert len(read_results(path).table) == 2


def test_counts_that_lie_about_the_package_are_not_believed(tmp_path: Path) -> None:
    def lie(part: str, content: bytes) -> bytes:
        if part == "xl/sharedStrings.xml":
            return content.replace(b'ount="', b'ount="99999999999')
        return content.replace(b'<dimension ref="A1:L3"/>', b'<dimension ref="A1:XFD1048576"/>')

    path = repacked(book(tmp_path, name="source.xlsx"), tmp_path / NAME, lie)
    assert len(read_results(path).table) == 2


def test_a_header_over_two_rows_is_read_where_the_lower_one_says_enough(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / NAME) as out:
        sheet = out.add_worksheet("x")
        for column, word in enumerate(COLUMNS[:8]):
            sheet.merge_range(0, column, 1, column, word)
        sheet.merge_range(0, 8, 0, 11, "Antal")
        sheet.write_row(1, 8, ["platser", "antagna", "reserver", "lediga platser"])
        for i, row in enumerate(rows(GOOD)[1:], start=2):
            sheet.write_row(i, 0, ["" if cell is None else cell for cell in row])
    assert read_results(tmp_path / NAME).table["seats"].tolist() == [30, 28]


def test_findings_become_a_table_for_people_and_records_for_programs(tmp_path: Path) -> None:
    findings = check_files([book(tmp_path, with_cell("AntalPlatser", -30.0))])
    table = findings_table(findings, "sv")
    assert table.loc[0, ["severity", "rule", "source_file", "column", "rows"]].tolist() == [
        "error",
        "negative-number",
        NAME,
        "AntalPlatser",
        "2",
    ]
    assert table.loc[0, "message"] == "Tal är mindre än noll. Platser, personer och poäng kan inte vara det."
    assert findings.to_records()[0]["rows"] == [2]
