"""Numbers in sentences: the grammar cases as tables that anyone can read aloud."""

# ruff: noqa: E501 - cases are written as wide as they are

from __future__ import annotations

import pytest

from gymreg_core import admission as adm
from gymreg_core.vocabulary import phrases as p
from gymreg_core.vocabulary.path_names import path_name, path_short
from tests.admissions import admission
from tests.written import drawn

COMPARED = """
now   | before | Swedish                 | English
6626  | 6233   | 6,3 procent fler än     | 6.3 per cent more than in
27073 | 27348  | 1,0 procent färre än    | 1.0 per cent fewer than in
3181  | 3180   | en fler än              | one more than in
3183  | 3180   | 0,1 procent fler än     | 0.1 per cent more than in
3179  | 3180   | en färre än             | one fewer than in
12    | 30     | 18 färre än             | 18 fewer than in
44    | 44     | lika många som          | as many as in
5     | 0      | mot inga                | against none in
0     | 0      | precis som              | as in
0     | 5      | 5 färre än              | 5 fewer than in
"""


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("case", drawn(COMPARED)[1], ids=lambda c: f"{c[0]} against {c[1]}")
def test_a_count_against_an_earlier_one(case: list[str]) -> None:
    now, before, sv, en = case
    assert plain(p.compared(int(now), int(before), 2022, "sv")) == f"{sv} 2022"
    assert plain(p.compared(int(now), int(before), 2022, "en")) == f"{en} 2022"


COUNTED = """
term       | n    | Swedish             | English
seat       | 0    | inga platser        | no seats
seat       | 1    | en plats            | one seat
seat       | 3181 | 3 181 platser       | 3,181 seats
admitted   | 0    | inga antagna        | nobody admitted
study_path | 1    | en studieväg        | one study path
school     | 7    | 7 skolor            | 7 schools
free_seat  | 1    | en ledig plats      | one free seat
programme  | 1    | ett program         | one programme
reserve    | 211  | 211 reserver        | 211 reserves
"""


@pytest.mark.parametrize("case", drawn(COUNTED)[1], ids=lambda c: f"{c[1]} {c[0]}")
def test_a_count_with_its_noun(case: list[str]) -> None:
    term, n, sv, en = case
    assert plain(p.counted(int(n), term, "sv")) == sv
    assert plain(p.counted(int(n), term, "en")) == en


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (0.891, 0.894, "0,3 procentenheter lägre än 2022"),
        (0.901, 0.891, "en procentenhet högre än 2022"),
        (0.8912, 0.8911, "samma som 2022"),
        (1.0, 0.9, "10 procentenheter högre än 2022"),
    ],
)
def test_a_share_against_an_earlier_one(now: float, before: float, said: str) -> None:
    assert p.compared_share(now, before, 2022, "sv") == said


@pytest.mark.parametrize(
    ("value", "said"), [(232.5, "232,5 poäng"), (235.0, "235 poäng"), (1.0, "ett poäng"), (1002.5, "1 002,5 poäng")]
)
def test_points(value: float, said: str) -> None:
    assert plain(p.merit(value, "sv")) == said


def test_moves_of_points() -> None:
    assert p.compared_points(232.5, 225, 2022, "sv").replace("\N{NO-BREAK SPACE}", " ") == "7,5 poäng högre än 2022"
    assert p.compared_points(225, 225, 2022, "en") == "the same as in 2022"


@pytest.mark.parametrize(
    ("items", "sv"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a och b"),
        (["a", "b", "c"], "a, b och c"),
        (["flygteknik", "design och sömnad"], "flygteknik samt design och sömnad"),
        (["barn- och fritidsprogrammet", "teknikprogrammet"], "barn- och fritidsprogrammet och teknikprogrammet"),
    ],
)
def test_lists(items: list[str], sv: str) -> None:
    assert p.listing(items, "sv") == sv


