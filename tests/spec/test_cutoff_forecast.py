"""The forecast of cut-offs: nothing from later is used, no study path is left out in silence, and lacks are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.errors import BadInput
from gymreg_core.planning import cutoff_model, cutoffs
from gymreg_core.planning.cutoff_forecast import DECLINED, NOTICES, CutoffForecast
from gymreg_core.planning.cutoff_model import QUANTILES
from gymreg_core.planning.cutoffs import forecast_cutoffs
from gymreg_core.rules import rule
from gymreg_core.vocabulary.texts import texts
from tests.cutoffs_drawn import published, results

YEARS = (2021, 2022, 2023)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return published(YEARS)


@pytest.fixture(scope="module")
def told(table: pd.DataFrame) -> CutoffForecast:
    return forecast_cutoffs(results(table), 2023)


@pytest.fixture(scope="module")
def one_year() -> CutoffForecast:
    return forecast_cutoffs(results(published((2022, 2023))), 2023)


def width(of: CutoffForecast) -> pd.Series:
    rows = of.forecast().set_index("study_path_code").groupby(level=0)
    return (rows["q90"].median() - rows["q10"].median()).rename("width")


def with_rule(monkeypatch: pytest.MonkeyPatch, key: str, value: Any) -> None:
    def patched(name: str, asked: str, intake_year: int | None = None) -> Any:
        return value if (name, asked) == ("cutoff_forecast", key) else rule(name, asked, intake_year)

    for module in (cutoffs, cutoff_model):
        monkeypatch.setattr(module, "rule", patched)


def test_every_study_path_of_april_has_one_row(table: pd.DataFrame, told: CutoffForecast) -> None:
    april = table[(table["intake_year"] == 2023) & (table["round"] == "preliminary")]
    keys = ["municipality", "school", "study_path_code"]
    assert not told.table.duplicated(keys).any()
    assert set(told.table[keys].itertuples(index=False)) == set(april[keys].itertuples(index=False))


def test_quantiles_are_ordered_points_and_chances_are_chances(told: CutoffForecast) -> None:
    rows = told.forecast()
    assert len(rows) == len(told.table)
    assert (np.diff(rows[list(QUANTILES)].to_numpy(), axis=1) >= 0).all()
    assert rows[list(QUANTILES)].stack().between(0, 340).all()
    assert told.table["p_all_eligible"].between(0, 1).all()
    assert told.trained_on == (2021, 2022)
    assert told.notices == ()


def test_nothing_from_july_or_later_is_used(table: pd.DataFrame, told: CutoffForecast) -> None:
    known_then = table[(table["intake_year"] < 2023) | (table["round"] == "preliminary")]
    later = pd.concat([table, published((2024,), seed=9)], ignore_index=True)
    for known in (known_then.reset_index(drop=True), later):
        again = forecast_cutoffs(results(known), 2023)
        pd.testing.assert_frame_equal(again.table, told.table)


def test_the_order_of_rows_changes_nothing(table: pd.DataFrame, told: CutoffForecast) -> None:
    shuffled = table.sample(frac=1, random_state=3).reset_index(drop=True)
    again = forecast_cutoffs(results(shuffled), 2023).table
    keys = ["municipality", "school", "study_path_code"]
    left, right = (t.set_index(keys)[["p_all_eligible", *QUANTILES]] for t in (told.table, again))
    pd.testing.assert_frame_equal(
        left, right.loc[left.index], atol=0.11
    )  # rounded to tenths after sums in another order


def test_the_middle_follows_april_and_its_rise(table: pd.DataFrame, told: CutoffForecast) -> None:
    rows = told.table[told.table["april_cutoff"].notna()]
    july = table[(table["intake_year"] == 2023) & (table["round"] == "final")]
    ended = rows.merge(july, on=["municipality", "school", "study_path_code"], suffixes=("", "_july"))
    error = (ended["q50"] - ended["cutoff"]).abs().mean()
    assert error < (ended["last_cutoff"] - ended["cutoff"]).abs().mean()
    # July is April and 20 points, give or take 6: such an error is 4.8 on average; a fifth more for what is learned.
    assert error < 1.2 * 4.8


def test_one_earlier_year_is_enough_and_named(one_year: CutoffForecast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one_year.trained_on == (2022,)
    assert one_year.notices == ("one_year",)
    with_rule(monkeypatch, "single_year_widening", 1.0)
    narrower = forecast_cutoffs(results(published((2022, 2023))), 2023)
    expected = width(narrower) * rule("cutoff_forecast", "single_year_widening")
    pd.testing.assert_series_equal(width(one_year), expected, atol=0.3)  # ends are rounded to tenths


def test_nothing_to_learn_from_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="cut-offs of 2023 cannot be forecast") as refused:
        forecast_cutoffs(results(published((2023,))), 2023)
    assert "2023 preliminary" in str(refused.value)


@pytest.mark.parametrize(
    ("years", "without", "notice", "trained_on"),
    [
        (YEARS, ((2023, "preliminary"),), "no_april", (2022,)),
        (YEARS, ((2022, "final"),), "no_last_final", (2021,)),
        (YEARS, ((2021, "preliminary"), (2022, "preliminary")), "april_unused", (2022,)),
    ],
)
def test_a_missing_file_gives_a_named_and_wider_forecast(
    years: tuple[int, ...],
    without: tuple[tuple[int, str], ...],
    notice: str,
    trained_on: tuple[int, ...],
    one_year: CutoffForecast,
) -> None:
    lacking = forecast_cutoffs(results(published(years, without=without)), 2023)
    assert notice in lacking.notices
    assert lacking.trained_on == trained_on
    assert (lacking.table["q50"].notna() | (lacking.table["declined"] == "too_few")).all()
    if notice != "no_last_final":  # what is missing is April, which tells most
        assert (width(lacking) > width(one_year)).all()


def test_all_seats_doubled_widens_and_is_named(
    table: pd.DataFrame, told: CutoffForecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = (table["intake_year"] == 2023) & (table["round"] == "preliminary")
    doubled = table.assign(seats=table["seats"].where(~now, table["seats"] * 2))
    wide = forecast_cutoffs(results(doubled), 2023)
    assert wide.notices == ("unusual_supply",)
    assert len(wide.forecast()) == len(told.forecast())
    assert (width(wide) > width(told)).all()
    codes = {code for i in wide.table["study_path_id"] for code in wide.reasons(i, "en")}
    assert any("There are more seats" in sentence for sentence in codes)


def test_a_school_that_closed_is_declined_by_name(table: pd.DataFrame) -> None:
    closed = (table["school"] == "Skola C2") & (table["intake_year"] == 2023)
    after = forecast_cutoffs(results(table[~closed].reset_index(drop=True)), 2023)
    rows = after.table[after.table["school"] == "Skola C2"]
    assert set(rows["declined"]) == {"not_offered"}
    assert len(rows) == 4
    assert rows[["p_all_eligible", *QUANTILES]].isna().all(axis=None)
    assert "preliminära antagning" in after.reasons(rows["study_path_id"].iloc[0])[0]


def test_a_new_study_path_is_forecast_and_less_sure(table: pd.DataFrame, told: CutoffForecast) -> None:
    before = (table["school"] == "Skola C2") & (table["intake_year"] < 2023)
    fresh = forecast_cutoffs(results(table[~before].reset_index(drop=True)), 2023).table
    rows = fresh[fresh["school"] == "Skola C2"]
    assert rows["q50"].notna().all()
    assert rows["last_cutoff_kind"].isna().all()


def test_a_new_study_path_where_april_is_no_use_is_declined() -> None:
    table = published(YEARS, without=((2021, "preliminary"), (2022, "preliminary")))
    before = (table["school"] == "Skola C2") & (table["intake_year"] < 2023)
    told = forecast_cutoffs(results(table[~before].reset_index(drop=True)), 2023)
    rows = told.table[told.table["school"] == "Skola C2"]
    assert set(rows["declined"]) == {"new_path"}
    assert told.summary()["new_path"] == len(rows) == 4


RENAMED: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "school": lambda t: t.assign(school=t["school"].replace("Skola C2", "Skola C2 Campus")),
    "code": lambda t: t.assign(study_path_code=t["study_path_code"].replace({"EK": "EK25", "SA": "SA25"})),
}


@pytest.mark.parametrize("what", RENAMED)
def test_renamed_paths_and_new_codes_keep_their_history(what: str) -> None:
    old = published((2024, 2025))
    table = pd.concat(
        [old[old["intake_year"] < 2025], RENAMED[what](old[old["intake_year"] == 2025])], ignore_index=True
    )
    told = forecast_cutoffs(results(table), 2025).table
    pd.testing.assert_series_equal(
        told.set_index(["municipality", "school", "programme"])["last_cutoff"].sort_values().reset_index(drop=True),
        forecast_cutoffs(results(old), 2025).table["last_cutoff"].sort_values().reset_index(drop=True),
    )
    assert {"school": "renamed_school", "code": "gy25_code"}[what] in set(told["evidence"])
    assert not {"not_offered", "new_path"} & set(told["declined"])


def test_another_scale_is_declined_and_its_chance_told(table: pd.DataFrame) -> None:
    tested = (table["study_path_code"] == "NA") & (table["school"] == "Skola C2")
    scaled = table.assign(scale=table["scale"].where(~tested, "grades_and_test"))
    told = forecast_cutoffs(results(scaled), 2023).table
    row = told[(told["study_path_code"] == "NA") & (told["school"] == "Skola C2")].iloc[0]
    assert row["declined"] == "other_scale"
    assert pd.isna(row["q50"])
    assert 0 <= row["p_all_eligible"] <= 1


def test_a_joint_intake_is_one_study_path(table: pd.DataFrame, told: CutoffForecast) -> None:
    part = table[table["study_path_code"] == "BF"].assign(study_path_code="BFFRI", source_row=999)
    both = pd.concat([table, part], ignore_index=True)
    joint = both["programme"] == "BF"
    both["joint_intake_id"] = both["school"].where(joint)
    again = forecast_cutoffs(results(both), 2023)
    assert len(again.table) == len(told.table)


def test_too_few_to_learn_from_is_declined() -> None:
    told = forecast_cutoffs(results(published((2022, 2023), schools=6)), 2023)
    assert set(told.table["declined"]) == {"too_few"}
    assert told.table["p_all_eligible"].notna().all()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_row_has_its_reasons_in_words(told: CutoffForecast, language: Any) -> None:
    for study_path_id in told.table["study_path_id"]:
        sentences = told.reasons(study_path_id, language)
        assert len(sentences) > 1
        assert all(s.endswith(".") and "{" not in s and "nan" not in s for s in sentences)
    with pytest.raises(KeyError):
        told.reasons("nobody")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_tells_itself_in_sentences(told: CutoffForecast, one_year: CutoffForecast, language: Any) -> None:
    assert "2021" in told.describe(language)
    assert "2022" in one_year.describe(language)
    assert told.most_uncertain()["study_path_id"].iloc[0] in set(told.forecast()["study_path_id"])
    spread = told.most_uncertain()[["q10", "q90"]].diff(axis=1)["q90"]
    assert spread.is_monotonic_decreasing


def test_every_notice_and_every_reason_to_decline_has_its_words() -> None:
    table = texts("gymreg_core.planning", "cutoff_texts.yml")
    assert table.incomplete() == []
    assert {f"notice.{name}" for name in NOTICES} <= set(table.entries)
    assert {f"{kind}.{name}" for name in DECLINED for kind in ("declined_many", "reason.declined")} <= set(
        table.entries
    )
