"""Made-up units under a new code and placeholders that become numbers: nobody is lost, nobody is doubled."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import Enrolments, known_at
from gymreg_core.synthetic.histories import MadeUp, enrolments_of
from gymreg_core.synthetic.histories_start import Starters, starters_of_years

YEARS, AS_OF, SEED = (2021, 2022, 2023), date(2026, 1, 31), 20250403
DAY = np.timedelta64(1, "D")


@cache
def starters() -> list[Starters]:
    return starters_of_years(YEARS, SEED, 0.15)


@cache
def made(as_of: date = AS_OF) -> MadeUp:
    return enrolments_of(starters(), as_of, SEED)


def told() -> Enrolments:
    return made().enrolments


def test_most_pupils_of_a_unit_go_on_under_its_new_code_from_the_day_on() -> None:
    over, spells = told().predecessors, known_at(told().spells, pd.Timestamp(AS_OF))
    assert len(over) >= 3
    for row in over.itertuples():
        last = spells[(spells["school"] == row.former) & (spells["stop"] == row.day - DAY)]
        goes_on = spells[(spells["start"] == row.day) & spells["pupil"].isin(last["pupil"])]
        assert len(goes_on) > 10
        assert (goes_on["school"] == row.school).mean() >= 0.8
        assert not ((spells["school"] == row.former) & (spells["start"] >= row.day)).any()
        first = spells[spells["school"] == row.school]["start"].min()
        assert first >= row.day


def test_a_new_unit_has_the_name_and_the_place_of_the_one_before() -> None:
    schools = told().schools
    first = told().predecessors.drop_duplicates("school")
    for column in ("school", "municipality", "provider", "provider_form"):
        assert (schools[column].to_numpy()[first["school"]] == schools[column].to_numpy()[first["former"]]).all()
    assert schools["school_id"].is_unique
    assert told().predecessors["school"].duplicated().any()  # two that became one


def test_a_placeholder_ends_where_the_number_begins() -> None:
    events, persons = told().identities, told().persons
    assert len(events) > 5
    assert (persons["number_kind"].to_numpy()[events["former"]] == "placeholder").all()
    assert (persons["number_kind"].to_numpy()[events["pupil"]] == "personal").all()
    for column in ("sex", "birth_year"):
        assert (persons[column].to_numpy()[events["pupil"]] == persons[column].to_numpy()[events["former"]]).all()
    spells, homes = told().spells, told().homes
    for row in events.itertuples():
        assert (spells.loc[spells["pupil"] == row.former, "start"] < row.day).all()
        assert (spells.loc[spells["pupil"] == row.pupil, "start"] >= row.day).all()
        assert homes.loc[(homes["pupil"] == row.pupil) & homes["annulled"].isna(), "start"].min() <= row.day
    assert not persons["protected"].to_numpy()[events["former"]].any()


def test_of_some_who_changed_number_nothing_tells_it() -> None:
    numbers, persons = made().numbers, told().persons
    dated = pd.Series([number[:8] for number in numbers])
    own = persons["number_kind"].eq("personal") & told().year9.groupby("pupil").size().reindex(persons.index).isna()
    without = set(dated[own]) & set(dated[persons["number_kind"].eq("placeholder")])
    assert len(without) > len(set(dated[told().identities["pupil"].to_numpy()]))
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("day", [date(2023, 6, 30), date(2024, 7, 1)])
def test_an_earlier_day_knows_no_unit_and_no_number_of_a_later_one(day: date) -> None:
    early = made(day).enrolments
    for name in ("identities", "predecessors"):
        now = told().tables()[name]
        assert len(early.tables()[name]) == (now["recorded"] <= pd.Timestamp(day)).sum()
        assert (early.tables()[name]["recorded"] <= pd.Timestamp(day)).all()
