"""What an extract of enrolments is refused or remarked on for, as tables: which rows of a pupil break which rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gymreg_core.contracts.enrolments import year9_of
from gymreg_core.errors import BadInput
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from gymreg_core.vocabulary.finding_texts import finding_advice, finding_text
from gymreg_core.vocabulary.programmes import LANGUAGES
from tests.enrolments import tiny_enrolments, write_small
from tests.extracts import Change, cell, content, everywhere, rows, value

PERSONS, HOMES, SPELLS, SCHOOLS = "personer.csv", "hemkommun.csv", "inskrivningar.csv", "skolor.csv"
YEAR9 = "arskurs9.csv"
DECISIONS, CERTIFICATES = "beslut.csv", "bevis.csv"
Found = tuple[str, str | None, str | None, tuple[int, ...]]

OVERLAPS = {
    "one after the other": ("23-08-15..23-10-31, 23-11-01..", ()),
    "a shared day": ("23-08-15..23-11-01, 23-11-01..", (2, 3)),
    "one goes on": ("23-08-15.., 24-08-15..", (2, 3)),
    "in another order": ("24-08-15.., 23-08-15..24-06-10", ()),
    "one within another": ("23-08-15..24-06-10, 23-10-01..23-10-05", (2, 3)),
    "a long one over two short": ("23-08-15..24-06-10, 23-09-01..23-09-05, 23-10-01..23-10-05", (2, 3, 4)),
    "after a short one within a long": ("23-08-15..24-06-10, 23-09-01..23-09-05, 24-06-11..", (2, 3)),
    "one day alone": ("23-08-15..23-08-15, 23-08-16..", ()),
    "one annulled": ("23-08-15.. x23-09-20, 23-08-15..23-09-10 +23-09-20, 23-09-11.. +23-09-20", ()),
    "known together for a time": ("23-08-15.. x24-01-10, 23-10-01..", ()),
    "annulled and recorded anew, twice": ("23-08-15.. x23-09-20, 23-08-15.. +23-09-20, 23-08-16.. +23-09-21", (3, 4)),
}


def spells_of(text: str) -> list[dict[str, str]]:
    """'23-08-15..23-10-31 x23-11-05 +23-11-01': first and last day, annulled, recorded."""
    found = []
    for part in text.split(", "):
        days, *known = part.split()
        start, stop = days.split("..")
        row = {"who": "Ada", "start": f"20{start}", "stop": f"20{stop}" if stop else ""}
        row |= {{"x": "annulled", "+": "recorded"}[mark[0]]: f"20{mark[1:]}" for mark in known}
        found.append(row)
    return found


def found_in(folder: Path) -> list[Found]:
    return [(found.rule, found.file, found.column, found.rows) for found in check_enrolments(folder)]


@pytest.mark.parametrize(("text", "lines"), OVERLAPS.values(), ids=OVERLAPS.keys())
def test_spells_that_count_do_not_overlap(tmp_path: Path, text: str, lines: tuple[int, ...]) -> None:
    write_small(tmp_path, tiny_enrolments([*spells_of(text), {"who": "Bo"}]))
    assert found_in(tmp_path) == ([("spells-overlap", SPELLS, "Från", lines)] if lines else [])


def test_spells_of_two_pupils_do_not_overlap(tmp_path: Path) -> None:
    write_small(tmp_path, tiny_enrolments([{"who": who} for who in ("Ada", "Bo", "Cy")]))
    assert found_in(tmp_path) == []


# Written is one pupil, Ada, of whom these rows are; a fault changes a cell of line 2, or what is said.
ADA = tiny_enrolments(
    spells="""
    | who | code  | year | start      | stop       | reason    |
    | Ada | NANAT | 1    | 2023-08-15 | 2024-06-10 | promoted  |
    | Ada | NANAT | 2    | 2024-08-15 |            |           |
    """,
    decisions="""
    | who | start      | stop       | percent | recorded   |
    | Ada | 2026-01-01 | 2026-06-30 | 100     | 2025-12-20 |
    | Ada | 2026-07-01 | 2026-12-31 | 50      | 2025-12-20 |
    """,
    certificates="| who | issued | code |\n| Ada | 2026-06-09 | NANAT |",
    homes="| who | home | start |\n| Ada | Täby | 2024-03-01 |",
)


def real_number(folder: Path) -> None:
    number = value(folder, PERSONS, 2, "Personnummer")
    everywhere(lambda text: text.replace(number, "19121212-1212"))(folder)  # the tax agency's own example


FAULTS: dict[str, tuple[Change, str, str, str | None, tuple[int, ...]]] = {
    "merit 999": (cell(YEAR9, 2, "Meritvärde", "999"), "merit-outside-scale", YEAR9, "Meritvärde", (2,)),
    "merit 340.5": (cell(YEAR9, 2, "Meritvärde", "340,5"), "merit-outside-scale", YEAR9, "Meritvärde", (2,)),
    "merit 201": (cell(YEAR9, 2, "Meritvärde", "201"), "merit-between-steps", YEAR9, "Meritvärde", (2,)),
    "merit below 0": (cell(YEAR9, 2, "Meritvärde", "-10"), "negative-number", YEAR9, "Meritvärde", (2,)),
    "year in raised digits": (
        cell(YEAR9, 2, "Avslutade årskurs 9", "202³"),
        "year-not-readable",
        YEAR9,
        "Avslutade årskurs 9",
        (2,),
    ),
    "merit in words": (cell(YEAR9, 2, "Meritvärde", "G"), "text-in-number-column", YEAR9, "Meritvärde", (2,)),
    "a real number": (real_number, "real-number-in-made-up", PERSONS, "Personnummer", (2,)),
    "home of old": (cell(HOMES, 3, "Hemkommun", "Täby kommun"), "municipality-not-known", HOMES, "Hemkommun", (3,)),
    "two homes": (cell(HOMES, 3, "Från", 2), "home-repeated", HOMES, "Från", (2, 3)),
    "home too late": (cell(HOMES, 2, "Från", "2023-08-16"), "home-unknown-at-start", SPELLS, "Från", (2,)),
    "homes annulled": (
        rows(HOMES, lambda lines: [lines[0], *(f"{line}2024-05-01" for line in lines[1:])]),
        "pupil-without-home",
        PERSONS,
        None,
        (2,),
    ),
    "recorded tomorrow": (cell(HOMES, 3, "Registrerad", "2026-07-01"), "day-after-extract", HOMES, "Registrerad", (3,)),
    "annulled first": (
        cell(HOMES, 3, "Annullerad", "2024-02-29"),
        "annulled-before-recorded",
        HOMES,
        "Annullerad",
        (3,),
    ),
    "no such day": (cell(HOMES, 3, "Från", "2023-02-29"), "day-not-readable", HOMES, "Från", (3,)),
    "year 2205": (cell(SPELLS, 2, "Till", "2205-06-10"), "day-not-readable", SPELLS, "Till", (2,)),
    "no start": (cell(SPELLS, 2, "Från", ""), "cell-empty", SPELLS, "Från", (2,)),
    "school elsewhere": (cell(SPELLS, 2, "Skolenhet", "99999999"), "school-not-known", SPELLS, "Skolenhet", (2,)),
    "code of nothing": (cell(SPELLS, 2, "Kod", "QQ"), "study-path-code-not-known", SPELLS, "Kod", (2,)),
    "year 0": (cell(SPELLS, 2, "Årskurs", "0"), "year-of-study-outside", SPELLS, "Årskurs", (2,)),
    "year 5": (cell(SPELLS, 2, "Årskurs", "5"), "year-of-study-outside", SPELLS, "Årskurs", (2,)),
    "year 300": (cell(SPELLS, 2, "Årskurs", "300"), "year-of-study-outside", SPELLS, "Årskurs", (2,)),
    "stop first": (cell(SPELLS, 2, "Till", "2023-08-14"), "stop-before-start", SPELLS, "Till", (2,)),
    "present first": (
        cell(SPELLS, 2, "Närvarande från", "2023-08-14"),
        "present-outside-spell",
        SPELLS,
        "Närvarande från",
        (2,),
    ),
    "present last": (
        cell(SPELLS, 2, "Närvarande från", "2024-06-11"),
        "present-outside-spell",
        SPELLS,
        "Närvarande från",
        (2,),
    ),
    "present in time to come": (
        cell(SPELLS, 3, "Närvarande från", "2026-08-15"),
        "day-after-extract",
        SPELLS,
        "Närvarande från",
        (3,),
    ),
    "no reason": (cell(SPELLS, 2, "Avslutsorsak", ""), "stop-without-reason", SPELLS, "Avslutsorsak", (2,)),
    "only a reason": (cell(SPELLS, 3, "Avslutsorsak", "Byte"), "reason-without-stop", SPELLS, "Avslutsorsak", (3,)),
    "came, never came": (
        cell(SPELLS, 2, "Avslutsorsak", "Aldrig närvarande"),
        "presence-contradicts-reason",
        SPELLS,
        "Avslutsorsak",
        (2,),
    ),
    "another reason": (cell(SPELLS, 2, "Avslutsorsak", "Slutat"), "word-not-known", SPELLS, "Avslutsorsak", (2,)),
    "a row twice": (rows(SPELLS, lambda lines: [*lines, lines[1]]), "row-twice", SPELLS, None, (4,)),
    "percent 0": (cell(DECISIONS, 2, "Procent", "0"), "percent-outside", DECISIONS, "Procent", (2,)),
    "percent 101": (cell(DECISIONS, 2, "Procent", "101"), "percent-outside", DECISIONS, "Procent", (2,)),
    "percent 99999": (cell(DECISIONS, 2, "Procent", "99999"), "percent-outside", DECISIONS, "Procent", (2,)),
    "decisions overlap": (cell(DECISIONS, 2, "Till", "2026-07-01"), "decisions-overlap", DECISIONS, "Från", (2, 3)),
    "decision backwards": (cell(DECISIONS, 2, "Till", "2025-12-31"), "stop-before-start", DECISIONS, "Till", (2,)),
    "no points": (cell(CERTIFICATES, 2, "Poäng", ""), "certificate-without-points", CERTIFICATES, "Poäng", (2,)),
    "not eligible": (
        cell(CERTIFICATES, 2, "Grundläggande behörighet", "Nej"),
        "eligibility-contradicts",
        CERTIFICATES,
        "Grundläggande behörighet",
        (2,),
    ),
    "eligible": (
        cell(CERTIFICATES, 2, "Bevis", "Studiebevis"),
        "eligibility-contradicts",
        CERTIFICATES,
        "Grundläggande behörighet",
        (2,),
    ),
    "a certificate twice": (
        rows(CERTIFICATES, lambda lines: [*lines, lines[1].replace(";2500;", ";2400;")]),
        "certificate-repeated",
        CERTIFICATES,
        "Bevis",
        (2, 3),
    ),
    "issued tomorrow": (
        cell(CERTIFICATES, 2, "Utfärdat", "2026-07-01"),
        "day-after-extract",
        CERTIFICATES,
        "Utfärdat",
        (2,),
    ),
    "a school twice": (
        rows(SCHOOLS, lambda lines: [*lines, lines[1].replace("Kommunal", "Region")]),
        "school-repeated",
        SCHOOLS,
        "Skolenhet",
        (2, 3),
    ),
    "a school nowhere": (cell(SCHOOLS, 2, "Kommun", "Norge"), "municipality-not-known", SCHOOLS, "Kommun", (2,)),
    "letters broken": (
        content(HOMES, lambda text: text.replace("ä".encode(), "Ã¤".encode())),
        "letters-broken",
        HOMES,
        None,
        (),
    ),
    "no spells": (rows(SPELLS, lambda lines: lines[:1]), "register-empty", SPELLS, None, ()),
    "no header": (rows(SPELLS, lambda lines: lines[1:]), "extract-columns-missing", SPELLS, None, (1,)),
}


@pytest.mark.parametrize(("change", "rule", "file", "column", "lines"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_one_finding_and_names_nobody(
    tmp_path: Path, change: Change, rule: str, file: str, column: str | None, lines: tuple[int, ...]
) -> None:
    (number,) = write_small(tmp_path, ADA)
    assert found_in(tmp_path) == []
    change(tmp_path)
    assert found_in(tmp_path) == [(rule, file, column, lines)]
    findings = check_enrolments(tmp_path)
    told = json.dumps(findings.to_records(), ensure_ascii=False)
    for language in LANGUAGES:
        told += "".join(finding_text(one, language) + finding_advice(one, language) for one in findings)
    if findings.has_errors:
        with pytest.raises(BadInput) as refused:
            read_enrolments(tmp_path)
        assert refused.value.exit_code == 11
        told += str(refused.value) + repr(refused.value)
    else:
        told += repr(read_enrolments(tmp_path))
    plain = number.replace("-", "")
    assert not [text for text in (number, plain, plain[2:], *pseudonyms([plain], MADE_UP_KEY)) if text in told]


@pytest.mark.parametrize(
    ("finished", "merit", "sound"), [(2012, "320", True), (2012, "330", False), (2014, "330", True)]
)
def test_a_merit_value_is_on_the_scale_of_its_year(tmp_path: Path, finished: int, merit: str, sound: bool) -> None:
    """320 points at most before a modern language counted on top (gymnasieförordningen 7 kap. 4 §, SFS 2011:3)."""
    write_small(tmp_path, tiny_enrolments([{"who": "Ada"}], [{"who": "Ada", "year9": finished, "merit": merit}]))
    assert [rule for rule, *_ in found_in(tmp_path)] == ([] if sound else ["merit-outside-scale"])


def test_the_last_day_of_the_extract_belongs_to_it(tmp_path: Path) -> None:
    write_small(tmp_path, ADA)
    for file, line, column in ((HOMES, 3, "Registrerad"), (SPELLS, 3, "Registrerad"), (CERTIFICATES, 2, "Utfärdat")):
        cell(file, line, column, ADA.as_of)(tmp_path)
    assert found_in(tmp_path) == []


def test_two_persons_never_share_a_number(tmp_path: Path) -> None:
    """Also not a placeholder where the rows differ: what each of them has done is unknown, and nothing else is said."""
    persons = [{"who": "Ada"}, {"who": "Bo", "sex": "M", "home": "Täby", "merit": 100}]
    spells = [{"who": "Ada"}, {"who": "Bo", "start": "2024-08-15"}]
    first, second = write_small(tmp_path, tiny_enrolments(spells, persons))
    shared = f"{first[:8]}-TF12"
    everywhere(lambda text: text.replace(second, shared).replace(first, shared))(tmp_path)
    assert found_in(tmp_path) == [
        ("applicant-twice", PERSONS, "Personnummer", (2, 3)),
        ("placeholder-number", PERSONS, "Personnummer", (2, 3)),
    ]


def test_all_faults_are_found_at_once(tmp_path: Path) -> None:
    write_small(tmp_path, ADA)
    names = ("merit 999", "home of old", "stop first", "percent 0", "no points", "a school nowhere")
    for name in names:
        FAULTS[name][0](tmp_path)
    assert sorted(rule for rule, *_ in found_in(tmp_path)) == sorted(FAULTS[name][1] for name in names)
    with pytest.raises(BadInput, match="6 reasons"):
        read_enrolments(tmp_path)


def test_a_row_that_cannot_be_read_gives_no_other_finding(tmp_path: Path) -> None:
    """Whose home row cannot be read is not said to have no home."""
    write_small(tmp_path, tiny_enrolments([{"who": "Ada"}]))
    cell(HOMES, 2, "Från", "2023-7-1")(tmp_path)
    assert found_in(tmp_path) == [("day-not-readable", HOMES, "Från", (2,))]


# Ada got a number in place of a placeholder, Bo and Cy have theirs; unit B took over from A, and C and D from B.
SUCCESSIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a new number": ("| Ada | Tf | 2024-07-01 |", "", ()),
    "by way of another": ("| Bo | Tf | 2024-01-01 |\n| Ada | Bo | 2024-07-01 |", "", ()),
    "two numbers become one": ("| Ada | Tf | 2024-07-01 |\n| Ada | Bo | 2024-07-01 |", "", ()),
    "to itself": ("| Ada | Ada | 2024-07-01 |", "", ("number-leads-back",)),
    "round": (
        "| Ada | Bo | 2024-07-01 |\n| Cy | Ada | 2024-08-01 |\n| Bo | Cy | 2024-09-01 |",
        "",
        ("number-leads-back",),
    ),
    "one by two": ("| Ada | Tf | 2024-07-01 |\n| Bo | Tf | 2024-07-01 |", "", ("number-replaced-twice",)),
    "protected now": ("| Dan | Tf | 2024-07-01 |", "", ("protected-linked",)),
    "protected before": ("| Ada | Dan | 2024-07-01 |", "", ("protected-linked",)),
    "in time to come": ("| Ada | Tf | 2026-07-01 |", "", ("day-after-extract", "day-after-extract")),
    "a new unit": ("", "| A | B | 100 |\n| B | C | 60 |\n| B | D | 40 |", ()),
    "two units merged": ("", "| A | C | 100 |\n| B | C | 100 |", ()),
    "itself again": ("", "| A | A | 100 |", ("unit-leads-back",)),
    "round again": ("", "| A | B | 100 |\n| B | A | 100 |", ("unit-leads-back",)),
    "more than all": ("", "| A | B | 60 |\n| A | C | 41 |", ("shares-above-all",)),
    "nobody": ("", "| A | B | 0 |", ("share-outside",)),
    "more than everybody": ("", "| A | B | 101 |", ("share-outside",)),
}


@pytest.mark.parametrize(("numbers", "units", "rules"), SUCCESSIONS.values(), ids=SUCCESSIONS.keys())
def test_numbers_and_units_go_on_under_others_that_do_not_lead_back(
    tmp_path: Path, numbers: str, units: str, rules: tuple[str, ...]
) -> None:
    who = {"Ada": {}, "Bo": {}, "Cy": {}, "Dan": {"protected": "yes"}, "Tf": {"kind": "placeholder"}}
    people, spells = [{"who": name, **told} for name, told in who.items()], [{"who": name} for name in who]
    enrolments = tiny_enrolments(
        spells,
        people,
        schools="| school |\n| A |\n| B |\n| C |\n| D |",
        identities=f"| who | former | day |\n{numbers}" if numbers else "",
        predecessors=[
            dict(
                zip(("former", "school", "percent", "day"), [*row.strip("| ").split(" | "), "2024-07-01"], strict=True)
            )
            for row in units.splitlines()
        ],
    )
    write_small(tmp_path, enrolments)
    usual = {"identity-protected", "placeholder-number"}
    assert tuple(rule for rule, *_ in found_in(tmp_path) if rule not in usual) == rules


def test_an_annulled_link_says_nothing(tmp_path: Path) -> None:
    rows = [{"who": "Ada", "former": "Ada", "day": "2024-07-01", "annulled": "2024-08-01"}]
    write_small(tmp_path, tiny_enrolments([{"who": "Ada"}], identities=rows))
    assert found_in(tmp_path) == []


DIPLOMAS = {
    "one": ("vocational_diploma", ()),
    "of two kinds": ("vocational_diploma, international_baccalaureate", ("diplomas-several",)),
    "of one kind, another day": ("vocational_diploma, vocational_diploma", ("certificate-repeated",)),
    "after a study certificate": ("study_certificate, vocational_diploma", ()),
    "two study certificates": ("study_certificate, study_certificate", ()),
}


@pytest.mark.parametrize(("kinds", "rules"), DIPLOMAS.values(), ids=DIPLOMAS.keys())
def test_a_diploma_is_given_once(tmp_path: Path, kinds: str, rules: tuple[str, ...]) -> None:
    """Skollagen 16 kap. 26 §; of two kinds the first counts, two of one kind are a slip of the pen."""
    papers = [
        {"who": "Ada", "issued": f"202{5 + number}-06-05", "certificate": kind}
        for number, kind in enumerate(kinds.split(", "))
    ]
    write_small(tmp_path, tiny_enrolments([{"who": "Ada"}], certificates=papers))
    assert tuple(rule for rule, *_ in found_in(tmp_path)) == rules


def test_year_9_may_be_corrected_but_not_twice_on_a_day(tmp_path: Path) -> None:
    for recorded, rules in (("2023-09-01", []), ("2023-07-01", ["merit-row-repeated"])):
        later = [{"who": "Ada", "merit": "230", "recorded": recorded}]
        write_small(tmp_path, tiny_enrolments([{"who": "Ada"}], year9=later))
        assert [rule for rule, *_ in found_in(tmp_path)] == rules


def test_of_two_rows_of_year_9_the_one_recorded_last_counts() -> None:
    rows = [
        {"who": "Ada", "merit": "230", "recorded": "2023-09-01"},
        {"who": "Ada", "merit": "240", "recorded": "2023-08-01"},
        {"who": "Ada", "merit": "250", "recorded": "2023-10-01", "annulled": "2023-11-01"},
        {"who": "Bo", "merit": "-", "recorded": "2023-09-01"},
    ]
    persons = [{"who": "Cy", "year9": "0", "merit": "-"}, {"who": "Ada"}, {"who": "Bo"}]
    told = year9_of(tiny_enrolments([{"who": "Ada"}], persons, year9=rows))
    assert told["year"].tolist() == [0, 2023, 2023]
    assert told["merit"].fillna(-1).tolist() == [-1, 230, -1]
