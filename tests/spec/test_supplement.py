"""The structural supplement, as tables anyone in the office can check by hand (rules/supplement.yml)."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.errors import BadInput, BadParameters, RuleMissing
from gymreg_core.funding.money import ORE
from gymreg_core.funding.outcomes import cohort_outcomes, observed_cohorts
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_words import phrase
from gymreg_core.rules import entries, rules_read
from tests.enrolments import tiny_enrolments
from tests.tiny import table

LEVELS = """
| merit  | level | why                                            |
| 340    | 0     | not below the limit of 200 (Strukturtillägg)   |
| 200    | 0     | 200 is not below 200                           |
| 199.99 | 1     |                                                |
| 197.5  | 1     |                                                |
| 180    | 1     | a level holds its own beginning                |
| 179.99 | 2     |                                                |
| 140    | 2     |                                                |
| 139.99 | 3     |                                                |
| 0      | 3     | no passes is a merit value, the lowest         |
| -      | 4     | no merit value is a level of its own           |
"""
# Öre per pupil and year, from 6,000, 10,500, 15,000 and 10,500 kronor by each year's rise.
AMOUNTS = """
| year | 1      | 2       | 3       | 4       | rise in per cent                              |
| 2015 | 600000 | 1050000 | 1500000 | 1050000 | start                                         |
| 2016 | 618300 | 1082025 | 1545750 | 1082025 | 3.05                                          |
| 2017 | 629429 | 1101501 | 1573574 | 1101501 | 1.8: 618,300 x 1.018 = 629,429.4              |
| 2018 | 640759 | 1121328 | 1601898 | 1121328 | 1.8                                           |
| 2019 | 652293 | 1141512 | 1630732 | 1141512 | 1.8, Nacka 2018                               |
| 2020 | 658816 | 1152927 | 1647039 | 1152927 | 1.0                                           |
| 2021 | 658816 | 1152927 | 1647039 | 1152927 | 0, board of 4 June 2020                       |
| 2022 | 668698 | 1170221 | 1671745 | 1170221 | 1.5, board of 10 June 2021                    |
| 2023 | 680735 | 1191285 | 1701836 | 1191285 | 1.8, board of 9 June 2022                     |
| 2024 | 703880 | 1231789 | 1759698 | 1231789 | 3.4                                           |
| 2025 | 723589 | 1305696 | 1865280 | 1266279 | 6 for levels 2 and 3, 2.8 for the others      |
| 2026 | 743849 | 1384038 | 1977197 | 1301735 | as 2025                                       |
"""
COVERED = """
| programme | year of study | covered | why                                                  |
| NA        | 1             | yes     | a national programme                                 |
| BF        | 3             | yes     | the merit value counts in years 2 and 3 too          |
| IB        | 2             | yes     | counted as national                                  |
| BF        | 4             | no      | a fourth year is none of them                        |
| IMV       | 1             | no      | introductory programmes are not national             |
| IMS       | 1             | no      |                                                      |
| VI        | 1             | no      | the fourth technical year is not national            |
"""


@pytest.mark.parametrize("row", table(LEVELS), ids=lambda row: row["merit"])
@pytest.mark.parametrize("year", range(2018, 2027))
def test_the_level_of_a_merit_value(row: dict[str, str], year: int) -> None:
    merit = np.nan if row["merit"] == "-" else float(row["merit"])
    level = Supplement.packaged(year).level([merit])
    assert level.dtype == np.int8
    assert level.tolist() == [int(row["level"])]


@pytest.mark.parametrize("row", table(AMOUNTS), ids=lambda row: row["year"])
def test_the_amounts_of_a_year(row: dict[str, str]) -> None:
    wanted = [int(row[level]) for level in "1234"]
    supplement = Supplement.packaged(int(row["year"]))
    assert supplement.amounts_in(int(row["year"])).tolist() == wanted
    assert Supplement.packaged(2018).amounts_in(int(row["year"])).tolist() == wanted
    assert supplement.table["amount"].tolist() == wanted


@pytest.mark.parametrize("row", table(COVERED), ids=lambda row: f"{row['programme']} {row['year of study']}")
def test_who_is_covered(row: dict[str, str]) -> None:
    supplement = Supplement.packaged(2023)
    years = [int(row["year of study"])]
    assert supplement.covers([row["programme"]], years).tolist() == [row["covered"] == "yes"]
    amount = supplement.amount([150.0], [row["programme"]], 2023, year_of_study=years)
    assert amount.tolist() == [1191285 if row["covered"] == "yes" else 0]


def test_the_price_year_sets_the_amount_and_the_pupil_the_level() -> None:
    amount = Supplement.packaged(2024).amount(
        [190, 150, 100, np.nan, 200, 100], ["NA"] * 5 + ["IMV"], [2023, 2024, 2025, 2026, 2024, 2024]
    )
    assert amount.dtype == np.int64
    assert amount.tolist() == [680735, 1231789, 1865280, 1301735, 0, 0]
    assert Supplement.packaged(2024).amount([], [], 2024).tolist() == []


def test_the_start_was_about_the_published_share() -> None:
    """1.5 per cent of 85,000 kronor is 1,275; tolerance 100: the amounts stand in whole 500 kronor."""
    shares = np.array([0.050, 0.057, 0.025, 0.0])
    assert abs(shares @ Supplement.packaged(2015).amounts_in(2015) / ORE - 1_275) < 100


@pytest.mark.parametrize("year", [2014, 2027])
def test_a_year_without_rises_is_refused(year: int) -> None:
    with pytest.raises(RuleMissing, match=f"supplement for {year}"):
        Supplement.packaged(year)
    with pytest.raises(RuleMissing):
        Supplement.packaged(2020).amounts_in(year)


def test_what_nobody_published_is_told_as_assumption() -> None:
    with rules_read() as read:
        Supplement.packaged(2025).amounts_in(2025)
    told = {key.partition(".")[2]: status for key, status in read.items()}
    assert told["limit"] == "published"
    assert {told[key] for key in ("bands", "missing_level", "start_amounts", "after_introductory", "count_days")} == {
        "assumption"
    }
    assert all(entry["status"] != "published" or entry["source"] for entry in entries("supplement").values())


@pytest.mark.parametrize("merit", [-1.0, np.inf])
def test_an_impossible_merit_value_is_refused_without_showing_it(merit: float) -> None:
    with pytest.raises(BadInput, match=r"row 1: 1 merit values") as refused:
        Supplement.packaged(2023).level([200, merit])
    assert str(merit) not in str(refused.value)


def test_an_unknown_programme_is_refused() -> None:
    with pytest.raises(BadInput, match="XX"):
        Supplement.packaged(2023).amount([100], ["XX"], 2023)


def test_another_limit_and_other_levels() -> None:
    supplement = Supplement.packaged(2024)
    wider = supplement.with_changes(limit=220)
    assert wider.level([219.99, 200, 180, 220]).tolist() == [1, 1, 1, 0]
    assert wider.amounts_in(2024).tolist() == supplement.amounts_in(2024).tolist()
    between = supplement.with_changes(limit=197.5, bands=(172.31, 140, 0))
    assert between.level([197.5, 197.49, 172.31, 172.3]).tolist() == [0, 1, 1, 2]
    finer = supplement.with_changes(bands=(190, 170, 120, 0), amounts=(1, 2, 3, 4, 5))
    assert finer.level([195, 170, 169, 119, np.nan]).tolist() == [1, 2, 3, 4, 5]
    joined = supplement.with_changes(missing_level=3, amounts=(1, 2, 3))
    assert joined.amount([np.nan, 100], ["NA", "NA"], 2024).tolist() == [3, 3]
    nothing = supplement.with_changes(missing_level=0, amounts=(1, 2, 3))
    assert nothing.amount([np.nan], ["NA"], 2024).tolist() == [0]


def test_given_amounts_hold_in_their_year_and_rise_after_it() -> None:
    other = Supplement.packaged(2024).with_changes(amounts=(100_00, 200_00, 300_00, 0))
    assert other.amounts_in(2024).tolist() == [100_00, 200_00, 300_00, 0]
    assert other.amounts_in(2025).tolist() == [102_80, 212_00, 318_00, 0]
    with pytest.raises(RuleMissing, match="2023"):
        other.amounts_in(2023)


def test_amounts_for_a_total() -> None:
    pupils = [1_000, 500, 200, 10]
    supplement = Supplement.packaged(2024)
    other = supplement.with_changes(total=50_000_000_00, pupils=pupils)
    amounts = other.amounts_in(2024)
    assert abs(int(amounts @ pupils) - 50_000_000_00) <= sum(pupils) / 2  # half an öre per pupil
    assert np.allclose(amounts / amounts[0], supplement.amounts_in(2024) / supplement.amounts_in(2024)[0], atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"limit": 180}, "bands"),
        ({"limit": float("nan")}, "bands"),
        ({"bands": (180, 190, 0)}, "bands"),
        ({"bands": (180, 140)}, "bands"),
        ({"bands": (), "amounts": ()}, "bands"),
        ({"bands": (180, 0)}, "4 amounts for 3 levels"),
        ({"amounts": (1, 2, 3)}, "3 amounts for 4 levels"),
        ({"amounts": (1, 2, -3, 4)}, "0 or more"),
        ({"missing_level": 7}, "between 0 and 4"),
        ({"total": 100}, "no amounts make that total"),
        ({"total": 100, "pupils": [0, 0, 0, 0]}, "no amounts make that total"),
        ({"total": -1, "pupils": [1, 1, 1, 1]}, "no amounts make that total"),
    ],
)
def test_a_supplement_that_cannot_be_is_refused(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(BadParameters, match=fault):
        Supplement.packaged(2024).with_changes(**changes)  # type: ignore[arg-type]


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(BadParameters, match=r"bands.*0 or more.*3 amounts"):
        Supplement.packaged(2024).with_changes(bands=(180, 190, 0), amounts=(1, 2, -3))


def test_how_it_works_in_sentences() -> None:
    told = Supplement.packaged(2025).describe("sv")
    assert "under 200" in told
    assert "från 7\N{NO-BREAK SPACE}236 till 18\N{NO-BREAK SPACE}653 kronor" in told
    assert "nivå 4" in told
    assert "below 200" in Supplement.packaged(2025).describe("en")
    none = Supplement.packaged(2025).with_changes(missing_level=0, amounts=(1, 2, 3))
    assert "inget tillägg" in none.describe()


def test_the_words_are_complete() -> None:
    assert phrase().incomplete() == []


# present: the start where nothing stands. outcome: eligible by 30 June of the third year; '-': no starter of 2023.
OUTCOMES = """
| who | code  | year | start      | stop       | reason        | present | issued     | outcome | why                 |
| Ann | EKEKO | 1    | 2023-08-15 | 2026-06-10 | completed     |         | 2026-06-10 | yes     |                     |
| Bo  | EKEKO | 1    | 2023-08-15 | 2026-06-10 | completed     |         | 2026-06-30 | yes     | the last day counts |
| Cia | EKEKO | 1    | 2023-08-15 | 2026-06-10 | completed     |         | 2026-07-01 | no      | a day too late      |
| Dan | EKEKO | 1    | 2023-08-15 | 2024-02-01 | interrupted   |         | -          | no      |                     |
| Eva | EKEKO | 1    | 2023-08-15 | 2023-09-01 | never_present | -       | -          | -       | never came          |
| Fia | EKEKO | 2    | 2023-08-15 | 2026-06-10 | completed     |         | 2026-06-10 | -       | year 1 elsewhere   |
| Gun | IMVBA | 1    | 2023-08-15 | 2026-06-10 | completed     |         | -          | -       | introductory        |
| Hed | EKEKO | 1    | 2024-06-30 | 2026-06-10 | completed     |         | 2026-06-10 | yes     | school year 2023/24 |
| Ida | EKEKO | 1    | 2024-07-01 | 2026-06-10 | completed     |         | 2026-06-10 | -       | the cohort of 2024  |
| Jan | EKEKO | 1    | 2023-08-15 | 2024-02-01 | moved_out     |         | -          | -       | not observed        |
| Kim | EKEKO | 1    | 2023-08-15 | 2024-02-01 | interrupted   | -       | -          | -       | was never seen      |
"""


def test_who_of_a_cohort_became_eligible() -> None:
    given = table(OUTCOMES)
    columns = ("who", "code", "year", "start", "stop", "reason", "present")
    merit_of = {row["who"]: 100.0 + 10 * number for number, row in enumerate(given)}
    enrolments = tiny_enrolments(
        spells=[{key: row[key] for key in columns} for row in given],
        persons=[{"who": who, "merit": str(merit)} for who, merit in merit_of.items()],
        certificates=[{"who": row["who"], "issued": row["issued"]} for row in given if row["issued"] != "-"],
        as_of="2026-12-31",
    )
    outcomes = cohort_outcomes(enrolments, [2023])
    told = dict(zip(outcomes.merit.tolist(), outcomes.eligible.tolist(), strict=True))
    assert told == {merit_of[row["who"]]: row["outcome"] == "yes" for row in given if row["outcome"] != "-"}
    assert set(outcomes.cohort.tolist()) == {2023}
    assert outcomes.left_out == {"protected": 0, "not_observed": 1}


def test_a_cohort_is_not_told_of_before_its_time_or_before_the_register_began() -> None:
    enrolments = tiny_enrolments("| who |\n| Ann |")
    assert len(cohort_outcomes(enrolments, [2023])) == 1
    for years in ([2024], [2022], []):
        with pytest.raises(BadParameters, match="cohorts"):
            cohort_outcomes(enrolments, years)


def test_what_was_annulled_or_is_protected_does_not_count() -> None:
    people = """
    | who | protected | merit | annulled   |
    | Ann | no        | 210   | 2026-06-20 |
    | Bo  | yes       | 220   | -          |
    | Cia | no        | 230   | -          |
    """
    certificates = [{"who": p["who"], "issued": "2026-06-10", "annulled": p["annulled"]} for p in table(people)]
    enrolments = tiny_enrolments("| who |\n| Ann |\n| Bo |\n| Cia |", people, certificates=certificates)
    outcomes = cohort_outcomes(enrolments, [2023])
    assert outcomes.merit.tolist() == [210, 230]
    assert outcomes.eligible.tolist() == [False, True]
    assert outcomes.left_out["protected"] == 1


# certificates: days of 2026 and whether they give eligibility; the cohort is that of 2023.
CAREERS = """
| who | year | start      | stop       | reason    | annulled   | certificates        | outcome | why                 |
| Ann | 1    | 2023-08-15 | 2026-06-10 | completed |            | 06-10 yes 09-01 yes | yes     | the first counts    |
| Bo  | 1    | 2023-08-15 | 2026-06-10 | completed |            | 06-10 no            | no      | not eligible        |
| Cia | 1    | 2023-08-15 | 2026-06-20 | moved_out |            | 06-10 yes           | yes     | moved, eligible     |
| Dan | 2    | 2024-08-15 |            |           |            |                     | no      | came back           |
| Dan | 1    | 2023-08-15 | 2024-05-10 | moved_out |            |                     | no      | the last row counts |
| Eva | 1    | 2023-08-15 | 2024-06-10 | moved_out | 2024-08-01 |                     | -       | annulled            |
"""


def test_a_career_is_read_as_it_was_known_last() -> None:
    given = table(CAREERS)
    merit = {row["who"]: 100 + 10 * place for place, row in enumerate(given)}
    columns = ("who", "year", "start", "stop", "reason", "annulled")
    certificates = []
    for row in given:
        words = row["certificates"].split()
        certificates += [
            {"who": row["who"], "issued": f"2026-{day}", "eligible": eligible, "certificate": "study_certificate"}
            for day, eligible in zip(words[::2], words[1::2], strict=True)
        ]
    enrolments = tiny_enrolments(
        [{key: row[key] for key in columns if row[key]} for row in given],
        [{"who": who, "merit": str(value)} for who, value in merit.items()],
        certificates=certificates,
        as_of="2026-12-31",
    )
    outcomes = cohort_outcomes(enrolments, [2023])
    told = dict(zip(outcomes.merit.tolist(), outcomes.eligible.tolist(), strict=True))
    assert told == {merit[row["who"]]: row["outcome"] == "yes" for row in given if row["outcome"] != "-"}
    assert outcomes.left_out == {"protected": 0, "not_observed": 0}


def test_cohorts_whose_time_has_passed() -> None:
    """The register begins on 1 July 2023; the cohort of 2023 has its last day on 30 June 2026."""
    row = "| who |\n| Ann |"
    assert observed_cohorts(tiny_enrolments(row, as_of="2026-06-29")) == []
    assert observed_cohorts(tiny_enrolments(row, as_of="2026-06-30")) == [2023]
    assert observed_cohorts(tiny_enrolments(row, since="2023-07-02", as_of="2026-12-31")) == []


def test_who_is_protected_is_counted_once_among_those_left_out() -> None:
    spells = "| who | stop | reason |\n| Ann | 2024-03-01 | moved_out |\n| Bo | | |"
    enrolments = tiny_enrolments(spells, "| who | protected |\n| Ann | yes |\n| Bo | no |")
    assert cohort_outcomes(enrolments, [2023]).left_out == {"protected": 1, "not_observed": 0}
