"""What an extract is refused or remarked on for, as a table: one fault, one finding, where it is.

Written is the small register of tests/registers.py; lines 2 to 7 of its applications are one pupil's preliminary list.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from gymreg_core.sources.register.reading import check_register, read_register
from gymreg_core.vocabulary.finding_texts import finding_advice, finding_text, severities
from tests.extracts import Change, both, cell, content, everywhere, lines_of, rows, value, write_extract
from tests.registers import small_register

ODD = "Xq7hemligt"
PUPILS, GRADES, SCHOOLS, PATHS = "elever.csv", "betyg.csv", "skolor.csv", "studievagar.csv"
CHOICES, TESTS, QUOTA, REPLIES = "ansokningar.csv", "fardighetsprov.csv", "fri_kvot.csv", "svar.csv"
CLOSED, OPEN = 13, 2  # lines of study paths
HEADERS_ALONE = [rows(file, lambda lines: lines[:1]) for file in (PUPILS, GRADES, SCHOOLS, PATHS, CHOICES, REPLIES)]


def removed(file: str) -> Change:
    return lambda folder: (folder / file).unlink()


def described(old: str, new: str) -> Change:
    return content("utdrag.json", lambda text: text.replace(old.encode(), new.encode()))


def without_lines(file: str, *lines: int) -> Change:
    return rows(file, lambda all_: [line for number, line in enumerate(all_, 1) if number not in lines])


def one_number_for_two(folder: Path) -> None:
    first, second = (value(folder, PUPILS, line, "Personnummer") for line in (2, 3))
    everywhere(lambda text: text.replace(second, first))(folder)


def number_without_century(folder: Path) -> None:
    number = value(folder, PUPILS, 2, "Personnummer")
    everywhere(lambda text: text.replace(number, number[2:]))(folder)


def real_number(folder: Path) -> None:
    number = value(folder, PUPILS, 2, "Personnummer")
    everywhere(lambda text: text.replace(number, "19121212-1212"))(folder)  # the tax agency's own example


def without_choices(folder: Path) -> None:
    number = value(folder, PUPILS, 3, "Personnummer")
    rows(CHOICES, lambda lines: [line for line in lines if not line.startswith(number)])(folder)


def closed_although_chosen(folder: Path) -> None:
    cell(PATHS, CLOSED, "Status", "Öppen")(folder)
    cell(CHOICES, 2, "Studieväg", value(folder, PATHS, CLOSED, "Studieväg"))(folder)
    cell(PATHS, CLOSED, "Status", "Stängd")(folder)


FAULTS: dict[str, tuple[Change, str, str | None, str | None, tuple[int, ...]]] = {
    # what is wrong: how it is written, rule, file, column, rows
    # --- the issue's own list
    "unknown path": (cell(CHOICES, 3, "Studieväg", ODD), "study-path-not-known", CHOICES, "Studieväg", (3,)),
    "choice listed twice": (cell(CHOICES, 3, "Studieväg", 2), "choice-repeated", CHOICES, "Studieväg", (2, 3)),
    "seats missing": (cell(PATHS, 2, "Platser slutligt", ""), "seats-missing", PATHS, "Platser slutligt", (2,)),
    "grade Z": (cell(GRADES, 4, "MA", "Z"), "grade-not-known", GRADES, "MA", (4,)),
    "two applicants with one number": (one_number_for_two, "applicant-twice", PUPILS, "Personnummer", (2, 3)),
    "no choices": (without_choices, "applicant-without-choices", PUPILS, None, (3,)),
    "nobody's choices": (rows(CHOICES, lambda lines: lines[:1]), "register-empty", CHOICES, None, ()),
    "0 seats": (cell(PATHS, 2, "Platser slutligt", "0"), "seats-zero", PATHS, "Platser slutligt", (2,)),
    "empty region": (both(*HEADERS_ALONE), "register-empty", PUPILS, None, ()),
    # --- pupils
    "number without century": (
        number_without_century,
        "identity-number-not-readable",
        PUPILS,
        "Personnummer",
        (2,),
    ),
    "somebody's number": (real_number, "real-number-in-made-up", PUPILS, "Personnummer", (2,)),
    "municipality in genitive": (
        cell(PUPILS, 5, "Hemkommun", "Täby kommun"),
        "municipality-not-known",
        PUPILS,
        "Hemkommun",
        (5,),
    ),
    "no municipality": (cell(PUPILS, 5, "Hemkommun", " "), "cell-empty", PUPILS, "Hemkommun", (5,)),
    "sex in another word": (cell(PUPILS, 5, "Kön", ODD), "word-not-known", PUPILS, "Kön", (5,)),
    "school of seven digits": (
        cell(PUPILS, 5, "Grundskola", "1000001"),
        "school-unit-not-readable",
        PUPILS,
        "Grundskola",
        (5,),
    ),
    "year 9 in the future": (
        cell(PUPILS, 5, "Avslutade årskurs 9", "2024"),
        "year-not-readable",
        PUPILS,
        "Avslutade årskurs 9",
        (5,),
    ),
    # --- schools and study paths
    "school's municipality": (cell(SCHOOLS, 3, "Kommun", ODD), "municipality-not-known", SCHOOLS, "Kommun", (3,)),
    "school twice": (
        rows(SCHOOLS, lambda lines: [*lines, lines[1].replace("Almvreta", "Annan")]),
        "school-repeated",
        SCHOOLS,
        "Skolenhet",
        (2, 6),
    ),
    "unknown school": (cell(PATHS, 4, "Skolenhet", "99999999"), "school-not-known", PATHS, "Skolenhet", (4,)),
    "path twice": (
        rows(PATHS, lambda lines: [*lines, lines[1].replace("Studieväg 0", "Studieväg X")]),
        "study-path-repeated",
        PATHS,
        "Studieväg",
        (2, 14),
    ),
    "wrong code": (cell(PATHS, 2, "Kod", "QQABC"), "study-path-code-not-known", PATHS, "Kod", (2,)),
    "name as code": (cell(PATHS, 2, "Kod", "Naturvetenskap"), "study-path-code-not-known", PATHS, "Kod", (2,)),
    "seats missing in both rounds": (
        both(cell(PATHS, 2, "Platser slutligt", ""), cell(PATHS, 3, "Platser preliminärt", "")),
        "seats-missing",
        PATHS,
        None,
        (2, 3),
    ),
    "seats below zero": (
        cell(PATHS, 2, "Platser slutligt", "−5"),
        "negative-number",
        PATHS,
        "Platser slutligt",
        (2,),
    ),
    "half a seat": (cell(PATHS, 2, "Platser slutligt", "4,5"), "decimals-in-count", PATHS, "Platser slutligt", (2,)),
    "seats in words": (
        cell(PATHS, 2, "Platser slutligt", "många"),
        "text-in-number-column",
        PATHS,
        "Platser slutligt",
        (2,),
    ),
    "free quota above seats": (
        cell(PATHS, 2, "Varav fri kvot", "999"),
        "free-quota-above-seats",
        PATHS,
        "Varav fri kvot",
        (2,),
    ),
    "unknown tie-break": (cell(PATHS, 2, "Särskiljning", ODD), "tie-break-not-known", PATHS, "Särskiljning", (2,)),
    "unknown state": (cell(PATHS, 2, "Status", ODD), "word-not-known", PATHS, "Status", (2,)),
    # --- grades
    "old grade": (cell(GRADES, 4, "MA", "VG"), "grade-not-known", GRADES, "MA", (4,)),
    "two rows of a term": (
        rows(GRADES, lambda lines: [*lines, lines[1].replace(";Nej;", ";Ja;", 1)]),
        "entry-repeated",
        GRADES,
        "Termin",
        (2, 122),
    ),
    "grades of nobody": (
        rows(GRADES, lambda lines: [*lines, "20070229-0000" + lines[1][13:]]),
        "pupil-not-known",
        GRADES,
        "Personnummer",
        (122,),
    ),
    "final grades missing": (without_lines(GRADES, 62), "final-grades-missing", PUPILS, None, (2,)),
    "autumn grades missing": (without_lines(GRADES, 2, 3), "autumn-grades-missing", PUPILS, None, (2, 3)),
    # --- choices
    "choice of nobody": (
        cell(CHOICES, 7, "Personnummer", "20070229-0000"),
        "pupil-not-known",
        CHOICES,
        "Personnummer",
        (7,),
    ),
    "choice without a number": (cell(CHOICES, 7, "Personnummer", ""), "cell-empty", CHOICES, "Personnummer", (7,)),
    "choice without a path": (cell(CHOICES, 3, "Studieväg", ""), "cell-empty", CHOICES, "Studieväg", (3,)),
    "two first choices": (cell(CHOICES, 3, "Rang", "1"), "rank-repeated", CHOICES, "Rang", (2, 3)),
    "place left out": (cell(CHOICES, 7, "Rang", "9"), "rank-gap", CHOICES, "Rang", (7,)),
    "place 0": (cell(CHOICES, 7, "Rang", "0"), "rank-not-readable", CHOICES, "Rang", (7,)),
    "unknown round": (cell(CHOICES, 7, "Omgång", "Reserv"), "word-not-known", CHOICES, "Omgång", (7,)),
    "broken date": (cell(CHOICES, 2, "Inkommen", "2023-02-30"), "date-not-readable", CHOICES, "Inkommen", (2,)),
    "date of another year": (
        cell(CHOICES, 2, "Inkommen", "2013-02-01"),
        "date-not-readable",
        CHOICES,
        "Inkommen",
        (2,),
    ),
    "late choice": (cell(CHOICES, 2, "Inkommen", "2023-02-16"), "choice-late", CHOICES, "Inkommen", (2,)),
    "choice of a closed path": (closed_although_chosen, "choice-of-closed-path", CHOICES, "Studieväg", (2,)),
    # --- skill tests, free quota, replies
    "points outside the scale": (cell(TESTS, 2, "Poäng", "20,5"), "points-outside-scale", TESTS, "Poäng", (2,)),
    "a weight beyond all points": (
        cell(PATHS, 2, "Provets vikt", "999999999"),
        "test-weight-too-large",
        PATHS,
        "Provets vikt",
        (2,),
    ),
    "test twice": (
        rows(TESTS, lambda lines: [*lines, lines[1].replace(";7", ";8")]),
        "entry-repeated",
        TESTS,
        "Studieväg",
        (2, 43),
    ),
    "one place in the quota twice": (
        cell(QUOTA, 5, "Plats", 2),
        "entry-repeated",
        QUOTA,
        "Plats",
        (2, 5),
    ),
    "reply in another word": (cell(REPLIES, 2, "Svar", ODD), "word-not-known", REPLIES, "Svar", (2,)),
    "two replies": (
        rows(REPLIES, lambda lines: [*lines, lines[1].replace(";Ja;", ";Nej;")]),
        "entry-repeated",
        REPLIES,
        "Personnummer",
        (2, 50),
    ),
    # --- rows and files
    "row twice": (
        rows(CHOICES, lambda lines: [*lines, lines[1]]),
        "row-repeated-exactly",
        CHOICES,
        None,
        (510,),
    ),
    "number with and without hyphen": (
        rows(PUPILS, lambda lines: [*lines, lines[1].replace("-", "", 1)]),
        "row-repeated-exactly",
        PUPILS,
        None,
        (62,),
    ),
    "row too long": (
        rows(PUPILS, lambda lines: [*lines[:2], lines[2] + ";Nej", *lines[3:]]),
        "row-of-another-width",
        PUPILS,
        None,
        (3,),
    ),
    "row too short": (
        rows(CHOICES, lambda lines: [*lines[:2], lines[2].rpartition(";")[0], *lines[3:]]),
        "row-of-another-width",
        CHOICES,
        None,
        (3,),
    ),
    "file missing": (removed(PUPILS), "extract-file-missing", PUPILS, None, ()),
    "file empty": (content(GRADES, lambda _: b"\n"), "file-empty", GRADES, None, ()),
    "columns missing": (
        rows(PUPILS, lambda lines: [lines[0].replace("Kön", "Sex"), *lines[1:]]),
        "extract-columns-missing",
        PUPILS,
        None,
        (1,),
    ),
    "column twice": (
        rows(PUPILS, lambda lines: [lines[0] + ";kön", *(line + ";K" for line in lines[1:])]),
        "column-twice",
        PUPILS,
        None,
        (1,),
    ),
    "unknown separator": (
        content(PUPILS, lambda text: text.replace(b";", b"|")),
        "extract-columns-missing",
        PUPILS,
        None,
        (1,),
    ),
    "UTF-16": (content(PUPILS, lambda text: text.decode().encode("utf-16")), "text-in-utf-16", PUPILS, None, ()),
    "letters broken": (
        content(PUPILS, lambda text: text.decode().encode().decode("cp1252", "replace").encode()),
        "letters-broken",
        PUPILS,
        None,
        (),
    ),
    "a workbook": (content(PUPILS, lambda _: b"PK\x03\x04\0\0"), "not-text", PUPILS, None, ()),
    "open quotation mark": (
        content(SCHOOLS, lambda text: text.replace("Björkö".encode(), '"Björkö'.encode())),
        "quotation-marks-broken",
        SCHOOLS,
        None,
        (),
    ),
    "cell over two lines": (
        content(SCHOOLS, lambda text: text.replace("Björkö gymnasium".encode(), '"Björkö\ngymnasium"'.encode())),
        "quotation-marks-broken",
        SCHOOLS,
        None,
        (),
    ),
    "description missing": (removed("utdrag.json"), "extract-not-described", "utdrag.json", None, ()),
    "made-up or not is not said": (described("true", '"ja"'), "extract-not-described", "utdrag.json", None, ()),
    "year of another age": (described("2023", "1923"), "extract-not-described", "utdrag.json", None, ()),
    "another version": (described('"version": 1', '"version": 2'), "extract-version-unknown", "utdrag.json", None, ()),
}
SOUND: dict[str, Change] = {
    "as written": lambda folder: None,
    "comma": content(PUPILS, lambda text: text.replace(b";", b",")),
    "tab": content(PUPILS, lambda text: text.replace(b";", b"\t")),
    "Windows letters": content(PUPILS, lambda text: text.decode().encode("cp1252")),
    "Windows lines": content(PUPILS, lambda text: text.replace(b"\n", b"\r\n")),
    "old Mac lines": content(PUPILS, lambda text: text.replace(b"\n", b"\r")),
    "byte-order mark": content(PUPILS, lambda text: b"\xef\xbb\xbf" + text),
    "decomposed letters": content(PATHS, lambda text: text.replace("Ö".encode(), "O\u0308".encode())),
    "quoted cells": rows(SCHOOLS, lambda lines: ['"' + line.replace(";", '";"') + '"' for line in lines]),
    "spaces around": content(PUPILS, lambda text: text.replace(b";", b" ; ")),
    "empty lines": content(PUPILS, lambda text: text.replace(b"\n", b"\n\n") + b";;;;;;\n ; ;;;;;\n"),
    "another column": rows(PUPILS, lambda lines: [lines[0] + ";Anteckning", *(f"{line};x" for line in lines[1:])]),
    "numbers without hyphen": content(PUPILS, lambda text: re.sub(rb"(\d{8})-", rb"\1", text)),
    "capitals": content(PUPILS, lambda text: text.replace(b"Nej", b"NEJ").replace("Kön".encode(), "KÖN".encode())),
    "optional files left out": both(removed(TESTS), removed(QUOTA), removed(REPLIES)),
    "closed path without seats": cell(PATHS, CLOSED, "Platser slutligt", ""),
}


def found_in(folder: Path) -> list[tuple[str, str | None, str | None, tuple[int, ...]]]:
    return [(found.rule, found.file, found.column, found.rows) for found in check_register(folder)]


@pytest.mark.parametrize(("change", "rule", "file", "column", "lines"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_one_finding(
    tmp_path: Path, change: Change, rule: str, file: str | None, column: str | None, lines: tuple[int, ...]
) -> None:
    write_extract(tmp_path)
    change(tmp_path)
    assert found_in(tmp_path) == [(rule, file, column, lines)]
    if severities()[rule] == "error":
        with pytest.raises(BadInput) as refused:
            read_register(tmp_path)
        assert refused.value.exit_code == 11
        assert [found.rule for found in refused.value.findings] == [rule]
    else:
        assert read_register(tmp_path).register is not None


@pytest.mark.parametrize("change", SOUND.values(), ids=SOUND.keys())
def test_another_way_of_writing_is_no_fault(tmp_path: Path, change: Change) -> None:
    write_extract(tmp_path)
    change(tmp_path)
    assert found_in(tmp_path) == []


def test_faults_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    write_extract(tmp_path)
    names = ("unknown path", "seats missing", "grade Z", "sex in another word", "reply in another word", "late choice")
    for name in names:
        FAULTS[name][0](tmp_path)
    assert sorted(rule for rule, *_ in found_in(tmp_path)) == sorted(FAULTS[name][1] for name in names)
    with pytest.raises(BadInput) as refused:
        read_register(tmp_path)
    assert "5 reasons" in str(refused.value)
    assert len(refused.value.findings) == 6


def test_what_points_into_a_missing_file_is_no_fault_of_its_own(tmp_path: Path) -> None:
    for file in (PUPILS, PATHS, SCHOOLS, CHOICES, GRADES):
        write_extract(tmp_path)
        (tmp_path / file).unlink()
        assert found_in(tmp_path) == [("extract-file-missing", file, None, ())]


def texts_of(findings: Findings) -> str:
    said = [
        finding_text(found, language) + finding_advice(found, language)
        for found in findings
        for language in ("sv", "en")
    ]
    return "\n".join([*said, json.dumps(findings.to_records(), ensure_ascii=False), *(f.where for f in findings)])


@pytest.mark.parametrize("change", [fault[0] for fault in FAULTS.values()], ids=FAULTS.keys())
def test_no_message_holds_a_value(tmp_path: Path, change: Change) -> None:
    numbers = write_extract(tmp_path)
    change(tmp_path)
    told = texts_of(check_register(tmp_path))
    try:
        told += repr(read_register(tmp_path))
    except BadInput as refused:
        told += str(refused) + repr(refused) + texts_of(refused.findings)
    plain = [number.replace("-", "") for number in numbers]
    names = pseudonyms(plain, MADE_UP_KEY)
    written = {text for one in (numbers, plain, names, [number[2:] for number in numbers]) for text in one}
    assert not [text for text in written if text in told]
    assert ODD not in told


def test_seats_are_asked_for_in_the_rounds_that_have_choices(tmp_path: Path) -> None:
    """In April there is no final list yet, nor final seats and grades."""
    write_extract(tmp_path)
    rows(CHOICES, lambda lines: [line for line in lines if ";Slutlig;" not in line])(tmp_path)
    rows(GRADES, lambda lines: [line for line in lines if ";Slut;" not in line])(tmp_path)
    count = len(lines_of(tmp_path / PATHS))
    for line in range(2, count + 1):
        cell(PATHS, line, "Platser slutligt", "")(tmp_path)
    assert found_in(tmp_path) == []
    paths = read_register(tmp_path).register.study_paths  # type: ignore[union-attr]
    assert paths["seats_final"].eq(0).all()
    assert paths["seats_preliminary"].equals(small_register().study_paths["seats_preliminary"])
    cell(PATHS, 2, "Platser preliminärt", "0")(tmp_path)
    cell(PATHS, 3, "Platser preliminärt", "")(tmp_path)
    assert found_in(tmp_path) == [
        ("seats-missing", PATHS, "Platser preliminärt", (3,)),
        ("seats-zero", PATHS, "Platser preliminärt", (2,)),
    ]


def test_who_finished_year_9_earlier_has_final_grades_alone(tmp_path: Path) -> None:
    write_extract(tmp_path)
    FAULTS["autumn grades missing"][0](tmp_path)
    cell(PUPILS, 2, "Avslutade årskurs 9", "2022")(tmp_path)
    assert found_in(tmp_path) == [("autumn-grades-missing", PUPILS, None, (3,))]


def test_what_is_remarked_on_is_treated_as_the_advice_says(tmp_path: Path) -> None:
    write_extract(tmp_path)
    for name in ("late choice", "row twice", "final grades missing", "place left out"):
        FAULTS[name][0](tmp_path)
    register = read_register(tmp_path).register
    assert register is not None
    choices, as_drawn = register.applications, small_register().applications
    assert len(choices) == len(as_drawn)
    assert choices["late"].to_list() == [True] + [False] * (len(choices) - 1)
    assert choices["rank"].to_list()[:6] == [1, 2, 3, 4, 5, 9]
    assert not (register.grades["pupil"].eq(0) & register.grades["term"].eq("final")).any()


def test_choices_of_a_closed_path_lapse_and_the_others_keep_their_places(tmp_path: Path) -> None:
    write_extract(tmp_path)
    closed_although_chosen(tmp_path)
    register = read_register(tmp_path).register
    assert register is not None
    assert register.applications["rank"].to_list()[:5] == [2, 3, 4, 5, 6]


def test_a_wrong_check_digit_is_remarked_on_in_a_real_extract(tmp_path: Path) -> None:
    write_extract(tmp_path, small_register(made_up=False))
    assert [(found.rule, found.severity, found.count) for found in check_register(tmp_path)] == [
        ("check-digit-wrong", "warning", 60)
    ]
