"""Person-periods: which school years of which pupils the model of interruption counts, and what it knows of them."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.person_periods import PersonPeriods, person_periods
from gymreg_core.cohort.starts import starts
from tests.cohorts import tiny_histories

WENT = """
| who   | start      | stop       | reason      | year | code  | school |
| stays | 2021-08-15 | 2022-06-10 | promoted    | 1    |       | A      |
| stays | 2022-08-15 | 2023-06-10 | promoted    | 2    |       | A      |
| stays | 2023-08-15 | 2024-06-10 | completed   | 3    |       | A      |
| early | 2021-08-15 | 2021-09-20 | interrupted | 1    |       | A      |
| late  | 2021-08-15 | 2022-06-10 | promoted    | 1    |       | A      |
| late  | 2022-08-15 | 2023-03-01 | interrupted | 2    |       | A      |
| moved | 2021-08-15 | 2022-02-01 | moved_out   | 1    |       | A      |
| pause | 2021-08-15 | 2022-06-10 | study_break | 1    |       | A      |
| pause | 2023-08-15 | 2024-06-10 | promoted    | 2    |       | A      |
| pause | 2024-08-15 |            |             | 3    |       | A      |
| swaps | 2021-08-15 | 2022-01-10 | changed     | 1    | EKEKO | A      |
| swaps | 2022-01-11 | 2022-06-10 | promoted    | 1    | BA    | B      |
| swaps | 2022-08-15 |            |             | 2    | BA    | B      |
| intro | 2021-08-15 | 2022-06-10 | changed     | 1    | IMV   | A      |
| intro | 2022-08-15 |            |             | 1    | EKEKO | A      |
| old   | 2021-08-15 | 2022-06-10 | promoted    | 2    |       | A      |
"""
SCHOOLS = """
| school | place     | form        |
| A      | Stockholm | municipal   |
| B      | Nacka     | independent |
"""
PERSONS = """
| who   | merit | sex |
| stays | 300   | F   |
| early | 150   | M   |
| late  | 220   | F   |
| moved | 220   | F   |
| pause | -     | F   |
| swaps | 220   | M   |
| intro | 220   | F   |
| old   | 220   | F   |
"""
NAMES = ["stays", "early", "late", "moved", "pause", "swaps", "intro", "old"]
CERTIFICATES = """
| who   | issued     |
| stays | 2024-06-10 |
"""


@pytest.fixture(scope="module")
def h() -> Histories:
    return tiny_histories(
        WENT, PERSONS, certificates=CERTIFICATES, schools=SCHOOLS, since="2021-07-01", as_of="2024-12-31"
    )


@pytest.fixture(scope="module")
def periods(h: Histories) -> PersonPeriods:
    return person_periods(h, starts(h))


def years_of(h: Histories, periods: PersonPeriods) -> dict[str, str]:
    """By name the years, an interruption as '!'."""
    told: dict[str, str] = dict.fromkeys(NAMES, "")
    for pupil, year, event in zip(periods.pupil, periods.year, periods.event, strict=True):
        told[NAMES[h.pupils["person"][pupil]]] += f"{year}{'!' * bool(event)}"
    return told


EXPECTED = {
    "stays": "123",  # the diploma of the third year ends the risk and is no event
    "early": "1!",  # left before the first 15 October: in the first year everyone counts
    "late": "12!",
    "moved": "1",
    "pause": "13",  # away on the 15 October that begins the second year
    "swaps": "123",
    "intro": "23",  # in the first year on an introductory programme
    "old": "",  # began in the second year of study
}


@pytest.mark.parametrize("who", NAMES)
def test_the_years_that_count(h: Histories, periods: PersonPeriods, who: str) -> None:
    assert years_of(h, periods)[who] == EXPECTED[who]


def known(h: Histories, periods: PersonPeriods, who: str, name: str) -> list[str]:
    term = next(one for one in periods.terms if one.name == name)
    rows = h.pupils["person"].to_numpy()[periods.pupil] == NAMES.index(who)
    return [term.levels[code] for code in term.codes[rows]]


KNOWN = [
    ("swaps", "switched", ["no", "yes", "yes"]),
    ("swaps", "programme_type", ["preparatory", "vocational", "vocational"]),
    ("swaps", "commuting", ["no", "yes", "yes"]),
    ("swaps", "provider_form", ["municipal", "independent", "independent"]),
    ("stays", "merit_band", ["280-340"] * 3),
    ("pause", "merit_band", ["none"] * 2),
    ("intro", "switched", ["no", "no"]),  # the way into a national programme is no switch
    ("intro", "entry", ["introductory"] * 2),
    ("late", "year", ["1", "2"]),
    ("late", "cohort", ["2021"] * 2),
]


@pytest.mark.parametrize(("who", "name", "levels"), KNOWN, ids=lambda case: str(case)[:20])
def test_what_is_known_when_a_year_begins(
    h: Histories, periods: PersonPeriods, who: str, name: str, levels: list[str]
) -> None:
    assert known(h, periods, who, name) == levels


def test_a_switch_over_the_summer_is_known_in_the_october_after_it() -> None:
    went = """
    | who   | start      | stop       | reason  | year | code  | school |
    | turns | 2021-08-15 | 2022-06-10 | changed | 1    | EKEKO | A      |
    | turns | 2022-08-15 |            |         | 1    | BA    | B      |
    """
    h = tiny_histories(went, schools=SCHOOLS, since="2021-07-01", as_of="2023-12-31")
    (switched,) = [one for one in person_periods(h, starts(h)).terms if one.name == "switched"]
    assert [switched.levels[code] for code in switched.codes] == ["no", "yes"]


def test_a_year_that_has_not_ended_is_in_none() -> None:
    h = tiny_histories(
        WENT, PERSONS, certificates=CERTIFICATES, schools=SCHOOLS, since="2021-07-01", as_of="2022-10-14"
    )
    assert not len(person_periods(h, starts(h)))
    h = tiny_histories(
        WENT, PERSONS, certificates=CERTIFICATES, schools=SCHOOLS, since="2021-07-01", as_of="2022-10-15"
    )
    assert set(person_periods(h, starts(h)).year.tolist()) == {1}


def test_a_return_by_15_october_is_no_interruption() -> None:
    spells = """
    | who  | start      | stop       | reason      | year |
    | back | 2021-08-15 | 2022-01-10 | interrupted | 1    |
    | back | 2022-10-15 |            |             | 1    |
    | gone | 2021-08-15 | 2022-01-10 | interrupted | 1    |
    | gone | 2022-10-16 |            |             | 1    |
    """
    h = tiny_histories(spells, since="2021-07-01", as_of="2024-12-31")
    periods = person_periods(h, starts(h))
    name = np.array(["back", "gone"])[h.pupils["person"].to_numpy()[periods.pupil]]
    assert sorted(zip(name, periods.year.tolist(), periods.event.tolist(), strict=True)) == [
        ("back", 1, False),
        ("back", 2, False),
        ("back", 3, False),
        ("gone", 1, True),  # and no year after it, though the pupil came back
    ]


def test_nobody_gives_no_years() -> None:
    h = tiny_histories(since="2021-07-01", as_of="2023-12-31")
    assert not len(person_periods(h, starts(h)))
