"""What the office writes, and what we read from it: every rule of the reader as a table in and a table out."""

# ruff: noqa: E501 - tables are drawn as wide as they are

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding
from gymreg_core.sources.published import read_results
from gymreg_core.sources.results import Results
from tests.written import HEADER, delimited, drawn, rows, shown, workbook

ORDINARY = f"""
{HEADER}
2023 | Täby   | Åva gymnasium | K | EKEKO | Ekonomiprogrammet EK - Ekonomi | 232.5 | 260   | 30 | 30 | 12 | 0
2023 | Täby   | Åva gymnasium | K | NA    | Naturvetenskapsprogrammet NA   | 0     | 217.5 | 28 | 16 | 0  | 12
2023 | Solna  | Fria gymnasiet | F | IMYBA | Introduktionsprogram IM - Yrkesintroduktion mot Bygg- och anläggningsprogrammet | 0 | 0 | 8 | 0 | 0 | 8
"""


def read(folder: Path, table: str, name: str = "slutantagningsresultat-2023.xlsx") -> Results:
    return read_results(workbook(folder / name, {"Samverkansområdet": table}))


def check(results: Results, expected: str) -> None:
    head, body = drawn(expected)
    assert shown(results.table, head) == body


def found(results: Results, rule: str) -> list[Finding]:
    return [finding for finding in results.findings if finding.rule == rule]


def test_a_row_becomes_a_study_path(tmp_path: Path) -> None:
    check(
        read(tmp_path, ORDINARY),
        """
intake_year | round | municipality | school         | provider_form | study_path_code | programme | programme_type | seats | admitted | reserves | free_seats | source_row
2023        | final | Täby         | Åva gymnasium  | municipal     | EKEKO           | EK        | preparatory    | 30    | 30       | 12       | 0          | 2
2023        | final | Täby         | Åva gymnasium  | municipal     | NA              | NA        | preparatory    | 28    | 16       | 0        | 12         | 3
2023        | final | Solna        | Fria gymnasiet | independent   | IMYBA           | IMY       | introductory   | 8     | 0        | 0        | 8          | 4
""",
    )


def test_a_cutoff_of_zero_is_no_limit_and_a_median_of_nobody_is_none(tmp_path: Path) -> None:
    check(
        read(tmp_path, ORDINARY),
        """
study_path_code | cutoff | cutoff_kind           | median
EKEKO           | 232.5  | competitive           | 260
NA              |        | all_eligible_admitted | 217.5
IMYBA           |        | none_admitted         |
""",
    )


