"""Seats against demand: too few, too many, in the wrong place, as tables; what became of choices; what is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gymreg_core.disclosure.attack import attacked
from gymreg_core.disclosure.linked import together
from gymreg_core.disclosure.policy import policy
from gymreg_core.errors import BadInput
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.outcome import outcome
from gymreg_core.matching.solve import solve
from gymreg_core.planning.balance import FORECAST, balance, with_forecast
from gymreg_core.planning.balance_words import phrase, supply_word
from gymreg_core.planning.choices_met import COUNTS, HOME, RESTS, WHERE, choices_met
from gymreg_core.planning.groups import COORDINATES, OUTSIDE, at_level, sub_region_name, sub_regions, sums_of
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.planning.balance_released import release_balance, release_choices
from gymreg_core.sources.published import read_results
from gymreg_core.synthetic.registers import make_register
from gymreg_core.vocabulary.programmes import LANGUAGES, municipalities
from tests.admissions import admission, published
from tests.registers import small_register
from tests.tiny import matched

SEATS = """
    | school | municipality | programme | cutoff | seats | admitted | reserves |
    | A      | Stockholm    | EK        | 300    | 30    | 30       | 40       |
    | B      | Täby         | EK        | 250    | 30    | 28       | 5        |
    | C      | Täby         | BA        |        | 20    | 10       | 0        |
    | D      | Stockholm    | NA        | 310    | 30    | 30       | 30       |
    | E      | Södertälje   | NA        |        | 30    | 15       | 0        |
    | F      | Nacka        | HU        |        | 8     | 1        | 0        |
    | G      | Nacka        | IMV       |        | 50    | 0        | 0        |
"""


def supplies(table: pd.DataFrame, *level: str) -> dict[object, str]:
    rows = at_level(table, *level)
    keys = rows[list(level)].apply(tuple, axis=1) if len(level) > 1 else rows[level[0]]
    return dict(zip(keys, rows["supply"], strict=True))


def test_supply_is_told_in_a_word_at_every_level() -> None:
    found = balance(admission(SEATS), intake_year=2023)
    assert supplies(found.table, "programme") == {
        "EK": "too_few",
        "BA": "too_many",
        "NA": "wrong_place",
        "HU": "too_small",
    }
    assert supplies(found.table, "programme", "municipality")["NA", "Stockholm"] == "too_few"
    assert supplies(found.table, "municipality") == {
        "Nacka": "too_small",
        "Stockholm": "too_few",
        "Södertälje": "too_many",
        "Täby": "enough",
    }
    assert at_level(found.table)["seats"].tolist() == [148], "introductory programmes are no part of the balance"
    paths = found.paths.set_index("school")["supply"].to_dict()
    assert paths == {"A": "too_few", "B": "enough", "C": "too_many", "D": "too_few", "E": "too_many", "F": "too_small"}


def test_one_place_may_have_the_wrong_programmes() -> None:
    table = SEATS.replace(
        "| C      | Täby         | BA        |        | 20", "| C      | Stockholm    | BA        |        | 40"
    )
    found = balance(admission(table), intake_year=2023)
    assert supplies(found.table, "sub_region")["stockholm"] == "wrong_programme"
    row = at_level(found.table, "municipality").set_index("municipality").loc["Stockholm"]
    assert row["few_share"] == pytest.approx(60 / 100)
    assert row["many_share"] == pytest.approx(40 / 100)


def test_without_figures_nothing_is_said() -> None:
    table = admission(SEATS).assign(reserves=pd.NA).astype({"reserves": "Int64"})
    found = balance(table, intake_year=2023)
    assert set(found.table["supply"]) == {"unknown", "too_small"}
    assert found.describe("sv") == phrase()("none", "sv")


def test_a_year_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="2019"):
        balance(admission(SEATS), intake_year=2019)


def test_the_sentences_name_what_is_short_over_and_misplaced() -> None:
    found = balance(admission(SEATS), intake_year=2023)
    misplaced = "för få i Stockholm–Ekerö, för många i Södertälje–Nykvarn–Gnesta"
    assert found.sentences("sv") == (
        "Det finns 148 platser på nationella program. Efter antagningen var 34 lediga, och det fanns 75 reserver.",
        "Platserna är för få på ekonomiprogrammet.",
        "Platserna är för många på bygg- och anläggningsprogrammet.",
        f"På naturvetenskapsprogrammet ligger platserna fel: {misplaced}.",
    )
    assert "too few in Stockholm–Ekerö" in found.describe("en")


def test_a_forecast_stands_beside_the_seats() -> None:
    found = balance(admission(SEATS), intake_year=2023)
    rows = [
        ("region", 2024, "", "EK", "preparatory", 70, 61, 80),
        ("region", 2024, "", "BA", "vocational", 12, 10, 15),
        ("region", 2024, "", "NA", "preparatory", 50, 46, 59),
        ("region", 2025, "", "NA", "preparatory", 90, 80, 99),
        ("region", 2024, "", "", "preparatory", 120, 100, 140),
        ("region", 2024, "", "", "", 150, 149, 151),
        ("region", 2024, "", "HU", "preparatory", 3, 1, 5),
        ("place", 2024, "Stockholm", "NA", "preparatory", 40, 25, 50),
        ("place", 2024, "", "", "", 4, 2, 5),
        ("home", 2024, "Stockholm", "EK", "preparatory", 40, 25, 50),
    ]
    forecast = pd.DataFrame(rows, columns=list(FORECAST))
    table = with_forecast(found, forecast, 2024).table
    told = at_level(table, "programme").set_index("programme")["expected_supply"].to_dict()
    assert told == {"EK": "too_few", "BA": "too_many", "NA": "enough", "HU": "too_small"}
    foretold = table.assign(supply=table["expected_supply"])
    assert supplies(foretold, "programme", "municipality")["NA", "Stockholm"] == "unsure"
    assert supplies(foretold, "programme_type") == {"preparatory": "unsure", "vocational": ""}
    assert at_level(table)["expected_supply"].tolist() == ["too_few"]
    assert (at_level(table, "municipality")["expected_supply"] == "").all(), "homes are not where the schools are"
    wrong = (forecast.drop(columns="low"), forecast[forecast["year"] == 2025], pd.concat([forecast, forecast]))
    for table, why in zip(wrong, ("lacks low", "no forecast of 2024", "twice"), strict=True):
        with pytest.raises(BadInput, match=why):
            with_forecast(found, table, 2024)


def test_every_municipality_of_the_area_has_a_sub_region_and_every_word_two_languages() -> None:
    assert set(sub_regions()) == set(municipalities())
    assert phrase().incomplete() == []
    for language in LANGUAGES:
        assert sub_region_name(OUTSIDE, language)
        assert supply_word("wrong_place", language)


PATHS = """
    | path | seats | code  | place     |
    | na1  | 1     | NANAT | Stockholm |
    | na2  | 2     | NANAT | Täby      |
    | im   | 5     | IMVBA | Täby      |
