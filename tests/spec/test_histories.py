"""States and moves of histories, as tables: who, state, school, path, year, start, first day after it, move.

Usual values: tests/enrolments.py. The last row of a pupil goes on at 2026-06-30, or at the day that stands beside it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.histories import STATES
from gymreg_core.cohort.starts import grouped, merit_band, merit_bands, starts
from gymreg_core.errors import BadParameters
from tests.cohorts import tiny_histories, told
from tests.enrolments import tiny_enrolments

STUDY_BREAK, INTERRUPTED, MOVED_OUT, AGE_LIMIT = ("study_break", "interrupted", "moved_out", "age_limit")


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def next_year(code: str, after: str, school: str = "A", year: str = "2") -> list[str]:
    """The rows of a pupil on `code`, in the autumn after on another path, school or year."""
    rows: list[dict[str, str]] = [
        {"who": "eva", "code": code, "stop": "2024-08-14", "reason": "promoted"},
        {"who": "eva", "code": after, "school": school, "year": year, "start": "2024-08-15"},
    ]
    return told(tiny_histories(rows), "eva")


@pytest.mark.parametrize(
    ("move", "given"),
    [
        ("promoted", ("EKEKO", "EKEKO")),
        ("orientation", ("EKEKO", "EKJUR")),
        ("orientation", ("EK", "EKEKO")),
        ("orientation", ("BABYG", "BABYG0L")),
        ("orientation", ("IMVBA", "IMVEE")),
        ("programme", ("EKEKO", "SASAM")),
        ("programme", ("IMV", "IMA")),
        ("school", ("EKEKO", "EKEKO", "B")),
        ("school", ("EKEKO", "EKJUR", "B")),
        ("programme_and_school", ("EKEKO", "SASAM", "B")),
        ("to_national", ("IMS", "EKEKO", "A", "1")),
        ("to_national", ("IMS", "EKEKO", "B", "1")),
        ("to_introductory", ("EKEKO", "IMA", "A", "1")),
    ],
)
def test_a_move_from_one_year_to_the_next(move: str, given: tuple[str, ...]) -> None:
    assert next_year(*given)[-1].split()[-1] == move


@pytest.mark.parametrize(
    ("before", "after"),
    [("HAHAN", "FSFOR"), ("HVFRS", "FRFRR"), ("EKEKO", "EKEKI"), ("EK", "EK25"), ("NANAT", "NANAP")],
)
def test_a_new_code_of_the_same_education_is_no_switch(before: str, after: str) -> None:
    """Sales took the place of trade in 2022, the hairdressers of the crafts in 2025; Gy25 gave new letters."""
    assert next_year(before, after)[-1].split()[-1] == "promoted"
    assert next_year(before, after, year="1")[-1].split()[-1] == "administrative"


@pytest.mark.parametrize(
    ("reason", "gone", "back"),
    [
        ("interrupted", INTERRUPTED, INTERRUPTED),
        ("study_break", STUDY_BREAK, STUDY_BREAK),
        ("exchange_year", STUDY_BREAK, STUDY_BREAK),
        ("moved_out", MOVED_OUT, MOVED_OUT),
        ("deceased", MOVED_OUT, MOVED_OUT),
        ("age_limit", AGE_LIMIT, AGE_LIMIT),
        ("completed", INTERRUPTED, STUDY_BREAK),
        ("promoted", INTERRUPTED, STUDY_BREAK),
        ("changed", INTERRUPTED, STUDY_BREAK),
    ],
)
def test_where_a_pupil_is_after_a_reason(reason: str, gone: str, back: str) -> None:
    ended = {"who": "eva", "stop": "2024-01-31", "reason": reason}
    away = {STUDY_BREAK: "away"}
    assert told(tiny_histories([ended], as_of="2025-03-01"), "eva")[1:] == [
        f"eva {gone} 2024-02-01 {away.get(gone, 'exit')}"
    ]
    again = {"who": "eva", "start": "2024-08-15"}
    assert told(tiny_histories([ended, again], as_of="2025-03-01"), "eva")[1:] == [
        f"eva {back} 2024-02-01 2024-08-15 {away.get(back, 'exit')}",
        "eva preparatory A EKEKO 1 2024-08-15 back",
    ]


@pytest.mark.parametrize(
    ("reason", "as_of", "state"),
    [
        ("promoted", "2024-09-14", "preparatory"),
        ("promoted", "2024-09-15", INTERRUPTED),
        ("changed", "2024-09-14", "preparatory"),
        ("interrupted", "2024-06-20", INTERRUPTED),
        ("completed", "2024-06-20", INTERRUPTED),
    ],
)
def test_who_was_to_go_on_still_may_until_a_month_into_the_autumn(reason: str, as_of: str, state: str) -> None:
    h = tiny_histories([{"who": "eva", "stop": "2024-06-10", "reason": reason}], as_of=as_of)
    assert told(h, "eva")[-1].split()[1] == state


def test_an_open_end_is_enrolled_and_so_is_one_on_the_last_day_known() -> None:
    h = tiny_histories(
        """
        | who  | stop       | reason    |
        | open |            |           |
        | day  | 2026-06-30 | completed |
        """
    )
    assert told(h, "open day") == [f"{who} preparatory A EKEKO 1 2023-08-15 start" for who in ("open", "day")]


FINISHED = """
    | who | year | stop       | reason    |
    | eva | 3    | 2024-06-10 | completed |