@pytest.mark.parametrize(
    "header",
    [
        "Årtal | Kommun | Skola | Organisationsform | Studievägskod | Studieväg | Antagningsgräns | Median | Antal platser | Antagna | Reserver | Lediga platser",
        "Ar | KOMMUN | SKOLA | Huvudman | StudieVagKod | StudieVag | antagningsgrans | MEDIAN | antal_platser | antal antagna | ANTAL RESERVER | Lediga",
        "år 2023 | Kommun | Gymnasium | Organistionsform | Kod | Utbildning | Antagningsgräns (poäng) | Medianvärde | Platser | Antagna elever | Reserv | Antal lediga platser",
        "intake_year | municipality | school | provider_form | study_path_code | study_path_name | cutoff | median | seats | admitted | reserves | free_seats",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_header_words_are_known_in_every_spelling(tmp_path: Path, header: str, form: str) -> None:
    table = ORDINARY.replace(HEADER, unicodedata.normalize(form, header))
    assert shown(read(tmp_path, table).table, ["study_path_code", "seats", "cutoff"]) == [
        ["EKEKO", "30", "232.5"],
        ["NA", "28", ""],
        ["IMYBA", "8", ""],
    ]


def test_columns_may_stand_in_any_order_beside_unknown_ones(tmp_path: Path) -> None:
    results = read(
        tmp_path,
        """
AntalPlatser | Skola         | Anmärkning | StudieVagKod | Kommun | AntalAntagna | AntalLedigaPlatser | Studievag            | AntalReserver | Antagningsgrans
30           | Åva gymnasium | se not     | EK           | Täby   | 28           | 2                  | Ekonomiprogrammet EK | 0             | 0
""",
    )
    check(
        results,
        """
intake_year | municipality | school        | study_path_code | seats | admitted | free_seats | median | provider_form
2023        | Täby         | Åva gymnasium | EK              | 30    | 28       | 2          |        | unknown
""",
    )
    assert found(results, "unknown-column")[0].message.endswith("'Anmärkning'.")
    assert [
        len(found(results, rule)) for rule in ("median-missing", "provider-form-unknown", "year-from-file-name")
    ] == [1, 1, 1]


def test_of_two_words_for_one_name_the_offices_own_counts(tmp_path: Path) -> None:
    table = [[*row[:2], row[1] and "Kista", *row[2:]] for row in rows(ORDINARY)]
    table[0][2] = "Studieort"
    results = read_results(workbook(tmp_path / "slut-2023.xlsx", {"x": table}))
    assert results.table["municipality"].tolist() == ["Täby", "Täby", "Solna"]
    assert found(results, "unknown-column")[0].message.endswith("'Studieort'.")


def test_empty_columns_titles_totals_and_notes_do_not_count(tmp_path: Path) -> None:
    results = read(
        tmp_path,
        """
 | | Slutantagning 2022
 | |
 | | Kommun | Skola | StudieVagKod | Studievag | Antagningsgrans | Median | AntalPlatser | AntalAntagna | AntalReserver | AntalLedigaPlatser
 | | Täby   | Åva gymnasium | EK | Ekonomiprogrammet EK | 0 | 200 | 30 | 28 | 0 | 2
 | | Täby totalt | | | | | | 30 | 28 | 0 | 2
 | | Kommun | Skola | StudieVagKod | Studievag | Antagningsgrans | Median | AntalPlatser | AntalAntagna | AntalReserver | AntalLedigaPlatser
 | | Solna  | Fria gymnasiet | SA | Samhällsvetenskapsprogrammet SA | 0 | 200 | 32 | 28 | 0 | 4
 | | Totalt | | | | | | 62 | 56 | 0 | 6
 | | Källa: antagningssystemet
""",
        "slut.xlsx",
    )
    check(
        results,
        """
intake_year | municipality | study_path_code | seats | source_row
2022        | Täby         | EK              | 30    | 4
2022        | Solna        | SA              | 32    | 7
""",
    )
    counted = {finding.rule: (finding.count, finding.rows) for finding in results.findings}
    assert counted["total-row"] == (2, (5, 8))
    assert counted["header-repeated"] == (1, (6,))
    assert counted["note-row"] == (1, (9,))
    assert counted["year-from-title"] == (2, (4, 7))


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("'232,5'", "232.5"),
        ("'232.5'", "232.5"),
        ("'1\N{NO-BREAK SPACE}015,0'", "1015"),
        ("'  240 '", "240"),
        ("'0.0'", ""),
        ("'\N{EN DASH}'", ""),
        ("'-'", ""),
        ("", ""),
    ],
)
def test_numbers_may_be_text(tmp_path: Path, written: str, read_as: str) -> None:
    results = read(
        tmp_path,
        f"{HEADER}\n2023 | Täby | Åva | K | EK | Ekonomiprogrammet EK | {written} | '1100' | '30' | '30' | '–' | '0'",
    )
    assert shown(results.table, ["cutoff", "median", "seats", "reserves"]) == [[read_as, "1100", "30", "0"]]
    assert found(results, "dash-as-zero")[0].column == "AntalReserver"


def test_the_code_na_is_the_natural_science_programme(tmp_path: Path) -> None:
    for path in (
        workbook(tmp_path / "slut-2023.xlsx", {"x": ORDINARY}),
        delimited(tmp_path / "slut-2023.csv", ORDINARY),
    ):
        table = read_results(path).table
        assert table["study_path_code"].tolist()[1] == "NA"
        assert table["programme"].tolist()[1] == "NA"


def test_excerpts_of_the_whole_are_not_counted_twice(tmp_path: Path) -> None:
    excerpt = "\n".join(f" | | {line.partition('|')[2]}" for line in ORDINARY.strip().splitlines()[:2])
    path = workbook(tmp_path / "slut-2023.xlsx", {"NP någon antagen": excerpt, "Hela": ORDINARY, "Läs mig": "Om filen"})
    results = read_results(path)
    assert len(results.table) == 3
    assert [(f.sheet, f.count) for f in found(results, "subset-sheet")] == [("NP någon antagen", 1)]
    assert [f.sheet for f in found(results, "sheet-not-read")] == ["Läs mig"]


def test_parts_of_the_whole_are_joined(tmp_path: Path) -> None:
    lines = ORDINARY.strip().splitlines()
    parts = {"Nationella program": "\n".join(lines[:3]), "Introduktionsprogram": "\n".join([lines[0], lines[3]])}
    results = read_results(workbook(tmp_path / "slut-2023.xlsx", parts))
    assert results.table["study_path_code"].tolist() == ["EKEKO", "NA", "IMYBA"]
    assert [f.sheet for f in found(results, "sheets-joined")] == ["Introduktionsprogram"]


