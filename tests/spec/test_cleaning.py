"""The rules of cleaning (rules/cleaning.yml), one small table each: what a history becomes, and what was touched.

Usual values: tests/enrolments.py (school A, EKEKO, year 1, from 2023-08-15, present from the first day, known at once;
`stop` is the last day). `histories`: a line per row of a history: who, state, school, path, year, start, first day
after it, move; the last goes on at 2026-06-30.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from gymreg_core.cohort.cleaning import RULES, CleaningRules
from gymreg_core.rules import STATUSES, entries, rules_read
from tests.cohorts import day, tiny_histories, told, touched


@dataclass(frozen=True)
class Case:
    """names: of the persons, as first named. touched: rows and pupils by rule. given: tables of tiny_histories."""

    names: str
    histories: str
    touched: dict[str, tuple[int, int]] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)


def case(names: str, histories: str, touched: dict[str, tuple[int, int]] | None = None, **given: Any) -> Case:
    return Case(names, histories, touched or {}, given)


CASES = {
    "late_row: counted, and nothing else; a correction is not late": case(
        "late soon",
        """
        late preparatory A EKEKO 1 2023-08-15 start
        soon preparatory A EKEKO 1 2023-08-15 start
        """,
        {"late_row": (1, 1)},
        spells="""
        | who  | recorded   | annulled   |
        | late | 2023-09-15 |            |
        | soon | 2023-09-14 | 2024-01-10 |
        | soon | 2024-01-10 |            |
        """,
    ),
    "invalid: an enrolment that should never have been there": case(
        "eva ann",
        "ann preparatory B EKEKO 1 2023-08-15 start",
        {"invalid": (2, 2)},
        spells="""
        | who | school | stop       | reason  |
        | eva | A      | 2023-09-01 | invalid |
        | ann | A      | 2023-09-01 | invalid |
        | ann | B      |            |         |
        """,
    ),
    "never_present: no starter (Ed-Fi, Udir: no show)": case(
        "eva",
        "",
        {"never_present": (1, 1)},
        spells="""
        | who | present | stop       | reason        |
        | eva | -       | 2023-08-25 | never_present |
        """,
    ),
    "absent: ended, or older than 31 days, without a first day present; a younger one may still begin": case(
        "gone old new",
        """
        new preparatory A EKEKO 1 2026-05-30 start
        """,
        {"absent": (2, 2)},
        spells="""
        | who  | start      | present | stop       | reason      |
        | gone | 2023-08-15 | -       | 2023-08-20 | interrupted |
        | old  | 2026-05-29 | -       |            |             |
        | new  | 2026-05-30 | -       |            |             |
        """,
    ),
    "absent: who does not come back after the summer left with the spring term": case(
        "eva",
        """
        eva preparatory A EKEKO 1 2023-08-15 2024-06-11 start
        eva interrupted 2024-06-11 exit
        """,
        {"absent": (1, 1)},
        spells="""
        | who | year | start      | present    | stop       | reason      |
        | eva | 1    | 2023-08-15 | 2023-08-15 | 2024-06-10 | promoted    |
        | eva | 2    | 2024-08-15 | -          | 2024-08-30 | interrupted |
        """,
    ),
    "other_school_form: the fourth technical year": case(
        "eva",
        """
        eva preparatory A TETEK 3 2023-08-15 2024-06-10 start
        eva diploma 2024-06-10 exit
        """,
        {"other_school_form": (1, 1)},
        spells="""
        | who | code  | year | start      | stop       | reason    |
        | eva | TETEK | 3    | 2023-08-15 | 2024-06-10 | completed |
        | eva | VI    | 4    | 2024-08-15 | 2025-06-10 | completed |
        """,
        certificates="""
        | who | code  | issued     |
        | eva | TETEK | 2024-06-10 |
        """,
    ),
    "identity_event: two numbers that replaced one another are one pupil (SCB, dossiernummer)": case(
        "eva temporary first",
        """
        eva introductory A IMS 1 2023-08-15 2024-08-15 start
        eva introductory B IMS 1 2024-08-15 2025-08-15 school
        eva preparatory B EKEKO 1 2025-08-15 to_national
        """,
        {"identity_event": (2, 1), "summer_gap": (2, 1)},
        spells="""
        | who       | school | code  | start      | stop       | reason  |
        | first     | A      | IMS   | 2023-08-15 | 2024-06-10 | changed |
        | temporary | B      | IMS   | 2024-08-15 | 2025-06-10 | changed |
        | eva       | B      | EKEKO | 2025-08-15 |            |         |
        """,
        persons="""
        | who       | kind        |
        | eva       | personal    |
        | temporary | placeholder |
        | first     | placeholder |
        """,
        identities="""
        | who       | former    | day        |
        | eva       | temporary | 2025-08-01 |
        | temporary | first     | 2024-08-01 |
        """,
    ),
    "identity_event: not known by the last day, not followed": case(
        "eva before",
        """
        eva preparatory B EKEKO 1 2025-08-15 start
        before introductory A IMS 1 2023-08-15 2024-06-11 start
        before interrupted 2024-06-11 exit
        """,
        {"placeholder": (1, 1)},
        spells="""
        | who    | school | code  | start      | stop       | reason  |
        | before | A      | IMS   | 2023-08-15 | 2024-06-10 | changed |
        | eva    | B      | EKEKO | 2025-08-15 |            |         |
        """,
        persons="""
        | who    | kind        |
        | eva    | personal    |
        | before | placeholder |
        """,
        identities="""
        | who | former | day        | recorded   |
        | eva | before | 2025-08-01 | 2026-07-01 |
        """,
    ),
    "placeholder: one pupil per school unit and school year (SCB, TF10 and TF20 are not unique)": case(
        "two",
        """
        two introductory A IMS 1 2023-08-15 2024-06-11 start
        two interrupted 2024-06-11 exit
        two introductory A IMS 1 2024-08-15 start
        two introductory B IMS 1 2024-08-15 start
        """,
        {"placeholder": (3, 3)},
        spells="""
        | who | school | code | start      | stop       | reason   |
        | two | A      | IMS  | 2023-08-15 | 2024-06-10 | promoted |
        | two | A      | IMS  | 2024-08-15 |            |          |
        | two | B      | IMS  | 2024-08-15 |            |          |
        """,
        persons="""
        | who | kind        |
        | two | placeholder |
        """,
    ),
    "protected: nobody is left but a count": case(
        "secret",
        "",
        {"protected": (2, 1)},
        spells="""
        | who    | year | start      | stop       | reason   |
        | secret | 1    | 2023-08-15 | 2024-08-14 | promoted |
        | secret | 2    | 2024-08-15 |            |          |
        """,
        persons="""
        | who    | protected |
        | secret | yes       |
        """,
    ),
    "same_day_move: the day belongs to the new school": case(
        "eva one",
        """
        eva preparatory A EKEKO 1 2023-08-15 2023-10-10 start
        eva preparatory B EKEKO 1 2023-10-10 school
        one preparatory B EKEKO 1 2023-10-10 start
        """,
        {"same_day_move": (2, 2)},
        spells="""
        | who | school | start      | stop       | reason  |
        | eva | A      | 2023-08-15 | 2023-10-10 | changed |
        | eva | B      | 2023-10-10 |            |         |
        | one | A      | 2023-10-10 | 2023-10-10 | changed |
        | one | B      | 2023-10-10 |            |         |
        """,
    ),
    "overlap: at one school the later enrolment counts, also where the earlier one is open": case(
        "eva",
        """
        eva preparatory A EKEKO 1 2023-08-15 2023-11-01 start
        eva preparatory A SASAM 1 2023-11-01 2024-02-01 programme
        eva interrupted 2024-02-01 exit
        """,
        {"overlap": (1, 1)},
        spells="""
        | who | code  | start      | stop       | reason      |
        | eva | EKEKO | 2023-08-15 |            |             |
        | eva | SASAM | 2023-11-01 | 2024-01-31 | interrupted |
        """,
    ),
    "overlap: at two schools for at most 30 days the end was written late": case(
        "eva",
        """
        eva preparatory A EKEKO 1 2023-08-15 2023-10-01 start
        eva preparatory B EKEKO 1 2023-10-01 school
        """,
        {"overlap": (1, 1)},
        spells="""
        | who | school | start      | stop       | reason  |
        | eva | A      | 2023-08-15 | 2023-10-30 | changed |
        | eva | B      | 2023-10-01 |            |         |
        """,
    ),
    "double_enrolment: for longer, the one that began last; afterwards the other goes on": case(
        "eva",
        """
        eva preparatory A EKEKO 1 2023-08-15 2023-10-01 start
        eva preparatory B EKEKO 1 2023-10-01 2023-11-01 school
        eva preparatory A EKEKO 1 2023-11-01 school
        """,
        {"double_enrolment": (1, 1)},
        spells="""
        | who | school | start      | stop       | reason  |
        | eva | A      | 2023-08-15 |            |         |
        | eva | B      | 2023-10-01 | 2023-10-31 | changed |
        """,
    ),
    "double_enrolment: of two that began together the one present on 15 October": case(
        "eva",
        """
        eva introductory B IMS 1 2023-08-15 start
        """,
        {"double_enrolment": (1, 1)},
        spells="""
        | who | school | code  | present    |
        | eva | A      | EKEKO | 2023-10-16 |
        | eva | B      | IMS   | 2023-10-15 |
        """,
    ),
    "double_enrolment: those that began on 15 October are judged on that very day": case(
        "eva",
        "eva introductory B IMS 1 2023-10-15 start",
        {"double_enrolment": (1, 1)},
        spells="""
        | who | school | code  | start      | present    |
        | eva | A      | EKEKO | 2023-10-15 | 2023-10-16 |
        | eva | B      | IMS   | 2023-10-15 | 2023-10-15 |
        """,
    ),
    "double_enrolment: then a national programme before an introductory one (CSN, double reporting)": case(
        "eva",
        "eva preparatory A EKEKO 1 2023-08-15 start",
        {"double_enrolment": (1, 1)},
        spells="""
        | who | school | code  |
        | eva | A      | EKEKO |
        | eva | B      | IMS   |
        """,
    ),
    "double_enrolment: then what was recorded last": case(
        "eva",
        "eva preparatory A EKEKO 1 2023-08-15 start",
        {"double_enrolment": (1, 1)},
        spells="""
        | who | school | recorded   |
        | eva | A      | 2023-08-17 |
        | eva | B      | 2023-08-16 |
        """,
    ),
    "second_certificate: of two diplomas the first counts": case(
        "eva",
        """
        eva preparatory A EKEKO 3 2023-08-15 2024-06-10 start
        eva diploma 2024-06-10 exit
        """,
        {"second_certificate": (1, 1)},
        spells="""
        | who | year | stop       | reason    |
        | eva | 3    | 2024-06-10 | completed |
        """,
        certificates="""
        | who | certificate         | issued     |
        | eva | vocational_diploma  | 2025-06-10 |
        | eva | preparatory_diploma | 2024-06-10 |
        """,
    ),
    "few_points: a study certificate of less than 2,500 points completes nothing (SCB)": case(
        "few enough",
        """
        few preparatory A EKEKO 3 2023-08-15 2024-06-11 start
        few interrupted 2024-06-11 exit
        enough preparatory A EKEKO 3 2023-08-15 2024-06-10 start
        enough study_certificate 2024-06-10 exit
        """,
        {"few_points": (1, 1)},
        spells="""
        | who    | year | stop       | reason    |
        | few    | 3    | 2024-06-10 | completed |
        | enough | 3    | 2024-06-10 | completed |
        """,
        certificates="""
        | who    | certificate       | issued     | points |
        | few    | study_certificate | 2024-06-10 | 2495   |
        | enough | study_certificate | 2024-06-10 | 2500   |
        """,
    ),
    "introductory_certificate: left with gymnasieintyg, and completed nothing": case(
        "eva",
        """
        eva introductory A IMS 1 2023-08-15 2024-06-11 start
        eva interrupted 2024-06-11 exit
        """,
        {"introductory_certificate": (1, 1)},
        spells="""
        | who | code | stop       | reason    |
        | eva | IMS  | 2024-06-10 | completed |
        """,
        certificates="""
        | who | code | certificate              | issued     | points |
        | eva | IMS  | introductory_certificate | 2024-06-10 | 0      |
        """,
    ),
    "after_certificate: whoever holds a diploma has finished": case(
        "eva",
        """
        eva preparatory A EKEKO 3 2023-08-15 2024-06-10 start
        eva diploma 2024-06-10 exit
        """,
        {"after_certificate": (1, 1)},
        spells="""
        | who | code  | year | start      | stop       | reason    |
        | eva | EKEKO | 3    | 2023-08-15 | 2024-06-14 | completed |
        | eva | SASAM | 1    | 2024-08-15 |            |           |
        """,
        certificates="""
        | who | issued     |
        | eva | 2024-06-10 |
        """,
    ),
    "gap: 31 days are none, 32 are (the one-month rule)": case(
        "short long",
        """
        short preparatory A EKEKO 1 2023-08-15 2023-11-02 start
        short preparatory B EKEKO 1 2023-11-02 school
        long preparatory A EKEKO 1 2023-08-15 2023-10-02 start
        long study_break 2023-10-02 2023-11-03 away
        long preparatory B EKEKO 1 2023-11-03 back
        """,
        {"gap": (1, 1)},
        spells="""
        | who   | school | start      | stop       | reason  |
        | short | A      | 2023-08-15 | 2023-10-01 | changed |
        | short | B      | 2023-11-02 |            |         |
        | long  | A      | 2023-08-15 | 2023-10-01 | changed |
        | long  | B      | 2023-11-03 |            |         |
        """,
    ),
    "gap: the same place before and after is one row": case(
        "eva",
        "eva preparatory A EKEKO 1 2023-08-15 start",
        {"gap": (1, 1)},
        spells="""
        | who | start      | stop       | reason      |
        | eva | 2023-08-15 | 2023-10-01 | interrupted |
        | eva | 2023-10-12 |            |             |
        """,
    ),
    "summer_gap: from June until a month after the first day of teaching (15 August)": case(
        "summer spring autumn",
        """
        summer preparatory A EKEKO 1 2023-08-15 2024-09-15 start
        summer preparatory A EKEKO 2 2024-09-15 promoted
        spring preparatory A EKEKO 1 2023-08-15 2024-05-31 start
        spring study_break 2024-05-31 2024-08-15 away
        spring preparatory A EKEKO 2 2024-08-15 back
        autumn preparatory A EKEKO 1 2023-08-15 2024-06-01 start
        autumn study_break 2024-06-01 2024-09-16 away
        autumn preparatory A EKEKO 2 2024-09-16 back
        """,
        {"summer_gap": (1, 1)},
        spells="""
        | who    | year | start      | stop       | reason   |
        | summer | 1    | 2023-08-15 | 2024-05-31 | promoted |
        | summer | 2    | 2024-09-15 |            |          |
        | spring | 1    | 2023-08-15 | 2024-05-30 | promoted |
        | spring | 2    | 2024-08-15 |            |          |
        | autumn | 1    | 2023-08-15 | 2024-05-31 | promoted |
        | autumn | 2    | 2024-09-16 |            |          |
        """,
    ),
    "long_break: a study break is one for 465 days": case(
        "abroad away",
        """
        abroad preparatory A EKEKO 1 2023-08-15 2024-06-11 start
        abroad study_break 2024-06-11 2025-09-19 away
        abroad preparatory A EKEKO 2 2025-09-19 back
        away preparatory A EKEKO 1 2023-08-15 2024-06-11 start
        away study_break 2024-06-11 2025-09-19 away
        away interrupted 2025-09-19 exit
        """,
        {"long_break": (1, 1)},
        spells="""
        | who    | year | start      | stop       | reason        |
        | abroad | 1    | 2023-08-15 | 2024-06-10 | exchange_year |
        | abroad | 2    | 2025-09-19 |            |               |
        | away   | 1    | 2023-08-15 | 2024-06-10 | study_break   |
        """,
    ),
    "successor_unit: the unit took over, in parts too; another programme is a choice all the same": case(
        "eva ann bo",
        """
        eva preparatory A EKEKO 1 2023-08-15 2024-08-15 start
        eva preparatory B EKEKO 2 2024-08-15 administrative
        ann preparatory A EKEKO 1 2023-08-15 2024-08-15 start
        ann preparatory C EKEKO 2 2024-08-15 administrative
        bo preparatory A EKEKO 1 2023-08-15 2024-08-15 start
        bo preparatory B SASAM 1 2024-08-15 programme
        """,
        {"successor_unit": (3, 3), "summer_gap": (3, 3)},
        spells="""
        | who | school | code  | year | start      | stop       | reason   |
        | eva | A      | EKEKO | 1    | 2023-08-15 | 2024-06-10 | promoted |
        | eva | B      | EKEKO | 2    | 2024-08-15 |            |          |
        | ann | A      | EKEKO | 1    | 2023-08-15 | 2024-06-10 | promoted |
        | ann | C      | EKEKO | 2    | 2024-08-15 |            |          |
        | bo  | A      | EKEKO | 1    | 2023-08-15 | 2024-06-10 | changed  |
        | bo  | B      | SASAM | 1    | 2024-08-15 |            |          |
        """,
        predecessors="""
        | former | school | day        | percent |
        | A      | B      | 2024-07-01 | 60      |
        | A      | C      | 2024-08-15 | 40      |
        """,
    ),
    "successor_unit: schools that became one later were two before, and whoever went between them chose": case(
        "eva ann bo",
        """
        eva preparatory A EKEKO 1 2023-08-15 2024-01-11 start
        eva preparatory B EKEKO 1 2024-01-11 2024-08-15 school
        eva preparatory C EKEKO 2 2024-08-15 administrative
        ann preparatory A EKEKO 1 2023-08-15 2024-01-11 start
        ann preparatory C EKEKO 1 2024-01-11 school
        bo preparatory A EKEKO 1 2023-08-15 2024-01-11 start
        bo preparatory B EKEKO 1 2024-01-11 2024-02-12 school
        bo preparatory A EKEKO 1 2024-02-12 2024-03-11 school
        bo interrupted 2024-03-11 exit
        """,
        {"double_enrolment": (1, 1), "successor_unit": (1, 1), "summer_gap": (1, 1)},
        spells="""
        | who | school | code  | year | start      | stop       | reason   |
        | eva | A      | EKEKO | 1    | 2023-08-15 | 2024-01-10 | changed  |
        | eva | B      | EKEKO | 1    | 2024-01-11 | 2024-06-10 | promoted |
        | eva | C      | EKEKO | 2    | 2024-08-15 |            |          |
        | ann | A      | EKEKO | 1    | 2023-08-15 | 2024-01-10 | changed  |
        | ann | C      | EKEKO | 1    | 2024-01-11 |            |          |
        | bo  | A      | EKEKO | 1    | 2023-08-15 | 2024-03-10 | changed  |
        | bo  | B      | EKEKO | 1    | 2024-01-11 | 2024-02-11 | changed  |
        """,
        predecessors="""
        | former | school | day        |
        | A      | C      | 2024-07-01 |
        | B      | C      | 2024-07-01 |
        """,
    ),
    "successor_unit: by way of another, and from the very day on, also where an end is written too late": case(
        "eva ann",
        """
        eva preparatory A EKEKO 1 2023-08-15 2024-08-15 start
        eva preparatory C EKEKO 2 2024-08-15 administrative
        ann preparatory A EKEKO 1 2023-08-15 2024-08-15 start
        ann preparatory C EKEKO 2 2024-08-15 2024-11-01 administrative
        ann interrupted 2024-11-01 exit
        """,
        {"overlap": (1, 1), "successor_unit": (2, 2), "summer_gap": (1, 1)},
        spells="""
        | who | school | code  | year | start      | stop       | reason      |
        | eva | A      | EKEKO | 1    | 2023-08-15 | 2024-06-10 | promoted    |
        | eva | C      | EKEKO | 2    | 2024-08-15 |            |             |
        | ann | A      | EKEKO | 1    | 2023-08-15 | 2024-12-20 | promoted    |
        | ann | C      | EKEKO | 2    | 2024-08-15 | 2024-10-31 | interrupted |
        """,
        predecessors="""
        | former | school | day        |
        | A      | B      | 2024-01-01 |
        | B      | C      | 2024-08-15 |
        """,
    ),
}


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", CASES)
def test_a_rule(name: str) -> None:
    one = CASES[name]
    h = tiny_histories(**one.given)
    assert told(h, one.names) == lines(one.histories)
    assert touched(h) == one.touched


def test_every_rule_has_an_example() -> None:
    assert {name.split(":")[0] for name in CASES} | {"mass_move"} == set(RULES)


def moving(together: int, besides: int) -> list[dict[str, str]]:
    """Pupils of A who move to B on one day, and others who stay."""
    rows = []
    for number in range(together + besides):
        who = f"pupil {number}"
        rows.append({"who": who, "stop": "2024-01-09", "reason": "changed"} if number < together else {"who": who})
        if number < together:
            rows.append({"who": who, "school": "B", "start": "2024-01-10"})
    return rows


@pytest.mark.parametrize(
    ("together", "besides", "moves"),
    [(12, 3, 12), (12, 4, 0), (10, 0, 10), (9, 0, 0)],
    ids=["four of five", "three of four", "ten", "nine"],
)
def test_a_mass_move_is_of_80_per_cent_and_ten_pupils(together: int, besides: int, moves: int) -> None:
    h = tiny_histories(moving(together, besides))
    assert touched(h).get("mass_move", (0, 0)) == (moves, moves)
    names = {line.split()[-1] for line in told(h, " ".join(f"p{n}" for n in range(together + besides)))}
    assert names == {"start", "administrative" if moves else "school"}


def test_those_who_come_on_the_day_are_no_part_of_a_mass() -> None:
    new = [{"who": f"new {number}", "start": "2024-01-10"} for number in range(5)]
    assert touched(tiny_histories(moving(12, 3) + new))["mass_move"] == (12, 12)


def test_those_who_finished_are_no_part_of_a_mass() -> None:
    """A new unit takes over in August; year 3 left with diplomas in June."""
    rows = [
        *({"who": f"pupil {n}", "stop": "2024-06-10", "reason": "promoted"} for n in range(15)),
        *({"who": f"pupil {n}", "school": "B", "year": "2", "start": "2024-08-15"} for n in range(10)),
    ]
    h = tiny_histories(rows, certificates=[{"who": f"pupil {n}", "issued": "2024-06-10"} for n in range(10, 15)])
    assert touched(h)["mass_move"] == (10, 10)


def test_every_rule_is_told_with_its_count_even_where_it_touched_nothing() -> None:
    log = tiny_histories().log
    assert log["rule"].tolist() == list(RULES)
    assert not log[["rows", "pupils"]].to_numpy().any()


def test_the_rules_stand_in_the_file_in_their_order_with_words_and_status() -> None:
    told_of = entries("cleaning")
    assert list(told_of) == list(RULES)
    for entry in told_of.values():
        assert entry["status"] in STATUSES
        values = entry["value"] if isinstance(entry["value"], dict) else {}
        for language in ("sv", "en"):
            assert "{" not in entry[language].format(**values)
    with rules_read() as read:
        tiny_histories()
    assert {f"cleaning.{key}" for key in RULES} <= set(read)


def test_protected_pupils_and_placeholders_are_counted_per_cohort() -> None:
    h = tiny_histories(
        """
        | who    | start      | year | code  |
        | secret | 2023-08-15 | 1    | EKEKO |
        | late   | 2023-10-16 | 1    | EKEKO |
        | second | 2023-08-15 | 2    | EKEKO |
        | two    | 2024-08-15 | 1    | IMS   |
        """,
        """
        | who    | kind        | protected | merit | home |
        | secret | personal    | yes       |       |      |
        | late   | personal    | yes       |       |      |
        | second | personal    | yes       |       |      |
        | two    | placeholder | no        | -     | -    |
        """,
    )
    assert [tuple(row) for row in h.not_followed.itertuples(index=False)] == [
        (2024, "placeholder", "region", "", 1),
        (2024, "placeholder", "home", "", 1),
        (2024, "placeholder", "provider_form", "municipal", 1),
        (2024, "placeholder", "programme", "IMS", 1),
        (2024, "placeholder", "school", "20000000", 1),
        (2024, "placeholder", "entry", "introductory", 1),
        (2024, "placeholder", "sex", "F", 1),
        (2024, "placeholder", "merit_band", "none", 1),
        (2023, "protected", "region", "", 1),
    ]
    assert h.pupils["followed"].tolist() == [False]


@pytest.mark.parametrize(("as_of", "state"), [("2025-09-18", "study_break"), ("2025-09-19", "interrupted")])
def test_a_break_is_over_on_the_day_after_its_465th(as_of: str, state: str) -> None:
    h = tiny_histories([{"who": "eva", "stop": "2024-06-10", "reason": "exchange_year"}], as_of=as_of)
    assert told(h, "eva")[-1].split()[1] == state


def test_summers_end_a_month_after_the_first_day_of_teaching() -> None:
    rules = CleaningRules.packaged()
    first, last = 19_844, 19_982  # 2024-05-01 to 2024-09-16
    by = [day(one) for one in rules.latest_return(first, last).tolist()]
    assert (by[30], by[31], by[31 + 75]) == ("2024-07-01", "2024-09-15", "2024-09-15")
    assert (by[31 + 76], by[-1]) == ("2024-09-16", "2024-10-17")
