"""What a forecast of demand says in the cases that a region meets, and what it refuses by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.demand import DEMAND_TABLES, ELSEWHERE, NOT_TOLD, demand_table, empty_demand
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.findings import Findings
from gymreg_core.planning.demand import DemandForecast, forecast_demand
from gymreg_core.planning.demand_backtest import backtest_demand
from gymreg_core.planning.demand_inputs import code_in, inputs_of_registers, inputs_of_results
from gymreg_core.planning.demand_words import say
from gymreg_core.provenance import Provenance
from gymreg_core.rules import entries
from gymreg_core.sources.demand.reading import DemandTables
from gymreg_core.vocabulary.programmes import municipalities
from tests import demands, tracked_tables
from tests.registers import small_register

DRAWS = 60


def told(frame: pd.DataFrame, year: int = 2024, ahead: int = 1, **more: object) -> DemandForecast:
    return forecast_demand(demands.inputs(frame, **more), year, ahead=ahead, draws=DRAWS)


def of(forecast: DemandForecast, level: str, municipality: str, programme: str = "", year: int = 2024) -> pd.Series:
    rows = forecast.table
    kind = rows["programme"].eq(programme) & (rows["programme_type"].eq("") | (programme != ""))
    found = rows[rows["level"].eq(level) & rows["municipality"].eq(municipality) & rows["year"].eq(year) & kind]
    assert len(found) == 1
    return found.iloc[0]


def test_an_empty_table_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="no choices of any year before 2024"):
        told(empty_demand("choices"))
    with pytest.raises(BadInput, match="no choices of any year before 2019"):
        told(demands.choices(), 2019)


@pytest.mark.parametrize("ahead", [0, 6, -1])
def test_years_ahead_are_one_to_five(ahead: int) -> None:
    with pytest.raises(BadParameters, match="1 to 5"):
        told(demands.choices(), ahead=ahead)


def test_choices_with_and_without_homes_are_not_mixed() -> None:
    frame = pd.concat([demands.choices(), demands.table([(2023, NOT_TOLD, "EK", "Nacka", 40)])])
    with pytest.raises(BadInput, match="residence are told of some"):
        told(frame)


def test_one_year_gives_last_years_shares_and_says_so() -> None:
    frame = demands.table([(2023, "Nacka", "EK", "Nacka", 300), (2023, "Nacka", "NA", "Nacka", 100)])
    forecast = told(frame)
    assert (of(forecast, "region", "", "EK")["expected"], of(forecast, "region", "", "NA")["expected"]) == (300, 100)
    assert any("Only one earlier year" in sentence for sentence in forecast.sentences("en"))
    longer = pd.concat([frame.assign(intake_year=year) for year in range(2015, 2024)])
    many = [forecast_demand(demands.inputs(known), 2024, draws=1000) for known in (frame, longer)]
    spread = [one.futures.homes.sum(axis=(1, 2))[:, 1].std() for one in many]
    assert spread[0] > spread[1] * 1.2  # 16.7 and 12.2, each known to 3 per cent


def test_a_year_that_is_missing_makes_it_wider_and_is_told() -> None:
    whole = told(demands.choices())
    gap = told(demands.choices(), 2026)
    rows = [one.table[one.table["level"].eq("region") & one.table["programme"].ne("")] for one in (whole, gap)]
    assert (rows[1]["high"] - rows[1]["low"]).sum() > (rows[0]["high"] - rows[0]["low"]).sum()
    assert "years_missing" in gap.notes
    assert "years_missing" not in whole.notes
    assert "years_missing" in told(demands.choices(years=(2019, 2021, 2023))).notes


def test_a_municipality_without_pupils_and_one_with_a_single_pupil() -> None:
    frame = demands.choices()
    frame = frame[frame["home"].ne("Vaxholm")]
    alone = pd.concat([frame, demands.table([(2023, "Ekerö", "EK", "Stockholm", 1)])])
    forecast = told(alone)
    nobody = of(forecast, "home", "Vaxholm")
    assert (nobody["expected"], nobody["low"], nobody["high"], nobody["last"]) == (0, 0, 0, 0)
    one = of(forecast, "home", "Ekerö")
    assert one["last"] == 1
    assert one["low"] <= one["expected"] <= one["high"]
    assert set(forecast.table.loc[forecast.table["level"].eq("home"), "municipality"]) == {*municipalities(), ELSEWHERE}


def test_a_municipality_that_nobody_was_counted_in_yet_gets_what_the_region_does() -> None:
    frame = demands.choices()
    frame = frame[frame["home"].ne("Vaxholm")]
    persons = {(year, home, 16): 200 for year in range(2020, 2025) for home in ("Nacka", "Täby")}
    persons[2024, "Vaxholm", 16] = 200
    forecast = told(frame, population=demands.population(persons))
    found, others = of(forecast, "home", "Vaxholm"), [of(forecast, "home", name) for name in ("Nacka", "Täby")]
    assert min(one["expected"] for one in others) <= found["expected"] <= max(one["expected"] for one in others)
    assert found["last"] == 0
    shares = forecast.middle.homes[0, forecast.what.homes.index("Vaxholm")]
    region = forecast.middle.homes[0].sum(axis=0)
    np.testing.assert_allclose(shares / shares.sum(), region / region.sum(), rtol=0.1)  # raked by a few per cent


def test_cohorts_grow_older_and_move() -> None:
    persons = {(2023, "Nacka", 16): 100, (2023, "Nacka", 15): 150, (2023, "Nacka", 14): 50, (2022, "Nacka", 16): 100}
    frame = demands.table([(year, "Nacka", "EK", "Nacka", 100) for year in (2022, 2023)])
    forecast = told(frame, ahead=3, population=demands.population(persons))
    found = [of(forecast, "home", "Nacka", year=year)["expected"] for year in (2024, 2025, 2026)]
    # From (2022, 15) nobody is known to have moved; without a younger cohort last year's number goes on.
    assert found == [150, 50, 100]
    own = demands.population({**persons, (2024, "Nacka", 16): 180})
    assert of(told(frame, population=own), "home", "Nacka")["expected"] == 180  # the owner's forecast as it is


def test_moves_between_municipalities_carry_on() -> None:
    ages = {(year, "Nacka", age): int(1000 * 1.1 ** (age - 10)) for year in (2021, 2022, 2023) for age in range(10, 17)}
    ages |= {(year, "Täby", age): 1000 for year in (2021, 2022, 2023) for age in range(10, 17)}
    rows = [(year, home, "EK", "Nacka", 1000) for year in (2022, 2023) for home in ("Nacka", "Täby")]
    forecast = told(demands.table(rows), population=demands.population(ages))
    grown = ages[2023, "Nacka", 15]
    per_person = 1000 / ages[2023, "Nacka", 16]
    assert of(forecast, "home", "Nacka")["expected"] > grown * per_person * 1.05  # they go on moving in


def test_eligibility_moves_introductory_programmes() -> None:
    rows = [(year, home, "EK", "Nacka", 20) for year in (2022, 2023) for home in ("Nacka", "Täby")]
    rows += [(year, home, "IMV", "Nacka", 2) for year in (2022, 2023) for home in ("Nacka", "Täby")]
    year9 = pd.DataFrame(
        {
            "year": 2023,
            "municipality": ["Nacka", "Täby"],
            "pupils": 500,
            "known": 500,
            "eligible": [495.0, 350.0],
            "hidden_schools": 0,
        }
    )
    forecast = told(demands.table(rows), year9=demand_table("year9", year9))
    assert "no_year9" not in forecast.notes
    middle = forecast.middle.homes[0]
    nacka, taby = (forecast.what.homes.index(name) for name in ("Nacka", "Täby"))
    assert middle[taby, 1] > 2 * middle[nacka, 1]


def test_a_code_that_follows_another_goes_on_from_it_and_a_new_one_starts_where_it_is() -> None:
    rows = [(year, "Nacka", "HV", "Nacka", 80) for year in (2023, 2024)]
    rows += [(year, "Nacka", "EK", "Nacka", 900) for year in (2023, 2024)]
    assert code_in("HV", 2025) == "FR"
    assert code_in("HV", 2024) == "HV"
    assert of(told(demands.table(rows), 2025), "region", "", "FR", 2025)["expected"] == 80
    new = told(demands.table([*rows, (2024, "Nacka", "FS", "Nacka", 50)]), 2025)
    found = of(new, "region", "", "FS", 2025)
    assert found["expected"] == pytest.approx(50, abs=2)  # of as many pupils as last year
    assert found["low"] < found["expected"] < found["high"]


def test_pupils_go_where_their_programme_is_offered() -> None:
    rows = [(year, "Nacka", "EK", "Nacka", 90) for year in (2022, 2023)]
    rows += [(2022, "Nacka", "NA", "Stockholm", 40), (2023, "Nacka", "NA", "Täby", 40)]
    forecast = told(demands.table(rows))
    assert of(forecast, "place", "Täby", "NA")["expected"] == of(forecast, "region", "", "NA")["expected"]
    assert of(forecast, "place", "Stockholm", "NA")["high"] == 0


def test_pupils_of_all_years_follow_cohorts() -> None:
    frame = demands.table([(year, "Nacka", "EK", "Nacka", 1000) for year in (2021, 2022, 2023)])
    assumed = told(frame)
    assert assumed.pupils["expected"].tolist()[-1] == pytest.approx(1000 * (1 + 0.93 + 0.93 * 0.95), abs=2)
    assert "not_followed" in assumed.notes
    followed = told(frame, tracked=tracked_tables.random_tracked())
    assert followed.stays.followed
    assert "not_followed" not in followed.notes
    assert 1000 < followed.pupils["expected"].tolist()[-1] <= 3000


def test_registers_give_first_choices_and_year_9_without_any_person() -> None:
    registers = [small_register(80, seed, intake_year=year) for seed, year in enumerate((2022, 2023))]
    found = inputs_of_registers([(register, demands.MADE_UP) for register in registers])
    assert found.choices.groupby("intake_year")["pupils"].sum().max() <= 80
    first = registers[1].applications
    first = first[first["round"].eq("final") & first["rank"].eq(1)]
    assert found.choices.loc[found.choices["intake_year"].eq(2023), "pupils"].sum() == len(first)
    assert (found.year9["eligible"] <= found.year9["known"]).all()
    forecast = forecast_demand(found, 2024, draws=DRAWS)
    assert forecast.summary()["year"] == 2024
    assert backtest_demand(found).years == ()


def test_published_results_are_foretold_without_homes() -> None:
    columns = ("intake_year", "round", "municipality", "programme", "admitted", "reserves")
    rows = [(y, "final", p, c, n, 3) for y in (2022, 2023) for p, c, n in (("Nacka", "EK", 90), ("Täby", "VI", 9))]
    public = Provenance((), already_public=True)
    found = inputs_of_results(pd.DataFrame(rows, columns=columns), public, "final")
    forecast = forecast_demand(found, 2024, draws=DRAWS)
    assert set(forecast.table["level"]) == {"region", "place"}
    assert set(forecast.table["programme"]) == {"", "EK"}
    assert forecast.ways.empty
    assert "antagna" in forecast.sentences("sv")[0]


def test_tables_of_files_add_years_and_do_not_replace_them() -> None:
    base = demands.inputs(demands.choices(years=(2022, 2023)))
    other = demands.choices(9, years=(2021, 2022))
    tables = {**{name: empty_demand(name) for name in DEMAND_TABLES}, "choices": other}
    found = base.with_tables(DemandTables(tables, Findings(), demands.MADE_UP))
    sums = found.choices.groupby("intake_year")["pupils"].sum()
    assert sums[2022] == base.choices.loc[base.choices["intake_year"].eq(2022), "pupils"].sum()
    assert sums[2021] == other.loc[other["intake_year"].eq(2021), "pupils"].sum()


def test_the_same_inputs_give_the_same_forecast() -> None:
    one, other = (told(demands.choices(), ahead=2) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, other.table)
    shuffled = demands.choices().sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(one.table, told(shuffled, ahead=2).table)
    np.testing.assert_array_equal(one.futures.homes, other.futures.homes)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_sentences_are_whole(language: str) -> None:
    forecast = told(demands.choices(), ahead=3)
    found = backtest_demand(demands.inputs(demands.choices()))
    for sentence in (*forecast.sentences(language), *found.sentences(language)):  # type: ignore[arg-type]
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert "nan" not in sentence
    assert not say().incomplete()


def test_each_decision_says_where_it_is_from() -> None:
    for entry in entries("demand").values():
        assert {"value", "unit", "status", "valid_from", "source"} <= set(entry)


def test_a_school_that_has_opened_is_followed_at_once() -> None:
    rows = [(year, home, "EK", "Stockholm", 100) for year in (2021, 2022) for home in ("Nacka", "Täby")]
    rows += [(2023, home, "EK", "Stockholm", 50) for home in ("Nacka", "Täby")]
    rows += [(2023, home, "EK", "Solna", 50) for home in ("Nacka", "Täby")]
    found = of(told(demands.table(rows)), "place", "Solna", "EK")
    assert found["expected"] == pytest.approx(100, abs=2)
    assert found["low"] < 100 < found["high"]


@pytest.mark.parametrize("row", [(2023, "Nacka", "XQ", "Nacka", 3), (2023, "Nakka", "EK", "Nacka", 3)])
def test_what_cannot_be_placed_is_refused_and_not_named(row: tuple[int, str, str, str, int]) -> None:
    frame = pd.concat([demands.choices(), demands.table([row])])
    with pytest.raises(BadInput, match="in 1 rows") as refused:
        told(frame)
    assert not {"XQ", "Nakka"} & set(str(refused.value).split())


def test_a_fourth_year_is_no_start() -> None:
    with_it = pd.concat([demands.choices(), demands.table([(2023, "Nacka", "VI", "Nacka", 30)])])
    pd.testing.assert_frame_equal(told(with_it).table, told(demands.choices()).table)


def test_population_and_year_9_go_with_published_results_too() -> None:
    rows = [(year, NOT_TOLD, code, "Nacka", n) for year in (2022, 2023) for code, n in (("EK", 900), ("IMV", 100))]
    persons = {(year, home, 16): n for year, n in ((2022, 500), (2023, 500), (2024, 550)) for home in ("Nacka", "Täby")}
    forecast = told(demands.table(rows), population=demands.population(persons))
    assert of(forecast, "region", "")["expected"] == 1100
    assert "no_population" not in forecast.notes
