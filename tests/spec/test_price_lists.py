"""Price lists as municipalities publish them: what is read, and what is said about what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from gymreg_core.cli import app
from gymreg_core.contracts.price_lists import NATIONAL, REGION
from gymreg_core.errors import BadInput
from gymreg_core.funding.prices import Tariff
from gymreg_core.sources.check import check_files
from gymreg_core.sources.price_lists.reading import check_price_list, is_price_list, read_price_list

Cells = list[list[object]]
REGIONAL: Cells = [
    ["Prislista för gymnasieskolan i Stockholmsregionen"],
    ["Belopp i kronor per elev och år, exklusive moms. Beslutad 2024-06-13."],
    [],
    ["Kod", "Program", "Inriktning", "Åk", "Pris 2024", "Pris 2025", "Kommentar"],
    ["BF", "Barn- och fritidsprogrammet", None, None, 91418, 93978, None],
    ["BA", "Bygg- och anläggningsprogrammet", "Övriga", "", "123 891 kr", "127.360:-", None],
    ["BA", "", "ANL", "2–3", "Riksprislistan", "Riksprislistan", "följer Skolverket"],
    ["SA", "Samhällsvetenskapsprogrammet", None, "1", 84284, 86644.0, None],
    ["SAMED", "Medier", None, "2-3", 90000, "92 520,50", None],
    ["FR", "Frisör- och stylistprogrammet", None, None, "–", 121000, "nytt 2025"],
    ["Priserna gäller alla huvudmän."],
]


def book(folder: Path, sheets: dict[str, Cells], name: str = "prislista.xlsx") -> Path:
    with xlsxwriter.Workbook(folder / name) as out:
        for title, rows in sheets.items():
            sheet = out.add_worksheet(title)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(at, column, cell)
    return folder / name


def one(folder: Path, rows: Cells, name: str = "prislista.xlsx") -> Path:
    return book(folder, {"Blad1": rows}, name)


def rules(path: Path) -> dict[str, tuple[int, ...]]:
    return {found.rule: found.rows for found in check_price_list(path).findings}


def kronor(path: Path) -> dict[tuple[str, int, int], float]:
    table = read_price_list(path, REGION).table
    keys = table[["code", "year_of_study", "price_year"]].itertuples(index=False, name=None)
    return {key: amount / 100 for key, amount in zip(keys, table["amount"], strict=True)}


def test_a_list_with_titles_two_years_and_notes_is_read_whole(tmp_path: Path) -> None:
    path = one(tmp_path, REGIONAL)
    prices = read_price_list(path)
    assert (prices.owner, prices.price_years, prices.source) == (REGION, (2024, 2025), "prislista.xlsx")
    assert kronor(path) == {
        ("BF", 0, 2024): 91418,
        ("BF", 0, 2025): 93978,
        ("BA", 0, 2024): 123891,
        ("BA", 0, 2025): 127360,
        **{("BAANL", of, year): NATIONAL / 100 for of in (2, 3) for year in (2024, 2025)},
        ("SA", 1, 2024): 84284,
        ("SA", 1, 2025): 86644,
        **{("SAMED", of, 2024): 90000 for of in (2, 3)},
        **{("SAMED", of, 2025): 92520.5 for of in (2, 3)},
        ("FR", 0, 2025): 121000,
    }
    assert rules(path) == {"price-note-row": (11,)}


def test_the_tariff_takes_the_list_in_its_years_and_goes_on_from_it(tmp_path: Path) -> None:
    before = Tariff.packaged()
    after = before.with_list(read_price_list(one(tmp_path, REGIONAL)))
    assert after.price("SAMED", 2, 2025).amount == 9252050
    assert after.price("SAMED", 2, 2025).status == "published"
    assert after.price("SAMED", 2, 2025).source == "prislista.xlsx"
    assert after.price("SAMED", 2, 2026).amount == round(92520.5 * 1.028) * 100
    assert after.price("SAMED", 2, 2023) == before.price("SAMED", 2, 2023)
    assert after.price("SAMED", 1, 2025).amount == 8664400
    assert after.price("EK", 1, 2025) == before.price("EK", 1, 2025)
    of_national = before.books["national"]("BAANL", 2024)
    assert of_national is not None
    assert after.price("BAANL", 2, 2024).amount == round(of_national.kronor) * 100


def test_a_younger_decision_comes_before_an_older_list(tmp_path: Path) -> None:
    path = one(tmp_path, [["Kod", "Åk", "Pris 2022"], ["BAANL", "2-3", 200000], ["BFPEA", None, 90000]])
    after = Tariff.packaged().with_list(read_price_list(path, REGION))
    assert after.price("BAANL", 2, 2022).amount == 20000000
    assert after.price("BAANL", 2, 2023).amount == 22429100
    assert after.price("BFPEA", 2, 2023).amount == 9270000  # rises by 3 per cent as BF does


def test_the_fourth_year_costs_the_third_unless_a_list_says_otherwise(tmp_path: Path) -> None:
    rows: Cells = [
        ["Kod", "Åk", "Pris 2025"],
        ["EK", "1-2", 80000],
        ["EK", "3", 81000],
        ["NA", "3", 91000],
        ["NA", "4", 50000],
    ]
    after = Tariff.packaged().with_list(read_price_list(one(tmp_path, rows), REGION))
    assert [after.price("EK", of, 2025).amount for of in (1, 2, 3, 4)] == [8000000, 8000000, 8100000, 8100000]
    assert (after.price("NA", 4, 2025).amount, after.price("NA", 4, 2025).status) == (5000000, "published")
    assert after.price("EK", 4, 2025).status == "assumption"


@pytest.mark.parametrize(
    ("header", "title", "cell", "expected"),
    [
        ("Pris per elev och år", "Prislista 2025", 120000, 120000),
        ("Belopp/månad 2025", "", 10000, 120000),
        ("Pris 2025 inkl. moms", "", 127200, 120000),
        ("Pris inkl. momskompensation", "Gäller 2025", "127 200", 120000),
        ("2025", "Kronor per månad, inklusive moms", "10 600,00", 120000),
        (2025, "Kronor per elev och år", 120000, 120000),
        ("Programpeng (kr/år)", "Budget 2025, kronor per månad nedan", 120000, 120000),
        ("Ersättning", "Beslut 2024-12-15. Priser 2025", "120,000", 120000),
    ],
)
def test_the_header_says_month_or_year_and_with_or_without_vat(
    tmp_path: Path, header: object, title: str, cell: object, expected: int
) -> None:
    path = one(tmp_path, [[title], ["Kod", "Program", header], ["EK", "Ekonomi", cell]])
    tariff = Tariff.packaged().with_list(read_price_list(path))
    assert tariff.price("EK", 1, 2025).amount == expected * 100


def test_of_two_columns_the_one_without_vat_counts(tmp_path: Path) -> None:
    rows: Cells = [["Kod", "Pris 2025 inkl. moms", "Pris 2025 exkl. moms"], ["EK", 106000, 100000]]
    assert kronor(one(tmp_path, rows)) == {("EK", 0, 2025): 100000}


def test_a_list_with_its_cost_split_has_one_price(tmp_path: Path) -> None:
    rows: Cells = [
        ["Lindesberg 2024"],
        ["Program", "Övrigt", "Måltider", "Lokaler", "Summa", "Administration", "Totalt"],
        ["Barn och fritid", 58762, 5519, 46045, 110327, 3310, 113637],
        ["Ekonomi", 47288, 5519, 46045, 98853, 2966, 101818],
    ]
    path = one(tmp_path, rows)
    assert kronor(path) == {("BF", 0, 2024): 113637, ("EK", 0, 2024): 101818}
    assert read_price_list(path).owner == "Lindesberg"


@pytest.mark.parametrize(
    ("titles", "sheet", "name", "owner"),
    [
        (["Sigtuna kommun, egna priser 2024"], "IM", "lista.xlsx", "Sigtuna"),
        (["Priser 2024"], "Nackas priser", "lista.xlsx", "Nacka"),
        (["Priser 2024"], "Blad1", "prislista-upplands-bro-2024.xlsx", "Upplands-Bro"),
        (["Storsthlm 2024", "antagen av Sigtuna"], "Blad1", "lista.xlsx", ""),
        (["Prislista Stockholms län 2024"], "Blad1", "lista.xlsx", ""),
        (["Stockholm 2024"], "Blad1", "lista.xlsx", "Stockholm"),
    ],
)
def test_whose_list_it_is_stands_in_a_title_a_sheet_or_the_name(
    tmp_path: Path, titles: list[str], sheet: str, name: str, owner: str
) -> None:
    rows: Cells = [*([title] for title in titles), ["Kod", "Pris"], ["IMS", 144080], ["IMA", 148686]]
    assert read_price_list(book(tmp_path, {sheet: rows}, name)).owner == owner


def test_an_own_list_prices_introductory_programmes_of_its_pupils_alone(tmp_path: Path) -> None:
    path = one(tmp_path, [["Nacka kommun 2025"], ["Kod", "Pris"], ["IMS", 150000], ["EK", 70000], ["IMYBA", 131000]])
    before = Tariff.packaged()
    after = before.with_list(read_price_list(path))
    assert after.price("IMS", 1, 2025, home="Nacka").amount == 15000000
    assert after.price("IMYBAGL", 1, 2025, home="Nacka").amount == 13100000
    assert after.price("IMS", 1, 2025, home="Solna") == before.price("IMS", 1, 2025, home="Solna")
    assert after.price("EK", 1, 2025, home="Nacka") == before.price("EK", 1, 2025)


def test_years_of_study_and_groups_are_read_wherever_they_stand(tmp_path: Path) -> None:
    rows: Cells = [
        ["Kod", "År", "Avser", "Pris 2025"],
        ["FT åk 1", None, None, 147434],
        ["FTTRA", "2-3", None, 230000],
        ["EK", None, "Små grupper", 130000],
        ["VOVAR0L", None, None, 98000],
        ["BF", "1, 3", None, 90000],
    ]
    table = read_price_list(one(tmp_path, rows), REGION).table
    found = [tuple(row) for row in table[["code", "year_of_study", "group"]].to_numpy()]
    assert found == [
        ("FT", 1, "ordinary"),
        ("FTTRA", 2, "ordinary"),
        ("FTTRA", 3, "ordinary"),
        ("EK", 0, "small"),
        ("VOVAR", 0, "apprentice"),
        ("BF", 1, "ordinary"),
        ("BF", 3, "ordinary"),
    ]
    tariff = Tariff.packaged().with_list(read_price_list(one(tmp_path, rows), REGION))
    assert tariff.price("EKJUR", 2, 2025, group="small").amount == 13000000
    assert tariff.price("VOVAR0L", 1, 2025).amount == 9800000
    assert tariff.price("VOVAR0L", 1, 2025).status == "published"
    assert tariff.price("VOVAR", 1, 2025).status == "assumption"


def test_sheets_of_several_years_are_one_list(tmp_path: Path) -> None:
    sheets: dict[str, Cells] = {
        "2024": [["Kod", "Pris"], ["EK", 84470]],
        "2025": [["Kod", "Pris"], ["EK", 86835]],
        "Läs mig": [["Frågor ställs till kansliet."]],
    }
    path = book(tmp_path, sheets)
    assert kronor(path) == {("EK", 0, 2024): 84470, ("EK", 0, 2025): 86835}
    assert "price-sheet-not-read" in rules(path)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_delimited_text_is_read_whatever_parts_its_cells(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "prislista-2025.csv"
    lines = [["Kod", "Program", "År", "Pris"], ["EK", "Ekonomi", "2025", "86835"], ["BA", "Bygg", "2025", "127360"]]
    path.write_text("".join(f"{separator.join(line)}\n" for line in lines), encoding="utf-8")
    assert kronor(path) == {("EK", 0, 2025): 86835, ("BA", 0, 2025): 127360}


FAULTS: Cells = [
    ["Regionens prislista 2025"],
    ["Kod", "Program", "Årskurs", "Pris"],
    ["EK", None, None, 86835],
    ["XX", "Okänt", None, 90000],
    ["EK", None, None, 86836],
    ["BF", None, None, None],
    ["HA", None, None, -5],
    ["NA", None, None, 8002],
    ["BA", None, None, 12736000],
    ["TE", None, None, "se bilaga"],
    ["SA", None, "5", 86644],
    ["BA", "Bygg", None, 127360],
    ["Anmärkning: priserna är preliminära"],
]


def test_every_fault_is_told_at_once_with_its_rows(tmp_path: Path) -> None:
    path = one(tmp_path, FAULTS)
    assert rules(path) == {
        "price-code-not-known": (4,),
        "price-twice": (5,),
        "price-missing": (6,),
        "price-negative": (7,),
        "price-implausible": (8, 9),
        "price-not-readable": (10,),
        "price-year-of-study-not-readable": (11,),
        "price-note-row": (13,),
        "price-list-owner-assumed": (),
    }
    by_rule = {found.rule: found for found in check_price_list(path).findings}
    assert by_rule["price-code-not-known"].column == "Kod"
    assert by_rule["price-missing"].column == "Pris"
    assert by_rule["price-missing"].sheet == "Blad1"
    with pytest.raises(BadInput) as refused:
        read_price_list(path)
    told = str(refused.value)
    assert "7 reasons" in told
    assert "30,000" in told
    for value in ("XX", "Okänt", "86836", "12736000", "se bilaga"):
        assert value not in told


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["Kod", "Pris"], ["EK", 86835]], {"price-year-missing": (1,)}),
        ([["Prislista 2024 och 2025"], ["Kod", "Pris"], ["EK", 86835]], {"price-year-missing": (2,)}),
        ([["Namn", "Telefon"], ["Anna", "08"]], {"price-header-missing": ()}),
        ([["Kod", "Pris 2025", "Pris 2025"], ["EK", 1, 2]], {"column-twice": (1,)}),
        ([["Kod", "År", "Pris"], ["EK", "i år", 86835], ["BA", 2025, 127360]], {"price-year-not-readable": (2,)}),
        ([["Kod", "Pris 2025"], ["Ingenting", None]], {"price-note-row": (2,), "price-list-empty": ()}),
        ([["Kod", "Inriktning", "Pris 2025"], ["BA", "Anläggning", 127360]], {"price-code-not-known": (2,)}),
    ],
)
def test_what_cannot_be_a_price_list_says_why(
    tmp_path: Path, rows: Cells, expected: dict[str, tuple[int, ...]]
) -> None:
    found = {rule: at for rule, at in rules(one(tmp_path, rows)).items() if rule != "price-list-owner-assumed"}
    assert found == expected


def test_a_formula_that_failed_is_no_price(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "prislista.xlsx") as out:
        sheet = out.add_worksheet()
        sheet.write_row(0, 0, ["Kod", "Pris 2025"])
        sheet.write(1, 0, "EK")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    assert rules(tmp_path / "prislista.xlsx")["formula-error"] == (2,)


def test_gymreg_check_knows_a_price_list(tmp_path: Path) -> None:
    good, bad = one(tmp_path, REGIONAL), one(tmp_path, FAULTS, "fel.xlsx")
    assert is_price_list(good)
    assert [found.rule for found in check_files([good])] == ["price-note-row"]
    done = CliRunner().invoke(app, ["check", str(bad), "--json"])
    assert done.exit_code == 11
    assert '"errors": 7' in done.stdout
    other = tmp_path / "annat.csv"
    other.write_text("Namn;Telefon\nA;08\n", encoding="utf-8")
    assert not is_price_list(other)
    assert not is_price_list(tmp_path / "finns-inte.xlsx")