"""
APPLICANTS = """
    | who  | merit | home      | choices |
    | Asta | 300   | Stockholm | na1     |
    | Bo   | 280   | Vallentuna | na1 na2 |
    | Cia  | 260   | Täby      | na1     |
    | Dan  | 240   | Täby      | na2     |
    | Eva  | 220   | Täby      | im      |
"""


def test_choices_met_and_travel() -> None:
    found = choices_met(*matched(PATHS, APPLICANTS))
    assert found.summary() == {
        "applicants": 4,
        "eligible": 4,
        "first_choice": 2,
        "programme_met": 3,
        "seated": 3,
        "local": 2,
        "near": 3,
        "waiting": 2,
    }
    taby = at_level(found.table, "home_municipality", coordinates=WHERE).set_index("home_municipality").loc["Täby"]
    assert taby[["applicants", "seated", "local"]].tolist() == [2, 1, 1]
    assert found.travel.to_numpy().tolist() == [
        ["Stockholm", "Stockholm", 1],
        ["Täby", "Täby", 1],
        ["Vallentuna", "Täby", 1],
    ]


def test_groups_add_up_as_disclosure_is_told() -> None:
    register = small_register(n=200, paths=20)
    found = choices_met(solve(build_market(register, "final")), register)
    counts = found.table[list(COUNTS)].to_numpy()
    sums = sums_of(found.table, WHERE)
    assert len(sums) > 20
    for whole, parts in sums:
        assert (counts[whole] == counts[parts].sum(axis=0)).all()
    for parts, whole in RESTS:
        assert (found.table[list(parts)].sum(axis=1) <= found.table[whole]).all()
    assert found.travel["pupils"].sum() == counts[0][COUNTS.index("seated")]


def test_what_pages_may_show() -> None:
    register = make_register(2023, scale=0.1)
    match = solve(build_market(register, "final"))
    made_up = Provenance((), already_public=False, made_up=True)
    table, paths = release_balance(balance(outcome(match, register), intake_year=2023), made_up)
    assert table.suppressed == paths.suppressed == 0, "the office publishes these figures"
    out, exact = release_choices(choices_met(match, register), made_up), choices_met(match, register)
    for told, coordinates in ((out.groups.table, COORDINATES), (out.homes.table, HOME)):
        keys = dict.fromkeys(set(WHERE) - set(coordinates), "")
        both = told.assign(**keys).merge(exact.table, on=list(WHERE), suffixes=("", "_exact"), validate="one_to_one")
        assert len(both) == len(told) > 1
        for name in set(COUNTS) & set(told.columns):
            known = both[both[name].notna()]
            assert not known[name].between(1, 4).any()
            assert (known[name] == known[f"{name}_exact"]).all()
    everything = (out.groups, out.homes, out.travel)
    assert not attacked(together([part.noted().cells for part in everything]), policy())
    assert (out.travel.table["pupils"] % 5 == 0).all()
    public = balance(admission(SEATS), intake_year=2023)
    assert release_balance(public, published())[0].policy == "already_public"


def test_the_office_s_own_year(storsthlm_dir: Path) -> None:
    results = read_results(storsthlm_dir / "slutantagningsresultat-2023.xlsx").table
    found = balance(results, intake_year=2023)
    assert found.summary()["study_paths"] == len(found.paths) > 1000
    assert found.summary()["seats"] == int(found.paths["seats"].sum())
    told = supplies(found.table, "programme")
    assert told["EK"] == "too_few"
    assert told["BA"] == "too_many"
    assert np.isclose(at_level(found.table)["few_share"].iloc[0], 0.55, atol=0.3), (
        "about half of all seats, not none or all"
    )
