"""The made-up region beside the published one: every figure that has to agree does."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.contracts.register import Register
from gymreg_core.synthetic.calibration.compare import against_published, bounds, over_time
from gymreg_core.synthetic.calibration.targets import study_path_targets, year9_targets
from gymreg_core.synthetic.registers import make_register
from gymreg_core.synthetic.shape import value

YEARS = (2022, 2023, 2024)


@pytest.fixture(scope="module")
def registers() -> list[Register]:
    return [make_register(year) for year in YEARS]


@pytest.fixture(scope="module")
def compared(data_dir: Path, registers: list[Register]) -> pd.DataFrame:
    base = registers[YEARS.index(value("base_year"))]
    return against_published(base, study_path_targets(data_dir), year9_targets(data_dir))


@pytest.fixture(scope="module")
def moved(registers: list[Register]) -> pd.DataFrame:
    return over_time(registers)


@pytest.mark.parametrize(
    "measure", sorted(set(bounds()) - {"year_to_year_sd"} - {m for m in bounds() if "spring" in m})
)
def test_the_base_year_agrees_with_what_was_published(compared: pd.DataFrame, measure: str) -> None:
    rows = compared[compared["measure"].eq(measure)]
    assert len(rows)
    assert rows["holds"].all(), rows[~rows["holds"]].to_string()


@pytest.mark.parametrize("measure", ["year_to_year_sd", "spring_to_summer_mean", "spring_to_summer_correlation"])
def test_cut_offs_move_as_those_of_the_region(moved: pd.DataFrame, measure: str) -> None:
    rows = moved[moved["measure"].eq(measure)]
    assert len(rows)
    assert rows["holds"].all(), rows.to_string()


def test_a_figure_that_is_off_is_said_to_be() -> None:
    from gymreg_core.synthetic.calibration.compare import judged

    table = judged(
        [("seats", "", 1000.0, 1011.0), ("seats", "", 1000.0, 1009.0), ("first_choice_share", "", None, 0.5)]
    )
    assert table["holds"].tolist() == [False, True, False]


def test_the_targets_are_the_published_figures(data_dir: Path) -> None:
    paths, year9 = study_path_targets(data_dir), year9_targets(data_dir)
    national = paths[paths["programme_type"].isin(["preparatory", "vocational"])]
    assert (national["seats"].sum(), national["admitted"].sum()) == (30701, 27348)
    assert len(year9) == 28
    assert year9.loc["Danderyd", "merit"] == pytest.approx(278.9, abs=0.05)
    assert year9.loc["Danderyd", "eligible"] == pytest.approx(0.965, abs=0.0005)