"""


@pytest.mark.parametrize(
    ("certificate", "issued", "expected"),
    [
        (
            "preparatory_diploma",
            "2024-06-05",
            """
            eva preparatory A EKEKO 3 2023-08-15 2024-06-05 start
            eva diploma 2024-06-05 exit
            """,
        ),
        (
            "vocational_diploma",
            "2024-06-20",
            """
            eva preparatory A EKEKO 3 2023-08-15 2024-06-20 start
            eva diploma 2024-06-20 exit
            """,
        ),
        (
            "international_baccalaureate",
            "2024-10-01",
            """
            eva preparatory A EKEKO 3 2023-08-15 2024-06-11 start
            eva interrupted 2024-06-11 2024-10-01 exit
            eva diploma 2024-10-01 exit
            """,
        ),
        (
            "study_certificate",
            "2024-06-10",
            """
            eva preparatory A EKEKO 3 2023-08-15 2024-06-10 start
            eva study_certificate 2024-06-10 exit
            """,
        ),
    ],
    ids=["while enrolled", "some days later", "long after", "study certificate"],
)
def test_a_certificate_counts_from_its_day_of_issue(certificate: str, issued: str, expected: str) -> None:
    h = tiny_histories(FINISHED, certificates=[{"who": "eva", "certificate": certificate, "issued": issued}])
    assert told(h, "eva") == lines(expected)


def test_a_diploma_after_a_study_certificate_moves_on() -> None:
    h = tiny_histories(
        FINISHED,
        certificates="""
        | who | certificate         | issued     |
        | eva | study_certificate   | 2024-06-10 |
        | eva | preparatory_diploma | 2025-01-15 |
        """,
    )
    assert told(h, "eva") == lines("""
        eva preparatory A EKEKO 3 2023-08-15 2024-06-10 start
        eva study_certificate 2024-06-10 2025-01-15 exit
        eva diploma 2025-01-15 exit
    """)


def test_a_late_certificate_changes_what_was_told_before() -> None:
    """Preliminary figures are not final: spring 2020 74.2 %, later 78.2 % (Skolverket)."""
    e = tiny_enrolments(
        FINISHED,
        certificates="""
        | who | issued     | recorded   |
        | eva | 2024-06-10 | 2024-09-20 |
        """,
    )
    before, after = histories(e, dt.date(2024, 9, 19)), histories(e, dt.date(2024, 9, 20))
    assert told(before, "eva")[-1] == "eva interrupted 2024-06-11 exit"
    assert told(after, "eva")[-1] == "eva diploma 2024-06-10 exit"


def test_a_correction_is_told_from_the_day_it_was_known() -> None:
    e = tiny_enrolments(
        """
        | who | stop       | reason      | recorded   | annulled   |
        | eva |            |             | 2023-08-15 | 2024-01-20 |
        | eva | 2024-01-10 | interrupted | 2024-01-20 | 2024-02-01 |
        | eva |            |             | 2024-02-01 |            |
        """,
        homes="""
        | who | home  | start      | recorded   | annulled   |
        | eva | Solna | 2023-09-01 | 2023-10-01 | 2024-02-01 |
        """,
    )
    on_the_way = histories(e, dt.date(2024, 1, 31))
    assert told(on_the_way, "eva")[-1] == "eva interrupted 2024-01-11 exit"
    assert on_the_way.home_at(20_000).tolist() == ["Solna"]
    assert told(histories(e), "eva") == ["eva preparatory A EKEKO 1 2023-08-15 start"]
    assert histories(e).home_at(20_000).tolist() == ["Stockholm"]


def test_a_first_day_present_that_has_not_come_is_none() -> None:
    e = tiny_enrolments("| who | start | present |\n| eva | 2023-08-15 | 2023-10-01 |")
    assert [len(histories(e, dt.date(2023, *day))) for day in ((9, 15), (9, 16), (10, 1))] == [1, 0, 1]


def test_an_enrolment_that_is_known_before_it_begins_is_none_until_then() -> None:
    e = tiny_enrolments(
        """
        | who | start      | stop       | reason  | recorded   | school |
        | eva | 2023-08-15 | 2024-06-10 | changed |            | A      |
        | eva | 2024-08-15 |            |         | 2024-06-01 | B      |
        | new | 2024-08-15 |            |         | 2024-06-01 | B      |
        """
    )
    assert told(histories(e, dt.date(2024, 8, 14)), "eva new") == ["eva preparatory A EKEKO 1 2023-08-15 start"]
    assert told(histories(e, dt.date(2024, 8, 15)), "eva new") == lines("""
        eva preparatory A EKEKO 1 2023-08-15 2024-08-15 start
        eva preparatory B EKEKO 1 2024-08-15 school
        new preparatory B EKEKO 1 2024-08-15 start
    """)


@pytest.mark.parametrize("day", [dt.date(2023, 6, 30), dt.date(2026, 7, 1)])
def test_a_day_that_the_enrolments_do_not_tell_of_is_refused(day: dt.date) -> None:
    with pytest.raises(BadParameters, match="2023-07-01 to 2026-06-30"):
        histories(tiny_enrolments("| who |\n| eva |"), day)


def test_the_state_row_and_home_of_a_day() -> None:
    h = tiny_histories(
        """
        | who | stop       | reason      |
        | eva | 2024-01-31 | interrupted |
        """
    )
    first, last = (int(np.datetime64(one, "D").astype(int)) for one in ("2023-08-15", "2024-01-31"))
    assert [int(h.state_at(one)[0]) for one in (first - 1, first, last, last + 1)] == [
        -1,
        *(STATES.index(name) for name in ("preparatory", "preparatory", "interrupted")),
    ]
    assert h.row_at(np.array([last + 1])).tolist() == [1]


STARTERS = """
    | who    | start      | year | code  | school |
    | eva    | 2023-08-15 | 1    | EKEKO | A      |
    | last   | 2023-10-15 | 1    | EKEKO | A      |
    | late   | 2023-10-16 | 1    | EKEKO | A      |
    | spring | 2024-01-10 | 1    | IMS   | A      |
    | summer | 2024-06-30 | 1    | EKEKO | A      |
    | july   | 2024-07-01 | 1    | EKEKO | A      |
    | second | 2024-08-15 | 2    | EKEKO | A      |
    | early  | 2023-06-30 | 1    | EKEKO | A      |
