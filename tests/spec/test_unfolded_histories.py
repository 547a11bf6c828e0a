"""Plans of made-up pupils and the spells that they unfold into, day by day."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.contracts.enrolments import END_REASONS
from gymreg_core.synthetic.histories_kernel import NEVER, unfold
from gymreg_core.synthetic.school_days import day_of, first_of_july, school_begins, school_ends, school_year_of
from tests.tiny import table

YEARS = np.arange(2021, 2035)

# A pupil begins study path 0 on 16 August 2021 in year 1. change: day, path, begins year 1 again; away: from, back,
# reason, years that passed.
CASES = """
| case                        | change            | change2        | away                                   | end                   | spells                                                                                                                                          |
| three years                 |                   |                |                                        | 2024-06-14 completed  | 0 1 2021-08-16 2022-06-30 promoted, 0 2 2022-07-01 2023-06-30 promoted, 0 3 2023-07-01 2024-06-14 completed                                     |
| leaves in autumn            |                   |                |                                        | 2021-10-01 interrupted | 0 1 2021-08-16 2021-10-01 interrupted                                                                                                          |
| leaves in summer            |                   |                |                                        | 2022-08-01 interrupted | 0 1 2021-08-16 2022-06-30 promoted, 0 2 2022-07-01 2022-08-01 interrupted                                                                      |
| switches in autumn          | 2021-10-01 5 no   |                |                                        | 2023-01-10 interrupted | 0 1 2021-08-16 2021-09-30 changed, 5 1 2021-10-01 2022-06-30 promoted, 5 2 2022-07-01 2023-01-10 interrupted                                    |
| switches, year 1 again      | 2021-10-01 5 yes  |                |                                        | 2023-09-10 interrupted | 0 1 2021-08-16 2021-09-30 changed, 5 1 2021-10-01 2023-06-30 promoted, 5 2 2023-07-01 2023-09-10 interrupted                                    |
| switches in summer          | 2022-08-15 5 no   |                |                                        | 2022-12-01 interrupted | 0 1 2021-08-16 2022-06-30 changed, 5 2 2022-08-15 2022-12-01 interrupted                                                                        |
| begins a national programme | 2022-08-15 5 yes  | 2022-09-20 7 no |                                       | 2023-09-01 interrupted | 0 1 2021-08-16 2022-06-30 changed, 5 1 2022-08-15 2022-09-19 changed, 7 1 2022-09-20 2023-06-30 promoted, 7 2 2023-07-01 2023-09-01 interrupted |
| leaves before the switch    | 2021-10-01 5 no   |                |                                        | 2021-09-15 interrupted | 0 1 2021-08-16 2021-09-15 interrupted                                                                                                          |
| study break                 |                   |                | 2021-11-01 2022-08-15 study_break 0    | 2022-09-01 interrupted | 0 1 2021-08-16 2021-10-31 study_break, 0 1 2022-08-15 2022-09-01 interrupted                                                                    |
| exchange year               |                   |                | 2022-07-01 2023-08-21 exchange_year 1  | 2024-01-01 interrupted | 0 1 2021-08-16 2022-06-30 exchange_year, 0 2 2023-08-21 2024-01-01 interrupted                                                                  |
| fourth year                 |                   |                |                                        | 2024-12-18 completed  | 0 1 2021-08-16 2022-06-30 promoted, 0 2 2022-07-01 2023-06-30 promoted, 0 3 2023-07-01 2024-06-30 promoted, 0 4 2024-07-01 2024-12-18 completed |
"""  # noqa: E501


def day(text: str) -> int:
    return int((np.datetime64(text) - np.datetime64("1970-01-01")).astype(int))


def unfolded(case: dict[str, str]) -> list[str]:
    """The spells of one plan: path, year of study, first and last day, reason."""
    changes = np.full((1, 2, 3), NEVER, np.int64)
    for place, name in enumerate(("change", "change2")):
        if case[name]:
            first, path, again = case[name].split()
            changes[0, place] = day(first), int(path), again == "yes"
    away = np.full((1, 4), NEVER, np.int64)
    if case["away"]:
        left, back, reason, passed = case["away"].split()
        away[0] = day(left), day(back), END_REASONS.index(reason), int(passed)
    last, reason = case["end"].split()
    end = np.array([[day(last), END_REASONS.index(reason)]], np.int64)
    one = np.array([day("2021-08-16")]), np.array([0]), np.array([1])
    rows = unfold(*one, changes, away, end, first_of_july(YEARS), school_begins(YEARS))
    return [
        f"{path} {year} {np.datetime64(start, 'D')} {np.datetime64(stop, 'D')} {END_REASONS[reason]}"
        for _, path, year, start, stop, reason, _ in rows.tolist()
    ]


@pytest.mark.parametrize("case", table(CASES), ids=lambda case: case["case"])
def test_a_plan_unfolds(case: dict[str, str]) -> None:
    assert unfolded(case) == case["spells"].split(", ")


def test_school_years() -> None:
    begins = school_begins(np.array([2021, 2024, 2025])).astype("datetime64[D]").astype(str).tolist()
    assert begins == ["2021-08-16", "2024-08-19", "2025-08-18"]
    assert school_ends(np.array([2024])).astype("datetime64[D]").astype(str).tolist() == ["2025-06-13"]
    days = np.array([day("2025-06-30"), day("2025-07-01"), day("2026-01-01")])
    assert school_year_of(days).tolist() == [2024, 2025, 2025]
    assert day_of(np.array([2024]), "02-29").tolist() == [day("2024-02-29")]
