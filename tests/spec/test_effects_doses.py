"""What a school and programme is paid per pupil and school year, who gets it, and what the pupil's own limit moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.starts import starts
from gymreg_core.effects.build_panel import build_panel
from gymreg_core.effects.doses import Starters, doses, exposed_starters, same_dose
from gymreg_core.effects.paid import paid
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import population
from gymreg_core.effects.school_years import amounts_of, exposure, price_years
from gymreg_core.errors import RuleMissing
from tests.effects_panels import small_panel
from tests.enrolments import tiny_enrolments

SINCE, AS_OF = "2015-07-01", "2018-10-31"
KRONOR_2 = {2015: 10.5, 2016: 10.82025, 2017: 11.01501, 2018: 11.21328, 2019: 11.41512}
"""Thousand kronor of level 2 by price year (rules/supplement.yml), to the öre."""


@pytest.mark.parametrize(
    ("autumn", "thousand"),
    [
        (2011, 0.0),
        (2013, 0.0),
        (2014, KRONOR_2[2015] / 2),
        (2015, (KRONOR_2[2015] + KRONOR_2[2016]) / 2),
        (2018, (KRONOR_2[2018] + KRONOR_2[2019]) / 2),
    ],
)
def test_a_school_year_has_six_months_of_each_price_year(autumn: int, thousand: float) -> None:
    """Rules/cohort.yml, school_year, and rules/settlement.yml, summer: from July. Nothing before 2015."""
    assert price_years(autumn) == ((autumn, 0.5), (autumn + 1, 0.5))
    assert amounts_of(autumn)[1] == pytest.approx(thousand)


def test_a_year_whose_amounts_nobody_has_decided_is_no_zero() -> None:
    with pytest.raises(RuleMissing):
        amounts_of(2026)


@pytest.mark.parametrize(("cohort", "sixths"), [(2011, 0), (2012, 1), (2013, 3), (2014, 5), (2015, 6), (2025, 6)])
def test_exposure_is_the_share_of_36_months(cohort: int, sixths: int) -> None:
    assert exposure(cohort) == pytest.approx(sixths / 6)


PERSONS = """
| who | merit | kind        |
| a   | 150   | personal    |
| b   | 210   | personal    |
| c   | -     | placeholder |
| d   | 150   | personal    |
| e   | 150   | personal    |
| f   | 150   | personal    |
"""
SPELLS = """
| who | school | code  | year | start      | stop       | reason      |
| a   | A      | EKEKO | 1    | 2016-08-15 |            |             |
| b   | A      | EKEKO | 3    | 2016-08-15 | 2017-06-10 | interrupted |
| c   | A      | EKEKO | 1    | 2016-10-01 | 2017-06-10 | interrupted |
| d   | A      | EKEKO | 4    | 2016-08-15 | 2017-06-10 | interrupted |
| e   | A      | IMS   | 1    | 2016-08-15 | 2017-06-10 | interrupted |
| f   | A      | EKEKO | 1    | 2016-10-16 | 2016-12-10 | interrupted |
"""


def test_everyone_counts_who_is_there_on_15_october_in_years_1_to_3() -> None:
    """Of level 2 (a), of none (b), without a merit value and level 4 (c); not in year 4 (d), not on an introductory
    programme (e), not the day after (f)."""
    found = paid(histories(tiny_enrolments(SPELLS, PERSONS, since=SINCE, as_of=AS_OF)))
    at = found.autumns.tolist().index(2016)
    place = found.programmes.index("EK")
    assert found.pupils[0, place].tolist() == [0, 3, 1, 1]
    two = (KRONOR_2[2016] + KRONOR_2[2017]) / 2
    assert found.money[0, place, at] == pytest.approx(2 * two)  # level 4 is paid as level 2
    places, units = found.dose([2016])
    whole = (2 * two / 3 + (KRONOR_2[2017] + KRONOR_2[2018]) / 2 + (KRONOR_2[2018] + KRONOR_2[2019]) / 2) / 3
    assert places[0, place, 0] == pytest.approx(whole)
    assert units[0, 0] == pytest.approx(whole)


def test_a_school_and_a_programme_are_what_they_are_today() -> None:
    """HA goes on as FS from 2022 (vocabulary/programmes.yml), and unit A as B."""
    spells = """
    | who | school | code  | year | start      | stop       | reason   |
    | a   | A      | HAHAN | 1    | 2020-08-15 | 2021-06-30 | promoted |
    | a   | A      | HAHAN | 2    | 2021-07-01 | 2022-06-30 | promoted |
    | a   | B      | HAHAN | 3    | 2022-07-01 |            |          |
    | b   | B      | FSFOR | 1    | 2022-08-15 |            |          |
    """
    over = "| former | school | day        |\n| A      | B      | 2022-07-01 |"
    e = tiny_enrolments(spells, predecessors=over, since="2020-07-01", as_of="2023-01-31")
    h = histories(e)
    panel = build_panel(h, starts(h))
    assert panel.programmes.tolist() == ["FS"]
    assert panel.schools.tolist() == [e.schools["school_id"].iloc[1]]
    assert panel.cohorts[panel.cohort].tolist() == [2020, 2022]
    assert len(set(panel.place.tolist())) == 1


def test_the_dose_is_told_of_the_plans_cohorts_and_programmes() -> None:
    spells = """
    | who | school | code  | year | start      | stop       | reason   |
    | a   | A      | EKEKO | 1    | 2016-08-15 |            |          |
    | b   | B      | BAHUS | 1    | 2016-08-15 |            |          |
    | c   | B      | EKEKO | 1    | 2017-08-15 |            |          |
    """
    h = histories(tiny_enrolments(spells, since=SINCE, as_of=AS_OF))
    panel = build_panel(h, starts(h))
    for plan, cohorts, pupils in (
        ({}, [2016, 2017], 3),
        ({"last_cohort": 2016}, [2016], 2),
        ({"programmes": "preparatory"}, [2016, 2017], 2),
        ({"last_cohort": 2016, "programmes": "vocational"}, [2016], 1),
        ({"first_cohort": 2017, "programmes": "vocational"}, [], 0),
        ({"first_cohort": 2050}, [], 0),
    ):
        some = population(panel, AnalysisPlan(**plan))
        found = doses(some, h, starts(h))
        whole = found["doses"].query("by == 'region'")
        assert whole["cohort"].tolist() == cohorts == sorted(set(found["dose_spread"]["cohort"]))
        assert whole["pupils"].sum() == len(exposed_starters(some, h, starts(h)).merit) == pupils


def test_who_comes_from_an_introductory_programme_starts_with_the_national_one() -> None:
    spells = """
    | who | school | code  | year | start      | stop       | reason   |
    | a   | A      | IMV   | 1    | 2015-08-15 | 2016-06-30 | changed  |
    | a   | A      | EKEKO | 1    | 2016-08-15 |            |          |
    | b   | A      | EKEKO | 1    | 2016-08-15 |            |          |
    | c   | A      | EKEKO | 2    | 2016-08-15 |            |          |
    """
    h = histories(tiny_enrolments(spells, since=SINCE, as_of=AS_OF))
    panel = build_panel(h, starts(h))
    assert panel.cohorts.tolist() == [2016]
    assert panel.pupils.tolist() == [2]
    assert panel.settled_total["introductory"].tolist() == [1]


@pytest.mark.parametrize(("as_of", "known"), [("2019-09-29", 0), ("2019-09-30", 2)])
def test_an_outcome_is_known_once_certificates_have_come_in(as_of: str, known: int) -> None:
    """Completion of the cohort of 2016 after 30 June 2019 and 92 days; who left the region without one is not known."""
    spells = """
    | who | school | code  | year | start      | stop       | reason    |
    | a   | A      | EKEKO | 1    | 2016-08-15 | 2019-06-10 | completed |
    | b   | A      | EKEKO | 1    | 2016-08-15 | 2018-06-10 | interrupted |
    | c   | A      | EKEKO | 1    | 2016-08-15 | 2018-06-10 | moved_out |
    """
    certificates = "| who | issued     |\n| a   | 2019-06-10 |"
    h = histories(tiny_enrolments(spells, certificates=certificates, since=SINCE, as_of=as_of))
    panel = build_panel(h, starts(h))
    assert panel.pupils.tolist() == [3]
    assert panel.known["completion_3"].tolist() == [known]
    assert panel.total["completion_3"].tolist() == [known / 2]


def test_switching_and_points_of_who_then_left() -> None:
    """Who switched within a year and then left the region has switched, and who left without has no known outcome;
    points are of a whole education of 2,500, also where more were taken."""
    spells = """
    | who | school | code  | year | start      | stop       | reason    |
    | a   | A      | EKEKO | 1    | 2016-08-15 | 2017-01-10 | changed   |
    | a   | B      | EKEKO | 1    | 2017-01-11 | 2017-06-10 | moved_out |
    | b   | A      | EKEKO | 1    | 2016-08-15 | 2017-06-10 | moved_out |
    | c   | A      | EKEKO | 1    | 2016-08-15 | 2019-06-10 | completed |
    | d   | A      | EKEKO | 1    | 2016-08-15 | 2019-06-10 | completed |
    """
    certificates = """
    | who | issued     | certificate       | points |
    | c   | 2019-06-10 | study_certificate | 2700   |
    | d   | 2019-06-10 | study_certificate | 2000   |
    """
    h = histories(tiny_enrolments(spells, certificates=certificates, since=SINCE, as_of="2020-01-31"))
    panel = build_panel(h, starts(h))
    assert panel.known["switching"].tolist() == [3]
    assert panel.total["switching"].tolist() == [1]
    assert panel.known["points"].tolist() == [2]
    assert panel.total["points"].tolist() == [1 + 2000 / 2500]


def test_the_dose_of_others_is_without_the_pupil() -> None:
    """Three pupils of levels 2, 1 and none: to each the other two."""
    persons = "| who | merit |\n| a | 150 |\n| b | 190 |\n| c | 250 |"
    h = histories(
        tiny_enrolments(
            "| who | start |\n| a | 2016-08-15 |\n| b | 2016-08-15 |\n| c | 2016-08-15 |",
            persons,
            since=SINCE,
            as_of=AS_OF,
        )
    )
    panel = build_panel(h, starts(h))
    found = exposed_starters(panel, h, starts(h))
    one, two = panel.amounts[0, :2]
    assert sorted(found.others.tolist()) == pytest.approx(sorted([one / 2, two / 2, (one + two) / 2]))
    assert sorted(found.own.tolist()) == pytest.approx([0, one, two])


def test_groups_of_a_cohort_add_up() -> None:
    panel = small_panel(schools=12, cohorts=range(2011, 2020), seed=3)
    table = _told(panel)["doses"]
    region = table[table["by"].eq("region")].set_index("cohort")
    for by in ("merit_band", "programme_type", "programme", "provider_form"):
        part = table[table["by"].eq(by)]
        for name in ("pupils", "covered"):
            assert (part.groupby("cohort")[name].sum() == region[name]).all(), by
        money = (part["dose"] * part["pupils"]).groupby(part["cohort"]).sum() / region["pupils"]
        np.testing.assert_allclose(money, region["dose"], atol=1e-12)
    assert region.loc[2011, "dose"] == 0.0
    assert region["completion_3"].notna().tolist() == [year <= 2016 for year in region.index]
    groups = table[table["by"].eq("dose_group")]
    means = groups[groups["cohort"].eq(2015)].set_index("group")["dose"]
    assert means.index.tolist() == ["1", "2", "3", "4"]
    assert means.is_monotonic_increasing


def test_quantiles_are_of_pupils() -> None:
    panel = small_panel(schools=12, cohorts=range(2015, 2018), seed=3)
    table = _told(panel)["dose_spread"]
    for number, cohort in enumerate(panel.cohorts.tolist()):
        at = panel.cohort == number
        everyone = np.sort(np.repeat(panel.dose[at], panel.pupils[at]))
        wanted = [everyone[int(np.ceil(len(everyone) * tenth / 10)) - 1] for tenth in range(1, 10)]
        assert table.loc[table["cohort"].eq(cohort), "dose"].tolist() == wanted


def _told(panel: Panel) -> dict[str, object]:
    """The tables that need no pupils: there are none in these histories."""
    h = histories(tiny_enrolments(since="2011-07-01", as_of="2020-01-31"))
    return doses(panel, h, starts(h)).tables


def test_the_own_amount_jumps_and_the_dose_does_not() -> None:
    """Ten pupils of one school and programme: all meet the same dose, whatever they bring."""
    persons = "| who | merit |\n" + "\n".join(f"| {n} | {merit} |" for n, merit in enumerate(range(155, 255, 10)))
    spells = "| who | school | code | start |\n" + "\n".join(f"| {n} | A | EKEKO | 2016-08-15 |" for n in range(10))
    h = histories(tiny_enrolments(spells, persons, since=SINCE, as_of=AS_OF))
    panel = build_panel(h, starts(h))
    found = doses(panel, h, starts(h))
    steps = found["jump"].set_index("merit_from")
    own = panel.amounts[0]
    assert steps.index.tolist() == list(range(150, 250, 10))
    assert steps["own"].tolist() == pytest.approx([own[1]] * 3 + [own[0]] * 2 + [0] * 5)
    assert steps["dose"].tolist() == pytest.approx([(3 * own[1] + 2 * own[0]) / 10] * 10)
    assert found["checks"]["refusal"].tolist() == ["empty_window"]


def starters(jump: float, seed: int, n: int = 6_000, schools: int = 40) -> Starters:
    """The dose falls with merit, differs by school, and moves by `jump` below 200 points."""
    rng = np.random.default_rng(seed)
    merit = 2.5 * rng.integers(56, 105, n)
    school = rng.integers(0, schools, n)
    others = 6 - 0.02 * merit + 0.5 * rng.standard_normal(schools)[school] + 0.8 * rng.standard_normal(n)
    own = np.where(merit < 200, 6.5, 0.0)
    nobody = np.zeros(n, bool)
    return Starters(
        merit=merit,
        own=own,
        dose=others,
        others=others + jump * (merit < 200),
        school=school,
        cohort=rng.integers(0, 3, n),
        known=nobody,
        completed=nobody.astype(float),
    )


def test_a_dose_that_does_not_jump_is_seldom_said_to() -> None:
    """The test's level is 5 %: of 200 draws 3-19 reject with a chance of 99.7 % (binomial)."""
    verdicts = [same_dose(starters(0.0, seed), 200.0)["verdict"] for seed in range(200)]
    assert 3 <= verdicts.count("fails") <= 19
    assert verdicts.count("holds") == 200 - verdicts.count("fails")


def test_a_dose_that_jumps_is_seen() -> None:
    found = [same_dose(starters(0.5, seed), 200.0) for seed in range(20)]
    assert sum(row["verdict"] == "fails" for row in found) >= 18
    assert np.mean([row["statistic"] for row in found]) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("n", "schools", "refusal"), [(6_000, 8, "few_schools"), (40, 40, "empty_window")])
def test_what_cannot_be_tested_has_no_number(n: int, schools: int, refusal: str) -> None:
    row = same_dose(starters(0.0, 1, n, schools), 200.0)
    assert row == {"check": "same_dose", "verdict": "unclear", "refusal": refusal}
    nobody = replace(starters(0.0, 1), others=np.full(6_000, np.nan))
    assert same_dose(nobody, 200.0)["refusal"] == "empty_window"
