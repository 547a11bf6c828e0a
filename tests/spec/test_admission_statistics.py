"""How an admission turned out: small tables in, statistics out. What the methods page says, drawn."""

# ruff: noqa: E501 - tables are drawn as wide as they are

from __future__ import annotations

import pandas as pd
import pytest

from gymreg_core import admission as adm
from gymreg_core.admission.scope import available, make_scope, of_round, other_round, year_before
from gymreg_core.errors import BadParameters
from tests.admissions import admission
from tests.written import shown

YEARS = {"intake_year": 2023, "compare_to": 2022}
ALONE = {"intake_year": 2023, "compare_to": None}

NOW = """
school | form        | programme | seats | admitted | free | reserves | cutoff | median | first
Åva    | municipal   | EK        | 60    | 60       | 0    | 30       | 240    | 260    | 70
Åva    | municipal   | BA        | 20    | 5        | 15   | 0        |        | 180    | 4
Bro    | independent | EK        | 40    | 39       | 0    | 10       | 200    | 230    | 30
Bro    | independent | IMV       | 8     | 2        | 6    | 0        |        | 90     | 1
Bro    | independent | VI        | 10    | 10       | 0    | 3        |        | 1500   | 9
"""
BEFORE = """
year | school | form      | programme | seats | admitted | free | reserves | cutoff | median
2022 | Åva    | municipal | EK        | 60    | 50       | 10   | 0        |        | 220
2022 | Åva    | municipal | HA        | 20    | 10       | 10   | 0        |        | 180
2022 | Åva    | municipal | IMY       | 8     | 8        | 0    | 0        |        | 70
"""