def test_sheets_of_two_rounds_are_two_rounds(tmp_path: Path) -> None:
    changed = ORDINARY.replace("| 16 | 0  | 12", "| 10 | 0 | 18")
    results = read_results(
        workbook(tmp_path / "resultat-2023.xlsx", {"Slutantagning": ORDINARY, "Preliminär": changed})
    )
    assert results.intakes == ((2023, "preliminary"), (2023, "final"))
    assert results.table.groupby("round")["admitted"].sum().to_dict() == {"final": 46, "preliminary": 40}


JOINT_2020 = f"""
{HEADER}
2020 | Täby | Åva | K | EK    | Ekonomiprogrammet EK           | 0     | 210   | 30 | 26 | 0 | 4
2020 | Täby | Åva | K | EKEKO | Ekonomiprogrammet EK           | 0     | 210   | 30 | 26 | 0 | 4
2020 | Täby | Åva | K | EKJUR | Ekonomiprogrammet EK           | 0     | 210   | 30 | 26 | 0 | 4
2020 | Täby | Åva | K | NANAS | Naturvetenskapsprogrammet NA - Naturvetenskap och samhälle | 0 | 210 | 30 | 26 | 0 | 4
2020 | Täby | Åva | K | HT    | Hotell- och turismprogrammet HT | 0    | 0     | 0  | 0  | 0 | 0
2020 | Täby | Åva | K | HTHOT | Hotell- och turismprogrammet HT | 0    | 0     | 0  | 0  | 0 | 0
"""


def test_a_joint_intake_repeated_on_every_orientation_counts_once(tmp_path: Path) -> None:
    results = read(tmp_path, JOINT_2020, "slutantagningsresultat-2020.xlsx")
    check(
        results,
        """
study_path_code | seats | admitted | joint_intake_id
EK              | 30    | 26       | 2020-final-0001
NANAS           | 30    | 26       |
HT              | 0     | 0        |
HTHOT           | 0     | 0        |
""",
    )
    assert shown(results.joint_intakes, ["joint_intake_id", "study_path_code", "source_row"]) == [
        ["2020-final-0001", "EKEKO", "3"],
        ["2020-final-0001", "EKJUR", "4"],
    ]
    assert found(results, "joint-intake-repeated")[0].rows == (3, 4)


def test_parts_of_a_joint_intake_are_marked_p(tmp_path: Path) -> None:
    results = read(
        tmp_path,
        f"""
{HEADER}
2021 | Täby | Åva | K | EK    | Ekonomiprogrammet EK | 182.5 | 225 | 30 | 30 | 4 | 0
2021 | Täby | Åva | K | EKEKO | Ekonomiprogrammet EK | P | P | P | P | P | P
2021 | Täby | Åva | K | EKJUR | Ekonomiprogrammet EK | P | P | P | P | P | P
2021 | Täby | Åva | K | TEINF | Teknikprogrammet TE  | P | P | P | P | P | P
""",
        "slutantagningsresultat-2021.xlsx",
    )
    assert shown(results.table, ["study_path_code", "seats", "joint_intake_id"]) == [["EK", "30", "2021-final-0001"]]
    assert shown(results.joint_intakes, ["joint_intake_id", "study_path_code"]) == [
        ["2021-final-0001", "EKEKO"],
        ["2021-final-0001", "EKJUR"],
        ["", "TEINF"],
    ]
    assert found(results, "joint-part-without-whole")[0].rows == (5,)


def test_a_row_that_a_separator_split_is_joined(tmp_path: Path) -> None:
    results = read(
        tmp_path,
        f"""
{HEADER}
2021 | Täby | Åva | K | IMVBA | Introduktionsprogram IM - Programinriktat val | mot Bygg- och anläggningsprogrammet | '72.5' | '80.0' | 4 | 4 | 2 | 0
2021 | Täby | Åva | K | NA    | Naturvetenskapsprogrammet NA | 0 | 250 | 28 | 16 | 0 | 12
""",
        "slutantagningsresultat-2021.xlsx",
    )
    check(
        results,
        """
study_path_code | study_path_name                                                                    | cutoff | seats | free_seats
IMVBA           | Introduktionsprogram IM - Programinriktat val; mot Bygg- och anläggningsprogrammet | 72.5   | 4     | 0
NA              | Naturvetenskapsprogrammet NA                                                       |        | 28    | 12
""",
    )
    assert found(results, "row-split-joined")[0].rows == (2,)


