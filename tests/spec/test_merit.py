"""The merit value, as tables anyone in the office can check by hand (gymnasieförordningen 7 kap. 4 §)."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.errors import BadInput, BadParameters, RuleMissing
from gymreg_core.matching.merit import merit
from tests.tiny import SIXTEEN, grades, grades_worth, table

# sixteen: the grade in the sixteen common subjects; then what differs in single subjects.
MERIT = """
| sixteen | others              | year | merit | why                                                         |
| E       |                     | 2023 | 160   | sixteen times 10                                            |
| E       | M1=E                | 2023 | 170   | the language on top                                         |
| C       |                     | 2023 | 240   | sixteen times 15                                            |
| C       | M1=C                | 2023 | 255   |                                                             |
| A       |                     | 2023 | 320   | the most without a language                                 |
| A       | M1=A                | 2023 | 340   | the most there is                                           |
| A       | M1=A                | 2014 | 340   | the seventeenth grade counts from the start of 2014         |
| A       | M1=A                | 2013 | 320   | and not before: one of seventeen falls away                 |
| E       | M1=A                | 2013 | 170   | but it may be among the sixteen best                        |
| E       | M1=F                | 2023 | 160   | a failed language adds nothing                              |
| E       | ML=A                | 2023 | 170   | mother tongue takes the place of an E, it is no seventeenth |
| E       | M2=A                | 2023 | 170   | nor is a language as pupil's choice                         |
| E       | M2=A M1=B           | 2023 | 187.5 | both: one among the sixteen, one on top                     |
| E       | ML=A M2=B TN=C M1=D | 2023 | 195   | three better ones push out three E                          |
| E       | MA=F                | 2023 | 150   | F is 0                                                      |
| E       | MA=F M1=E           | 2023 | 160   |                                                             |
| E       | MA=F ML=E           | 2023 | 160   | another grade takes the place of the F                      |
| E       | SL=- TK=-           | 2023 | 140   | fewer than sixteen: what there is                           |
| -       |                     | 2023 | 0     | no grades                                                   |
| -       | M1=A                | 2023 | 20    |                                                             |
| E       | SV=- SVA=B          | 2023 | 167.5 | Swedish as a second language instead of Swedish             |
| E       | SVA=B               | 2023 | 167.5 | both: the better, once                                      |
| E       | SV=B SVA=E          | 2023 | 167.5 |                                                             |
"""
DANCE = """
| sixteen | others                        | merit  | why                                             |
| E       | DA=E                          | 160    | sixteen or more grades: nothing is raised       |
| E       | DA=E SL=- TK=- BL=- MU=-      | 160    | thirteen, all E: as sixteen E                   |
| E       | DA=A SL=- TK=- BL=- MU=-      | 172.31 | 140 points of thirteen, times 16, divided by 13 |
| E       | DA=A SL=- TK=- BL=- MU=- M1=A | 192.31 | the language on top of what was raised          |
| E       | DA=- SL=- TK=- BL=- MU=-      | 120    | without dance nothing is raised                 |
"""
OLDER = """
| sixteen | others | year | merit | why                          |
| G       |        | 2012 | 160   | 10 each                      |
| VG      |        | 2012 | 240   | 15                           |
| MVG     | M1=MVG | 2012 | 320   | 20, and no seventeenth grade |
| G       | MA=IG  | 2012 | 150   | IG is 0                      |
"""
_OLDER_LETTERS = ("", "IG", "G", "VG", "MVG")


def rows(text: str) -> list[dict[str, str]]:
    return [row for row in table(text) if row["merit"]]


def of(row: dict[str, str]) -> np.ndarray:
    return grades(row["sixteen"], **dict(pair.split("=") for pair in row["others"].split()))


@pytest.mark.parametrize("row", rows(MERIT), ids=str)
def test_the_merit_value(row: dict[str, str]) -> None:
    assert merit(of(row), int(row["year"])).hundredths[0] == float(row["merit"]) * 100


@pytest.mark.parametrize("row", rows(DANCE), ids=str)
def test_preparatory_dance_is_raised_in_proportion(row: dict[str, str]) -> None:
    assert merit(of(row), 2023).hundredths[0] == round(float(row["merit"]) * 100)


@pytest.mark.parametrize("row", rows(OLDER), ids=str)
def test_the_scale_before_2013(row: dict[str, str]) -> None:
    given = np.zeros((1, len(SUBJECTS)), np.int8)
    for subject in SIXTEEN:
        given[0, SUBJECTS.index(subject)] = _OLDER_LETTERS.index(row["sixteen"])
    for pair in row["others"].split():
        subject, letter = pair.split("=")
        given[0, SUBJECTS.index(subject)] = _OLDER_LETTERS.index(letter)
    assert merit(given, int(row["year"])).hundredths[0] == float(row["merit"]) * 100


@pytest.mark.parametrize("worth", [100, 130, 160, 162.5, 240, 317.5, 320])
def test_the_other_tables_get_the_merit_they_ask_for(worth: float) -> None:
    assert merit(grades_worth(worth), 2023).hundredths[0] == worth * 100


def test_it_says_which_subjects_counted() -> None:
    found = merit(grades("D", BL="E", MU="E", ML="A", M1="F"), 2023)
    counted = found.subjects(0)
    assert set(SUBJECTS) - set(counted) == {"SVA", "M2", "TN", "DA", "MU"}  # of equal grades the first ones count
    assert found.number[0] == len(counted) == 17
    assert found.points[0, counted.index("SV")] == 1250


def test_all_pupils_at_once_are_as_one_by_one() -> None:
    rng = np.random.default_rng(5)
    given = np.where(rng.random((200, len(SUBJECTS))) < 0.8, rng.integers(1, 7, (200, len(SUBJECTS))), 0).astype(
        np.int8
    )
    for year in (2012, 2013, 2023):
        whole = merit(np.minimum(given, 4) if year == 2012 else given, year)
        for pupil in range(len(given)):
            one = merit((np.minimum(given, 4) if year == 2012 else given)[[pupil]], year)
            assert one.hundredths[0] == whole.hundredths[pupil]
            assert (one.counted[0] == whole.counted[pupil]).all()
            assert whole.counted[pupil].sum() == whole.number[pupil] <= 17


# The proposal of SOU 2025:18, as a scenario: steps 1-10 instead of letters, two points each so that totals compare.
TEN_STEP = """
| sixteen | others | tests          | merit | why                                                               |
| E       |        |                | 128   | E is taken as 4, which is 8 points                                |
| A       | M1=A   |                | 340   | A is 10                                                           |
| C       |        | 7 7 7 7 7      | 224   | tests like the grades change nothing                              |
| C       |        | 10 10 10 10 10 | 252.8 | 70 per cent of 224 and 30 per cent of 320                         |
| C       |        | - - - - -      | 224   | a test that was not taken is taken to be as the grades            |
| C       |        | 2 - - - -      | 214.4 | 70 per cent of 224, 30 per cent of sixteen times (4 + 4 × 14) / 5 |
"""


@pytest.mark.parametrize("row", rows(TEN_STEP), ids=str)
def test_the_proposed_scale_with_national_tests(row: dict[str, str]) -> None:
    steps = [np.nan if cell == "-" else float(cell) for cell in row["tests"].split()]
    tests = np.array([steps]) if steps else None
    found = merit(of(row), 2023, scale="ten-step", national_tests=tests)
    assert found.hundredths[0] == round(float(row["merit"]) * 100)


def test_what_cannot_be_counted_is_refused_without_a_value() -> None:
    with pytest.raises(BadInput, match="1 pupils have a grade outside the scale") as told:
        merit(grades("A") + np.int8(1), 2023)
    assert told.value.exit_code == 11
    with pytest.raises(BadParameters, match="counts no national tests"):
        merit(grades("A"), 2023, national_tests=np.full((1, 5), 7.0))
    with pytest.raises(BadParameters, match=r"array \(pupils, 5\)"):
        merit(grades("A"), 2023, scale="ten-step", national_tests=np.full((1, 3), 7.0))
    with pytest.raises(BadInput, match="national test lies outside"):
        merit(grades("A"), 2023, scale="ten-step", national_tests=np.full((1, 5), 11.0))
    with pytest.raises(BadParameters, match="array"):
        merit(np.zeros((3, 4), np.int8), 2023)
    with pytest.raises(RuleMissing):
        merit(grades("A"), 2023, scale="twelve-step")