@pytest.mark.parametrize(
    ("code", "sv", "en"),
    [
        ("EK", "ekonomiprogrammet", "the Business Management and Economics Programme"),
        ("VF", "VVS- och fastighetsprogrammet", "the HVAC and Property Maintenance Programme"),
        ("IB", "International Baccalaureate", "the International Baccalaureate"),
        ("ES", "estetiska programmet", "the Arts Programme"),
        ("XX", "xX", "xx"),
    ],
)
def test_programmes_inside_a_sentence(code: str, sv: str, en: str) -> None:
    if code != "XX":
        assert p.programme_inside(code, "sv") == sv
        assert p.programme_inside(code, "en") == en
    assert p.programme_name("XX", "sv") == "XX"


NAMES = """
published                                                                    | name                                  | short
Ekonomiprogrammet EK                                                         | Ekonomiprogrammet                     | Ekonomi
Ekonomiprogrammet EK - Juridik                                               | Ekonomiprogrammet – Juridik           | Ekonomi – Juridik
Ekonomiprogrammet EK25 - Ekonomi                                             | Ekonomiprogrammet – Ekonomi           | Ekonomi – Ekonomi
Vård- och omsorgsprogrammet VO - Vård- och omsorgsprogrammet, lärling        | Vård- och omsorgsprogrammet, lärling  | Vård och omsorg, lärling
Introduktionsprogram IM - Yrkesintroduktion; mot Teknikprogrammet            | Yrkesintroduktion mot Teknikprogrammet | Yrkesintroduktion mot Teknikprogrammet
Något helt annat                                                             | Något helt annat                      | Något helt annat
"""


@pytest.mark.parametrize("case", drawn(NAMES)[1], ids=lambda c: c[1])
def test_names_of_study_paths(case: list[str]) -> None:
    published, name, short = case
    assert plain(path_name(published)) == name
    assert plain(path_short(published, "sv")) == short


def say(rows: str, before: str | None = None, statistic: str = "totals", language: str = "sv") -> str:
    """What a statistic says about drawn rows."""
    now = admission(f"year | programme | seats | admitted | cutoff | name\n{rows}")
    then = None if before is None else admission(f"year | programme | seats | admitted | cutoff | name\n{before}")
    years = {"intake_year": 2023, "compare_to": None if before is None else 2022}
    return plain(getattr(adm, statistic)(now, then, **years).describe(language))