def test_a_missing_provider_form_is_taken_from_the_schools_other_years(tmp_path: Path) -> None:
    without = [
        row[:3] + row[4:] for row in rows(ORDINARY.replace("2023", "2024").replace("Fria gymnasiet", "Nya gymnasiet"))
    ]
    workbook(tmp_path / "slut-2023.xlsx", {"x": ORDINARY})
    workbook(tmp_path / "slut-2024.xlsx", {"x": without})
    results = read_results(tmp_path)
    assert results.table.query("intake_year == 2024")["provider_form"].tolist() == ["municipal", "municipal", "unknown"]
    assert [f.count for f in found(results, "provider-form-from-other-rows")] == [2]
    assert [f.count for f in found(results, "provider-form-unknown")] == [1]


@pytest.mark.parametrize(
    ("letter", "form"),
    [("K", "municipal"), ("f", "independent"), ("L", "region"), ("Fristående", "independent"), ("Q", "unknown")],
)
def test_provider_forms(tmp_path: Path, letter: str, form: str) -> None:
    results = read(tmp_path, ORDINARY.replace("| F |", f"| {letter} |"))
    assert results.table["provider_form"].tolist()[2] == form
    assert bool(found(results, "provider-form-not-known")) is (form == "unknown")


@pytest.mark.parametrize(
    ("year", "code", "name", "cutoff", "median", "scale"),
    [
        (2023, "EKEKO", "Ekonomi", 325, 332.5, "grades"),
        (2023, "EKEKO", "Ekonomi", 0, 341.25, "grades_and_test"),
        (2013, "EKEKO", "Ekonomi", 320, 330, "grades_and_test"),
        (2023, "ESMUS", "Musik", 297, 320, "grades_and_test"),
        (2023, "ESMUS", "Musik", 250, 301.25, "grades"),
        (2023, "ESMUS0S", "Musik (spetsutbildning)", 640, 700, "other"),
        (2023, "NAMUSVE", "Musik", 0, 250, "grades_and_test"),
        (2025, "NAMUKSE", "Musik", 0, 250, "grades_and_test"),
        (2021, "IBfp", "International Baccalaureate; med antagningsprov", 0, 200, "grades_and_test"),
        (2023, "VIINF", "Fjärde tekniskt år", 0, 300, "other"),
    ],
)
def test_what_points_are_made_of(
    tmp_path: Path, year: int, code: str, name: str, cutoff: float, median: float, scale: str
) -> None:
    table = f"{HEADER}\n{year} | Täby | Åva | K | {code} | {name} | {cutoff} | {median} | 30 | 30 | 1 | 0"
    assert read(tmp_path, table, f"slut-{year}.xlsx").table["scale"].tolist() == [scale]


def test_applicants_are_read_where_they_are_published(tmp_path: Path) -> None:
    table = f"""
{HEADER} | Sökande | Sökande 1:a Beh | Sökande 1:a OBeh | Sökande Ovr Beh
2025 | Täby | Åva | K | EK25 | Ekonomiprogrammet EK25 | 240 | 260 | 30 | 30 | 12 | 0 | 119 | 22 | 4 | 75
"""
    check(
        read(tmp_path, table, "preliminärantagningsresultat-2025.xlsx"),
        """
round       | programme | applicants | first_choice_eligible | first_choice_not_eligible | other_choice_eligible
preliminary | EK        | 119        | 22                    | 4                         | 75
""",
    )


def test_several_years_may_stand_in_one_file(tmp_path: Path) -> None:
    table = ORDINARY + "\n".join(line.replace("2023", "HT 2022") for line in ORDINARY.strip().splitlines()[1:])
    results = read(tmp_path, table)
    assert results.intakes == ((2022, "final"), (2023, "final"))
    assert not found(results, "year-contradicts-file-name")


def test_the_rows_decide_where_the_files_name_says_another_year(tmp_path: Path) -> None:
    results = read(tmp_path, ORDINARY, "slutantagning-2022.xlsx")
    assert results.intakes == ((2023, "final"),)
    assert found(results, "year-contradicts-file-name")[0].severity == "warning"


def test_an_unknown_programme_is_kept_with_a_warning(tmp_path: Path) -> None:
    results = read(tmp_path, ORDINARY.replace("EKEKO", "XQABC"))
    assert shown(results.table.head(1), ["programme", "programme_type"]) == [["XQ", "other"]]
    assert found(results, "programme-not-known")[0].severity == "warning"


