"""Who may be admitted to what, as tables anyone in the office can check against the law (skollagen 16 and 17 kap.)."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.errors import RuleMissing
from gymreg_core.matching.eligibility import age_allows, door_of, eligibility, requirement_of
from tests.tiny import place_of, table

# passed: the subjects that are passed, all others are not. code: of the study path. missing: subjects; +n, n more.
ELIGIBILITY = """
| passed                                | code  | may | missing     | why                                         |
| SV EN MA BI FY KE GE HI               | BAHUS | yes |             | eight subjects are enough for a vocation    |
| SVA EN MA BI FY KE GE HI              | BAHUS | yes |             | Swedish as a second language will do        |
| SV SVA EN MA BI FY KE GE              | BAHUS | no  | +1          | but the two are not two subjects            |
| SV EN MA BI FY KE GE                  | BAHUS | no  | +1          | seven                                       |
| EN MA BI FY KE GE HI RE SH            | BAHUS | no  | SV/SVA      |                                             |
| SV MA BI FY KE GE HI RE SH            | BAHUS | no  | EN          |                                             |
| SV EN BI FY KE GE HI RE SH            | BAHUS | no  | MA          |                                             |
| SV BI FY KE                           | BAHUS | no  | EN MA +2    |                                             |
| SV EN MA BL HKK IDH ML M2             | VOVAR | yes |             | any five others, mother tongue among them   |
| SV EN MA BL HKK IDH MU SL TK M1 ML M2 | ESMUS | yes |             | twelve subjects, any                        |
| SV EN MA BL HKK IDH MU SL TK M1 ML    | ESMUS | no  | +1          | eleven                                      |
| SV EN MA GE HI RE SH BL HKK IDH MU SL | EKEKO | yes |             | twelve with the four of society             |
| SV EN MA GE HI RE SH BL HKK IDH MU    | SABET | no  | +1          |                                             |
| SV EN MA GE HI RE BL HKK IDH MU SL TK | HUSPR | no  | SH          | twelve, but civics is missing               |
| SV EN MA BL HKK IDH MU SL TK M1 ML M2 | SASAM | no  | GE HI RE SH |                                             |
| SV EN MA BI FY KE BL HKK IDH MU SL TK | NANAT | yes |             | twelve with the three of science            |
| SV EN MA BI FY KE BL HKK IDH MU SL TK | TEINF | yes |             |                                             |
| SV EN MA BI FY BL HKK IDH MU SL TK M1 | NA    | no  | KE          |                                             |
| SV EN MA GE HI RE SH BL HKK IDH MU SL | TEDES | no  | BI FY KE    |                                             |
| SV EN MA BL HKK IDH MU SL TK M1 ML M2 | IB    | yes |             | our reading: as a preparatory programme     |
| SV EN BL HKK IDH MU                   | IMVBA | yes |             | English and four others                     |
| SV MA BL HKK IDH MU                   | IMVBA | yes |             | mathematics and four others                 |
| SV EN MA BL HKK IDH                   | IMVBA | yes |             | both and three others                       |
| SV EN BL HKK IDH                      | IMVBA | no  | +1          |                                             |
| SV BL HKK IDH MU SL                   | IMVBA | no  | EN/MA       |                                             |
| EN MA BL HKK IDH MU SL                | IMVBA | no  | SV/SVA      |                                             |
| SV EN MA BI FY KE GE HI               | IMVBA | no  |             | who may go to the programme itself may not  |
| SV EN MA BI FY KE GE HI               | IMVEK | yes |             | eligible for a vocation, not for this one   |
|                                       | IMYBA | yes |             | no grade is asked for                       |
| SV EN MA BI FY KE GE HI               | IMYBA | no  |             | but nobody eligible for a vocation comes in |
| SV EN MA BI FY KE GE HI               | IMSPR | no  |             |                                             |
|                                       | VIINF | yes |             | asks for nothing of year 9                  |
"""
# What an exemption from English stands in for.
EXEMPTION = """
| passed                             | code  | may | why                                             |
| SV MA BI FY KE GE HI               | BAHUS | yes | in place of the pass, the others as ever        |
| SV MA BI FY KE GE                  | BAHUS | no  |                                                 |
| SV MA GE HI RE SH BL HKK IDH MU SL | EKEKO | yes |                                                 |
| SV BL HKK IDH MU                   | IMVBA | no  | introductory programmes ask for the pass itself |
| SV MA BL HKK IDH MU                | IMVBA | yes | by mathematics                                  |
| SV MA BI FY KE GE HI               | IMVBA | yes | the passes for the programme are not all there  |
"""


def passes(text: str) -> np.ndarray:
    given = np.full((1, len(SUBJECTS)), place_of("F"), np.int8)
    for subject in text.split():
        given[0, SUBJECTS.index(subject)] = place_of("E")
    return given


def may(text: str, code: str, *, exempt: bool = False, year: int = 2023, scale: str | None = None) -> bool:
    who = eligibility(passes(text), np.array([exempt]), year, scale=scale)
    allowed, door = who.of_paths([code])
    return bool(allowed[0, door[0]])


@pytest.mark.parametrize("row", table(ELIGIBILITY), ids=str)
def test_who_may_and_what_is_missing(row: dict[str, str]) -> None:
    assert may(row["passed"], row["code"]) == (row["may"] == "yes")
    who = eligibility(passes(row["passed"]), np.array([False]), 2023)
    lacking = who.missing(0, door_of(row["code"], 2023).requirement)
    assert " ".join([*lacking.subjects, *([f"+{lacking.others}"] if lacking.others else [])]) == row["missing"]


@pytest.mark.parametrize("row", table(EXEMPTION), ids=str)
def test_an_exemption_from_english(row: dict[str, str]) -> None:
    assert may(row["passed"], row["code"], exempt=True) == (row["may"] == "yes")


def test_where_there_are_two_ways_the_shorter_one_is_told() -> None:
    who = eligibility(passes("SV EN BL"), np.array([False]), 2023)
    assert who.missing(0, "programme_oriented") == ((), 3)
    who = eligibility(passes("SV EN BL HKK IDH"), np.array([False]), 2023)
    assert who.missing(0, "programme_oriented").passes == 1


def test_an_f_is_no_pass_and_an_older_g_is() -> None:
    eight = [SUBJECTS.index(s) for s in ("SV", "EN", "MA", "BI", "FY", "KE", "GE", "HI")]
    for year, letter, passed in ((2023, 1, False), (2023, 2, True), (2012, 1, False), (2012, 2, True)):
        given = np.zeros((1, len(SUBJECTS)), np.int8)
        given[0, eight] = letter
        assert eligibility(given, np.array([False]), year).eligible[0, 0] == passed


def test_the_proposed_scale_asks_for_a_mean_of_four() -> None:
    """E is taken as 4 and F as 3: one F among sixteen has to be made up for."""
    given = np.full((3, len(SUBJECTS)), 0, np.int8)
    given[:, : SUBJECTS.index("M1")] = place_of("E")
    given[:, SUBJECTS.index("SVA")] = 0
    given[1:, SUBJECTS.index("MA")] = place_of("F")
    given[2, SUBJECTS.index("SL")] = place_of("D")
    none = np.zeros(3, np.bool_)
    assert eligibility(given, none, 2027, scale="ten-step").eligible[:, 0].tolist() == [True, False, True]
    assert eligibility(given, none, 2027).eligible[:, 0].tolist() == [True, False, False]


# Born in which year, to start in autumn 2023 (skollagen 15 kap. 5 §, the year one turns 19 at the latest).
AGE = """
| born | may |
| 2007 | yes |
| 2004 | yes |
| 2003 | no  |
| 0    | yes |
"""


def test_the_age_limit() -> None:
    rows = table(AGE)
    born = np.array([int(row["born"]) for row in rows], np.int16)
    assert age_allows(born, 2023).tolist() == [row["may"] == "yes" for row in rows]
    assert age_allows(born, 2023, 22)[2]


def test_every_programme_has_a_requirement_and_an_unknown_one_is_told() -> None:
    assert requirement_of("FS", 2023) == "vocational"
    assert requirement_of("NA", 2023) == "preparatory_science"
    with pytest.raises(RuleMissing, match="'QQ'") as told:
        requirement_of("QQ", 2023)
    assert told.value.exit_code == 12


def test_all_pupils_at_once_are_as_one_by_one() -> None:
    rng = np.random.default_rng(7)
    given = rng.integers(0, 4, (300, len(SUBJECTS))).astype(np.int8)
    exempt = rng.random(300) < 0.3
    codes = ["BAHUS", "EKEKO", "NANAT", "ESMUS", "IMVTE", "IMVBA", "IMYBA"]
    whole = eligibility(given, exempt, 2023)
    allowed, door = whole.of_paths(codes)
    for pupil in range(300):
        one = eligibility(given[[pupil]], exempt[[pupil]], 2023)
        own, own_door = one.of_paths(codes)
        assert own[0, own_door].tolist() == allowed[pupil, door].tolist()
        for place, name in enumerate(whole.requirements):
            assert (whole.missing(pupil, name).passes == 0) == whole.eligible[pupil, place]