def grid(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def same(result: pd.DataFrame, expected: str) -> None:
    head, *body = grid(expected)
    assert shown(result, head) == body


def test_groups_of_programmes() -> None:
    result = adm.totals(admission(NOW), admission(BEFORE), **YEARS)
    same(
        result.table,
        """
        group        | study_paths | schools | seats | admitted | free_seats | reserves | admitted_change | seats_change
        national     | 3           | 2       | 120   | 104      | 15         | 40       | 44              | 40
        preparatory  | 2           | 2       | 100   | 99       | 0          | 40       | 49              | 40
        vocational   | 1           | 1       | 20    | 5        | 15         | 0        | -5              | 0
        other        | 1           | 1       | 10    | 10       | 0          | 3        | 10              | 10
        introductory | 1           | 1       | 8     | 2        | 6          | 0        | -6              | 0
        all          | 5           | 2       | 138   | 116      | 21         | 43       | 48              | 50
    """,
    )


def test_fill_rate_is_admitted_by_seats_and_free_seats_are_as_published() -> None:
    result = adm.totals(admission(NOW), None, **ALONE)
    assert result.value("preparatory", "fill_rate") == pytest.approx(99 / 100)
    assert result.value("preparatory", "free_seats") == 0
    assert result.value("national", "competitive_share") == pytest.approx(2 / 3)


def test_first_choices_are_unknown_where_one_row_lacks_them() -> None:
    assert adm.totals(admission(NOW), None, **ALONE).value("national", "first_choice_eligible") == 104
    holed = admission(NOW.replace("| 70\n", "|\n"))
    assert adm.totals(holed, None, **ALONE).value("national", "first_choice_eligible") is None


def test_without_seats_there_is_no_fill_rate() -> None:
    result = adm.by_programme(admission("programme | seats | admitted\nEK | 0 | 0"), None, **ALONE)
    same(result.table, "programme | seats | fill_rate | free_seats\nEK | 0 | | 0")


def test_programmes_of_only_one_year_count_zero_in_the_other() -> None:
    result = adm.by_programme(admission(NOW), admission(BEFORE), **YEARS)
    same(
        result.table,
        """
        programme | programme_type | study_paths | seats | admitted | admitted_previous | admitted_change | study_paths_previous
        EK        | preparatory    | 2           | 100   | 99       | 50                | 49              | 1
        BA        | vocational     | 1           | 20    | 5        | 0                 | 5               | 0
        HA        | vocational     | 0           | 0     | 0        | 10                | -10             | 1
        VI        | other          | 1           | 10    | 10       | 0                 | 10              | 0
    """,
    )
    assert result.in_both()["programme"].tolist() == ["EK"]


def test_columns_are_the_same_without_a_year_to_compare_with() -> None:
    with_year, alone = (
        adm.by_programme(admission(NOW), b, **y).table for b, y in ((admission(BEFORE), YEARS), (None, ALONE))
    )
    assert set(alone.columns) == set(with_year.columns)
    assert alone["admitted_change"].isna().all()


def test_a_joint_intake_is_counted_once_and_what_has_no_seats_is_no_offer() -> None:
    rows = of_round(
        admission("""
        programme | name | joint | seats | admitted
        EK        | a    | j1    | 30    | 20
        EK        | b    | j1    | 30    | 20
        EK        | c    |       | 30    | 20
        EK        | d    |       | 30    | 20
        NB        | e    |       | 0     | 0
    """),
        2023,
        "final",
    )
    assert rows["study_path_name"].tolist() == ["a", "c", "d"]


def test_providers_side_by_side_and_the_unknown_told() -> None:
    result = adm.by_provider(admission(NOW + "Cil | unknown | EK | 10 | 10 | 0 | 0 | 150 | 200 | 1"), None, **ALONE)
    same(
        result.table,
        """
        provider_form | schools | seats | admitted | cutoff
        municipal     | 1       | 80    | 65       | 240
        independent   | 1       | 40    | 39       | 200
        unknown       | 1       | 10    | 10       | 150
    """,
    )
    same(result.by_programme, "programme | admitted | share\nEK | 99 | 0.3939393939393939\nBA | 5 | 0")
    assert "okänd för en skola" in result.describe("sv")


def test_supply_has_every_municipality_of_the_area_also_those_without_a_school() -> None:
    result = adm.by_municipality(admission(NOW), None, **ALONE)
    assert result.summary()["municipalities"] == 1
    assert {"Vaxholm", "Gnesta"} <= set(result.without_supply())
    taby = result.table.iloc[0]
    assert (taby["municipality"], taby["seats"], taby["x"], taby["seats_share"]) == ("Täby", 120, 5, 1.0)


COMPETING = """
school | programme | name | seats | admitted | reserves | cutoff | scale
Åva    | EK        | a    | 20    | 20       | 40       | 300    | grades
Bro    | EK        | b    | 10    | 10       | 30       | 285    | grades
Cil    | EK        | c    | 4     | 4        | 40       | 200    | grades
Åva    | ES        | d    | 10    | 10       | 5        | 520    | grades_and_test
Åva    | BA        | e    | 20    | 5        | 0        |        | grades
Bro    | BA        | f    | 20    | 0        | 0        |        | grades
"""


def test_most_sought_is_reserves_per_seat_among_study_paths_of_some_size() -> None:
    result = adm.competition(admission(COMPETING), intake_year=2023)
    same(
        result.most_sought(),
        """
        school | study_path_name | reserves_per_seat
        Bro    | b               | 3
        Åva    | a               | 2
        Åva    | d               | 0.5
    """,
    )
    assert len(result.most_sought(1)) == 1


def test_points_with_tests_are_never_mixed_with_ordinary_ones() -> None:
    result = adm.competition(admission(COMPETING), intake_year=2023)
    same(result.quantiles(), "programme_type | count | cutoff_p50\npreparatory | 3 | 285")
    same(
        result.histogram(),
        """
        programme_type | bin_from | bin_to | count
        preparatory    | 200      | 220    | 1
        preparatory    | 280      | 300    | 1
        preparatory    | 300      | 320    | 1
    """,
    )
    assert result.summary() == {
        "study_paths": 6,
        "competitive": 4,
        "all_eligible_admitted": 1,
        "none_admitted": 1,
        "median_cutoff": 285.0,
    }


def test_where_everyone_eligible_got_in_leaves_out_paths_without_admitted() -> None:
    result = adm.competition(admission(COMPETING), intake_year=2023)
    same(result.open_paths(), "school | study_path_name\nÅva | e")
    same(
        result.open_by_programme(),
        "programme | study_paths | count | share\nBA | 1 | 1 | 1\nEK | 3 | 0 | 0\nES | 1 | 0 | 0",
    )


THEN = """
year | school | programme | name | admitted | seats | cutoff | scale           | id
2022 | Åva    | EK        | a    | 20       | 20    | 290    | grades          | 1
2022 | Bro    | EK        | b    | 10       | 10    | 285    | grades          | 2
2022 | Cil    | EK        | c    | 4        | 4     | 220    | grades          | 3
2022 | Åva    | ES        | d    | 10       | 10    | 400    | grades_and_test | 4
2022 | Åva    | EK        | e    | 10       | 10    |        | grades          | 5
2022 | Åva    | EK        | f    | 10       | 10    | 200    | grades          | 6
2022 | Åva    | EK        | g    | 10       | 10    | 200    | grades          | 7
2022 | Åva    | EK        | h    | 10       | 10    | 210    | grades          | 7
"""
LATER = """
school | programme | name | admitted | seats | cutoff | scale           | id
Åva    | EK        | a    | 20       | 20    | 300    | grades          | 1
Bro    | EK        | b    | 10       | 10    | 285    | grades          | 2
Cil    | EK        | c    | 4        | 4     | 180    | grades          | 3
Åva    | ES        | d    | 10       | 10    | 520    | grades_and_test | 4
Åva    | EK        | e    | 10       | 10    | 240    | grades          | 5
Åva    | EK        | f    | 10       | 10    |        | grades          | 6
Åva    | EK        | g    | 10       | 10    | 300    | grades          | 7
Dal    | EK        | i    | 10       | 10    | 300    | grades          | 8
"""


def test_cutoffs_move_only_between_the_same_study_paths_on_the_ordinary_scale() -> None:
    result = adm.cutoff_moves(admission(LATER), admission(THEN), **YEARS)
    same(
        result.table,
        """
        school | cutoff | cutoff_previous | cutoff_change
        Åva    | 300    | 290             | 10
        Bro    | 285    | 285             | 0
        Cil    | 180    | 220             | -40
    """,
    )
    assert result.summary() == {
        "study_paths": 3,
        "median": 0.0,
        "up": 1,
        "down": 1,
        "unchanged": 1,
        "large": 1,
        "large_share": 1 / 3,
        "opened": 1,
        "closed": 1,
    }


def test_moves_are_binned_alike_up_and_down() -> None:
    moves = {"a": 5, "b": -5, "c": 4.9, "d": 15, "e": -15, "f": 25}
    then = admission(
        "year | programme | admitted | seats | cutoff | name | id\n"
        + "\n".join(f"2022 | EK | 1 | 1 | 200 | {n} | {n}" for n in moves)
    )
    now = admission(
        "programme | admitted | seats | cutoff | name | id\n"
        + "\n".join(f"EK | 1 | 1 | {200 + m} | {n} | {n}" for n, m in moves.items())
    )
    same(
        adm.cutoff_moves(now, then, **YEARS).histogram(), "bin | count\n-20 | 1\n-10 | 1\n0 | 1\n10 | 1\n20 | 1\n30 | 1"
    )


def test_nothing_to_compare_with_is_no_error() -> None:
    result = adm.cutoff_moves(admission(LATER), None, **ALONE)
    assert result.table.empty
    assert result.histogram().empty
    assert result.summary()["median"] is None


def test_preliminary_against_final() -> None:
    first = admission(
        "round | programme | seats | admitted | cutoff\npreliminary | EK | 20 | 15 |\npreliminary | BA | 10 | 2 |"
    )
    last = admission("programme | seats | admitted | cutoff\nEK | 20 | 20 | 250\nNB | 5 | 5 |")
    result = adm.preliminary_against_final(first, last, intake_year=2023)
    same(
        result.table,
        """
        programme | admitted_preliminary | admitted_final | fill_rate_preliminary | fill_rate_final
        EK        | 15                   | 20             | 0.75                  | 1
        NB        | 0                    | 5              |                       | 1
        BA        | 2                    | 0              | 0.2                   |
    """,
    )


def test_introductory_programmes_stand_apart() -> None:
    result = adm.introductory(admission(NOW), admission(BEFORE), **YEARS)
    same(result.table, "programme | seats | admitted | admitted_change\nIMV | 8 | 2 | 2\nIMY | 0 | 0 | -8")
    assert result.summary() == {"study_paths": 1, "seats": 8, "admitted": 2, "free_seats": 6}


def test_empty_seats_and_paths_that_nobody_was_admitted_to() -> None:
    result = adm.empty_seats(admission(COMPETING), admission(COMPETING.replace("f    | 20", "f    | 2")), **YEARS)
    same(result.table.head(2), "programme | seats | free_seats | share\nBA | 40 | 35 | 0.875\nEK | 34 | 0 | 0")
    same(result.paths, "study_path_name | free_seats\nf | 20\ne | 15")
    same(result.nobody, "school | study_path_name | seats\nBro | f | 20")
    assert result.nobody_previous == 1


def test_schools_are_listed_in_the_swedish_alphabet_with_last_years_cutoff() -> None:
    now = admission("""
        school | programme | name | admitted | seats | cutoff | scale           | id
        Öst    | EK        | a    | 2        | 2     | 200    | grades          | 1
        Ås     | IMV       | b    | 2        | 2     |        | grades          | 2
        Ås     | EK        | c    | 2        | 2     | 200    | grades          | 3
        Zeta   | EK        | d    | 2        | 2     | 500    | grades_and_test | 4
    """)
    then = admission("""
        year | school | programme | name | admitted | seats | cutoff | scale  | id
        2022 | Öst    | EK        | a    | 2        | 2     | 190    | grades | 1
        2022 | Ås     | EK        | c    | 2        | 2     |        | grades | 3
        2022 | Zeta   | EK        | d    | 2        | 2     | 300    | grades | 4
    """)
    result = adm.study_paths(now, then, **YEARS)
    same(
        result.table,
        """
        school | study_path_name | cutoff | cutoff_kind_previous  | cutoff_previous | cutoff_change
        Zeta   | d               | 500    | competitive           | 300             |
        Ås     | c               | 200    | all_eligible_admitted |                 |
        Ås     | b               |        |                       |                 |
        Öst    | a               | 200    | competitive           | 190             | 10
    """,
    )
    assert [name for name, _ in result.schools()] == ["Zeta", "Ås", "Öst"]


def test_news_tells_renamed_schools_from_new_and_closed_ones() -> None:
    now = admission("""
        school   | programme | name | code  | admitted | seats | id
        Nya Åva  | EK        | a    | EK25  | 60       | 60    | 1
        Nya Åva  | EK        | b    | EKEKI | 60       | 60    | 2
        Bro      | FS        | c    | FSFOR | 60       | 60    | 3
        Dal      | SA        | d    | SASAM | 60       | 60    | 4
    """)
    then = admission("""
        year | school | programme | name | code  | admitted | seats | id
        2022 | Åva    | EK        | a    | EKEKO | 50       | 60    | 1
        2022 | Åva    | EK        | b    | EKEKO | 60       | 60    | 2
        2022 | Bro    | HA        | e    | HAHAN | 40       | 60    | 5
        2022 | Cil    | SA        | f    | SASAM | 90       | 90    | 6
    """)
    result = adm.news(now, then, adm.by_programme(now, then, **YEARS))
    same(
        result.table,
        """
        status           | label   | municipality | note
        new_school       | Dal     | Täby         |
        closed_school    | Cil     | Täby         |
        renamed_school   | Nya Åva | Täby         | Åva
        new_programme    | FS      |              |
        closed_programme | HA      |              | FS
    """,
    )
    assert (result.paths_new, result.paths_closed, result.gy25) == (2, 2, True)
    assert result.movers(1)["programme"].tolist() == ["EK"]
    assert result.movers(-1)["programme"].tolist() == ["SA"]
    text = result.describe("sv")
    assert "En skola har bytt namn sedan 2022: Nya Åva (tidigare Åva)." in text
    assert "Försäljnings- och serviceprogrammet har ersatt handels- och administrationsprogrammet." in text
    assert "Antalet antagna ökade mest på ekonomiprogrammet (+10)." in text


def test_a_programme_that_only_got_another_code_has_replaced_nothing_in_words() -> None:
    now = admission("""
        school | programme | name | code | admitted | seats | id
        Bro    | FL        | a    | FLFL | 60       | 60    | 1
    """)
    then = admission("""
        year | school | programme | name | code  | admitted | seats | id
        2022 | Bro    | FX        | a    | FXFLY | 60       | 60    | 1
    """)
    result = adm.news(now, then, adm.by_programme(now, then, **YEARS))
    assert "Flygteknik har ersatt flygteknikutbildningen." in result.describe("sv")
    assert "replaced" not in result.describe("en")


def test_years_and_rounds() -> None:
    table = pd.concat(
        [
            admission(NOW),
            admission(BEFORE),
            admission(
                BEFORE.replace("2022", "2020")
                .replace("year |", "year | round |")
                .replace("2020 |", "2020 | preliminary |")
            ),
        ]
    )
    assert available(table) == [(2020, "preliminary"), (2022, "final"), (2023, "final")]
    assert year_before(table, 2023, "final") == 2022
    assert year_before(table, 2022, "final") is None
    assert other_round(table, 2023, "preliminary") is None
    with pytest.raises(BadParameters, match="The data hold: 2020 preliminary, 2022 final, 2023 final"):
        of_round(table, 2021, "final")


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("municipality", "Tæby", "Did you mean 'Täby'"),
        ("municipality", "Upplands", "'Upplands-Bro'"),
        ("school", "Åvagymnasiet", "There are 2: Bro, Åva"),
        ("school", None, "a school needs its name"),
        ("kommun", "Täby", "There are 4: region, municipality, school, provider_form"),
        ("provider_form", "independant", "Did you mean 'independent'"),
        ("region", "Täby", "Leave scope_name out"),
    ],
)
def test_a_wrong_scope_is_told_with_the_nearest_right_ones(kind: str, name: str | None, told: str) -> None:
    with pytest.raises(BadParameters) as problem:
        make_scope(kind, name, admission(NOW))
    assert told in str(problem.value)
    assert problem.value.exit_code == 10


def test_scopes() -> None:
    table = admission(NOW)
    assert make_scope("municipality", "täby", table) == adm.Scope("municipality", "Täby")
    assert make_scope("municipality", "Vaxholm", table).select(table).empty
    assert len(make_scope("school", "Bro", table).select(table)) == 3
    assert len(make_scope("provider_form", "municipal", table).select(table)) == 2
    assert len(adm.Scope().select(table)) == 5
