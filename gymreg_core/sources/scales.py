"""What the points of a row are made of: grades alone, grades and a test, or a scale of the study path's own."""

from __future__ import annotations

import math

import pandas as pd

from gymreg_core.rules import rule
from gymreg_core.vocabulary.study_paths import parse_code, programme_of


def scale_of(intake_year: int, code: str, name: str, cutoff: float | None, median: float | None) -> str:
    """The scale of one row, by the rules of `rules/merit_scale.yml` in this order.

    1. A programme with a scale of its own: other. 2. A value above what grades and test give together: other.
    3. A value above what grades give, or between the steps that grades give: grades_and_test. 4. A variant, or a
    word in the name, that always comes with a test: grades_and_test. 5. Else: grades.
    A test-based row whose points could be grades, and whose code and name say nothing, counts as grades.
    """
    highest = max(cutoff or 0.0, median or 0.0)
    ordinary = rule("merit_scale", "ordinary_maximum", intake_year)
    if programme_of(code) in rule("merit_scale", "own_scale_programmes"):
        return "other"
    if highest > ordinary + rule("merit_scale", "test_maximum"):
        return "other"
    between_steps = _off(cutoff, rule("merit_scale", "cutoff_step")) or _off(median, rule("merit_scale", "median_step"))
    by_code = parse_code(code).flags & set(rule("merit_scale", "test_variants"))
    by_name = any(word in name.casefold() for word in rule("merit_scale", "test_words"))
    return "grades_and_test" if highest > ordinary or between_steps or by_code or by_name else "grades"


def _off(value: float | None, step: float) -> bool:
    return value is not None and not math.isclose(value / step, round(value / step), abs_tol=1e-9)


def scales(table: pd.DataFrame) -> pd.Series:
    """`scale_of` for every row of `table` (columns intake_year, study_path_code, study_path_name, cutoff, median)."""
    points = table[["cutoff", "median"]].astype("object")
    points = points.where(points.notna(), None)
    described = [table[name] for name in ("intake_year", "study_path_code", "study_path_name")]
    rows = zip(*described, points["cutoff"], points["median"], strict=True)
    return pd.Series([scale_of(*row) for row in rows], index=table.index, dtype="str")