SAID = [
    ("totals", "2023 | IMV | 5 | 1", None, "Det fanns inga nationella program att söka 2023."),
    ("totals", "2023 | EK | 1 | 1 | 200", None, "En sökande antogs till ett nationellt program. Det fanns en plats att söka. Inga platser var lediga efter antagningen. Fyllnadsgraden var 100 procent. Alla nationella program är högskoleförberedande."),
    ("totals", "2023 | BA | 2 | 0", "2022 | BA | 2 | 2", "Ingen antogs till ett nationellt program, 2 färre än 2022. Det fanns 2 platser att söka, lika många som 2022. 2 platser var lediga efter antagningen, mot inga 2022. Fyllnadsgraden var 0 procent, 100 procentenheter lägre än 2022. Alla nationella program är yrkesprogram."),
    ("by_programme", "2023 | EK | 9 | 5\n2023 | BA | 9 | 5", None, "Ekonomiprogrammet och bygg- och anläggningsprogrammet är lika stora, med 5 antagna vardera."),
    ("by_programme", "2023 | HU | 9 | 5", None, "Humanistiska programmet är det enda nationella programmet, med 5 antagna."),
    ("by_programme", "2023 | EK | 9 | 1\n2023 | SA | 9 | 0", "2022 | SA | 9 | 9", "Ekonomiprogrammet är störst med en antagen."),
    ("by_programme", "2023 | EK | 9 | 0", None, "Ingen antogs till något nationellt program."),
    ("by_programme", "2023 | IMV | 9 | 9", None, "Det finns inga nationella program att redovisa."),
    ("by_provider", "2023 | EK | 9 | 9", None, "Det finns bara kommunala skolor med nationella program."),
    ("introductory", "2023 | EK | 9 | 9", None, "Inga introduktionsprogram ingår i den gemensamma antagningen här."),
    ("introductory", "2023 | IMV | 4 | 1", "2022 | IMV | 4 | 2", "En sökande antogs till ett introduktionsprogram, en färre än 2022. Det fanns 4 platser, och fyllnadsgraden var 25,0 procent."),
    ("introductory", "2023 | IMV | 4 | 0", "2022 | EK | 4 | 2", "Ingen antogs till ett introduktionsprogram. Det fanns 4 platser, och fyllnadsgraden var 0 procent."),
    ("empty_seats", "2023 | EK | 9 | 9 | 200", None, "Inga platser på nationella program är lediga. Ingen studieväg blev utan antagna."),
    ("empty_seats", "2023 | BA | 9 | 0\n2023 | EK | 9 | 9", "2022 | BA | 9 | 9", "9 lediga platser finns kvar på en studieväg. Flest lediga platser, 9, har bygg- och anläggningsprogrammet. Det är 100 procent av programmets platser. En studieväg blev utan antagna, mot inga 2022."),
    ("cutoff_moves", "2023 | EK | 9 | 9 | 207.5", "2022 | EK | 9 | 9 | 200", "En studieväg hade en antagningsgräns både 2022 och 2023. Gränsen är 7,5 poäng högre än 2022."),
    ("cutoff_moves", "2023 | EK | 9 | 9 | 200", "2022 | EK | 9 | 9", "Ingen studieväg hade en antagningsgräns både 2022 och 2023, så det finns inget att jämföra."),
    ("cutoff_moves", "2023 | EK | 9 | 9 | 200", None, "Det finns inget tidigare år i underlaget att jämföra med."),
    ("cutoff_moves", "2023 | EK | 9 | 9 | 210 | a\n2023 | EK | 9 | 9 | 210 | b", "2022 | EK | 9 | 9 | 200 | a\n2022 | EK | 9 | 9 | 200 | b",
     "2 studievägar hade en antagningsgräns både 2022 och 2023. Gränsen steg på alla."),
    ("study_paths", "2023 | EK | 9 | 9", None, "En skola har en studieväg och 9 platser."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statistic", "now", "before", "said"), SAID, ids=lambda v: v if isinstance(v, str) and " " not in v else ""
)
def test_what_statistics_say(statistic: str, now: str, before: str | None, said: str) -> None:
    assert say(now, before, statistic) == said


def test_a_distribution_of_moves_in_words() -> None:
    moves = [-30, -5, 0, 5, 5, 40]
    now = "\n".join(f"2023 | EK | 9 | 9 | {200 + m} | {i}" for i, m in enumerate(moves))
    then = "\n".join(f"2022 | EK | 9 | 9 | 200 | {i}" for i in range(len(moves)))
    assert say(now, then, "cutoff_moves") == (
        "6 studievägar hade en antagningsgräns både 2022 och 2023. Gränsen steg på 3 studievägar, sjönk på 2 och var "
        "oförändrad på en. Medianen av förändringarna är en höjning med 2,5 poäng. På 2 studievägar (33 procent) "
        "ändrades gränsen med mer än 20 poäng."
    )
    assert say(now, then, "cutoff_moves", "en").startswith("6 study paths had a cut-off in both 2022 and 2023.")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (100, 112, "År 2023 antogs 12,0 procent fler i den slutliga antagningen än i den preliminära: 112 mot 100."),
        (100, 90, "År 2023 antogs 10,0 procent färre i den slutliga antagningen än i den preliminära: 90 mot 100."),
        (43, 91, "År 2023 antogs 48 fler i den slutliga antagningen än i den preliminära: 91 mot 43."),
        (2, 3, "År 2023 antogs en fler i den slutliga antagningen än i den preliminära: 3 mot 2."),
        (5, 5, "År 2023 antogs lika många i den slutliga antagningen som i den preliminära: 5."),
        (0, 5, "År 2023 antogs ingen i den preliminära antagningen och 5 i den slutliga."),
        (
            0,
            0,
            "År 2023 antogs ingen till nationella program, varken i den preliminära eller i den slutliga antagningen.",
        ),
    ],
)
def test_from_preliminary_to_final_in_words(first: int, last: int, said: str) -> None:
    head = "programme | seats | admitted\n"
    result = adm.preliminary_against_final(
        admission(f"{head}EK | 200 | {first}"), admission(f"{head}EK | 200 | {last}"), intake_year=2023
    )
    assert plain(result.describe("sv")) == said
