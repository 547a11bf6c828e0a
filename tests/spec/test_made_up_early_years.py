"""Made-up intakes from before 2018: by the rules of their years, and without any change to those from 2018 on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.rules import rule
from gymreg_core.sources.enrolments.reading import read_enrolments
from gymreg_core.synthetic import paths, schools
from gymreg_core.synthetic.enrolment_extracts import write_enrolments
from gymreg_core.synthetic.histories import enrolments_of
from gymreg_core.synthetic.histories_start import starters_of_years
from gymreg_core.synthetic.paths import fitted_paths, paths_in
from gymreg_core.synthetic.region import EFFECT_YEARS
from gymreg_core.synthetic.registers import DEFAULT_SEED, make_register
from gymreg_core.synthetic.schools import draw_schools
from gymreg_core.synthetic.shape import value

SCALE = 0.03


@pytest.mark.parametrize("year", [2018, 2021, 2024, 2026])
def test_earlier_years_change_nothing_of_later_ones(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    base = fitted_paths()
    with_earlier = paths_in(year, DEFAULT_SEED, 0.2), draw_schools(base, year, DEFAULT_SEED)

    def from_2018(name: str, *path: str | int) -> Any:
        return [2018, 2026] if name == "years" else value(name, *path)

    for module in (paths, schools):
        monkeypatch.setattr(module, "value", from_2018)
    for one, other in zip(
        (paths_in(year, DEFAULT_SEED, 0.2), draw_schools(base, year, DEFAULT_SEED)), with_earlier, strict=True
    ):
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(("year", "most"), [(2011, "MVG"), (2012, "MVG"), (2013, "A"), (2018, "A")])
def test_grades_are_on_the_scale_of_their_year(year: int, most: str) -> None:
    """IG-MVG until A-F came with the intake of 2013 (rules/grades.yml)."""
    grades = make_register(year, scale=SCALE).grades.drop(columns=["pupil", "term", "english_dispensation"])
    letters = rule("grades", rule("grades", "scale", year), year)["grades"]
    assert letters[int(np.max(grades.to_numpy()))] == most
    assert letters[-1] == most


def test_an_extract_of_the_first_years_of_an_effect_study_reads_without_error(tmp_path: Path) -> None:
    """Merit values too, whose maximum rose in 2014: of who left year 9 before, by the rules of that year."""
    made = enrolments_of(starters_of_years(EFFECT_YEARS[:6], DEFAULT_SEED, SCALE), date(2017, 1, 31), DEFAULT_SEED)
    write_enrolments(made.enrolments, made.numbers, tmp_path)
    reading = read_enrolments(tmp_path)
    assert not reading.findings.has_errors
    assert reading.enrolments is not None
    assert reading.enrolments.since == "2011-07-01"
    assert len(reading.enrolments.spells) == len(made.enrolments.spells)
    year9 = made.enrolments.year9.groupby("year")["merit"].max()
    assert year9[[2011, 2012, 2013]].max() <= 320 < year9[2014]