"""


def test_who_is_a_first_time_starter_of_which_cohort() -> None:
    h = tiny_histories(STARTERS)
    names = ["eva", "last", "late", "spring", "summer", "july", "second", "early"]
    s = starts(h).set_axis([names[person] for person in h.pupils["person"]]).loc[names]
    assert s["cohort"].tolist() == [2023, 2023, 2023, 2023, 2023, 2024, 2024, 2022]
    assert s["first_time"].tolist() == [True, True, False, False, False, True, False, False]
    assert s["entry"].tolist() == ["national"] * 3 + ["introductory"] + ["national"] * 4
    assert s["national_cohort"].tolist() == [2023, 2023, 2023, 0, 2023, 2024, 0, 2022]


def test_the_start_on_a_national_programme_after_an_introductory_one() -> None:
    h = tiny_histories(
        """
        | who | start      | stop       | reason  | code  | school | year |
        | eva | 2023-08-15 | 2024-06-10 | changed | IMS   | A      | 1    |
        | eva | 2024-08-15 |            |         | EKEKO | B      | 1    |
        """,
        """
        | who | merit | home  | sex |
        | eva | 160   | Solna | M   |
        """,
        schools="""
        | school | form        |
        | A      | municipal   |
        | B      | independent |
        | C      | independent |
        """,
        predecessors="""
        | former | school | day        |
        | A      | C      | 2024-01-01 |
        """,
    )
    (start,) = starts(h).to_dict("records")
    assert start == {
        "cohort": 2023,
        "row": 0,
        "national_cohort": 2024,
        "national_row": 1,
        "first_time": True,
        "entry": "introductory",
        "followed": True,
        "home": "Solna",
        "school": 0,
        "school_id": "20000002",
        "provider_form": "municipal",
        "programme": "IMS",
        "sex": "M",
        "merit_band": "160-199",
    }


@pytest.mark.parametrize(
    ("differing", "first", "second"),
    [
        ("stop", "2024-03-10", "2024-05-10"),
        ("school", "A", "B"),
        ("code", "EKEKO", "SASAM"),
        ("year", "1", "2"),
        ("reason", "interrupted", "moved_out"),
    ],
)
def test_of_two_enrolments_from_one_day_the_same_counts_in_any_order_of_rows(
    differing: str, first: str, second: str
) -> None:
    rows = [{"who": "eva", "stop": "2024-05-10", differing: cell} for cell in (first, second)]
    schools = [{"school": school} for school in "AB"]
    ways = [told(tiny_histories(given, schools=schools), "eva") for given in (rows, rows[::-1])]
    assert ways[0] == ways[1]


def test_a_pupil_of_five_numbers_and_a_unit_of_five_codes_are_one() -> None:
    names, units = ("one", "two", "three", "four", "five"), "ABCDE"
    days = ["2023-08-15", "2023-11-01", "2024-02-01", "2024-04-01", "2024-05-01"]
    spells = [{"who": who, "start": day, "school": unit} for who, day, unit in zip(names, days, units, strict=True)]
    later = list(zip(names[1:], names[:-1], days[1:], strict=True))
    over = list(zip(units[:-1], units[1:], days[1:], strict=True))
    h = tiny_histories(
        spells,
        identities=[{"who": who, "former": former, "day": day} for who, former, day in later],
        predecessors=[{"former": former, "school": unit, "day": day} for former, unit, day in over],
    )
    assert (len(h), h.pupils["person"].tolist(), h.schools["unit"].tolist()) == (1, [4], [4] * 5)
    assert [line.split()[-1] for line in told(h, " ".join(names))] == ["start"] + ["administrative"] * 4


def test_a_unit_that_will_take_over_has_not_yet() -> None:
    over = {"former": "A", "school": "B", "day": "2024-07-01", "recorded": "2024-04-01"}
    e = tiny_enrolments("| who |\n| eva |", predecessors=[over])
    for day, school in ((dt.date(2024, 6, 30), "20000000"), (dt.date(2024, 7, 1), "20000001")):
        assert starts(histories(e, day))["school_id"].tolist() == [school]


def test_groups_are_told_by_number_and_name() -> None:
    s = starts(tiny_histories(STARTERS))
    codes, names = grouped(s, "entry")
    assert names == ["introductory", "national"]
    assert sorted(codes.tolist()) == [0] + [1] * 7
    assert grouped(s, "region")[1] == [""]
    assert grouped(s.iloc[:0], "home")[1] == []
    with pytest.raises(KeyError):
        grouped(s, "cohort")


@pytest.mark.parametrize(
    ("merit", "band"),
    [(0.0, "0-159"), (159.5, "0-159"), (160.0, "160-199"), (340.0, "280-340"), (np.nan, "none")],
)
def test_the_band_of_a_merit_value(merit: float, band: str) -> None:
    assert merit_band(np.array([merit])).tolist() == [band]
    assert band in merit_bands()


def test_what_a_former_number_tells_counts_where_the_present_one_tells_nothing() -> None:
    given: dict[str, Any] = {
        "spells": """
        | who | start      | stop       | reason  |
        | old | 2023-08-15 | 2024-06-10 | changed |
        | eva | 2024-08-15 |            |         |
        """,
        "persons": """
        | who | merit | year9 | sex | home  |
        | old | 230   | 2023  | M   | Solna |
        | eva | -     | 0     | F   | -     |
        """,
        "identities": """
        | who | former | day        |
        | eva | old    | 2024-07-01 |
        """,
    }
    h = tiny_histories(**given)
    assert h.pupils.drop(columns="person").to_dict("records") == [
        {"followed": True, "sex": "F", "birth_year": 2007, "merit": 230.0, "year9_year": 2023}
    ]
    assert h.home_at(20_000).tolist() == ["Solna"]
