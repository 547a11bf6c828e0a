"""Tables of population, year 9 and choices: what is read, and everything that is said of what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymreg_core.contracts.demand import ELSEWHERE
from gymreg_core.errors import BadInput
from gymreg_core.sources.demand.cells import place_of
from gymreg_core.sources.demand.reading import read_demand
from gymreg_core.vocabulary.programmes import municipalities
from gymreg_core.vocabulary.sweden import swedish_municipalities

SKOLVERKET = """\ufeffStatistik från Skolverket, https://www.skolverket.se;;;;;;;;
;;;;;;;;
Grundskola - Slutbetyg årskurs 9, samtliga elever;;;;;;;;
Valt läsår: 2024/25;;;;;;;;
;;;;;;;;
Skola;Skol-enhetskod;Skolkommun;Kommun-kod;Antal elever;{all};{eligible};Genomsnittligt meritvärde (17 ämnen);Huvudman
A;1;Nacka;0182;100;70,5;88,0;240,1;x
B;2;Nacka;0182;40;~100;~100;260,0;x
C;3;Nacka;0182;..;..;..;..;x
D;4;Nacka;0182;20;..;..;..;x
E;5;Malmö;1280;80;70,5;88,0;240,1;x
F;6;Täby;0160;50;..;100,0;..;x
;;;;;;;;
Rapportbeskrivning och definitioner etc.  ;;;;;;;;
Antal elever;Elever som har avslutat årskurs 9.;;;;;;;
""".format(
    all="Andel (%) elever som uppfyllt betygskriterierna i alla ämnen",
    eligible="Andel (%) elever behöriga till yrkesprog.",
)


def written(folder: Path, text: str, name: str = "tabell.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def found(path: Path, *more: Path) -> dict[str, tuple[int, ...]]:
    return {one.rule: one.rows for one in read_demand(path, *more, strict=False).findings}


def test_skolverkets_leaving_grades_are_added_up_by_municipality(tmp_path: Path) -> None:
    path = written(tmp_path, SKOLVERKET)
    read = read_demand(path)
    rows = {row["municipality"]: row for row in read.year9.to_dict("records")}
    assert set(rows) == {"Nacka", "Täby"}
    nacka = rows["Nacka"]
    assert (nacka["year"], nacka["pupils"], nacka["known"], nacka["hidden_schools"]) == (2025, 160, 140, 1)
    assert nacka["eligible"] == pytest.approx(88 + 37.5)  # of ~100 between 1 and 4 are not eligible
    assert rows["Täby"]["eligible"] == 50
    assert found(path) == {
        "demand-note-row": (14, 15),
        "demand-outside-area": (11,),
        "leaving-almost-all": (8,),
        "leaving-school-hidden": (9,),
        "leaving-share-hidden": (10,),
    }
    assert read.provenance.already_public


def test_plain_tables_of_all_three_kinds(tmp_path: Path) -> None:
    population = written(
        tmp_path, "År;Kommun;Ålder;Antal\n2024;Nacka;15;1 650\n2024;0160;15;900\n2024;Riket;15;120000\n", "a.csv"
    )
    year9 = written(
        tmp_path, "År,Kommun,Elever,Behöriga\n2024,Nacka kommun,500,450\n2024,Stockholms stad,900,\n", "b.csv"
    )
    choices = written(
        tmp_path,
        "Intagningsår\tHemkommun\tProgram\tSkolans kommun\tAntal\n2024\tNacka\tEK\tStockholm\t90\n"
        "2024\tUppsala\tna\tNacka\t3\n2024\tTrosa\tNA\tNacka\t4\n",
        "c.tsv",
    )
    read = read_demand(population, year9, choices)
    assert read.population[["municipality", "pupils"]].to_numpy().tolist() == [["Nacka", 1650], ["Täby", 900]]
    assert read.year9[["municipality", "pupils", "known", "eligible"]].to_numpy().tolist() == [
        ["Nacka", 500, 500, 450],
        ["Stockholm", 900, 0, 0],
    ]
    assert read.choices[["home", "programme", "place", "pupils"]].to_numpy().tolist() == [
        [ELSEWHERE, "NA", "Nacka", 7],
        ["Nacka", "EK", "Stockholm", 90],
    ]
    assert [(one.rule, one.severity) for one in read.findings] == [("demand-total-left-out", "warning")]
    assert not read.provenance.already_public  # choices may be anybody's


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_kept(tmp_path: Path) -> None:
    text = (
        "Year;Municipality;Age;Pupils\n"
        "2024;Nacka;15;900\n"  # 2
        "20x4;Nacka;15;900\n"
        "2024;Naka;15;900\n"
        "2024;Täby;15;-3\n"  # 5
        "2024;Täby;16;3,5\n"
        "2024;Täby;17;\n"
        "2024;Täby;18;many\n"
        "2024;Nacka;15;901\n"
        "2024;;15;900\n"  # 10
        ";Solna;15;900\n"
        "2024;Solna;200;900\n"
    )
    path = written(tmp_path, text)
    every = read_demand(path, strict=False).findings
    assert {(one.rule, one.column): one.rows for one in every} == {
        ("demand-year-not-readable", "Year"): (3,),
        ("demand-municipality-not-known", "Municipality"): (4,),
        ("demand-number-not-possible", "Pupils"): (5, 6),
        ("demand-value-missing", "Pupils"): (7,),
        ("demand-number-not-readable", "Pupils"): (8,),
        ("demand-row-twice", None): (9,),
        ("demand-value-missing", "Municipality"): (10,),
        ("demand-value-missing", "Year"): (11,),
        ("demand-number-not-possible", "Age"): (12,),
    }
    with pytest.raises(BadInput, match="nothing was stored") as refused:
        read_demand(path)
    assert refused.value.exit_code == 11
    assert "tabell.csv" in str(refused.value)
    assert "Naka" not in str(refused.value)
    assert "20x4" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "file-empty"),
        ("\n\n", "sheet-empty"),
        ("Namn;Färg\na;b\n", "demand-columns-not-recognised"),
        ("År;Kommun;Ålder\n2024;Nacka;15\n", "demand-columns-missing"),
        ("År;Kommun;Ålder;Antal;Elever\n2024;Nacka;15;3;4\n", "column-twice"),
        ("År;Kommun;Ålder;Antal\n", "demand-empty"),
        ("År;Kommun;Ålder;Antal\n2024;Malmö;15;900\n", "demand-empty"),
        (SKOLVERKET.replace("Valt läsår: 2024/25", "Valt läsår"), "demand-year-missing"),
        (SKOLVERKET.replace("2024/25", "2024/27"), "demand-year-missing"),
        ("År;Kommun;Elever;Behöriga\n2024;Nacka;500;501\n", "demand-eligible-above-pupils"),
        ("Intagningsår;Hemkommun;Program;Skolans kommun;Antal\n2024;Nacka;XQ;Nacka;3\n", "demand-programme-not-known"),
    ],
)
def test_a_file_that_is_something_else_is_refused_by_name(tmp_path: Path, text: str, rule: str) -> None:
    path = written(tmp_path, text)
    assert rule in found(path)
    with pytest.raises(BadInput):
        read_demand(path)


def test_two_files_with_the_same_row_are_refused(tmp_path: Path) -> None:
    text = "År;Kommun;Ålder;Antal\n2024;Nacka;15;900\n"
    one, other = written(tmp_path, text, "a.csv"), written(tmp_path, text, "b.csv")
    files = {item.file for item in read_demand(one, other, strict=False).findings if item.rule == "demand-row-twice"}
    assert files == {"a.csv", "b.csv"}
    assert not read_demand(one, one).findings.has_errors  # the same file named twice is one file


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Nacka", "area", "Nacka"),
        ("Nacka kommun", "area", "Nacka"),
        ("0182", "area", "Nacka"),
        ("182", "area", "Nacka"),
        ("0182 Nacka", "area", "Nacka"),
        ("Stockholms stad", "area", "Stockholm"),
        ("Håbo", "area", "Håbo"),
        ("Västerås", "outside", ELSEWHERE),
        ("Annan kommun", "outside", ELSEWHERE),
        ("00 Riket", "total", ELSEWHERE),
        ("Riket", "total", ELSEWHERE),
        ("Atlantis", "unknown", ELSEWHERE),
        ("9999", "unknown", ELSEWHERE),
        (None, "blank", ELSEWHERE),
    ],
)
def test_municipalities_by_name_and_code(text: str | None, kind: str, name: str) -> None:
    read = place_of(text)
    assert (read.kind, read.name) == (kind, name)


def test_every_municipality_of_the_country_is_its_own() -> None:
    kinds = {name: place_of(name) for name in swedish_municipalities()}
    assert {name for name, read in kinds.items() if read.kind == "area"} == set(municipalities())
    assert all(read.kind in ("area", "outside") for read in kinds.values())
