"""What of an effect study may be shown: no few pupils, no single school, nothing that a sum brings back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.effects import EFFECT_TABLES, empty_effects
from gymreg_core.disclosure import release_effects
from gymreg_core.disclosure.columns import allowed
from gymreg_core.effects.found import rows
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.effects.released import (
    Shown,
    release_cutoff_bins,
    release_dose_spread,
    release_doses,
    release_estimates,
    release_jump,
)
from gymreg_core.rules.audience import told_to
from tests.effects_studied import MADE_UP, StoredStudy, studied

SMALLEST, FEWEST = (int(told_to(key)) for key in ("smallest_count", "fewest_schools"))
ABOUT = {"schools": 20, "dose": 1.5, "completion_3": 0.5}


def doses(*given: dict[str, Any]) -> pd.DataFrame:
    return rows("doses", [{"cohort": 2022, **ABOUT, **one} for one in given])


@pytest.mark.parametrize("name", EFFECT_TABLES)
def test_every_column_of_the_contract_may_be_shown_or_left_out(name: str) -> None:
    assert [column.name for column in EFFECT_TABLES[name] if not allowed(column.name, "effects")] == []
    assert len(release_effects(empty_effects(name), MADE_UP)) == 0


def test_a_group_of_few_pupils_has_no_number_and_the_others_do_not_tell_it() -> None:
    found = release_doses(
        doses(
            {"by": "region", "group": "", "pupils": 1000, "covered": 100},
            {"by": "programme_type", "group": "preparatory", "pupils": 997, "covered": 100},
            {"by": "programme_type", "group": "vocational", "pupils": 3, "covered": 0},
        ),
        MADE_UP,
    ).table
    assert found["pupils"].isna().tolist() == [False, True, True]
    assert found.loc[1:, ["dose", "completion_3", "covered", "schools"]].isna().all(axis=None)
    assert found["share"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, True),
        ({"covered": 3}, False),
        ({"covered": 397}, False),
        ({"covered": 0}, True),
        ({"covered": 400}, True),
        ({"completion_3": 3 / 400}, False),
        ({"completion_3": 397 / 400}, False),
        ({"completion_3": 1.0}, True),
        ({"completion_3": np.nan}, True),
        ({"schools": 2}, False),
        ({"schools": 3}, True),
    ],
    ids=["", "few have it", "few have it not", "nobody has it", "all have it", "few finish", "few do not", "all finish",
         "not known yet", "two schools", "three schools"],
)  # fmt: skip
def test_a_mean_is_shown_where_enough_stand_on_both_sides_of_it(changed: dict[str, Any], shown: bool) -> None:
    group = {"by": "programme", "group": "EK", "pupils": 400, "covered": 100, **changed}
    found = release_doses(doses(group), MADE_UP).table
    assert found["dose"].notna().tolist() == [shown]


def test_means_without_the_pupils_behind_them_are_refused() -> None:
    bare = pd.DataFrame({"group": ["a"], "dose": [1.0]})
    with pytest.raises(DisclosureRefused, match="no column 'pupils'"):
        release_effects(bare, MADE_UP)
    assert release_effects(bare.assign(pupils=0), MADE_UP).table["dose"].isna().all(), "a mean of nobody"


@pytest.mark.parametrize("column", ["school", "school_id", "person", "applicant", "municipality"])
def test_nothing_of_a_school_or_a_person_is_let_out(column: str) -> None:
    with pytest.raises(DisclosureRefused):
        release_effects(pd.DataFrame({column: ["a"], "pupils": [100]}), MADE_UP)


def test_merit_values_that_few_have_are_left_out_with_another() -> None:
    counts = [3, 200, 300, 400]
    frame = rows(
        "jump",
        [
            {"merit_from": 100 + 10 * at, "pupils": n, "own": 15.0, "dose": 2.0, "completion_3": 0.5}
            for at, n in enumerate(counts)
        ],
    )
    found = release_jump(frame, MADE_UP).table
    assert found["pupils"].isna().tolist() == [True, True, False, False]


def test_cut_off_bins_with_few_applicants_or_few_who_finish_are_left_out() -> None:
    bins = [(100, 0.5, 1.0), (100, 0.97, 1.0), (4, 0.5, 1.0), (100, 0.5, 0.02), (300, 0.5, 0.0), (300, 0.5, 0.0)]
    frame = rows(
        "cutoff_bins",
        [
            {
                "outcome": "completion_3",
                "points_from": 2.5 * at,
                "pupils": n,
                "value": value,
                "offered": offered,
                "dose": 1.0,
            }
            for at, (n, value, offered) in enumerate(bins)
        ],
    )
    found = release_cutoff_bins(frame, MADE_UP).table
    assert found["value"].isna().tolist() == [False, True, True, True, False, False]


def test_points_are_a_mean_and_no_share_of_pupils() -> None:
    frame = rows(
        "cutoff_bins",
        [{"outcome": "points", "points_from": 0, "pupils": 100, "value": 0.99, "offered": 1.0, "dose": 1.0}],
    )
    assert release_cutoff_bins(frame, MADE_UP).table["value"].tolist() == [0.99]


def test_a_group_with_few_pupils_behind_its_estimate_is_left_out_and_a_refusal_stays() -> None:
    about = {"design": "dose", "outcome": "completion_3", "measure": "dose", "schools": 20, "estimate": 0.01}
    frame = rows(
        "estimates",
        [
            {**about, "by": "region", "pupils": 1000},
            {**about, "by": "merit_band", "group": "0-159", "pupils": 3},
            {**about, "by": "merit_band", "group": "160-340", "pupils": 997},
            {**about, "by": "programme_type", "group": "vocational", "pupils": 1000},
            {**about, "by": "programme_type", "group": "preparatory", "pupils": 0, "estimate": np.nan, "schools": 0,
             "refusal": "few_pupils"},
        ],
    )  # fmt: skip
    found = release_estimates(frame, MADE_UP).table
    assert found["estimate"].isna().tolist() == [False, True, True, False, True]
    assert found["refusal"].tolist()[-1] == "few_pupils"


def test_quantiles_over_schools_are_told_to_the_nearest_hundred_kronor() -> None:
    given = {"cohort": 2022, "quantile": 0.5, "dose": 1.2345, "pupils": 100, "schools": 20}
    found = release_dose_spread(rows("dose_spread", [given]), MADE_UP).table
    assert found["dose"].tolist() == [1.2]


def test_no_table_of_a_study_has_few_pupils_and_sentences_rest_on_what_is_shown() -> None:
    shown = Shown(StoredStudy(studied(pupils=60, schools=4)))
    for name in EFFECT_TABLES:
        frame = shown[name].table
        for column in ("pupils", "covered"):
            counts = frame[column].dropna() if column in frame else pd.Series(dtype="float64")
            assert not counts.between(1, SMALLEST - 1).any(), (name, column)
        if "schools" in frame:
            assert not frame["schools"].dropna().between(1, FEWEST - 1).any(), name
    assert shown.studied.doses["pupils"].isna().any()
    assert shown["doses"] is shown["doses"]


def test_the_provenance_of_a_study_goes_with_its_tables() -> None:
    real = Provenance((), already_public=False, made_up=False)
    assert Shown(StoredStudy(studied(cohorts=(2014,)), real))["estimates"].provenance is real
