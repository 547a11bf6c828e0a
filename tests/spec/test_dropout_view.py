"""What a page of completion looks at: its cohort and scope, what may be shown of them, and what cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest

from gymreg_core.contracts.tracked import TRACKED_TABLES, Tracked, empty_tracked, tracked_table
from gymreg_core.errors import BadParameters, DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout import DropoutReport
from gymreg_core.reporting.dropout.released import AWAY
from gymreg_core.reporting.dropout.view import View
from gymreg_core.rules.audience import told_to
from tests.tracked_tables import random_tracked

SMALLEST = int(told_to("smallest_count"))


MADE_UP = Provenance((), already_public=False, made_up=True)


@dataclass(frozen=True, eq=False)
class Stored:
    tracked: Tracked
    provenance: Provenance = MADE_UP


@pytest.fixture(scope="module")
def stored() -> Stored:
    return Stored(random_tracked())


def view(stored: Stored, **wanted: Any) -> View:
    return DropoutReport.on(stored, **wanted).view


def measures(*rows: tuple[str, int, str, str, int, int]) -> Stored:
    """Tracked cohorts of nothing but these measures: card, cohort, by, group, starters, completed."""
    columns = ["card", "cohort", "by", "group", "starters", "completed"]
    frame = pd.DataFrame(rows, columns=columns).assign(left_out=0, not_followed=0)
    tables = {name: empty_tracked(name) for name in TRACKED_TABLES}
    tables["measures"] = tracked_table("measures", frame)
    return Stored(Tracked(since="2019-07-01", as_of="2026-01-31", made_up=True, statuses={}, **tables))


def test_the_newest_cohort_is_the_newest_whose_three_years_have_passed(stored: Stored) -> None:
    assert view(stored).cohort == 2022
    assert view(stored).compare_to == 2021
    assert view(Stored(random_tracked(cohorts=[2024, 2025]))).cohort == 2025


def test_a_figure_is_that_of_the_scope_and_is_told_as_its_publisher_tells_it() -> None:
    known = measures(
        ("skolverket_3", 2022, "region", "", 1000, 800),
        ("skolverket_3", 2022, "home", "Täby", 400, 300),
        ("skolverket_3", 2022, "home", "Nacka", 600, 500),
        ("scb_4", 2021, "region", "", 1000, 780),
    )
    found = view(known).figure("skolverket_3")
    assert found is not None
    assert (found.starters, found.completed, found.share) == (1000, 800, 0.8)
    home = view(known, scope="municipality", scope_name="Täby").figure("skolverket_3")
    assert home is not None
    assert home.share == 0.75
    not_done = view(known).figure("scb_4", 2021)
    assert not_done is not None
    assert not_done.share == pytest.approx(0.22)
    assert view(known).figure("scb_4") is None, "not known for the page's cohort"


@pytest.mark.parametrize(
    ("taby", "nacka"), [((3, 2), (997, 800)), ((400, 4), (600, 500)), ((400, 397), (600, 500))],
    ids=["few starters", "few completed", "few did not complete"],
)  # fmt: skip
def test_few_pupils_are_not_told_on_one_page_and_not_by_the_others(
    taby: tuple[int, int], nacka: tuple[int, int]
) -> None:
    whole = tuple(a + b for a, b in zip(taby, nacka, strict=True))
    known = measures(
        ("skolverket_3", 2022, "region", "", *whole),  # type: ignore[arg-type]
        ("skolverket_3", 2022, "home", "Täby", *taby),
        ("skolverket_3", 2022, "home", "Nacka", *nacka),
    )
    shown = [
        view(known, **wanted).figure("skolverket_3")
        for wanted in ({}, *({"scope": "municipality", "scope_name": name} for name in ("Täby", "Nacka")))
    ]
    for name in ("starters", "completed"):
        told = [getattr(found, name) for found in shown]
        assert told.count(None) != 1, "what is missing from a sum would be the difference of the others"
    assert shown[1] is not None
    assert shown[1].share is None


def test_measures_that_differ_by_few_pupils_are_not_both_told() -> None:
    known = measures(
        ("skolverket_3", 2022, "region", "", 1000, 800),
        ("skolverket_3_october", 2022, "region", "", 1000, 803),
        ("skolverket_3_introductory", 2022, "region", "", 1003, 803),
        ("skolverket_3_stayed", 2022, "region", "", 900, 800),
    )
    found = {key: view(known).figure(key) for key in known.tracked.measures["card"]}
    completed = {key: one.completed for key, one in found.items() if one is not None}
    assert completed == {
        "skolverket_3": 800,  # the main measure stays
        "skolverket_3_october": None,
        "skolverket_3_introductory": None,
        "skolverket_3_stayed": 800,
    }


def test_no_small_count_is_let_out(stored: Stored) -> None:
    page = view(stored)
    for released in (page.measures, page.leavers(), page.introductory, page.not_followed):
        frame = released.table
        for name in set(frame) & {
            "starters",
            "completed",
            "left_out",
            "not_followed",
            "pupils",
            "present",
            "to_national",
        }:
            values = frame[name].dropna().astype(int)
            assert not ((values > 0) & (values < SMALLEST)).any(), name


def test_a_picture_is_made_of_multiples_of_five_that_fill_it(stored: Stored) -> None:
    months = view(stored).months.table
    assert (months["pupils"] % SMALLEST == 0).all()
    assert months.groupby("month")["share"].sum().round(9).eq(1).all()
    assert months["month"].min() == 202210
    true = view(stored).raw("monthly").set_index(["month", "state"])["pupils"]
    told = months.set_index(["month", "state"])["pupils"]
    away = told.index.get_level_values("state").isin(["interrupted", "study_break"])
    off = told - true.reindex(told.index, fill_value=0)
    assert (off[~away].abs() <= SMALLEST // 2).all()
    assert (off[away].groupby("month").sum().abs() <= SMALLEST // 2).all(), "who is away is rounded together"


def test_away_is_a_study_break_or_an_interruption(stored: Stored) -> None:
    page = view(stored)
    raw = page.raw("leavers")
    told = page.of_scope(page.leavers(), state=AWAY, entry="").table.set_index("year")
    for year, rows in raw[raw["state"].isin(["study_break", "interrupted"])].groupby("year"):
        assert told.loc[year, "pupils"] == rows["pupils"].sum()
        present = rows.drop_duplicates("entry")["present"].sum()
        assert told.loc[year, "present"] % SMALLEST == 0
        assert abs(told.loc[year, "present"] - present) <= SMALLEST // 2


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"cohort": 1999}, "Cohorts: 2019, 2020, 2021, 2022, 2023 (not three years yet)"),
        ({"compare_to": 2012}, "there is no cohort 2012 to compare 2022 with"),
        ({"language": "no"}, "One of: sv, en"),
        ({"scope": "municipality", "scope_name": "Tæby"}, "Did you mean 'Täby'"),
        ({"scope": "programme", "scope_name": "XX"}, "no programme is called 'XX'"),
        ({"scope": "school"}, "One of: region, municipality, provider_form, programme"),
        ({"scope": "region", "scope_name": "Täby"}, "has no name"),
    ],
)
def test_wrong_parameters_are_told_with_what_there_is(stored: Stored, wanted: dict[str, Any], told: str) -> None:
    with pytest.raises(BadParameters) as problem:
        view(stored, **wanted)
    assert told in str(problem.value)


def test_a_name_may_be_written_in_any_case(stored: Stored) -> None:
    assert view(stored, scope="programme", scope_name="ek").scope_name == "EK"
    assert view(stored, scope="municipality", scope_name="täby").scope_name == "Täby"


def test_real_pupils_need_a_decision(stored: Stored) -> None:
    real = replace(stored, provenance=Provenance((), already_public=False, made_up=False))
    for nothing in (None, "", "  "):
        with pytest.raises(DisclosureRefused, match="without a decision"):
            view(real, decision=nothing)
    assert view(real, decision="Styrelsen 2026-06-11, § 45").cohort == 2022


@pytest.mark.parametrize(
    ("protected", "wanted", "said"),
    [
        (40, {}, "har 40 elever skyddade personuppgifter"),
        (3, {}, "så få att antalet inte visas"),
        (0, {}, "ingen av dem som började 2022 hade det"),
        (40, {"scope": "municipality", "scope_name": "Täby"}, "räknas bara för hela regionen"),
    ],
)
def test_protected_identities_are_told_of_beside_the_measures(
    stored: Stored, protected: int, wanted: dict[str, str], said: str
) -> None:
    rows = [(2022, "region", "", "placeholder", 120), (2022, "region", "", "protected", protected)]
    frame = pd.DataFrame(rows, columns=["cohort", "by", "group", "reason", "pupils"])
    counted = tracked_table("not_followed", frame[frame["pupils"] > 0])
    page = DropoutReport.on(Stored(replace(stored.tracked, not_followed=counted)), **wanted)
    assert said in page.in_brief().markdown.replace("\N{NO-BREAK SPACE}", " ")