@pytest.mark.parametrize(
    ("figures", "rule", "severity"),
    [
        ("232.5 | 260 | 30 | 28 | 12 | 0", None, None),  # seats may be withheld: free + admitted need not be seats
        ("0     | 260 | 30 | 28 | 0  | 5", "free-above-seats", "warning"),
        ("232.5 | 260 | 30 | 28 | 12 | 2", "cutoff-with-free-seats", "info"),
        ("0     | 260 | 30 | 28 | 0  | 0", "no-cutoff-without-free-seats", "info"),
        ("270   | 260 | 30 | 30 | 12 | 0", "cutoff-above-median", "warning"),
        ("0     | 0   | 30 | 28 | 0  | 2", "median-zero", "info"),
        ("150   | 0   | 30 | 0  | 0  | 30", "cutoff-without-admitted", "warning"),
        ("0     | 150 | 30 | 0  | 0  | 30", "median-without-admitted", "info"),
        ("0     | 0   | 0  | 0  | 0  | 0", "no-seats", "info"),
    ],
)
def test_what_is_odd_is_kept_and_said(tmp_path: Path, figures: str, rule: str | None, severity: str | None) -> None:
    results = read(tmp_path, f"{HEADER}\n2023 | Täby | Åva | K | EK | Ekonomiprogrammet EK | {figures}")
    said = {finding.rule: finding.severity for finding in results.findings if finding.rule != "round-from-file-name"}
    assert said == ({rule: severity} if rule else {})
    assert len(results.table) == 1


def test_a_school_outside_the_area_is_kept_and_said(tmp_path: Path) -> None:
    results = read(tmp_path, ORDINARY.replace("Solna", "Östhammar"))
    assert [finding.count for finding in found(results, "municipality-outside-area")] == [1]
    assert len(results.table) == 3


def test_spaces_are_folded_and_letters_composed(tmp_path: Path) -> None:
    table = ORDINARY.replace("Åva gymnasium", unicodedata.normalize("NFD", "'  Åva\N{NO-BREAK SPACE} gymnasium '"))
    assert read(tmp_path, table).table["school"].tolist()[0] == "Åva gymnasium"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_a_csv_holds_the_same(tmp_path: Path, separator: str, encoding: str) -> None:
    book = read_results(workbook(tmp_path / "slut-2023.xlsx", {"x": ORDINARY})).table
    decimal = "." if separator == "," else ","
    text = read_results(delimited(tmp_path / "slut-2023.csv", ORDINARY, separator, encoding, decimal)).table
    same = [name for name in book.columns if name != "source_file"]
    assert book[same].equals(text[same])


def test_made_up_files_say_so(tmp_path: Path) -> None:
    mark = "gymreg made-up region"
    book = workbook(tmp_path / "slut-2023.xlsx", {"x": ORDINARY}, properties={"category": mark})
    text = delimited(tmp_path / "prel-2023.csv", [[f"# {mark}"], *rows(ORDINARY)])
    results = read_results(book, text)
    assert results.provenance.made_up
    assert results.describe("sv").startswith("Uppgifterna är påhittade.")
    real = workbook(tmp_path / "slut-2022.xlsx", {"x": ORDINARY.replace("2023", "2022")})
    assert not read_results(real).provenance.made_up
    with pytest.raises(BadInput, match="made up"):
        read_results(book, real)


def test_files_are_read_once_and_in_the_order_of_time(tmp_path: Path) -> None:
    final = workbook(tmp_path / "a-slut-2023.xlsx", {"x": ORDINARY})
    preliminary = workbook(tmp_path / "b-prel-2023.xlsx", {"x": ORDINARY})
    results = read_results(final, tmp_path, preliminary)
    assert results.table["round"].tolist() == ["preliminary"] * 3 + ["final"] * 3
    assert results.table.equals(read_results(preliminary, final).table)
    assert [one.name for one in results.provenance.inputs] == ["a-slut-2023.xlsx", "b-prel-2023.xlsx"]


def test_a_result_tells_its_numbers_in_both_languages(tmp_path: Path) -> None:
    results = read(tmp_path, ORDINARY)
    assert "Slutantagningen 2023: studievägar 3, skolor 2, platser 66, antagna 46." in results.describe("sv")
    assert "Final admission 2023: study paths 3, schools 2, seats 66, admitted 46." in results.describe("en")
    assert shown(results.summary(), ["programme_type", "study_paths", "seats", "admitted"]) == [
        ["preparatory", "2", "58", "46"],
        ["introductory", "1", "8", "0"],
    ]
    assert "Åva" not in results._repr_html_()
